"""Systems, inverses, exponentials and reflections: values, gradients of both orders, errors; against torch."""

import pytest
import torch

import taut


def tensors(lib, *shapes):
    generator = torch.Generator().manual_seed(0)
    made = []
    for shape in shapes:
        t = torch.randn(shape, dtype=torch.float64, generator=generator)
        if len(shape) > 1 and shape[-1] == shape[-2]:
            t = t + 3 * torch.eye(shape[-1], dtype=torch.float64)
        made.append((t if lib is torch else taut.from_torch(t)).requires_grad_())
    return made


CASES = {
    "solve": (lambda lib, a, b: lib.linalg.solve(a, b), (3, 3), (3, 2)),
    "solve a vector": (lambda lib, a, b: lib.linalg.solve(a, b), (3, 3), (3,)),
    "solve a batch": (lambda lib, a, b: lib.linalg.solve(a, b), (2, 3, 3), (2, 3, 4)),
    "solve batched vectors": (lambda lib, a, b: lib.linalg.solve(a, b), (2, 3, 3), (2, 3)),
    "solve broadcast": (lambda lib, a, b: lib.linalg.solve(a, b), (3, 3), (5, 3, 1)),
    "solve from the right": (lambda lib, a, b: lib.linalg.solve(a, b, left=False), (3, 3), (2, 3)),
    "inv": (lambda lib, a: lib.linalg.inv(a), (4, 4)),
    "inv of a batch": (lambda lib, a: lib.linalg.inv(a), (2, 1, 3, 3)),
    "exp": (lambda lib, a: lib.matrix_exp(a / 2), (3, 3)),
    "exp of large ones": (lambda lib, a: lib.linalg.matrix_exp(a), (2, 3, 3)),
    "exp of small ones": (lambda lib, a: lib.linalg.matrix_exp(a * 1e-3), (3, 3)),
    "reflections": (lambda lib, a, t: lib.linalg.householder_product(a, t), (5, 3), (3,)),
    "some reflections": (lambda lib, a, t: lib.linalg.householder_product(a, t), (2, 4, 3), (2, 2)),
}  # fmt: skip

# PyTorch's second derivatives of it are off by 5e-5 of the largest, ours by 3e-15 (of 60 digits).
TOLERANCES = {"exp of large ones": 2e-4}


@pytest.mark.parametrize("name", CASES)
def test_values_and_gradients(name):
    f, *shapes = CASES[name]
    found = []
    for lib in (taut, torch):
        inputs = tensors(lib, *shapes)
        result = f(lib, *inputs)
        first = lib.autograd.grad((result**3).sum(), inputs, create_graph=True)
        second = lib.autograd.grad(sum((g * g).sum() for g in first), inputs)
        found.append(
            [torch.tensor(t.tolist(), dtype=torch.float64) for t in (result, *first, *second)]
        )
    for ours, theirs in zip(*found):
        atol = TOLERANCES.get(name, 1e-6) * float(theirs.abs().max())
        torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=atol)


@pytest.mark.parametrize("shape", [(4, 4), (5, 3), (3, 5), (2, 4, 3)])
def test_geqrf(shape):
    (ours,), (theirs,) = tensors(taut, shape), tensors(torch, shape)
    for a, b in zip(taut.geqrf(ours), torch.geqrf(theirs)):
        torch.testing.assert_close(torch.tensor(a.tolist(), dtype=torch.float64), b.detach())


ERRORS = {
    "not square": lambda lib: lib.linalg.solve(lib.ones(2, 3), lib.ones(2)),
    "vector": lambda lib: lib.linalg.inv(lib.ones(3)),
    "integers": lambda lib: lib.linalg.inv(lib.eye(2, dtype=lib.int64)),
    "singular": lambda lib: lib.linalg.solve(lib.zeros(2, 2), lib.ones(2)),
    "sizes": lambda lib: lib.linalg.solve(lib.eye(2), lib.ones(3, 1)),
    "types": lambda lib: lib.linalg.solve(lib.eye(2), lib.ones(2, dtype=lib.float64)),
    "wide": lambda lib: lib.linalg.householder_product(lib.ones(2, 3), lib.ones(2)),
    "too many": lambda lib: lib.linalg.householder_product(lib.ones(3, 2), lib.ones(3)),
    "exp": lambda lib: lib.matrix_exp(lib.ones(2, 3)),
    "geqrf": lambda lib: lib.geqrf(lib.ones(3)),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors(name):
    for lib in (taut, torch):
        with pytest.raises(RuntimeError):
            ERRORS[name](lib)


def test_nothing_to_do():
    assert taut.linalg.inv(taut.zeros(0, 0)).shape == (0, 0)
    assert taut.matrix_exp(taut.zeros(2, 0, 0)).shape == (2, 0, 0)
