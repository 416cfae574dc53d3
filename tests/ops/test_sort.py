"""Ordering and searching: sort, topk, kthvalue, unique, searchsorted, as in torch."""

import numpy as np
import pytest
import torch

import taut
from op_programs import LAYOUTS, Run, check_error, check_gradients, check_values

OPS = """
T.sort(x)
T.sort(x, 0)
x.sort(dim=1, descending=True)
T.sort(x, stable=True, dim=0, descending=True)
s.sort()
z.sort()
z.sort(0)
T.sort(x.detach().round(), stable=True)
T.argsort(x)
x.argsort(1, descending=True)
x.argsort(dim=0, stable=True)
T.msort(x)
T.topk(x, 2)
x.topk(3, 1)
x.topk(1, 0, largest=False)
x.topk(4, dim=-1, largest=False)
x.topk(0)
s.topk(1)
z.topk(2)
T.kthvalue(x, 2)
x.kthvalue(3, 1)
x.kthvalue(1, 0, keepdim=True)
s.kthvalue(1)
z.kthvalue(1, 1)
T.unique(x)
T.unique(I([3, 1, 1, 2, 3]))
T.unique(I([3, 1, 1, 2, 3]), return_inverse=True, return_counts=True)
T.unique(I([[3, 1], [1, 2]]), return_inverse=True)
I([[3, 1], [1, 2], [3, 1]]).unique(dim=0)
I([[3, 1], [1, 2], [3, 1]]).unique(dim=0, return_inverse=True, return_counts=True)
I([[3, 3, 1], [1, 1, 2]]).unique(dim=1, return_counts=True)
T.unique(z)
T.unique(x, dim=1)
T.unique_consecutive(I([1, 1, 2, 2, 3, 1, 1]))
T.unique_consecutive(I([1, 1, 2, 2, 3, 1, 1]), return_inverse=True, return_counts=True)
I([[1, 1], [1, 1], [2, 1]]).unique_consecutive(dim=0, return_inverse=True, return_counts=True)
T.unique_consecutive(x)
T.searchsorted(I([1, 3, 5, 7, 9]), I([[3, 6, 9], [0, 10, 5]]))
T.searchsorted(I([1, 3, 5, 7, 9]), I([3, 6, 9]), right=True)
T.searchsorted(I([1, 3, 5, 7, 9]), I([3, 6, 9]), side="right")
T.searchsorted(I([1, 3, 5, 7, 9]), 4)
T.searchsorted(I([1, 3, 5, 7, 9]), 5, out_int32=True)
T.searchsorted(I([[1, 3, 5], [2, 4, 6]]), I([[3, 6], [3, 6]]))
T.searchsorted(I([[5, 1, 3], [2, 6, 4]]), I([[3, 6], [3, 6]]), sorter=I([[1, 2, 0], [0, 2, 1]]))
T.searchsorted(T.sort(v)[0].detach(), x.detach())
T.bucketize(x.detach(), T.tensor([-1.0, 0.0, 2.0], dtype=x.dtype))
T.bucketize(I([1, 4, 3]), I([1, 3, 5]), right=True)
T.bucketize(3, I([1, 3, 5]))
""".strip().splitlines()

ERRORS = """
x.sort(3)
x.topk(5)
x.topk(-1)
x.topk(1, 4)
s.topk(2)
x.kthvalue(0)
x.kthvalue(5)
x.kthvalue(1, 5)
T.unique(x, dim=4)
T.searchsorted(I([[1, 2]]), I([1, 2]))
T.searchsorted(T.tensor(1), I([1]))
T.searchsorted(I([1, 2]), I([1]), side="middle")
T.searchsorted(I([1, 2]), I([1]), right=True, side="left")
T.searchsorted(I([1, 2]), I([1]), sorter=I([0]))
T.bucketize(I([1]), I([[1]]))
""".strip().splitlines()


@pytest.mark.parametrize("text", OPS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_values(text, layout):
    check_values(text, layout)


@pytest.mark.parametrize("text", [t for t in OPS if "unique" not in t and "arg" not in t])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_gradients(text, layout):
    check_gradients(text, layout)


@pytest.mark.parametrize("text", OPS)
@pytest.mark.parametrize("dtype", ["float32", "int64", "int32", "int16", "int8", "uint8", "bool"])
def test_dtypes(text, dtype):
    ties = dtype == "bool" or "round" in text
    if ties and "stable" not in text and "unique" not in text and "search" not in text:
        return  # which of equal elements comes first is not specified
    try:
        Run(torch, text, dtype=dtype)
    except (RuntimeError, NotImplementedError):
        return
    check_values(text, dtype=dtype)


@pytest.mark.parametrize("text", ERRORS)
def test_errors(text):
    check_error(text)


@pytest.mark.parametrize(
    "dtype", ["float32", "float64", "int64", "int32", "int16", "int8", "uint8"]
)
@pytest.mark.parametrize("n", [1, 15, 17, 95, 97, 1000, 30000])
@pytest.mark.parametrize("descending", [False, True])
def test_sort_is_stable_and_matches(dtype, n, descending):
    rng = np.random.default_rng(n)
    values = rng.integers(0, 100, n).astype(dtype)
    if dtype.startswith("float") and n > 1:
        values[rng.integers(0, n, n // 8 + 1)] = np.nan
        values[rng.integers(0, n, n // 8 + 1)] = -0.0
        values[rng.integers(0, n, n // 8 + 1)] = np.inf
    mine = taut.sort(taut.tensor(values), stable=True, descending=descending)
    theirs = torch.sort(torch.tensor(values), stable=True, descending=descending)
    np.testing.assert_array_equal(mine[0].numpy(), theirs[0].numpy())
    np.testing.assert_array_equal(mine[1].numpy(), theirs[1].numpy())


@pytest.mark.parametrize("n,k", [(10, 3), (500, 5), (500, 400), (20000, 20), (20000, 19999)])
@pytest.mark.parametrize("largest", [False, True])
def test_topk_large(n, k, largest):
    rng = np.random.default_rng(k)
    values = rng.permutation(n).astype("float32").reshape(1, n).repeat(3, 0)
    mine = taut.topk(taut.tensor(values), k, largest=largest)
    theirs = torch.topk(torch.tensor(values), k, largest=largest)
    np.testing.assert_array_equal(mine.values.numpy(), theirs.values.numpy())
    np.testing.assert_array_equal(mine.indices.numpy(), theirs.indices.numpy())
    loose = taut.topk(taut.tensor(values), k, largest=largest, sorted=False)
    np.testing.assert_array_equal(np.sort(loose.values.numpy()), np.sort(mine.values.numpy()))


def test_results_have_named_fields():
    for result in (
        taut.sort(taut.ones(3)),
        taut.topk(taut.ones(3), 1),
        taut.kthvalue(taut.ones(3), 1),
    ):
        values, indices = result
        assert result.values is values and result.indices is indices


def test_out():
    t = taut.tensor([3.0, 1.0, 2.0])
    for op in (
        taut.sort,
        lambda *a, **k: taut.topk(*a, 2, **k),
        lambda *a, **k: taut.kthvalue(*a, 2, **k),
    ):
        values, indices = taut.empty(0), taut.empty(0, dtype=taut.int64)
        result = op(t, out=(values, indices))
        assert result.values is values and result.indices is indices
        assert values.tolist() == op(t).values.tolist()
    found = taut.empty(0, dtype=taut.int64)
    assert taut.searchsorted(taut.tensor([1, 3]), taut.tensor([2]), out=found) is found
    assert found.tolist() == [1]


def test_nan_counts_as_greatest():
    t = taut.tensor([1.0, float("nan"), 3.0])
    assert taut.topk(t, 1).indices.tolist() == [1]
    assert taut.kthvalue(t, 2).values.item() == 3.0
    assert len(taut.unique(taut.tensor([float("nan")] * 3))) == 3
