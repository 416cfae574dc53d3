"""Sparse tensors in coordinate form, as PyTorch has them and prints them."""

import copy
import io
import pickle

import numpy as np
import pytest
import torch

import taut
from both import builtin_type


def names(lib):
    """What the expressions below may use; s has a place twice and out of order."""
    indices = lib.tensor([[2, 0, 2]])
    values = lib.arange(6.0).reshape(3, 2)
    s = lib.sparse_coo_tensor(indices, values, (4, 2))
    return {
        "T": lib,
        "i": indices,
        "v": values,
        "s": s,
        "c": s.coalesce(),
        "z": lib.sparse_coo_tensor((4, 2), dtype=lib.float64),
        "d": lib.arange(8.0).reshape(4, 2),
        "e": lib.eye(3).to_sparse(),
    }


RESULTS = """
s
s.double()
s.half()
s.long()
s.to(T.float64)
c
c.coalesce() is c
s.coalesce().is_coalesced(), s.is_coalesced()
s.is_sparse, d.is_sparse, str(s.layout), str(d.layout)
s.sparse_dim(), s.dense_dim(), s._nnz(), s.dim(), s.numel(), tuple(s.shape), s.size(1), s.is_leaf
d.sparse_dim(), d.dense_dim()
c.indices(), c.values(), s._indices(), s._values()
s * 2
2 * s
s * T.tensor(2.0)
s * d
d * c
s.long() * 2.5
s / 2
c / T.tensor(4.0)
(c * 2).is_coalesced(), (c / 2).is_coalesced(), (-c).is_coalesced(), (s * 2).is_coalesced()
T.div(s, 2, rounding_mode="floor")
T.div(s, 2, rounding_mode="trunc")
s.clone().mul_(2)
s.clone().div_(4)
s.clone().mul_(T.tensor(3.0))
-s
s.clone().neg_()
s + s
s + c
c + c
s - s
s.add(c, alpha=2)
s.clone().add_(c, alpha=2)
s.clone().sub_(c, alpha=0.5)
s + s.double()
s.clone().add_(s.double())
e + e
d + s
d - s
d.clone().add_(s, alpha=0.5)
d.clone().sub_(s)
d.t().contiguous().t().add(s)
d.long() + s
d.double() + s
T.eye(3) + e
s.sum(), c.sum(), e.sum(), s.long().sum(), s.sum(dtype=T.float64)
s.norm(), s.norm(1), s.norm(float("inf")), s.norm(3)
s.clone().zero_()
T.zeros_like(s), T.empty_like(s), T.zeros_like(s, dtype=T.float64)
s.clone(), s.detach(), s.data
s.to_dense(), c.to_dense(), e.to_dense(), z.to_dense()
d.to_dense() is d
d.to_dense(T.float64)
T.eye(3).to_sparse()
T.eye(3).to_sparse(1)
T.tensor([[0.0, 0.0], [3.0, 0.0]]).to_sparse(1)
T.tensor([0, 3, 0]).to_sparse()
T.tensor([False, True]).to_sparse()
T.zeros(2, 3).to_sparse()
T.ones(2, 2, 2).to_sparse(2)
s.to_sparse()
s.to_sparse(1)
d.to_sparse_coo()
d.sparse_mask(s)
d.sparse_mask(c)
s.sparse_mask(c)
T.eye(3).sparse_mask(e)
z
z.coalesce()
z + z
s.clone().copy_(c)
T.sparse_coo_tensor([[1, 2]], [3.0, 4.0])
T.sparse_coo_tensor([[1, 2]], [3, 4], dtype=T.float64)
T.sparse_coo_tensor([[1, 2]], [3.0, 4.0], is_coalesced=True).is_coalesced()
T.sparse_coo_tensor([[1, 1], [0, 0]], [3.0, 4.0], (2, 2)).coalesce()
T.sparse_coo_tensor([[7]], 3.0, (9,))
T.sparse_coo_tensor([[1]], [True])
T.sparse_coo_tensor(T.tensor([[1]], dtype=T.int32), T.ones(1), (4,))
T.sparse_coo_tensor(T.tensor([[1.0]]), T.ones(1), (4,))
T.sparse_coo_tensor(T.zeros(0, 3, dtype=T.long), T.ones(3, 2), (2,)).to_dense()
T.sparse_coo_tensor(T.zeros(0, 3, dtype=T.long), T.ones(3, 2), (2,)).coalesce()
T.sparse_coo_tensor(i, v, (4, 2), requires_grad=True)
T.sparse_coo_tensor(i, v.requires_grad_(), (4, 2))
T.sparse_coo_tensor(T.arange(1200)[None], T.arange(1200.0))
T.sparse_coo_tensor(T.arange(40)[None], T.arange(80.0).reshape(40, 2))
T.sparse_coo_tensor(T.zeros(2, 30, dtype=T.long), T.ones(30), (4000000, 50000000))
T.nn.Parameter(s)
T.is_tensor(s), s.element_size(), s.is_floating_point(), s.is_same_size(d)
"""

ERRORS = """
s.indices()
s.values()
d.indices()
d.values()
d.coalesce()
d.is_coalesced()
d._indices()
d._values()
d._nnz()
s + 2
s - 1
s + T.tensor(1.0)
T.tensor(1.0) + s
s + d
s - d
s.clone().add_(d)
T.ones(3, 4, 2) + s
s + T.sparse_coo_tensor([[0]], T.ones(1, 3), (4, 3))
s + d.to_sparse()
d.long().add_(s)
s.norm(2, 0)
s.nbytes
s.numpy()
s.to_dense(T.float64)
s[0] = 1.0
T.eye(3).to_sparse(0)
T.eye(3).to_sparse(5)
s.to_sparse(2)
d.sparse_mask(d)
T.ones(4, 3).sparse_mask(s)
T.zeros(4, 2).copy_(s)
s.clone().copy_(d)
setattr(d, "data", s)
T.sparse_coo_tensor([[-1]], [1.0])
T.sparse_coo_tensor([[1]], [1.0], (4, 2))
T.sparse_coo_tensor([[1]], T.ones(1, 3), (4, 2))
T.sparse_coo_tensor([[1, 2]], [1.0], (4,))
T.sparse_coo_tensor([[1, 2]], [1.0])
T.sparse_coo_tensor([1], [1.0], (4,))
T.sparse_coo_tensor([[2, 1]], [3.0, 4.0], is_coalesced=True, check_invariants=True)
T.sparse_coo_tensor([[4]], [3.0], (4,), check_invariants=True)
T.sparse_coo_tensor([[1]], [3], requires_grad=True)
T.ones_like(s)
s.data_ptr()
s.tolist()
"""

# What does not know the layout says so, with nothing in the tensor as with something.
REFUSED = """
s.exp()
s.exp_()
s.view(-1)
s.view(T.int32)
s.reshape(-1)
s.t()
s.transpose(0, 1)
s.contiguous()
s == s
s > 0
2 / s
T.equal(s, s)
T.allclose(s, s)
s.fill_(1.0)
s.clamp_(0, 1)
s.abs()
s.max()
s.sort()
s.sum(0)
s @ d.t()
d.t() @ s
T.nn.functional.relu(s)
T.nn.functional.softmax(s, 0)
T.nn.functional.linear(d, s)
T.nn.functional.embedding(T.tensor([0]), s)
T.where(d > 0, s, d)
T.cat([s, s])
T.stack([d, s])
s.expand(3, 4, 2)
s.cumsum(0)
s.nonzero()
s.isnan()
s.masked_fill(d > 0, 1.0)
s.untyped_storage()
d.clone().copy_(s.t())
T.maximum(s, s)
s.narrow(0, 0, 1)
s.as_strided((2,), (1,))
s.unsqueeze(0)
s.flip(0)
s.repeat(2, 1)
s.tril()
d.index_add(0, T.tensor([0]), s)
d.masked_scatter(d > 0, s)
s.bernoulli()
s.normal_()
s * s
s.mean(0)
s.var()
s.argmax()
s.unique()
s.item()
s[0]
memoryview(s)
"""


def lines(text):
    return [line for line in text.strip().split("\n") if line]


def shown(value):
    if isinstance(value, tuple):
        return "\n".join(map(shown, value))
    return repr(value).replace("taut.", "torch.")


def ended(text, lib):
    try:
        exec(compile(text, "<row>", "exec"), names(lib)) if " = " in text else eval(
            text, names(lib)
        )
    except Exception as error:  # noqa: BLE001 - its type is compared
        return error
    return None


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("text", lines(RESULTS))
def test_gives_what_pytorch_gives(text):
    assert shown(eval(text, names(taut))) == shown(eval(text, names(torch)))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("text", lines(ERRORS))
def test_raises_what_pytorch_raises(text):
    theirs, ours = ended(text, torch), ended(text, taut)
    assert theirs is not None
    if builtin_type(theirs) is RuntimeError:  # NotImplementedError is one
        assert isinstance(ours, RuntimeError), ours
    else:
        assert builtin_type(ours) is builtin_type(theirs), ours


@pytest.mark.parametrize("empty", [False, True])
@pytest.mark.parametrize("text", lines(REFUSED))
def test_other_operations_refuse_the_layout(text, empty):
    scope = names(taut)
    if empty:
        scope["s"], scope["d"] = taut.sparse_coo_tensor((0, 2)), taut.zeros(0, 2)
    with pytest.raises((RuntimeError, TypeError, ValueError, IndexError, BufferError)):
        eval(text, scope)


def test_an_index_outside_is_refused_always():
    """PyTorch looks with check_invariants only."""
    with pytest.raises(RuntimeError, match="size is 4 but found index 4"):
        taut.sparse_coo_tensor([[4]], [3.0], (4,), check_invariants=False)
    with pytest.raises(RuntimeError, match="negative index"):
        taut.sparse_coo_tensor([[-1]], [3.0], (4,))


def test_a_square_one_is_not_transposed_silently():
    square = taut.sparse_coo_tensor([[0], [1]], [1.0], (2, 2))
    with pytest.raises(NotImplementedError, match="sparse layout"):
        square.t()
    with pytest.raises(RuntimeError):
        square.as_strided((2, 2), (1, 2))


def test_copies_share_nothing():
    s = names(taut)["s"]
    for made in (s.clone(), copy.deepcopy(s), pickle.loads(pickle.dumps(s))):
        assert repr(made) == repr(s)
        made._values().zero_()
        assert s._values().sum() == 15
    c = s.coalesce()
    assert pickle.loads(pickle.dumps(c)).is_coalesced()
    leaf = s.detach().requires_grad_()
    assert copy.deepcopy(leaf).requires_grad


def test_values_share_memory_with_what_they_were_made_of():
    values = taut.ones(2)
    s = taut.sparse_coo_tensor([[0, 1]], values)
    s.mul_(3)
    assert values.tolist() == [3, 3]


def test_detached_ones_see_changes():
    s = names(taut)["s"]
    other, version = s.detach(), s._version
    s.zero_()
    assert other._nnz() == 0
    assert s._version > version


@pytest.mark.parametrize("writes, reads", [(torch, taut), (taut, torch), (taut, taut)])
def test_files(writes, reads):
    file = io.BytesIO()
    scope = names(writes)
    writes.save({"s": scope["s"], "c": scope["c"]}, file)
    file.seek(0)
    found = reads.load(file)
    assert repr(found["s"]).replace("taut.", "torch.") == repr(names(torch)["s"])
    assert found["c"].is_coalesced()


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "bfloat16"])
def test_many_places(dims, dtype):
    rng = np.random.default_rng(dims)
    sizes, nnz = (5, 4, 3), 200
    indices = np.stack([rng.integers(0, n, nnz) for n in sizes[:dims]])
    values = rng.integers(-4, 5, (nnz, *sizes[dims:]))

    def made(lib, order=slice(None)):
        v = lib.tensor(values[order], dtype=getattr(lib, dtype))
        return lib.sparse_coo_tensor(lib.tensor(indices[:, order]), v, sizes)

    def both(f):
        theirs, ours = f(torch), f(taut)
        assert (theirs.is_sparse, tuple(theirs.shape)) == (ours.is_sparse, tuple(ours.shape))
        assert ours.to_dense().tolist() == theirs.to_dense().tolist()
        if theirs.is_sparse:
            assert ours.coalesce().indices().tolist() == theirs.coalesce().indices().tolist()
            assert ours.is_coalesced() == theirs.is_coalesced()

    half = slice(None, nnz // 2)
    dense = rng.integers(-4, 5, sizes)
    both(made)
    both(lambda t: made(t).coalesce())
    both(lambda t: made(t) + made(t, half))
    both(lambda t: made(t).coalesce() - made(t, half).coalesce())
    both(lambda t: t.tensor(dense, dtype=getattr(t, dtype)).add(made(t), alpha=2))
    both(lambda t: t.tensor(dense, dtype=getattr(t, dtype)).sparse_mask(made(t).coalesce()))
    both(lambda t: t.tensor(dense, dtype=getattr(t, dtype)).to_sparse(dims))
