"""Activation functions."""

from harness import Row, make_tests

INF, NAN = float("inf"), float("nan")
# PyTorch's edges included: the kinks of each function, and values that overflow e^x.
EDGES = (0.0, 0.5, -0.5, 1.0, -1.0, 3.0, -3.0, 6.0, 20.0, 90.0, -90.0, NAN)


def samples(*args, edges=True, **kwargs):
    def make(m):
        yield m.args(m(3, 7), *args, **kwargs)
        yield m.args(m(2, 1, 19, lo=-8.0, hi=8.0), *args, **kwargs)
        yield m.args(m(), *args, **kwargs)
        yield m.args(m(0, 3), *args, **kwargs)
        if edges:
            yield m.args(m.array(EDGES), *args, **kwargs)

    return make


def row(name, *args, inplace=None, gradgrad=True, **kwargs):
    """Second derivatives are compared off the edges, where they are conventions."""
    text = ", ".join([*map(str, args), *(f"{k}={v}" for k, v in kwargs.items())])
    fields = {"tolerance": {"float32": (3e-6, 1e-5)}}
    path = f"nn.functional.{name}"
    id = f"{name}({text})" if text else name
    everywhere = Row(
        path,
        samples(*args, **kwargs),
        id=id,
        inplace=inplace and f"nn.functional.{inplace}",
        gradgrad=False,
        **fields,
    )
    smooth = Row(
        path,
        samples(*args, edges=False, **kwargs),
        id=f"{id} smooth",
        dtypes=(),
        grad=("float64",),
        gradgrad=gradgrad,
        layouts=False,
    )
    return [everywhere, smooth]


ROWS = [
    *row("relu", inplace="relu_"),
    *row("relu6"),
    *row("leaky_relu", inplace="leaky_relu_"),
    *row("leaky_relu", 0.2, inplace="leaky_relu_"),
    *row("elu", inplace="elu_"),
    *row("elu", 1.7, inplace="elu_"),
    *row("celu", inplace="celu_"),
    *row("celu", 0.6, inplace="celu_"),
    *row("selu", inplace="selu_"),
    *row("gelu"),
    *row("gelu", approximate="tanh"),
    *row("silu"),
    *row("mish"),
    *row("softplus"),
    *row("softplus", 2.0, 3.0),
    *row("softsign"),
    *row("tanhshrink"),
    *row("softshrink"),
    *row("softshrink", 1.0),
    *row("hardshrink"),
    *row("hardshrink", 1.0),
    *row("hardtanh", inplace="hardtanh_"),
    *row("hardtanh", -2.0, 0.5, inplace="hardtanh_"),
    *row("hardsigmoid", gradgrad=False),
    *row("hardswish"),
    *row("threshold", 0.5, 20.0, inplace="threshold_"),
    *row("logsigmoid"),
    *row("sigmoid"),
    *row("tanh"),
    *(
        Row(
            f"nn.functional.{name}",
            lambda m: [m.args(m(3, 5))],
            id=f"{name} ({dtype})",
            dtypes=(dtype,),
            grad=(),
        )
        for name in ("relu", "relu6", "hardtanh")
        for dtype in ("int8", "int32", "int64")
    ),
    Row(
        "nn.functional.gelu",
        lambda m: [],
        id="gelu (errors)",
        grad=(),
        layouts=False,
        errors=lambda m: [m.args(m(3), approximate="erf"), m.args()],
    ),
    Row(
        "nn.functional.softshrink",
        lambda m: [],
        id="softshrink (errors)",
        grad=(),
        layouts=False,
        errors=lambda m: [m.args(m(3), -1.0)],
    ),
]

globals().update(make_tests(ROWS))
