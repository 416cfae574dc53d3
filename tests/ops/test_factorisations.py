"""Factorisations and what is made of them where PyTorch's samples do not go: against definitions and PyTorch."""

import numpy as np
import pytest
import torch

import taut

SHAPES = [(4, 4), (6, 3), (3, 6), (1, 5), (2, 5, 3), (2, 0, 3, 3), (0, 3), (3, 0)]


def of(a, dtype="float64"):
    return taut.from_numpy(np.asarray(a, dtype=dtype))


def drawn(shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("full", [False, True])
def test_svd_composes(shape, dtype, full):
    A = of(drawn(shape), dtype)
    U, S, Vh = taut.linalg.svd(A, full)
    m, n, k = *shape[-2:], min(shape[-2:])
    assert U.shape[-2:] == (m, m if full else k) and Vh.shape[-2:] == (n if full else k, n)
    tolerance = 1e-12 if dtype == "float64" else 1e-5
    again = (U[..., :k] * S.unsqueeze(-2)) @ Vh[..., :k, :]
    np.testing.assert_allclose(again.numpy(), A.numpy(), atol=tolerance)
    eye = np.broadcast_to(np.eye(U.shape[-1]), (*shape[:-2], *(U.shape[-1],) * 2))
    np.testing.assert_allclose((U.mT @ U).numpy(), eye, atol=tolerance)
    assert S.dtype == A.dtype and bool((S[..., :-1] >= S[..., 1:]).all())
    np.testing.assert_allclose(taut.linalg.svdvals(A).numpy(), S.numpy(), atol=tolerance)


@pytest.mark.parametrize("shape", [(4, 4), (5, 3), (3, 5), (2, 4, 3)], ids=str)
@pytest.mark.parametrize(
    "f",
    [
        lambda lib, A: lib.linalg.svdvals(A),
        lambda lib, A: lib.linalg.svd(A, False).U.abs(),
        lambda lib, A: lib.linalg.svd(A, False).Vh.abs(),
        lambda lib, A: lib.linalg.matrix_norm(A, "nuc"),
        lambda lib, A: lib.linalg.matrix_norm(A, 2),
        lambda lib, A: lib.linalg.matrix_norm(A, -2),
        lambda lib, A: lib.linalg.pinv(A),
        lambda lib, A: lib.linalg.cond(A),
        lambda lib, A: lib.linalg.eigvalsh(A @ A.mT),
        lambda lib, A: lib.linalg.eigh(A.mT @ A).eigenvectors.abs(),
        lambda lib, A: lib.linalg.cholesky(A.mT @ A),
        lambda lib, A: lib.linalg.det(A.mT @ A),
        lambda lib, A: lib.logdet(A.mT @ A),
        lambda lib, A: lib.linalg.inv(A.mT @ A),
        lambda lib, A: lib.linalg.solve_triangular(A.mT @ A, A.mT, upper=False),
        lambda lib, A: lib.linalg.solve_triangular(
            A.mT @ A, A, upper=True, left=False, unitriangular=True
        ),
    ],
)
def test_three_orders_of_derivatives(f, shape):
    found = []
    if shape[-1] > shape[-2]:
        shape = shape[:-2] + shape[:-3:-1]
    for lib in (torch, taut):
        A = lib.tensor(drawn(shape).tolist(), dtype=lib.float64, requires_grad=True)
        result = f(lib, A)
        first = lib.autograd.grad(result.sin().sum(), A, create_graph=True)[0]
        second = lib.autograd.grad((first * first).sum(), A, create_graph=True)[0]
        third = lib.autograd.grad(second.sin().sum(), A)[0]
        found.append([t.detach().numpy() for t in (result, first, second, third)])
    for theirs, mine in zip(*found, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-6, atol=1e-6 * np.abs(theirs).max())


def test_nuclear_norm_of_nothing_but_zeros():
    for lib in (torch, taut):
        A = lib.zeros(3, 4, dtype=lib.float64).requires_grad_()
        lib.linalg.norm(A, "nuc").backward()
        np.testing.assert_array_equal(np.abs(A.grad.numpy()), np.eye(3, 4))


@pytest.mark.parametrize("n", [1, 3, 47, 48, 49, 130])
@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("left", [False, True])
@pytest.mark.parametrize("unit", [False, True])
def test_triangular_systems_of_every_size(n, upper, left, unit):
    A = drawn((n, n)) / n + 2 * np.eye(n)
    B = drawn((2, n, 3) if left else (2, 3, n), 1)
    options = {"upper": upper, "left": left, "unitriangular": unit}
    theirs = torch.linalg.solve_triangular(torch.from_numpy(A), torch.from_numpy(B), **options)
    mine = taut.linalg.solve_triangular(of(A), of(B), **options)
    np.testing.assert_allclose(mine.numpy(), theirs.numpy(), rtol=1e-10, atol=1e-12)


SINGULAR = np.array([[1.0, 2.0], [2.0, 4.0]])


def test_singular_matrices():
    batch = of(np.stack([np.eye(2), SINGULAR]))
    result, info = taut.linalg.inv_ex(batch)
    assert info.tolist() == [0, 2] and info.dtype == taut.int32
    np.testing.assert_array_equal(result[0].numpy(), np.eye(2))
    assert not bool(result[1].isfinite().any())
    assert taut.linalg.solve_ex(of(SINGULAR), of([1.0, 1.0])).info.item() == 2
    with pytest.raises(taut.linalg.LinAlgError, match=r"\(Batch element 1\).*diagonal element 2"):
        taut.linalg.inv(batch)
    with pytest.raises(taut.linalg.LinAlgError, match="singular"):
        taut.linalg.solve(of(SINGULAR), of([1.0, 1.0]))
    assert taut.linalg.cond(of(SINGULAR), 1).item() == float("inf")
    assert taut.linalg.slogdet(of(np.zeros((2, 2)))).logabsdet.item() == -float("inf")


@pytest.mark.parametrize("rank", [0, 1, 2])
def test_gradient_of_a_determinant_that_is_zero(rank):
    A = drawn((3, 3))[:, :rank] @ drawn((3, 3), 1)[:rank] if rank else np.zeros((3, 3))
    A = np.where(np.abs(A) < 1e-300, 0, A)
    ours = of(A).requires_grad_()
    taut.linalg.det(ours).backward()
    cofactors = [
        [(-1) ** (i + j) * np.linalg.det(np.delete(np.delete(A, i, 0), j, 1)) for j in range(3)]
        for i in range(3)
    ]
    np.testing.assert_allclose(ours.grad.numpy(), cofactors, atol=1e-12)


def test_a_determinant_beyond_float32():
    large = of(1e30 * np.eye(2), "float32").requires_grad_()
    assert taut.linalg.det(large).item() == float("inf")
    assert taut.logdet(large).item() == pytest.approx(2 * np.log(1e30), rel=1e-5)
    assert taut.linalg.det(of(np.full((2, 2), np.nan))).isnan().item()


def test_results_beyond_float32_come_without_warnings():
    tiny = of([[1e-40, 0.0], [0.0, 1.0]], "float32")
    assert taut.linalg.inv(tiny)[0, 0].item() == float("inf")
    huge = of(np.full((2, 2), 3e38), "float32")
    assert taut.geqrf(huge)[0].shape == (2, 2)
    assert taut.linalg.eigvalsh(huge)[1].item() == float("inf")


def test_what_is_not_positive_definite():
    bad = of([[4.0, 2.0, 1.0], [2.0, 1.0, 1.0], [1.0, 1.0, 1.0]])
    L, info = taut.linalg.cholesky_ex(taut.stack([taut.eye(3).double(), bad]))
    assert info.tolist() == [0, 2]
    np.testing.assert_array_equal(L[0].numpy(), np.eye(3))
    assert L[1, 0, 0].item() == 2
    with pytest.raises(taut.linalg.LinAlgError, match="leading minor of order 2"):
        taut.linalg.cholesky(bad)
    nan = of(np.full((2, 2), np.nan))
    with pytest.raises(taut.linalg.LinAlgError, match="leading minor of order 1"):
        taut.linalg.cholesky(nan)


def test_what_is_not_finite():
    for value in (np.nan, np.inf):
        batch = of(np.stack([np.eye(2), np.full((2, 2), value)]))
        for f in (taut.linalg.svd, taut.linalg.svdvals):
            with pytest.raises(taut.linalg.LinAlgError, match="Batch element 1"):
                f(batch)
        values, vectors = taut.linalg.eigh(batch)
        assert values[0].tolist() == [1, 1] and bool(values[1].isnan().all())
        assert bool(vectors[1].isnan().all())


@pytest.mark.parametrize("driver", [None, "gels", "gelsy", "gelsd", "gelss"])
@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4), (2, 5, 3)], ids=str)
def test_least_squares(driver, shape):
    A, B = drawn(shape), drawn((*shape[:-1], 2), 1)
    theirs = torch.linalg.lstsq(torch.from_numpy(A), torch.from_numpy(B), driver=driver)
    mine = taut.linalg.lstsq(of(A), of(B), driver=driver)
    for a, b in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), atol=1e-10)


@pytest.mark.parametrize(
    "call",
    [
        lambda lib: lib.linalg.svd(lib.ones(3)),
        lambda lib: lib.linalg.svd(lib.ones(2, 2, dtype=lib.int64)),
        lambda lib: lib.linalg.svd(lib.ones(2, 2), driver="gesvd"),
        lambda lib: lib.linalg.svdvals(lib.ones(2, 2, dtype=lib.float16)),
        lambda lib: lib.linalg.eigh(lib.ones(2, 3)),
        lambda lib: lib.linalg.eigh(lib.ones(2, 2), "X"),
        lambda lib: lib.linalg.cholesky(lib.ones(2, 3)),
        lambda lib: lib.linalg.matrix_norm(lib.ones(2), 2),
        lambda lib: lib.linalg.matrix_norm(lib.ones(2, 2), 3),
        lambda lib: lib.linalg.matrix_norm(lib.ones(2, 2), "nuc", (0, 0)),
        lambda lib: lib.linalg.matrix_norm(lib.ones(2, 2), "nuc", (0, 2)),
        lambda lib: lib.linalg.matrix_norm(lib.ones(2, 2).double(), 2, dtype=lib.float32),
        lambda lib: lib.norm(lib.ones(2, 2, 2), "nuc"),
        lambda lib: lib.linalg.solve_triangular(lib.ones(2, 3), lib.ones(2, 1), upper=True),
        lambda lib: lib.linalg.solve_triangular(lib.ones(2, 2), lib.ones(3, 1), upper=True),
        lambda lib: lib.linalg.multi_dot([lib.ones(2, 2)]),
        lambda lib: lib.linalg.multi_dot([lib.ones(2, 2), lib.ones(3, 2)]),
        lambda lib: lib.linalg.cross(lib.ones(2), lib.ones(2)),
        lambda lib: lib.linalg.matrix_power(lib.ones(2, 3), 2),
        lambda lib: lib.linalg.matrix_power(lib.zeros(2, 2), -1),
        lambda lib: lib.linalg.lstsq(lib.ones(2, 2), lib.ones(3, 1)),
        lambda lib: lib.linalg.lstsq(lib.ones(2, 2), lib.ones(2, 1), driver="x"),
        lambda lib: lib.linalg.det(lib.ones(2, 3)),
        lambda lib: lib.linalg.pinv(lib.ones(2, 3), hermitian=True),
        lambda lib: lib.cholesky_solve(lib.ones(3, 1), lib.ones(2, 2)),
    ],
)  # fmt: skip
def test_errors(call):
    raised = []
    for lib in (torch, taut):
        with pytest.raises((RuntimeError, IndexError)) as error:
            call(lib)
        raised.append(error.value)
    assert isinstance(raised[1], IndexError) == isinstance(raised[0], IndexError)
