"""assert_close and make_tensor, against PyTorch's."""

import numpy as np
import pytest
import torch

import taut

INF, NAN = float("inf"), float("nan")
CASES = [
    lambda t: (t([1.0, 2, 3]), t([1.0, 2, 4])),
    lambda t: (t([1.0, 2]), t([1.0, 2 + 1e-6])),
    lambda t: (t(1.0), t(2.0)),
    lambda t: (t([1, 2]), t([1, 3])),
    lambda t: (t([True]), t([False])),
    lambda t: (t([1.0]), t([1.0, 2])),
    lambda t: (t([1]), t([1.0])),
    lambda t: (t([NAN]), t([NAN])),
    lambda t: (t([0.0]), t([1e-3])),
    lambda t: (t([[1.0, 2], [3, 4]]), t([[1.0, 2], [3, 5]])),
    lambda t: ({"a": [t([1.0]), t([2.0])]}, {"a": [t([1.0]), t([3.0])]}),
    lambda t: (t([INF]), t([1.0])),
    lambda t: (t([INF, 1]), t([INF, 1])),
    lambda t: (t([]), t([])),
    lambda t: (t(1.0), 1.0),
    lambda t: (1.0, 2.0),
    lambda t: (1, 2),
    lambda t: (True, False),
    lambda t: (None, 1),
    lambda t: (None, None),
    lambda t: ([1, 2], [1, 3]),
    lambda t: ([1], [1, 2]),
    lambda t: ([1], (1,)),
    lambda t: ({"a": 1}, {"b": 1}),
    lambda t: ({"a": 1}, {"a": t(1)}),
    lambda t: ("a", "b"),
    lambda t: (1.0, 1),
    lambda t: (NAN, NAN),
    lambda t: (0.0, 1.0),
    lambda t: (1 + 1j, 2),
    lambda t: (1 + 1j, 1 + 2j),
    lambda t: (np.ones(2), np.zeros(2)),
]
OPTIONS = [
    {},
    {"rtol": 0.5, "atol": 0.5},
    {"rtol": 1e-3},
    {"equal_nan": True},
    {"check_dtype": False},
    {"msg": "better"},
    {"msg": lambda m: "see: " + m},
    {"allow_subclasses": False},
    {"check_stride": True},
]


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("case", range(len(CASES)))
def test_assert_close(case, options):
    outcomes = []
    for lib in (taut, torch):
        try:
            lib.testing.assert_close(*CASES[case](lib.tensor), **options)
        except Exception as error:
            message = str(error).replace("taut._tensor.Tensor", "torch.Tensor")
            outcomes.append((type(error), message))
        else:
            outcomes.append("close")
    assert outcomes[0] == outcomes[1]


MAKES = [
    {"dtype": name} for name in ("bool", "uint8", "int8", "int16", "int32", "int64")
] + [
    {"dtype": name, **extra}
    for name in ("float32", "float64")
    for extra in (
        {},
        {"low": -1, "high": 1},
        {"requires_grad": True},
        {"noncontiguous": True},
        {"low": -1e308, "high": 1e308},
    )
] + [
    {"dtype": "int64", "low": 0, "high": 2, "exclude_zero": True},
    {"dtype": "int64", "low": 0.5, "high": 2.5},
    {"dtype": "float32", "low": float("nan")},
    {"dtype": "float32", "low": 2, "high": 1},
    {"dtype": "uint8", "low": 300, "high": 400},
    {"dtype": "int32", "requires_grad": True},
    {"dtype": "float32", "noncontiguous": True, "memory_format": "contiguous_format"},
]  # fmt: skip


@pytest.mark.parametrize("options", MAKES)
@pytest.mark.parametrize("shape", [(), (3, 4), (0,)])
def test_make_tensor(shape, options):
    outcomes = []
    for lib in (taut, torch):
        lib.manual_seed(0)
        resolved = {
            key: getattr(lib, value) if isinstance(value, str) else value
            for key, value in options.items()
        }
        try:
            made = lib.testing.make_tensor(shape, device="cpu", **resolved)
        except Exception as error:
            outcomes.append(type(error))
        else:
            outcomes.append((made.tolist(), made.stride(), made.requires_grad))
    assert outcomes[0] == outcomes[1]
