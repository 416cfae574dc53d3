"""Every random operation against PyTorch with the same seed: values, and the generator's state after."""

import copy
import itertools
import pickle

import numpy as np
import pytest
import torch

import taut

SIZES = [0, 1, 2, 7, 15, 16, 17, 31, 32, 33, 100, 623, 624, 625, 1000, 1025, 5000]
SEEDS = [0, 5, 2**63 + 11, -3]
REAL = ["float32", "float64"]
NUMBERS = ["uint8", "int8", "int16", "int32", "int64", *REAL]
ALL = ["bool", *NUMBERS]


def dtypes(name):
    return getattr(taut, name), getattr(torch, name)


def seed(value):
    taut.manual_seed(value)
    torch.manual_seed(value)


def assert_same_state():
    assert bytes(taut.get_rng_state().numpy()) == bytes(torch.get_rng_state().numpy())


def assert_same(ours, theirs, tolerance=0.0):
    assert tuple(ours.shape) == tuple(theirs.shape)
    assert str(ours.dtype).split(".")[1] == str(theirs.dtype).split(".")[1]
    a, b = ours.detach().numpy(), theirs.detach().numpy()
    if tolerance:
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)
    else:
        np.testing.assert_array_equal(a, b)
    assert_same_state()


def compare(f, tolerance=0.0, seeds=SEEDS):
    """f(library) twice in a row: the second call starts where the first left the generator."""
    for s in seeds:
        seed(s)
        for _ in range(2):
            assert_same(f(taut), f(torch), tolerance)


# In-place operations: name, arguments, dtypes, tolerance by dtype. Zero where the arithmetic is exact
# or goes through the same library functions.
NORMAL = {"float32": 1e-6, "float64": 2e-15}
ROWS = [
    ("uniform_", (), REAL, {}),
    ("uniform_", (-0.3, 1.7), REAL, {}),
    # The last bit depends on whether the instruction set fuses multiplication and addition.
    ("uniform_", (0.1, 7.77), REAL, {"float32": 2e-7, "float64": 4e-16}),
    ("normal_", (), REAL, NORMAL),
    ("normal_", (0.3, 2.7), REAL, NORMAL),
    ("exponential_", (2.5,), REAL, {"float64": 1e-15}),
    ("cauchy_", (0.3, 2.7), REAL, {}),
    ("log_normal_", (0.3, 0.7), REAL, {"float32": 1e-7, "float64": 1e-15}),
    ("geometric_", (0.2,), NUMBERS, {}),
    ("bernoulli_", (), ALL, {}),
    ("bernoulli_", (0.3,), ALL, {}),
    ("bernoulli_", (0.0,), ALL, {}),
    ("bernoulli_", (1.0,), ALL, {}),
    ("random_", (), ALL, {}),
    ("random_", (2,), ALL, {}),
    ("random_", (3, 100), NUMBERS, {}),
    ("random_", (-7, 100), ["int8", "int32", "int64", *REAL], {}),
    ("random_", (0, 2**28 - 1), ["int32", "int64", "float64"], {}),
    ("random_", (0, 2**28), ["int32", "int64", "float64"], {}),
    ("random_", (-(2**62), 2**62), ["int64"], {}),
    ("random_", (-(2**63), None), ["int64"], {}),
    ("random_", (2**63 - 1,), ["int64"], {}),
    ("random_", (2**63 - 2, 2**63 - 1), ["int64"], {}),
    ("random_", (5, None), NUMBERS, {}),
]
CASES = [
    pytest.param(name, args, dtype, tolerance.get(dtype, 0.0), id=f"{name}{args}-{dtype}")
    for name, args, allowed, tolerance in ROWS
    for dtype in allowed
]


@pytest.mark.parametrize("name, args, dtype, tolerance", CASES)
def test_in_place(name, args, dtype, tolerance):
    ours, theirs = dtypes(dtype)
    for n in SIZES:
        compare(
            lambda lib: getattr(lib.zeros(n, dtype=ours if lib is taut else theirs), name)(*args),
            tolerance,
            seeds=SEEDS[:2],
        )


LAYOUTS = {
    "transposed": lambda lib: lib.zeros(20, 3).t(),
    "columns": lambda lib: lib.zeros(5, 16)[:, ::2],
    "permuted slice": lambda lib: lib.zeros(4, 6, 5).permute(1, 2, 0)[:, :3],
    "row": lambda lib: lib.zeros(4, 30)[2],
    "0-d": lambda lib: lib.zeros(()),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", ["uniform_", "normal_", "random_", "bernoulli_", "exponential_"])
def test_layouts(layout, name):
    compare(lambda lib: getattr(LAYOUTS[layout](lib), name)(), 1e-6 if name == "normal_" else 0)


def test_writes_only_the_view():
    x = taut.zeros(4, 6)
    x[:, 1::2].uniform_(1, 2)
    x = x.numpy()
    assert (x[:, ::2] == 0).all() and (x[:, 1::2] >= 1).all()


@pytest.mark.parametrize("p_dtype", REAL)
@pytest.mark.parametrize("dtype", ["bool", "int64", *REAL])
def test_bernoulli_of_a_tensor(p_dtype, dtype):
    p = torch.rand(40, 7, dtype=dtypes(p_dtype)[1], generator=torch.Generator().manual_seed(1))
    for view in (lambda t: t, lambda t: t[:, :1], lambda t: t[3], lambda t: t[5, 2]):
        compare(
            lambda lib: lib.zeros(40, 7, dtype=getattr(lib, dtype)).bernoulli_(
                view(lib.from_numpy(p.numpy()))
            )
        )
    compare(lambda lib: lib.bernoulli(lib.from_numpy(p.numpy())))
    compare(lambda lib: lib.bernoulli(lib.from_numpy(p.numpy()).t()))
    compare(lambda lib: lib.bernoulli(lib.from_numpy(p.numpy()), 0.3))


CREATION = {
    "rand": lambda lib: lib.rand(3, 50),
    "rand double": lambda lib: lib.rand((3, 5), dtype=lib.float64),
    "randint": lambda lib: lib.randint(10, (5, 4)),
    "randint low": lambda lib: lib.randint(-5, 10, (40,), dtype=lib.int32),
    "randint wide": lambda lib: lib.randint(0, 2**40, size=(40,)),
    "randint named": lambda lib: lib.randint(low=3, high=9, size=(3,)),
    "randint float": lambda lib: lib.randint(9, (30,), dtype=lib.float32),
    "rand_like": lambda lib: lib.rand_like(lib.zeros(7, 3).t()),
    "randint_like": lambda lib: lib.randint_like(lib.zeros(7, 3), 9),
    "randint_like low": lambda lib: lib.randint_like(lib.zeros(7, 3), 2, 9, dtype=lib.int64),
    "randperm": lambda lib: lib.randperm(1000),
    "randperm 0": lambda lib: lib.randperm(0),
    "randperm 1": lambda lib: lib.randperm(1),
    "randperm int32": lambda lib: lib.randperm(5000, dtype=lib.int32),
    "randperm float": lambda lib: lib.randperm(77, dtype=lib.float32),
    "poisson of small rates": lambda lib: lib.poisson(lib.arange(10.0).repeat(30)),
    "poisson of large rates": lambda lib: lib.poisson(lib.arange(10.0, 3000.0, 3.0)),
    "poisson double": lambda lib: lib.poisson(lib.arange(40, dtype=lib.float64).reshape(5, 8) / 3),
    "poisson transposed": lambda lib: lib.poisson(lib.arange(40.0).reshape(5, 8).t()),
    "poisson generator": lambda lib: lib.poisson(
        lib.ones(9), generator=lib.Generator().manual_seed(3)
    ),
    "multinomial": lambda lib: lib.multinomial(lib.arange(50.0), 7),
    "multinomial 1": lambda lib: lib.multinomial(lib.arange(50.0), 1),
    "multinomial all": lambda lib: lib.multinomial(lib.arange(1.0, 50.0), 49),
    "multinomial repeated": lambda lib: lib.multinomial(lib.arange(50.0), 200, replacement=True),
    "multinomial once": lambda lib: lib.multinomial(lib.arange(50.0), 1, True),
    "multinomial rows": lambda lib: lib.multinomial(lib.arange(60.0).reshape(3, 20) + 1, 5),
    "multinomial columns": lambda lib: lib.multinomial(lib.arange(60.0).reshape(20, 3).t() + 1, 5),
    "multinomial rows repeated": lambda lib: lib.multinomial(
        lib.arange(60.0, dtype=lib.float64).reshape(3, 20), 70, True
    ),
}
NORMALS = {
    "randn small": lambda lib: lib.randn(3, 5),
    "randn": lambda lib: lib.randn(3, 50),
    "randn double": lambda lib: lib.randn([3, 50], dtype=lib.float64),
    "randn_like": lambda lib: lib.randn_like(lib.zeros(7, 3)),
    "randn_like transposed": lambda lib: lib.randn_like(lib.zeros(7, 3).t()),
    "normal size": lambda lib: lib.normal(1.0, 2.0, (40,)),
    "normal both": lambda lib: lib.normal(lib.arange(5.0)[:, None], lib.arange(1.0, 8.0)),
    "normal mean": lambda lib: lib.normal(lib.arange(50.0), 0.5),
    "normal default std": lambda lib: lib.normal(lib.arange(50.0)),
    "normal std": lambda lib: lib.normal(2.0, lib.arange(50.0)),
    "normal mixed": lambda lib: lib.normal(lib.zeros(20), lib.ones(20, dtype=lib.float64)),
}


@pytest.mark.parametrize("name", CREATION)
def test_creation(name):
    compare(CREATION[name])


@pytest.mark.parametrize("name", NORMALS)
def test_normals(name):
    compare(NORMALS[name], 2e-6)


def test_spare_normal_survives_other_draws():
    for n, m in itertools.product([1, 3, 15], [1, 16, 17]):
        compare(lambda lib: (lib.randn(n), lib.rand(m), lib.randn(n))[2], 1e-6)


@pytest.mark.parametrize("consume", [0, 1, 100, 623, 624, 625, 2000])
def test_state_moves_between_libraries(consume):
    taut.manual_seed(9)
    taut.rand(consume)
    taut.randn(3)
    torch.set_rng_state(torch.from_numpy(taut.get_rng_state().numpy().copy()))
    assert_same(taut.randn(5), torch.randn(5), 1e-6)
    torch.rand(consume)
    taut.set_rng_state(taut.from_numpy(torch.get_rng_state().numpy().copy()))
    assert_same(taut.rand(700), torch.rand(700))


def test_generators_are_independent():
    a = taut.Generator()
    assert a.initial_seed() == 67280421310721
    assert a.manual_seed(3) is a and a.initial_seed() == 3
    b = torch.Generator().manual_seed(3)
    before = taut.get_rng_state()
    np.testing.assert_array_equal(
        taut.rand(20, generator=a).numpy(), torch.rand(20, generator=b).numpy()
    )
    np.testing.assert_array_equal(
        taut.randperm(20, generator=a).numpy(), torch.randperm(20, generator=b).numpy()
    )
    assert taut.get_rng_state().tolist() == before.tolist()
    state = a.get_state()
    first = taut.rand(5, generator=a)
    assert taut.rand(5, generator=a.set_state(state)).tolist() == first.tolist()
    twin = a.clone_state()
    assert taut.rand(5, generator=a).tolist() == taut.rand(5, generator=twin).tolist()
    assert a.seed() == a.initial_seed() != a.seed()
    assert a.device == taut.device("cpu")


def test_generators_are_copied_and_pickled():
    a = taut.Generator().manual_seed(3)
    taut.randn(5, generator=a)
    for b in (copy.deepcopy(a), pickle.loads(pickle.dumps(a))):
        assert b is not a and b.initial_seed() == 3
        assert b.get_state().tolist() == a.get_state().tolist()


def test_seeds():
    assert taut.manual_seed(-1).initial_seed() == 2**64 - 1 == torch.manual_seed(-1).initial_seed()
    assert taut.manual_seed(7) is taut.default_generator
    assert taut.initial_seed() == 7
    assert taut.seed() == taut.initial_seed()
    with pytest.raises(ValueError):
        taut.manual_seed(2**64)


def test_fork_rng():
    taut.manual_seed(1)
    expected = taut.rand(3)
    taut.manual_seed(1)
    with taut.random.fork_rng():
        taut.rand(100)
    assert taut.rand(3).tolist() == expected.tolist()


DROPOUTS = [
    ("dropout", [(5,), (40, 30), (2, 3, 4)]),
    ("alpha_dropout", [(40, 30)]),
    ("feature_dropout", [(4, 6), (3, 5, 7), (2, 3, 4, 4)]),
    ("feature_alpha_dropout", [(3, 5, 7)]),
]


@pytest.mark.parametrize("name, shapes", DROPOUTS)
@pytest.mark.parametrize("dtype", REAL)
@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 1.0])
def test_dropout(name, shapes, dtype, p):
    for shape in shapes:
        x = np.random.default_rng(0).standard_normal(shape).astype(dtype)
        g = np.random.default_rng(1).standard_normal(shape).astype(dtype)

        def run(lib, suffix="", name=name):
            leaf = lib.from_numpy(x.copy()).requires_grad_()
            y = getattr(lib, name + suffix)(leaf * 1 if suffix else leaf, p, True)
            y.backward(lib.from_numpy(g))
            return y, leaf.grad

        tolerance = (1e-6 if dtype == "float32" else 1e-15) if "alpha" in name else 0
        for index, suffix in itertools.product([0, 1], ["", "_"]):
            compare(lambda lib: run(lib, suffix)[index], tolerance, seeds=[1])


def test_dropout_of_other_layouts():
    for view in (
        lambda x: x.t(),
        lambda x: x[:, ::2],
        lambda x: x.t()[1:],
        lambda x: x[:1].expand(9, 40),
    ):
        compare(lambda lib: lib.dropout(view(lib.arange(1200.0).reshape(30, 40) + 1), 0.4, True))


def test_dropout_second_order():
    x = taut.rand(50).requires_grad_()
    w = taut.rand(50).requires_grad_()
    y = taut.dropout(x, 0.5, True)
    (g,) = taut.autograd.grad((y * w).sum(), x, create_graph=True)
    (h,) = taut.autograd.grad(g.sum(), w)
    h, y = h.numpy(), y.detach().numpy()
    assert ((h == 0) | (h == 2)).all() and ((h == 0) == (y == 0)).all()


@pytest.mark.parametrize("dtype", REAL)
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", ["rrelu", "rrelu_"])
def test_rrelu(name, training, dtype):
    x = np.random.default_rng(0).standard_normal((6, 7)).astype(dtype)

    def run(lib):
        leaf = lib.from_numpy(x.copy()).requires_grad_()
        y = getattr(lib, name)(leaf * 1, 0.1, 0.7, training)
        (y * y).sum().backward()
        return y, leaf.grad

    for index in (0, 1):
        compare(lambda lib: run(lib)[index], 2e-7 if dtype == "float32" else 4e-16, seeds=[1])


def test_dropout_off_is_the_input():
    x = taut.rand(5)
    assert taut.dropout(x, 0.5, False) is x
    assert taut.dropout(x, 0.0, True) is x


def test_overwritten_values_get_zero_gradients():
    for name, args in [
        ("uniform_", ()),
        ("normal_", ()),
        ("random_", ()),
        ("bernoulli_", ()),
        ("zero_", ()),
    ]:
        x = taut.ones(4).requires_grad_()
        y = getattr(x * 2, name)(*args)
        assert y.requires_grad
        y.sum().backward()
        assert x.grad.tolist() == [0, 0, 0, 0]
    with pytest.raises(RuntimeError, match="leaf"):
        taut.ones(3).requires_grad_().uniform_()


ERRORS = {
    "uniform reversed": lambda lib: lib.ones(2).uniform_(1, 0),
    "uniform infinite": lambda lib: lib.ones(2).uniform_(0, float("inf")),
    "uniform too wide": lambda lib: lib.ones(2).uniform_(-3e38, 3e38),
    "uniform of integers": lambda lib: lib.ones(2, dtype=lib.int64).uniform_(),
    "rand of integers": lambda lib: lib.rand(2, dtype=lib.int64),
    "normal negative": lambda lib: lib.ones(2).normal_(0, -1),
    "normal of integers": lambda lib: lib.ones(2, dtype=lib.int64).normal_(),
    "normal of negative std": lambda lib: lib.normal(lib.zeros(2), lib.tensor([1.0, -1.0])),
    "normal of integer mean": lambda lib: lib.normal(lib.zeros(2, dtype=lib.int64), 1.0),
    "exponential": lambda lib: lib.ones(2).exponential_(0),
    "exponential of integers": lambda lib: lib.ones(2, dtype=lib.int64).exponential_(),
    "geometric 0": lambda lib: lib.ones(2).geometric_(0),
    "geometric 1": lambda lib: lib.ones(2).geometric_(1),
    "geometric of bool": lambda lib: lib.ones(2, dtype=lib.bool).geometric_(0.5),
    "cauchy": lambda lib: lib.ones(2).cauchy_(0, -1),
    "cauchy of integers": lambda lib: lib.ones(2, dtype=lib.int64).cauchy_(),
    "log_normal": lambda lib: lib.ones(2).log_normal_(0, 0),
    "bernoulli": lambda lib: lib.ones(2).bernoulli_(2),
    "bernoulli of tensor": lambda lib: lib.ones(2).bernoulli_(lib.tensor([0.5, 2])),
    "bernoulli of integers": lambda lib: lib.bernoulli(lib.tensor([0, 1])),
    "bernoulli of shape": lambda lib: lib.ones(2).bernoulli_(lib.ones(3)),
    "randint empty": lambda lib: lib.randint(5, 5, (2,)),
    "randint too high": lambda lib: lib.randint(0, 300, (2,), dtype=lib.uint8),
    "randint too low": lambda lib: lib.randint(-1, 3, (2,), dtype=lib.uint8),
    "randint of float": lambda lib: lib.randint(2.5, (2,)),
    "random 0": lambda lib: lib.ones(2).random_(0),
    "randperm": lambda lib: lib.randperm(-1),
    "randperm of bool": lambda lib: lib.randperm(3, dtype=lib.bool),
    "randperm too long": lambda lib: lib.randperm(300, dtype=lib.uint8),
    "poisson negative": lambda lib: lib.poisson(lib.tensor([1.0, -1.0])),
    "poisson nan": lambda lib: lib.poisson(lib.tensor([float("nan")])),
    "poisson of integers": lambda lib: lib.poisson(lib.ones(3, dtype=lib.int64)),
    "multinomial zeros": lambda lib: lib.multinomial(lib.zeros(3), 1),
    "multinomial negative": lambda lib: lib.multinomial(lib.tensor([-1.0, 2]), 1),
    "multinomial nan": lambda lib: lib.multinomial(lib.tensor([float("nan"), 2]), 1),
    "multinomial too many": lambda lib: lib.multinomial(lib.ones(3), 4),
    "multinomial none": lambda lib: lib.multinomial(lib.ones(3), 0),
    "multinomial 3-d": lambda lib: lib.multinomial(lib.ones(2, 2, 2), 1),
    "multinomial of integers": lambda lib: lib.multinomial(lib.ones(2, dtype=lib.int64), 1),
    "multinomial empty": lambda lib: lib.multinomial(lib.ones(0), 1, True),
    "expanded": lambda lib: lib.rand(1).expand(3).uniform_(),
    "dropout p": lambda lib: lib.dropout(lib.ones(3), 1.5, True),
    "dropout of integers": lambda lib: lib.dropout(lib.ones(3, dtype=lib.int64), 0.5, True),
    "feature_dropout 1-d": lambda lib: lib.feature_dropout(lib.ones(3), 0.5, True),
    "rrelu bounds": lambda lib: lib.rrelu(lib.ones(3), 0.5, 0.1, True),
    "generator": lambda lib: lib.rand(3, generator=5),
    "state size": lambda lib: lib.set_rng_state(lib.zeros(10, dtype=lib.uint8)),
    "state dtype": lambda lib: lib.set_rng_state(lib.zeros(5056)),
    "state": lambda lib: lib.set_rng_state(lib.zeros(5056, dtype=lib.uint8)),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors(name):
    with pytest.raises(Exception) as theirs:
        ERRORS[name](torch)
    with pytest.raises(theirs.type):
        ERRORS[name](taut)
