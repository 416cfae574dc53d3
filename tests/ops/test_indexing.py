"""x[...], its assignment, and every operation that takes an index or a mask, as in torch."""

import numpy as np
import pytest
import torch

import taut
from op_programs import LAYOUTS, Run, check_error, check_gradients, check_values

# torch's own advice about what it is asked here.
pytestmark = pytest.mark.filterwarnings("ignore:indexing with dtype torch.uint8")

GETITEM = """
x[0]
x[-1]
x[1, 2]
x[1, 2, 3]
x[1, -1, -2]
x[()]
x[:]
x[...]
x[..., ...]
x[None]
x[..., None]
x[:, None, 1]
x[None, :, None]
x[0, ...]
x[..., 0]
x[0, ..., 0]
x[1:]
x[:-1]
x[-100:100]
x[1:0]
x[:, ::2]
x[:, 1::2, 3:0]
x[:, :, 1::3]
x[::5]
x[T.tensor(1)]
x[:, T.tensor(-1)]
x[T.tensor(0):T.tensor(1)]
x[np.int64(1), np.int32(2)]
x[np.array(1)]
s[None]
s[...]
s[()]
x[True]
x[False]
x[None, True]
x[:, True]
x[..., True]
x[True, True]
x[True, False]
s[True]
s[False]
x[T.tensor(True)]
x[[0, 1, 1]]
x[[0, -1]]
x[[]]
x[[True, False]]
x[I([0, 1, 0])]
x[I([0, 1], "int32")]
x[I([[0, 1], [1, 1]])]
x[I([])]
x[np.array([1, 0])]
x[np.array([True, False])]
x[range(2)]
x[:, I([0, 2])]
x[..., I([0, 3])]
x[:, :, [1, 1, 0]]
x[:, [0, 1], [2, 3]]
x[[0, 1], :, [2, 3]]
x[[0, 1], [2, 0]]
x[[0, 1], [2, 0], [1, 1]]
x[0, :, [1, 2]]
x[0, [1, 2]]
x[:, 0, [1, 2]]
x[[0, 1], None, [1, 2]]
x[:, [0, 1], None, [0, 1]]
x[None, [1, 0], None]
x[..., None, [1, 0]]
x[[0, 1], ..., [2, 1]]
x[1:, [0, 2], ::2]
x[[[0], [1]], [[0, 1, 2]]]
x[I([[0], [1]]), :, I([0, 1])]
x[I([[0, 1]]), [0, 1]]
x[[0, slice(None)]]
x[[None, 0]]
x[(1, (0, 1))]
x[[[0, 1], [1, 0]]]
b[:, [0, 1], :, [1, 0]]
b[[0], :, [1, 2], 1:]
b[0, [1], None, ..., I([[0, 3]])]
x[x > 0]
x[x > 100]
x[x[:, :, 0] > 0]
x[:, x[0] > 0]
x[..., B([True, False, True, True])]
x[B([True, False])]
x[B([False, False])]
x[B([[True, False, True], [False, True, True]])]
x[B([[True, False, True], [False, True, True]]), [0, 1, 2, 3]]
x[B([True, True]), 1:, I([0, 2])]
x[0, B([True, False, True])]
z[I([])]
z[:, [0, 2]]
z[z > 0]
x[I([0, 1], "uint8")]
""".strip().splitlines()

SETITEM = """
a = x * 1; a[0] = 5; out = a
a = x * 1; a[1, 2, 3] = 7.5; out = a
a = x * 1; a[0] = y[1]; out = a
a = x * 1; a[0] = w; out = a
a = x * 1; a[:, 1] = w; out = a
a = x * 1; a[..., 0] = s; out = a
a = x * 1; a[:, 1:, ::2] = y[:, :2, 1::2]; out = a
a = x * 1; a[0] = T.ones(1, 1, 3, 4); out = a
a = x * 1; a[0, 0, 0] = T.ones(1); out = a
a = x * 1; a[0] = T.arange(4); out = a
a = x * 1; a[...] = 2; out = a
a = x * 1; a[:] = y; out = a
a = x * 1; a[None] = y; out = a
a = x * 1; a[1:0] = 5; out = a
a = x * 1; a[1:0] = T.ones(0, 3, 4); out = a
a = x * 1; a[True] = 5; out = a
a = x * 1; a[False] = 5; out = a
a = x * 1; a[[0, 1]] = 3; out = a
a = x * 1; a[[1]] = y[:1]; out = a
a = x * 1; a[I([1, 0])] = y; out = a
a = x * 1; a[:, [0, 2]] = y[:, :2]; out = a
a = x * 1; a[:, [0, 2]] = w; out = a
a = x * 1; a[[0, 1], :, [1, 2]] = y[:, :, 0]; out = a
a = x * 1; a[[0, 1], [1, 2]] = w; out = a
a = x * 1; a[[0, 1], [1, 2], [3, 3]] = s; out = a
a = x * 1; a[1, [0, 2]] = w; out = a
a = x * 1; a[None, [0]] = w; out = a
a = x * 1; a[x > 0] = 0; out = a
a = x * 1; a[x > 0] = s; out = a
a = x * 1; k = a > 0; a[k] = y[k]; out = a
a = x * 1; a[:, x[0].detach() > 0] = s; out = a
a = x * 1; a[B([True, False])] = w; out = a
a = x * 1; a[[0]] = T.ones(1, 1, 1, 1, 4, dtype=x.dtype); out = a
a = x * 1; a.mT[0] = T.ones(3, dtype=x.dtype); out = a
a = x * 1; a[0][1] = w; out = a
a = x * 1; a[0, 1] += w; out = a
a = x * 1; a[[0, 1]] *= 2; out = a
a = x * 1; a[1][[0, 2]] = w; out = a
a = s * 1; a[()] = 4; out = a
a = s * 1; a[...] = s; out = a
a = s * 1; a[True] = 9; out = a
""".strip().splitlines()

OPS = """
T.gather(x, 1, I([[[0, 1, 2, 0]], [[2, 2, 1, 0]]]))
x.gather(0, I([[[0, 1], [1, 1]]]))
x.gather(-1, I([[[3, 0]], [[1, 1]]]))
T.gather(x, 2, I([[[3]], [[0]]]).expand(2, 3, 1))
m.gather(0, I([0, 2])[:, None].expand(2, 5))
s.gather(0, I(0))
v.gather(0, I([]))
T.gather(z, 0, I([]).view(0, 3))
T.scatter(x, 1, I([[[0, 1, 2, 0]], [[2, 2, 1, 0]]]), y[:, :1])
x.scatter(2, I([[[3], [0]], [[1], [2]]]), 9.0)
x.scatter(0, I([[[0, 1], [1, 0]]]), y[:1, :2, :2])
T.scatter(m, 0, I([[0, 1, 2, 3, 0]]), m, reduce="multiply") if not m.requires_grad else m * 2
m.detach().scatter(0, I([[0, 1, 2, 3, 0]]), 2.0, reduce="add")
T.scatter_add(x, 1, I([[[0, 1, 2, 0]], [[2, 2, 1, 0]]]), y[:, 2:])
x.scatter_add(0, I([[[0, 0, 1], [1, 1, 1]]]), y[:1, :2, 1:])
m.scatter_add(0, I([1, 1, 3, 0])[:, None].expand(4, 5), m * 2)
a = m * 1; a.scatter_add_(1, I([[0, 0, 0], [1, 4, 1]]), m[:2, :3]); out = a
a = m * 1; a.scatter_(1, I([[0], [3]]), m[:2, :1]); out = a
a = m * 1; a.scatter_(0, I([[0, 3]]), 1.5); out = a
x.scatter_reduce(1, I([[[0, 1, 2, 0]], [[2, 2, 1, 0]]]), y[:, :1], "sum")
m.scatter_reduce(0, I([[0, 0, 1, 2, 3], [0, 1, 1, 2, 0]]), q[:2, :1].expand(2, 5), "prod")
m.scatter_reduce(0, I([[0, 0, 1, 2, 3], [0, 1, 1, 2, 0]]), q[:2, :1].expand(2, 5), "mean")
m.scatter_reduce(0, I([[0, 0, 1, 2, 3], [0, 1, 1, 2, 0]]), q[:2, :1].expand(2, 5), "amax")
m.scatter_reduce(0, I([[0, 0, 1, 2, 3], [0, 1, 1, 2, 0]]), q[:2, :1].expand(2, 5), "amin")
m.scatter_reduce(0, I([[0, 0, 1, 2, 3], [0, 1, 1, 2, 0]]), m[:2], "sum", include_self=False)
m.scatter_reduce(0, I([[0, 0, 1, 2, 3], [0, 1, 1, 2, 0]]), m[:2], "prod", include_self=False)
m.scatter_reduce(0, I([[0, 0, 1, 2, 3], [0, 1, 1, 2, 0]]), m[:2], "mean", include_self=False)
m.scatter_reduce(0, I([[0, 0, 1, 2, 3], [0, 1, 1, 2, 0]]), m[:2] * 2 + 0.3, "amax", include_self=False)
m.scatter_reduce(0, I([[0, 0, 1, 2, 3], [0, 1, 1, 2, 0]]), m[:2] * 2 + 0.3, "amin", include_self=False)
x.index_select(0, I([1, 0, 1]))
x.index_select(-1, I([3, 0]))
T.index_select(x, 1, I([], "int32"))
T.index_select(x, 1, I([2, 2], "int32"))
x.index_select(1, I(2))
s.index_select(0, I([0]))
s.index_select(0, I(0))
x.index_add(1, I([0, 2]), y[:, :2])
T.index_add(x, 0, I([1, 1]), y, alpha=2.5)
m.index_add(1, I([0, 0, 4]), m[:, :3])
a = m * 1; a.index_add_(0, I([3, 3]), m[:2]); out = a
x.index_copy(1, I([2, 0]), y[:, :2])
a = m * 1; a.index_copy_(0, I([3, 1]), m[:2] * 2); out = a
v.index_copy(0, I(2), s)
x.index_fill(1, I([2, 0]), 3.5)
x.index_fill(0, I([1]), s)
x.index_fill(0, I([-1]), 2.0)
a = m * 1; a.index_fill_(1, I([0, 3]), -1); out = a
x.index_put((I([0, 1]), I([2, 0])), y[:, 0])
x.index_put((I([0, 0]), I([2, 2])), y[:, 0], accumulate=True)
x.index_put((I([0, 1, 0]),), y[:1], accumulate=True)
x.index_put([I([1])], s)
a = x * 1; a.index_put_((I([1, 1]),), y, accumulate=True); out = a
a = x * 1; a.index_put_([B([True, False])], s, accumulate=True); out = a
T.take(x, I([[0, 23], [-1, 5]]))
x.take(I([]))
x.put(I([3, -1]), w[:2])
x.put(I([3, 3, 5, 0]), w, accumulate=True)
a = x * 1; a.put_(I([[1, 2]]), w[:2]); out = a
T.take_along_dim(x, I([[[1], [0], [1]], [[2], [0], [3]]]), 2)
T.take_along_dim(x, I([[[1, 0]]]), dim=1) if x.shape[2] == 2 else T.take_along_dim(m, I([[1], [0], [2], [3]]), 1)
T.take_along_dim(x, I([5, 0, 23]))
T.take_along_dim(x, I([[[0, -1, 2, -3]]]), 1)
x.index_fill(0, I([1, 1, 0]), s)
x.masked_fill(x > 0, 2.5)
x.masked_fill(x[0] > 0, s)
x.masked_fill(B([True, False, True, False]), -1.0)
x[0].masked_fill(x > 0, 1.0)
a = x * 1; a.masked_fill_(x > 0, 0.0); out = a
a = x * 1; a.masked_fill_(B([[True], [False], [True]]), s); out = a
T.masked_select(x, x > 0)
x.masked_select(B([True, False, False, True]))
w.masked_select(x > 0)
x.masked_scatter(x > 0, y)
x.masked_scatter(B([[True], [False], [True]]), y)
a = x * 1; a.masked_scatter_(x > 0, y * 2); out = a
T.where(x > 0, x, y)
T.where(x > 0, x, 0.0)
T.where(x > 0, 1.0, y)
T.where(B([True, False, True, False]), x, w)
T.where(x[:, :1] > 0, s, w)
x.where(x > 0, y)
T.where(x > 0)
T.where(B([True]), T.ones(2), T.ones(2, dtype=T.float64))
T.where(B([True, False]), 1, 2)
T.where(B([True, False]), 1.5, 2)
T.nonzero(x > 0)
x.nonzero()
x.nonzero(as_tuple=True)
s.nonzero()
z.nonzero()
T.nonzero(T.zeros(2, 2))
T.argwhere(x > 1)
F.embedding(I([[0, 3], [1, 1]]), m)
F.embedding(I([0, 3, 0]), m, padding_idx=0)
F.embedding(I([0, 3, 0]), m, padding_idx=-1)
F.embedding(I([0, 3, 0, 0, 1]), m, scale_grad_by_freq=True)
F.embedding(I([[1, 2]], "int32"), m)
F.embedding(I(2), m)
F.embedding(I([[0, 1], [3, 3]]), m) @ m.t()
F.one_hot(I([0, 2, 1]))
F.one_hot(I([[0], [2]]), 5)
T.bincount(I([0, 3, 3, 1]))
T.bincount(I([0, 3, 3, 1]), minlength=7)
T.bincount(I([0, 3, 3, 1]), weights=w.detach())
T.bincount(I([0, 1]), weights=T.tensor([1.0, 2.0], dtype=T.float32))
T.bincount(I([]))
T.isin(I([0, 1, 5]), I([5, 0]))
T.isin(x, x[0])
T.isin(x, 0.125, invert=True)
T.isin(1, I([1, 2]))
T.isin(m, m[:1, :2], assume_unique=True)
T.diagonal_scatter(q, w, 0)
T.index_reduce(m, 0, I([0, 2, 0]), m[:3], "prod")
T.index_reduce(m, 0, I([0, 2, 0]), m[:3], "mean", include_self=False)
T.index_reduce(m, 0, I([0, 2, 0]), m[:3], "amax")
T.index_reduce(m, 1, I([0, 2]), m[:, :2] * 2 + 0.3, "amin", include_self=False)
""".strip().splitlines()

# {out} is an empty tensor; the result lands there and is it.
OUT = """
T.gather(x, 1, I([[[0, 1, 2, 0]], [[2, 2, 1, 0]]]), out={out})
T.index_select(x, 0, I([1, 0, 1]), out={out})
T.take(x, I([0, 5]), out={out})
T.take_along_dim(x, I([[[1], [-1]]]), 1, out={out})
T.masked_select(x, x > 0, out={out})
T.scatter(x, 2, I([[[3]]]), 9.0, out={out})
T.scatter_add(x, 0, I([[[1]]]), y, out={out})
T.scatter_reduce(x, 0, I([[[1]]]), y, "sum", out={out})
T.index_add(x, 1, I([0]), y[:, :1], out={out})
T.index_copy(x, 1, I([0]), y[:, :1], out={out})
T.cat([x, y], 1, out={out})
T.stack([x, y], 1, out={out})
T.hstack([x, y], out={out})
T.vstack([x, y], out={out})
T.msort(x, out={out})
T.where(x > 0, x, y, out={out})
""".strip().splitlines()

BAGS = """
F.embedding_bag(I([[0, 1, 1], [3, 2, 0]]), m, mode="sum")
F.embedding_bag(I([[0, 1, 1], [3, 2, 0]]), m, mode="mean")
F.embedding_bag(I([[0, 1, 1], [3, 2, 0]]), m, mode="max")
F.embedding_bag(I([0, 1, 1, 3]), m, I([0, 1, 1]), mode="sum")
F.embedding_bag(I([0, 1, 1, 3]), m, I([0, 1, 1]), mode="mean")
F.embedding_bag(I([0, 1, 1, 3]), m, I([0, 1, 1]), mode="max")
F.embedding_bag(I([0, 1, 1, 3]), m, I([0, 2]), mode="mean", padding_idx=1)
F.embedding_bag(I([0, 1, 1, 3]), m, I([0, 2]), mode="sum", per_sample_weights=w)
F.embedding_bag(I([0, 1, 1, 3]), m, I([0, 2, 4]), mode="sum", include_last_offset=True)
""".strip().splitlines()

ERRORS = """
x[2]
x[-3]
x[0, 0, 4]
x[0, 0, 0, 0]
x[:, :, :, :]
s[0]
s[:]
x[1.0]
x["a"]
x[0.5:1]
x[::-1]
x[::0]
x[object()]
x[[0, 2]]
x[I([0, 1], "int16")]
x[I([0, 1], "int8")]
x[T.tensor([0.0, 1.0])]
x[I([-3])]
x[I([0, 1]), I([0, 1, 2])]
x[B([True, False, True])]
x[:, B([True, False])]
x[x[0] > 0]
z[I([0])]
a = x * 1; a[0] = T.ones(2, 3, 4); out = a
x[np.float32(1)]
a = x * 1; a[2] = 0; out = a
a = x * 1; a[0] = T.ones(5); out = a
a = x * 1; a[0] = "text"; out = a
a = x * 1; a[0] = None; out = a
a = x * 1; a[0] = [1, 2, 3, 4]; out = a
a = x * 1; a[[0, 5]] = 1; out = a
a = x * 1; a[[0, 1]] = T.ones(5, dtype=x.dtype); out = a
a = x * 1; a[[0, 1]] = T.ones(4, dtype=T.int64); out = a
a = x * 1; a[x > 0] = T.ones(3, dtype=x.dtype); out = a
a = x * 1; a[1:0] = T.ones(5, 3, 4); out = a
a = x * 1; a[0, 0, 0] = T.ones(2); out = a
a = x * 1; del a[0]; out = a
x.gather(3, I([[[0]]]))
x.gather(0, I([0]))
x.gather(0, I([[[2]]]))
x.gather(0, I([[[-1]]]))
x.gather(0, T.tensor([[[0.0]]]))
x.gather(1, I([0, 0, 0]).view(3, 1, 1))
x.scatter(0, I([[[5]]]), 1.0)
x.scatter(0, I([[[0]]]), T.ones(1, dtype=x.dtype))
x.scatter(0, I([[[0]]]), T.ones(1, 1, 1))
x.scatter(0, I([0]).expand(1, 1, 5), y)
x.scatter_add(0, I([[[0, 1, 1, 1, 1]]]), y)
x.scatter_add(0, I([[[2]]]), y)
x.scatter_reduce(0, I([[[0]]]), y, "median")
x.index_select(0, I([2]))
s.index_select(0, I([0, 0]))
x.index_select(0, I([-1]))
x.index_select(3, I([0]))
x.index_select(0, I([[0]]))
x.index_select(0, T.tensor([0.0]))
x.index_add(0, I([0, 1]), y[:1])
x.index_add(0, I([5]), y[:1])
x.index_add(0, I([0]), y[:1, :2])
x.index_add(0, I([0]), T.ones(1, 3, 4, dtype=T.int64))
x.index_copy(0, I([2]), y[:1])
x.index_copy(0, I([0, 1]), y[:1])
x.index_copy(0, I([0], "int32"), y[:1])
x.index_fill(0, I([2]), 1.0)
x.index_fill(0, I([0], "int32"), 1.0)
x.index_fill(0, I([0]), w)
x.index_put((I([0]),), T.ones(4))
x.index_put((I([0]), I([0]), I([0]), I([0])), s)
x.index_put((I([7]),), s)
T.take(x, I([24]))
T.take(x, T.tensor([0.0]))
T.take(z, I([0]))
x.put(I([0, 1]), w[:1])
x.put(I([30]), w[:1])
x.put(I([0]), T.ones(1))
T.take_along_dim(x, I([0]), 0)
T.take_along_dim(x, T.tensor([0.0]))
x.masked_fill(I([1, 0, 0, 1]), 0.0)
x.masked_fill(x > 0, w)
x.masked_fill(B([True, False]), 0.0)
x.masked_select(I([1, 0, 0, 1]))
x.masked_select(B([True, False]))
x.masked_scatter(x > 0, w[:1])
x.masked_scatter(x > 0, T.ones(24))
T.where(x, x, y)
T.where(x > 0, v, y)
F.embedding(I([4]), m)
F.embedding(I([-1]), m)
F.embedding(T.tensor([0.5]), m)
T.zeros(3, dtype=T.int8).masked_fill(B([True, False, True]), 300)
a = T.zeros(3, dtype=T.int8); a[0] = 300; out = a
a = T.zeros(3, dtype=T.int8); a[[0]] = 300; out = a
F.embedding(I([0]), m, padding_idx=4)
F.embedding(I([0]), v)
F.embedding(I([0]), x)
F.one_hot(I([3]), 2)
F.one_hot(I([-1]))
F.one_hot(T.tensor([1.0]))
F.one_hot(I([]))
T.bincount(I([-1]))
T.bincount(I([[1]]))
T.bincount(T.tensor([1.0]))
T.bincount(I([1]), weights=w)
T.bincount(I([1]), minlength=-1)
a = T.zeros(3, dtype=T.int64); a.masked_fill_(B([True, False, True]), T.tensor([1.5, 2.0])); out = a
""".strip().splitlines()


def _torch_takes(text, layout="contiguous", dtype="float64"):
    try:
        Run(torch, text, layout, dtype)
        return True
    except (RuntimeError, TypeError, NotImplementedError):
        return False


@pytest.mark.parametrize("text", GETITEM + OPS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_values(text, layout):
    if _torch_takes(text, layout):
        check_values(text, layout, strides="_scatter(" not in text)


@pytest.mark.parametrize("text", BAGS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_embedding_bag(text, layout):
    check_values(text, layout)
    check_gradients(text, layout, second=False)


@pytest.mark.parametrize("text", SETITEM)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_assignment(text, layout):
    check_values(text, layout)
    check_gradients(text, layout)


@pytest.mark.parametrize("text", GETITEM + OPS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_gradients(text, layout):
    # torch's second derivative leaves the frequencies out.
    if _torch_takes(text, layout):
        check_gradients(text, layout, second="by_freq" not in text)


@pytest.mark.parametrize("text", GETITEM + SETITEM + OPS)
@pytest.mark.parametrize("dtype", ["float32", "int64", "int32", "int16", "int8", "uint8", "bool"])
def test_dtypes(text, dtype):
    if _torch_takes(text, dtype=dtype):
        check_values(text, dtype=dtype)


@pytest.mark.parametrize("text", ERRORS)
def test_errors(text):
    check_error(text)


@pytest.mark.parametrize("text", OUT)
def test_out(text):
    check_values(f"o = T.empty(0, dtype=x.dtype); r = {text.format(out='o')}; out = (o, r)")
    results = Run(taut, f"o = T.empty(0, dtype=x.dtype); r = {text.format(out='o')}; out = (o, r)")
    assert results.outputs[0] is results.outputs[1]
    with pytest.raises(RuntimeError):
        Run(taut, f"out = {text.format(out='T.empty(0, dtype=x.dtype)')}", grad=True)


def test_assignment_to_a_recorded_result_is_seen_by_its_views():
    a = taut.ones(2, 3, requires_grad=True)
    b = a * 2
    row = b[1]
    b[1, 0] = 7.0
    assert row.tolist() == [7, 2, 2]
    (row * row).sum().backward()
    assert a.grad.tolist() == [[0, 0, 0], [0, 8, 8]]


def test_tied_embedding_adds_into_one_gradient():
    rng = np.random.default_rng(0)
    weight = rng.standard_normal((50, 8)).astype("float32")
    index = rng.integers(0, 50, (4, 6))
    grads = {}
    for lib in (taut, torch):
        w = lib.tensor(weight, requires_grad=True)
        h = lib.nn.functional.embedding(lib.tensor(index), w)
        logits = lib.nn.functional.linear(h.tanh(), w)
        again = lib.nn.functional.embedding(lib.tensor(index[0]), w)
        (logits.sum() + (again * again).sum()).backward()
        grads[lib] = w.grad.numpy()
    np.testing.assert_allclose(grads[taut], grads[torch], rtol=1e-4, atol=1e-5)


def test_embedding_max_norm_renormalises_the_rows_it_reads():
    rng = np.random.default_rng(0)
    weight = rng.standard_normal((5, 8)).astype("float32")
    for norm_type in (1.0, 2.0, float("inf")):
        results = []
        for lib in (taut, torch):
            w = lib.tensor(weight)
            out = lib.nn.functional.embedding(
                lib.tensor([[0, 3], [3, 0]]), w, max_norm=1.0, norm_type=norm_type
            )
            results.append((out.numpy(), w.numpy()))
        for mine, theirs in zip(*results):
            np.testing.assert_allclose(mine, theirs, rtol=1e-5)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "rows,length,picks", [(1000, 128, 5000), (7, 3, 100000), (50000, 1, 70000)]
)
def test_large_index_operations(dtype, rows, length, picks):
    rng = np.random.default_rng(1)
    table = rng.standard_normal((rows, length)).astype(dtype)
    index = rng.integers(0, rows, picks)
    results = []
    for lib in (taut, torch):
        t = lib.tensor(table, requires_grad=True)
        i = lib.tensor(index)
        taken = t[i]
        added = lib.zeros(rows, length, dtype=t.dtype).index_add(0, i, taken)
        spread = lib.zeros(rows, length, dtype=t.dtype).scatter_add(
            0, i[:, None].expand(picks, length), taken
        )
        (taken * 0.5 + t[i] * 2).sum().backward()
        results.append([taken.detach(), added.detach(), spread.detach(), t.grad])
    for mine, theirs in zip(*results):
        np.testing.assert_allclose(mine.numpy(), theirs.numpy(), rtol=2e-3, atol=2e-3)


def test_large_masks():
    rng = np.random.default_rng(2)
    values = rng.standard_normal(300_001).astype("float32")
    t = taut.tensor(values)
    mask = values > 0.3
    np.testing.assert_array_equal(t[taut.tensor(mask)].numpy(), values[mask])
    np.testing.assert_array_equal(taut.nonzero(taut.tensor(mask)).numpy()[:, 0], mask.nonzero()[0])
    t[taut.tensor(mask)] = 1
    values[mask] = 1
    np.testing.assert_array_equal(t.numpy(), values)


def test_duplicates_keep_the_last():
    a = taut.zeros(3)
    a[[1, 1, 1]] = taut.tensor([1.0, 2.0, 3.0])
    assert a.tolist() == [0, 3, 0]


def test_scatter_takes_a_larger_source():
    """Only the part of the source that the index covers has a gradient."""
    index = taut.tensor([[0, 2, 1], [1, 1, 0]])
    for op in ("scatter", "scatter_add"):
        base = taut.zeros(4, 3, dtype=taut.float64)
        source = taut.ones(4, 5, dtype=taut.float64).requires_grad_()
        getattr(base, op)(0, index, source).sum().backward()
        want = np.zeros((4, 5))
        want[:2, :3] = 1
        if op == "scatter":
            continue
        np.testing.assert_array_equal(source.grad.numpy(), want)


def test_embedding_of_nothing():
    empty = taut.nn.functional.embedding(taut.tensor([], dtype=taut.int64), taut.ones(3, 2))
    assert tuple(empty.shape) == (0, 2)
