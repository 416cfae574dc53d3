"""Initialisers: PyTorch's numbers for the same seed, its gains, its errors and its warnings."""

import math

import pytest

from twin import check

SHAPES = [(3, 4), (20, 30), (5, 2, 3, 3)]
FILLS = {
    "uniform_": [{}, {"a": -2.0, "b": 3.0}],
    "normal_": [{}, {"mean": 1.0, "std": 0.02}],
    "trunc_normal_": [{}, {"std": 0.02}, {"mean": 1.0, "std": 2.0, "a": 0.0, "b": 1.5}],
    "constant_": [{"val": 0.3}],
    "ones_": [{}],
    "zeros_": [{}],
    "xavier_uniform_": [{}, {"gain": 2.0}],
    "xavier_normal_": [{}, {"gain": 2.0}],
    "kaiming_uniform_": [{}, {"a": 0.2}, {"mode": "fan_out", "nonlinearity": "relu"}],
    "kaiming_normal_": [{}, {"a": math.sqrt(5)}, {"mode": "fan_out", "nonlinearity": "tanh"}],
    "orthogonal_": [{}, {"gain": 2.0}],
}
MATRICES = {"eye_": [{}], "sparse_": [{"sparsity": 0.1}, {"sparsity": 0.5, "std": 1.0}]}
KERNELS = {"dirac_": [{}, {"groups": 2}]}
ROWS = [
    (name, shape, options)
    for table, shapes in (
        (FILLS, SHAPES),
        (MATRICES, [(3, 4), (6, 5)]),
        (KERNELS, [(4, 2, 3), (6, 2, 3, 3), (2, 1, 1, 3, 3)]),
    )
    for name, variants in table.items()
    for shape in shapes
    for options in variants
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("name", "shape", "options"), ROWS)
def test_values(name, shape, options, dtype):
    def program(lib):
        t = lib.empty(shape, dtype=getattr(lib, dtype), requires_grad=True)
        filled = getattr(lib.nn.init, name)(t, **options)
        return filled is t, t, t.is_leaf, lib.rand(2)

    check(program, atol=1e-6)


@pytest.mark.parametrize(
    "name", [n for n in (*FILLS, "sparse_") if n not in ("constant_", "ones_", "zeros_")]
)
def test_generators(name):
    def program(lib):
        options = {"sparsity": 0.5} if name == "sparse_" else {}
        generator = lib.Generator().manual_seed(7)
        t = lib.empty(20, 20)
        getattr(lib.nn.init, name)(t, generator=generator, **options)
        return t, lib.rand(2)

    check(program)


def test_views_of_a_parameter():
    def program(lib):
        p = lib.nn.Parameter(lib.zeros(4, 6))
        lib.nn.init.normal_(p[1:3, ::2])
        lib.nn.init.xavier_uniform_(p.t()[:2])
        return p

    check(program)


GAINS = [
    ("linear",), ("conv1d",), ("conv2d",), ("conv3d",), ("conv_transpose1d",), ("conv_transpose2d",),
    ("conv_transpose3d",), ("sigmoid",), ("tanh",), ("relu",), ("leaky_relu",), ("leaky_relu", 0.2),
    ("leaky_relu", 1), ("leaky_relu", True), ("leaky_relu", "x"), ("leaky_relu", -0.5), ("selu",),
    ("relu", 3), ("gelu",), ("softmax",), ("",),
]  # fmt: skip


@pytest.mark.parametrize("args", GAINS)
def test_gains(args):
    check(lambda lib: lib.nn.init.calculate_gain(*args), words=True)


ERRORS = {
    "xavier vector": lambda lib: lib.nn.init.xavier_uniform_(lib.empty(3)),
    "xavier number": lambda lib: lib.nn.init.xavier_normal_(lib.empty(())),
    "kaiming vector": lambda lib: lib.nn.init.kaiming_normal_(lib.empty(3)),
    "kaiming mode": lambda lib: lib.nn.init.kaiming_uniform_(lib.empty(3, 3), mode="fan_avg"),
    "kaiming nonlinearity": lambda lib: lib.nn.init.kaiming_uniform_(
        lib.empty(3, 3), nonlinearity="x"
    ),
    "kaiming empty": lambda lib: lib.nn.init.kaiming_uniform_(lib.empty(0, 3)),
    "kaiming normal empty": lambda lib: lib.nn.init.kaiming_normal_(lib.empty(3, 0)),
    "xavier empty": lambda lib: lib.nn.init.xavier_uniform_(lib.empty(0, 0)),
    "orthogonal vector": lambda lib: lib.nn.init.orthogonal_(lib.empty(3)),
    "orthogonal empty": lambda lib: lib.nn.init.orthogonal_(lib.empty(0, 3)),
    "eye": lambda lib: lib.nn.init.eye_(lib.empty(3)),
    "sparse": lambda lib: lib.nn.init.sparse_(lib.empty(3), 0.5),
    "dirac matrix": lambda lib: lib.nn.init.dirac_(lib.empty(3, 3)),
    "dirac groups": lambda lib: lib.nn.init.dirac_(lib.empty(3, 3, 3), groups=2),
    "uniform order": lambda lib: lib.nn.init.uniform_(lib.empty(3), 1.0, 0.0),
    "negative std": lambda lib: lib.nn.init.normal_(lib.empty(3), std=-1.0),
    "truncated far": lambda lib: lib.nn.init.trunc_normal_(lib.empty(3), mean=9.0),
    "fan names": lambda lib: lib.nn.init._calculate_fan_in_and_fan_out(lib.empty(2, 3, 4, 5)),
    "former name": lambda lib: lib.nn.init.constant(lib.empty(2), 3.0),
    "former name of xavier": lambda lib: lib.nn.init.xavier_uniform(lib.empty(2, 2)),
}


@pytest.mark.parametrize("case", ERRORS)
def test_errors_and_warnings(case):
    check(ERRORS[case], words=case not in ("negative std", "uniform order"))


def test_in_apply():
    """As in tutorials: every linear layer, in the order that apply visits them."""

    def program(lib):
        nn = lib.nn
        net = nn.Sequential(
            nn.Linear(4, 8), nn.Sequential(nn.ReLU(), nn.Linear(8, 8)), nn.Linear(8, 1)
        )

        def start(m):
            if type(m) is nn.Linear:
                nn.init.normal_(m.weight, mean=0, std=0.01)
                nn.init.zeros_(m.bias)

        net.apply(start)
        net[0].weight.data[:] += 1
        net[2].weight.data *= net[2].weight.data.abs() >= 0.005
        return net.state_dict()

    check(program)
