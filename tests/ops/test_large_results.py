"""Results that the caches cannot hold are stored past them: the values are those of small ones."""

import numpy as np
import pytest

import taut
import taut.nn.functional as F

# 64 MB of float32 and an odd rest: more than half of the caches of most machines.
ROWS, COLUMNS = 8193, 2048
COUNT = ROWS * COLUMNS + 5


@pytest.fixture(scope="module")
def flat():
    return np.random.default_rng(0).standard_normal(COUNT, dtype=np.float32)


@pytest.fixture(scope="module")
def matrix(flat):
    return flat[: ROWS * COLUMNS].reshape(ROWS, COLUMNS)


@pytest.fixture(autouse=True, params=[1, 2], ids=["1 thread", "2 threads"])
def threads(request):
    before = taut.get_num_threads()
    taut.set_num_threads(request.param)
    yield
    taut.set_num_threads(before)


def same(got, expected):
    assert got.shape == expected.shape
    np.testing.assert_array_equal(got.numpy(), expected)


def test_elementwise(flat):
    x = taut.from_numpy(flat)
    same(x + x, flat + flat)
    same(x * 2.5, flat * np.float32(2.5))
    same(x > 0, flat > 0)
    same(x.double(), flat.astype(np.float64))
    same(taut.where(x > 0, x, -1.0), np.where(flat > 0, flat, np.float32(-1)))
    np.testing.assert_allclose(taut.exp(x).numpy(), np.exp(flat), rtol=1e-6)


def test_a_part_that_begins_within_a_cache_line(flat):
    x = taut.from_numpy(flat)[3:]
    same(x - 1, flat[3:] - np.float32(1))
    same(x.clone(), flat[3:])
    out = taut.empty(COUNT)
    taut.add(x, x, out=out[3:])
    same(out[3:], flat[3:] + flat[3:])


def test_broadcast_and_transposed(matrix):
    x = taut.from_numpy(matrix)
    same(x + x[0], matrix + matrix[0])
    same(x + x[:, :1], matrix + matrix[:, :1])
    same((x + x[0]).t() * 2.0, (matrix + matrix[0]).T * np.float32(2))
    same(x[:, 1:] * 1.0, matrix[:, 1:])
    same(x[:, ::2] + 0.0, matrix[:, ::2])


def test_in_place_and_out(flat):
    x = taut.from_numpy(flat.copy())
    x += 1
    same(x, flat + np.float32(1))
    taut.mul(x, 2, out=x)
    same(x, (flat + np.float32(1)) * np.float32(2))


def test_gradients(flat):
    x = taut.tensor(flat, requires_grad=True)
    (x * x).sum().backward()
    same(x.grad, flat + flat)
    # The second time it is added to what is there.
    (x * x).sum().backward()
    same(x.grad, (flat + flat) * np.float32(2))
    F.relu(x).sum().backward()
    same(x.grad, (flat + flat) * np.float32(2) + (flat > 0))


@pytest.mark.parametrize(
    "dtype", ["uint8", "int16", "int32", "int64", "float64", "bool", "float16"]
)
def test_fill(dtype):
    value = 1 if dtype == "bool" else 77
    count = 70_000_001 // np.dtype(dtype).itemsize
    got = taut.full((count,), value, dtype=getattr(taut, dtype))
    same(got, np.full(count, value, dtype))
    part = got[1:-1]
    part.fill_(0)
    assert not part.any().item()
    assert got[0].item() == value and got[-1].item() == value
    assert not taut.zeros(count, dtype=getattr(taut, dtype)).any().item()


def test_copies_and_joins(matrix):
    x = taut.from_numpy(matrix)
    same(taut.cat([x, x]), np.concatenate([matrix, matrix]))
    same(taut.cat([x, x[:, :3]], 1), np.concatenate([matrix, matrix[:, :3]], 1))
    same(taut.stack([x[0], x[1]]), np.stack([matrix[0], matrix[1]]))
    target = taut.empty(ROWS, COLUMNS)
    target.copy_(x)
    same(target, matrix)
    target.copy_(x[0])
    same(target, np.broadcast_to(matrix[0], matrix.shape))


@pytest.mark.parametrize("columns", [2048, 100, 65, 3])
def test_rows_by_index(matrix, columns):
    table = np.ascontiguousarray(matrix[:, :columns])
    index = np.random.default_rng(1).integers(0, ROWS, 17_000_000 // columns)
    got = F.embedding(taut.from_numpy(index), taut.from_numpy(table))
    same(got, table[index])


@pytest.mark.parametrize("columns", [2048, 2047])
def test_row_functions(matrix, columns):
    rows = np.ascontiguousarray(matrix[:, :columns])
    x = taut.from_numpy(rows)
    wide = rows.astype(np.float64)
    shifted = np.exp(wide - wide.max(1, keepdims=True))
    softmax = shifted / shifted.sum(1, keepdims=True)
    np.testing.assert_allclose(F.softmax(x, 1).numpy(), softmax, rtol=1e-5, atol=0)
    np.testing.assert_allclose(F.log_softmax(x, 1).numpy(), np.log(softmax), rtol=1e-5, atol=0)
    normal = (wide - wide.mean(1, keepdims=True)) / np.sqrt(wide.var(1, keepdims=True) + 1e-5)
    np.testing.assert_allclose(F.layer_norm(x, (columns,)).numpy(), normal, rtol=1e-5, atol=1e-6)
    scaled = wide / np.sqrt((wide**2).mean(1, keepdims=True) + 1e-5)
    got = F.rms_norm(x, (columns,), eps=1e-5).numpy()
    np.testing.assert_allclose(got, scaled, rtol=1e-5, atol=1e-6)
