"""The inputs that PyTorch's own module tests use, as far as taut has the module."""

import functools
import io

import numpy as np
import pytest
import torch
from torch.testing._internal.common_modules import module_db

import taut

INFOS = {
    f"{info.module_cls.__module__}.{info.module_cls.__name__}": info
    for info in module_db
    if hasattr(taut.nn, info.module_cls.__name__)
}


def ours(value):
    """What PyTorch's test gives its module, for taut's."""
    if isinstance(value, torch.Tensor):
        return taut.from_numpy(value.detach().numpy().copy()).requires_grad_(value.requires_grad)
    if isinstance(value, (list, tuple)):
        return type(value)(map(ours, value))
    if isinstance(value, dict):
        return {k: ours(v) for k, v in value.items()}
    if isinstance(value, torch.dtype):
        return getattr(taut, str(value).rpartition(".")[2])
    if isinstance(value, torch.nn.Module):
        file = io.BytesIO()
        torch.save(value, file)
        file.seek(0)
        return taut.load(file, weights_only=False)
    if value in (torch.nn.functional.relu, torch.nn.functional.gelu):
        return getattr(taut.nn.functional, value.__name__)
    return value


def tensors(result, lib):
    if isinstance(result, (list, tuple)):
        return [t for part in result for t in tensors(part, lib)]
    return [result] if isinstance(result, lib.Tensor) else []


def use(lib, make, args, kwargs):
    """Results and gradients of the parameters, by name."""
    lib.manual_seed(0)
    module = make()
    lib.manual_seed(1)
    results = tensors(module(*args, **kwargs), lib)
    differentiable = [r.sum() for r in results if r.requires_grad]
    if differentiable:
        functools.reduce(lambda a, b: a + b, differentiable).backward()
    grads = {n: p.grad for n, p in module.named_parameters()}
    return [r.detach().numpy() for r in results], grads


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("name", INFOS)
def test_as_pytorch_tests_it(name, training):
    info = INFOS[name]
    inputs = info.module_inputs_func(
        info, device="cpu", dtype=torch.float32, requires_grad=True, training=training
    )
    for case in inputs:
        made, given = case.constructor_input, case.forward_input
        if given is None:
            continue
        copies = ours((made.args, made.kwargs)), ours((given.args, given.kwargs))

        def make(cls, args, kwargs):
            return cls(*args, **kwargs).train(training)

        theirs = use(
            torch,
            lambda: make(info.module_cls, made.args, made.kwargs),  # noqa: B023
            given.args,
            given.kwargs,
        )
        cls = getattr(taut.nn, info.module_cls.__name__)
        mine = use(taut, lambda: make(cls, *copies[0]), *copies[1])  # noqa: B023
        assert len(mine[0]) == len(theirs[0])
        for a, b in zip(mine[0], theirs[0]):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)
        assert list(mine[1]) == list(theirs[1])
        for key, grad in theirs[1].items():
            assert (mine[1][key] is None) == (grad is None), key
            if grad is not None:
                np.testing.assert_allclose(mine[1][key].numpy(), grad.numpy(), rtol=1e-3, atol=1e-4)


def test_the_database_is_used():
    assert len(INFOS) >= 70
