"""Differentiation: backward, grad, switches, custom functions.

Source: reverse-mode automatic differentiation, Griewank and Walther, "Evaluating Derivatives", 2008.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

from taut import _C
from taut.autograd.anomaly_mode import detect_anomaly, set_detect_anomaly
from taut.autograd.function import Function, once_differentiable
from taut.autograd.grad_mode import enable_grad, inference_mode, no_grad, set_grad_enabled
from taut.autograd.gradcheck import gradcheck, gradgradcheck

__all__ = [
    "Function",
    "backward",
    "detect_anomaly",
    "enable_grad",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "inference_mode",
    "no_grad",
    "once_differentiable",
    "set_detect_anomaly",
    "set_grad_enabled",
]


def _as_tuple(tensors: Any) -> tuple[Any, ...]:
    if tensors is None:
        return ()
    if isinstance(tensors, _C.TensorBase):
        return (tensors,)
    return tuple(tensors)


def _check_count(op: str, tensors: tuple[Any, ...], grads: tuple[Any, ...]) -> None:
    if grads and len(grads) != len(tensors):
        raise RuntimeError(f"{op}: got {len(tensors)} tensors and {len(grads)} gradients")


def backward(
    tensors: Any,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    grad_variables: Any = None,
    inputs: Any = None,
) -> None:
    """Adds the gradients of ``tensors`` into ``.grad`` of the graph's leaves.

    Args:
        tensors: a tensor or several.
        grad_tensors: gradient of each, of its shape; None for tensors of one element.
        retain_graph: keep saved values; as ``create_graph`` if None.
        create_graph: make the gradients differentiable.
        grad_variables: former name of ``grad_tensors``.
        inputs: take gradients of these only; all leaves if None.

    Raises:
        RuntimeError: no gradient given for more than one element, nothing to differentiate, or
            saved values already freed or changed.

    Example:
        >>> import taut
        >>> x = taut.tensor([1.0, 2.0], requires_grad=True)
        >>> taut.autograd.backward((x * x).sum())
        >>> x.grad
        tensor([2., 4.])
    """
    if inputs is not None and not isinstance(inputs, _C.TensorBase) and len(inputs) == 0:
        raise RuntimeError("backward: inputs argument cannot be empty.")
    roots = _as_tuple(tensors)
    grads = _as_tuple(grad_tensors if grad_tensors is not None else grad_variables)
    _check_count("backward", roots, grads)
    keep = create_graph if retain_graph is None else retain_graph
    _C._backward(roots, grads, keep, create_graph, _as_tuple(inputs))


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Any, ...]:
    """Gradients of ``outputs`` with respect to ``inputs``; ``.grad`` stays as it is.

    Args:
        outputs: a tensor or several.
        inputs: tensors to differentiate by.
        grad_outputs: gradient of each output; None for outputs of one element.
        retain_graph: keep saved values; as ``create_graph`` if None.
        create_graph: make the gradients differentiable.
        only_inputs: must be True.
        allow_unused: None instead of an error for an input that does not matter.
        is_grads_batched: each ``grad_outputs`` has a leading dimension; gradients get it too.
        materialize_grads: zeros instead of None for an input that does not matter.

    Returns:
        One gradient per input.

    Raises:
        RuntimeError: an input that does not require grad, or is unused without ``allow_unused``.

    Example:
        >>> import taut
        >>> x = taut.tensor(2.0, requires_grad=True)
        >>> taut.autograd.grad(x * x * x, x)
        (tensor(12.),)
    """
    if not only_inputs:
        raise ValueError("grad: only_inputs=False is not supported; use backward()")
    if materialize_grads and allow_unused is False:
        raise ValueError("grad: materialize_grads needs allow_unused True or None")
    roots, leaves, grads = _as_tuple(outputs), _as_tuple(inputs), _as_tuple(grad_outputs)
    _check_count("grad", roots, grads)
    keep = create_graph if retain_graph is None else retain_graph
    unused = materialize_grads if allow_unused is None else allow_unused
    if is_grads_batched:
        return _batched_grad(roots, leaves, grads, keep, create_graph, unused)
    result = _C._grad(roots, leaves, grads, keep, create_graph, unused)
    if materialize_grads:
        import taut

        result = tuple(
            taut.zeros_like(t, requires_grad=True) if g is None else g
            for g, t in zip(result, leaves, strict=True)
        )
    return result


def _batched_grad(
    roots: Sequence[Any],
    leaves: Sequence[Any],
    grads: Sequence[Any],
    keep: bool,
    create_graph: bool,
    unused: bool,
) -> tuple[Any, ...]:
    import taut

    count = grads[0].shape[0]
    rows = [
        _C._grad(
            roots, leaves, tuple(g[i] for g in grads), keep or i + 1 < count, create_graph, unused
        )
        for i in range(count)
    ]
    return tuple(
        None if column[0] is None else taut.stack(column) for column in zip(*rows, strict=True)
    )


def __getattr__(name: str) -> Any:
    if name in ("functional", "graph"):
        return importlib.import_module(f"taut.autograd.{name}")
    if name in ("Variable", "variable"):
        variable = importlib.import_module("taut.autograd.variable")
        return variable.Variable if name == "Variable" else variable
    raise AttributeError(f"module 'taut.autograd' has no attribute {name!r}")
