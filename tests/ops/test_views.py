"""Views, joining and rearranging: shapes, strides, aliasing, gradients, errors, as in torch."""

import numpy as np
import pytest
import torch

import taut
from op_programs import LAYOUTS, check_error, check_gradients, check_values

VIEWS = """
x.view(6, 4)
x.view(-1)
x.view(2, -1, 2)
x.view((3, 8))
x.view([24])
x.view(2, 3, 4, 1)
s.view(1, 1)
s.view(())
z.view(0, 5)
z.view(3, 0)
x.view(m.shape[0], 6)
x.view_as(y)
x.reshape(4, 6)
x.reshape(-1, 3)
x.reshape((12, 2))
T.reshape(x, (2, 12))
x.transpose(0, 1).reshape(6, 4)
x.transpose(1, 2).reshape(2, 12)
x.expand(2, 2, 3, 4).reshape(4, 12)
z.reshape(-1, 3)
x.reshape_as(m[:4, :3].repeat(2, 1))
x.flatten()
x.flatten(1)
x.flatten(0, 1)
x.flatten(start_dim=-2)
T.flatten(x, 1, 2)
s.flatten()
x.transpose(0, 1).flatten()
x.unflatten(2, (2, 2))
x.unflatten(-1, (-1, 2))
T.unflatten(x, 1, [3, 1])
x.ravel()
x.mT.ravel()
x[:, None].squeeze()
x[:, None].squeeze(1)
x[:, None].squeeze(0)
x[None, :, None].squeeze((0, 2))
x[None, :, None].squeeze((0, -1))
s.squeeze()
s.squeeze(0)
T.squeeze(x[:1], 0)
x.unsqueeze(0)
x.unsqueeze(-1)
x.unsqueeze(2)
T.unsqueeze(s, 0)
x.transpose(0, 2)
x.transpose(-1, 0)
T.transpose(x, 1, 2)
s.transpose(0, -1)
x.swapaxes(0, 1)
x.swapdims(1, 2)
m.t()
v.t()
s.t()
m.T
m.mT
x.mT
b.mT
x.permute(2, 0, 1)
x.permute((1, 2, 0))
x.permute(-1, 0, 1)
T.permute(x, (2, 1, 0))
s.permute(())
x.movedim(0, 2)
x.movedim(-1, 0)
b.movedim((0, 1), (-1, -2))
T.movedim(b, [3, 0], [0, 1])
T.moveaxis(x, 0, 1)
x.expand(5, 2, 3, 4)
w.expand(3, 4)
w.expand(3, -1)
w[:, None].expand(-1, 3)
w[:, None].expand((4, 0))
s.expand(2, 3)
s.expand(())
w.expand_as(m.t())
w.expand_as(x)
T.broadcast_to(w, (2, 4))
x.broadcast_to((2, 2, 3, 4))
T.broadcast_tensors(w, x, s)
T.broadcast_tensors(m[:, :1], m[:1])
x.narrow(2, 1, 2)
x.narrow(1, -2, 1)
x.narrow(0, 2, 0)
T.narrow(x, -1, 0, 4)
x.narrow(2, T.tensor(1), 2)
x.select(0, 1)
x.select(-1, -1)
T.select(x, 1, 2)
v.select(0, 3)
x.split(2, dim=2)
x.split(3, -1)
v.split(4)
x.split([1, 3], dim=2)
T.split(x, [2, 0, 1], 1)
T.split(z, 2)
T.split(x, (1, 1))
x.split_with_sizes([1, 2], 1)
x.chunk(2)
x.chunk(3, dim=2)
x.chunk(10, 1)
v.chunk(4)
T.chunk(m, 2, -1)
v.tensor_split(4)
v.tensor_split((1, 4))
v.tensor_split((4, 1, 9))
x.tensor_split(3, dim=2)
x.tensor_split(T.tensor([1, 2]), dim=2)
x.tensor_split(T.tensor(2), 1)
T.hsplit(m, [1, 3])
T.hsplit(v, 2)
T.vsplit(m, 2)
T.dsplit(x, 2)
x.unbind()
x.unbind(-1)
T.unbind(x, 1)
z.unbind(0)
z.unbind(1)
x.diagonal()
x.diagonal(1, 1, 2)
x.diagonal(-1, dim1=2, dim2=0)
m.diagonal(10)
m.diagonal(-2)
b.diagonal(0, -1, -2)
T.diagonal(q, 1)
T.diag(q)
T.diag(m, -1)
v.unfold(0, 3, 2)
x.unfold(2, 2, 1)
x.unfold(1, 3, 1)
x.unfold(-1, 4, 7)
s.unfold(0, 1, 1)
v.unfold(0, 0, 2)
v.as_strided((2, 3), (3, 1))
v.as_strided((3, 2), (1, 1), 1)
v.as_strided((2,), (0,), 5)
v.as_strided((0, 2), (2, 1), 99)
T.as_strided(v, (2, 2), (1, 2), 1)
x.contiguous()
x.detach()
x.real
x.view(2, 3, 2, 2).transpose(1, 2)
x.adjoint() if x.dim() == 2 else x.mT
T.atleast_1d(s)
T.atleast_2d(s, v, m)
T.atleast_3d(s, v, m, x)
T.atleast_1d(x)
T.t(m)
T.ravel(x)
""".strip().splitlines()

COPIES = """
x.clone()
x.mT.clone()
x.expand(2, 2, 3, 4).clone()
x.clone(memory_format=T.contiguous_format)
x.transpose(0, 1).contiguous()
T.stack([x, y])
T.stack((x, y), dim=2)
T.stack((x, y), -1)
T.stack([s, s])
T.stack([z, z], 1)
T.cat([x, y])
T.cat((x, y, x), dim=1)
T.cat([x, y], -1)
T.cat([x, T.tensor([], dtype=x.dtype)])
T.cat([z, z], 1)
T.cat([x[:, :1], y, x[:, 1:]], 1)
T.cat([x.mT, y.mT], 1)
T.concat([v, v])
T.concatenate([v, w], axis=0)
T.cat([m, q], 1)
T.hstack([v, w])
T.hstack([m, q])
T.hstack([s, s])
T.vstack([w, q])
T.row_stack([w, w])
T.dstack([m, m])
T.dstack([v, v])
T.column_stack([w, q])
T.column_stack([s, s])
v.tile(2)
v.tile((2, 3))
x.tile(2)
x.tile((2, 1, 1, 2))
T.tile(s, (2,))
v.repeat(2)
v.repeat(2, 3)
x.repeat(1, 2, 1)
x.repeat((2, 1, 1, 1))
s.repeat(3)
s.repeat(())
x.repeat(0, 1, 1)
z.repeat(2, 2)
x.repeat_interleave(2)
x.repeat_interleave(3, dim=1)
x.repeat_interleave(I([0, 2, 1]), dim=1)
x.repeat_interleave(I([2]), dim=2)
T.repeat_interleave(v, I([1, 2, 3, 0, 1, 1]))
T.repeat_interleave(I([1, 0, 3]))
x.repeat_interleave(I([1, 2]), 0, output_size=3)
x.roll(1)
x.roll(-2, 2)
x.roll((1, -1), (0, 2))
x.roll(shifts=7, dims=-1)
T.roll(x, (1, 1), (1, 1))
z.roll(1, 0)
s.roll(1)
x.flip(0)
x.flip(0, 2)
x.flip((1, -1))
x.flip(())
s.flip(())
T.flip(z, (0, 1))
T.fliplr(m)
T.flipud(m)
T.rot90(m)
T.rot90(x, 2, (1, 2))
T.rot90(x, 3, (0, 2))
T.rot90(x, -1, [0, 1])
m.rot90(4)
T.meshgrid(w, v, indexing="ij")
T.meshgrid(w, v, indexing="xy")
T.meshgrid([w, v, s], indexing="ij")
m.tril()
m.triu()
x.tril(1)
x.triu(-1)
x.mT.triu(2)
T.tril(m, 10)
T.triu(m, -10)
z.tril()
T.diag(v)
T.diag(w, 2)
T.diag(w, -1)
T.diag_embed(m)
T.diag_embed(x, 1)
T.diag_embed(x, -2, 0, 2)
T.diagflat(x[0, :2], 1)
T.block_diag(m, w, s)
T.block_diag(m, q)
T.cartesian_prod(w, v)
T.cartesian_prod(w)
T.combinations(w)
T.combinations(w, 2, with_replacement=True)
F.pad(m, (1, 2))
F.pad(m, (1, 2, 0, 3), value=2.5)
F.pad(x, (-1, 1))
F.pad(x, (0, 0, -1, -1, 2, 0), "constant", 7)
F.pad(m, (-3, -2))
F.pad(z, (1, 1, 1, 1))
T.constant_pad_nd(x, (1, 1), 3.0)
F.pad(x, (2, 1), mode="reflect")
F.pad(b, (3, 2, 1, 3), mode="reflect")
F.pad(b[None], (1, 1, 2, 2, 1, 0), mode="reflect")
F.pad(x, (5, 1), mode="replicate")
F.pad(b, (1, 2, 3, 4), mode="replicate")
F.pad(b[None], (1, 1, 0, 2, 1, 0), mode="replicate")
F.pad(x, (2, 3), mode="circular")
F.pad(b, (5, 2, 4, 1), mode="circular")
F.pad(b[None], (1, 1, 2, 2, 1, 0), mode="circular")
F.pad(m, (2, 1), mode="reflect")
F.pad(x, (-1, 2), mode="reflect")
F.pad(x, (-1, 2), mode="replicate")
F.pad(x, (-1, 2), mode="circular")
T.diagonal_scatter(q, w)
T.select_scatter(x, w.expand(3, 4), 0, 1)
T.slice_scatter(x, y[:, :1], 1, 1, 2)
T.tril_indices(3, 4, -1)
T.triu_indices(4, 3, 1)
""".strip().splitlines()

# Writes through views and to bases of views, by statements.
IN_PLACE = """
a = x * 1; a[0] = y[1]; out = a
a = x * 1; a[0].mul_(2); out = a
a = x * 1; b_ = a.view(6, 4); b_.mul_(y.view(6, 4)); out = (a, b_)
a = x * 1; b_ = a.transpose(0, 2)[1]; b_ += 3; b_ *= y[:, :, 1].t(); out = (a, b_)
a = x * 1; b_ = a[:, 1]; a.mul_(2); out = (a * 1, b_ * 3)
a = x * 1; b_, c = a[0], a[0, 1]; c.copy_(w); out = (a, b_, c)
a = x * 1; a.select(1, 0).copy_(a.select(1, 1)); out = a
a = x * 1; a.narrow(2, 1, 2).zero_(); out = a
a = x * 1; a.diagonal(0, 1, 2).mul_(-1); out = a
a = q * 1; a.t().add_(q); out = a
a = q * 1; a.as_strided((4,), (5,)).mul_(w); out = a
a = x * 1; a.squeeze_().unsqueeze_(0); out = a * 2
a = x * 1; a.transpose_(0, 1); a.mul_(3); out = a
a = m * 1; a.t_(); out = a * 2
a = m * 1; a.tril_(); out = a
a = m * 1; a.triu_(1); out = a
a = v * 1; a.unfold(0, 2, 2).mul_(2); out = a
a = T.zeros(2, 3, 4, dtype=x.dtype); a[:] = x; out = a
a = T.zeros(3, 4, dtype=x.dtype); a[1] = w; a[:, 2] = x[0, :, 0]; out = a
a = x.detach(); a.view(-1)[3] = 9; out = a
a = x * 1; c = a.expand(2, 2, 3, 4); a.add_(1); out = c
""".strip().splitlines()

ERRORS = """
x.view(5, 5)
x.view(-1, -1)
x.view(-1, 5)
x.transpose(0, 1).view(24)
x.view(-2, 12)
x.reshape(7)
x.reshape(-1, 0)
z.view(-1, 0)
x.flatten(2, 1)
x.flatten(3)
x.unflatten(0, (3, 1))
x.unflatten(5, (1,))
x.squeeze(3)
x.unsqueeze(4)
x.unsqueeze(-5)
x.transpose(0, 3)
x.t()
x.permute(0, 1)
x.permute(0, 1, 1)
x.permute(0, 1, 5)
x.movedim(0, 5)
x.movedim((0, 1), (0,))
x.movedim((0, 0), (1, 2))
w.expand(3)
w.expand(3, 5)
x.expand(4)
w.expand(-1, 4)
T.broadcast_to(x, (3, 4))
T.broadcast_tensors(v, w)
x.narrow(0, 1, 2)
x.narrow(0, 0, -1)
x.narrow(0, -5, 1)
x.narrow(4, 0, 1)
x.select(0, 2)
x.select(3, 0)
s.select(0, 0)
x.split(-1)
x.split(0)
x.split([1, 2], 0)
x.split([-1, 3], 0)
x.split(1, 4)
x.chunk(0)
s.chunk(1)
x.tensor_split(0)
x.unbind(3)
s.unbind()
x.diagonal(0, 1, 1)
x.diagonal(0, 0, 4)
v.diagonal()
T.diag(x)
v.unfold(0, 7, 1)
v.unfold(0, 2, 0)
v.unfold(0, -1, 1)
v.unfold(1, 1, 1)
v.as_strided((7,), (1,))
v.as_strided((2,), (1, 1))
v.as_strided((2,), (-1,))
T.stack([])
T.stack([x, w])
T.cat([])
T.cat([x, m])
T.cat([x, x], 3)
T.cat([s, s])
T.cat([x, y[:, :2]])
x.repeat(2)
x.repeat(-1, 1, 1)
x.repeat_interleave(-1)
x.repeat_interleave(I([1, 2, 3]), 0)
x.repeat_interleave(I([[1, 2]]), 0)
x.roll((1, 2), 0)
x.roll(1, 3)
x.flip(0, 0)
x.flip(4)
T.rot90(v)
T.rot90(x, 1, (0, 0))
T.rot90(x, 1, (0,))
v.tril()
T.fliplr(v)
F.pad(m, (1,))
F.pad(m, (1, 1, 1, 1, 1, 1))
F.pad(m, (-6, 0))
F.pad(x, (4, 0), mode="reflect")
F.pad(v, (1, 1), mode="reflect")
F.pad(x, (1, 1), mode="bogus")
F.pad(b, (6, 0, 0, 0), mode="circular")
F.pad(x, (1, 1), mode="reflect", value=1)
T.meshgrid(m, v, indexing="ij")
T.meshgrid(w, v, indexing="no")
T.block_diag(x)
a = x * 1; a.expand(2, 2, 3, 4).add_(T.ones(5)); out = a
x.view(T.int32) if x.dtype == T.bool else x.view(24, 2)
""".strip().splitlines()


@pytest.mark.parametrize("text", VIEWS + COPIES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_values(text, layout):
    if layout != "contiguous" and not _torch_takes(text, layout):
        check_error_in(text, layout)
        return
    check_values(text, layout, strides="_scatter(" not in text)


def _torch_takes(text, layout):
    from op_programs import Run

    try:
        Run(torch, text, layout)
        return True
    except RuntimeError:
        return False


def check_error_in(text, layout):
    from op_programs import Run

    with pytest.raises(RuntimeError):
        Run(taut, text, layout)


@pytest.mark.parametrize("text", VIEWS + COPIES)
def test_gradients(text):
    if "indices(" in text:
        pytest.skip("takes no tensor")
    check_gradients(text)


@pytest.mark.parametrize("text", [t for t in VIEWS + COPIES if "view(" not in t])
@pytest.mark.parametrize("layout", ["transposed", "strided"])
def test_gradients_layouts(text, layout):
    if _torch_takes(text, layout):
        check_gradients(text, layout)


@pytest.mark.parametrize("text", IN_PLACE)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_in_place(text, layout):
    if _torch_takes(text, layout):
        check_values(text, layout)
        check_gradients(text, layout)


@pytest.mark.parametrize("text", COPIES)
@pytest.mark.parametrize("dtype", ["float32", "int64", "int8", "uint8", "bool", "int16", "int32"])
def test_dtypes(text, dtype):
    if "2.5" in text and not dtype.startswith("float"):
        pytest.skip("the fill value needs a floating type")
    if _accepts(text, dtype):
        check_values(text, dtype=dtype)


def _accepts(text, dtype):
    from op_programs import Run

    try:
        Run(torch, text, dtype=dtype)
        return True
    except (RuntimeError, NotImplementedError):
        return False


@pytest.mark.parametrize("text", ERRORS)
def test_errors(text):
    check_error(text)


@pytest.mark.parametrize("source", ["float32", "int64", "uint8", "int16", "float64"])
@pytest.mark.parametrize("target", ["float32", "int64", "uint8", "int16", "float64", "int8"])
def test_view_dtype(source, target):
    values = np.arange(64).reshape(4, 16).astype(source)
    for lib_view in ("plain", "offset"):
        results = []
        for lib in (taut, torch):
            t = lib.tensor(values)
            t = t[1:] if lib_view == "offset" else t
            results.append(t.view(getattr(lib, target)))
        mine, theirs = results
        assert tuple(mine.shape) == tuple(theirs.shape)
        assert tuple(mine.stride()) == tuple(theirs.stride())
        np.testing.assert_array_equal(mine.numpy().view(np.uint8), theirs.numpy().view(np.uint8))


def test_view_dtype_needs_divisible_rows():
    with pytest.raises(RuntimeError):
        taut.zeros(3, 3, dtype=taut.int8).view(taut.int32)
    with pytest.raises(RuntimeError):
        taut.zeros(4, 4).t().view(taut.float64)
    with pytest.raises(RuntimeError):
        taut.tensor(1.0).view(taut.int8)


def test_view_shares_version():
    a = taut.zeros(4, 4)
    b = a.view(16)[2:]
    before = a._version
    b.add_(1)
    assert a._version == before + 1 == b._version
    assert b._base is a


def test_saved_value_changed_through_a_view():
    a = taut.ones(4, requires_grad=True)
    b = a * 2
    c = b * b
    b[1:].add_(1)
    with pytest.raises(RuntimeError, match="modified"):
        c.sum().backward()


def test_in_place_on_a_leaf_and_its_view():
    leaf = taut.ones(3, requires_grad=True)
    with pytest.raises(RuntimeError, match="leaf"):
        leaf.add_(1)
    with pytest.raises(RuntimeError, match="leaf"):
        leaf[0] = 2
    with taut.no_grad():
        leaf[0] = 2
    assert leaf.tolist() == [2, 1, 1]


def test_iteration_gives_views():
    a = taut.arange(6.0).view(2, 3)
    for row in a:
        row.add_(1)
    assert a.tolist() == [[1, 2, 3], [4, 5, 6]]
    with pytest.raises(TypeError):
        iter(taut.tensor(1.0)).__next__()


def test_large_transposed_copy():
    rng = np.random.default_rng(0)
    for dtype in ("float32", "float64", "int16", "uint8"):
        for shape in ((70, 130), (3, 65, 33), (2, 5, 64, 48)):
            values = (rng.random(shape) * 100).astype(dtype)
            got = taut.tensor(values).mT.contiguous()
            np.testing.assert_array_equal(got.numpy(), np.swapaxes(values, -1, -2))
            assert got.is_contiguous()


def test_slice_gradients_write_only_their_part():
    x = taut.zeros(100, 8, requires_grad=True)
    y = x * 1
    loss = sum((y[i] * (i + 1)).sum() for i in range(100))
    loss.backward()
    np.testing.assert_array_equal(x.grad.numpy(), np.arange(1, 101)[:, None].repeat(8, 1))
