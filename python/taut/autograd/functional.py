"""Derivatives of a function as functions: products with its Jacobian and Hessian, and these whole.

Source: Pearlmutter, "Fast exact multiplication by the Hessian", 1994, for the products; products
with the Jacobian from the left twice give those from the right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import taut
from taut import Tensor

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]


def _as_tuple(value: Any, what: str, op: str) -> tuple[tuple[Tensor, ...], bool]:
    """The tensors of an argument, and whether they came in a tuple."""
    is_tuple = isinstance(value, tuple)
    tensors = value if is_tuple else (value,)
    for i, t in enumerate(tensors):
        if not isinstance(t, Tensor):
            raise TypeError(
                f"{op}: the {what} must be either a Tensor or a tuple of Tensors but the value at "
                f"index {i} has type {type(t)}."
            )
    return tensors, is_tuple


def _as_given(values: Sequence[Any], is_tuple: bool) -> Any:
    return tuple(values) if is_tuple else values[0]


def _inputs(inputs: Any, op: str, create_graph: bool) -> tuple[tuple[Tensor, ...], bool]:
    """The inputs as variables of their own: gradients stop at them unless create_graph."""
    tensors, is_tuple = _as_tuple(inputs, "inputs given to the function", op)
    if create_graph:
        return tuple(t.view_as(t) if t.requires_grad else _leaf(t) for t in tensors), is_tuple
    return tuple(map(_leaf, tensors)), is_tuple


def _leaf(tensor: Tensor) -> Tensor:
    return tensor.detach().requires_grad_()


def _outputs(outputs: Any, op: str, strict: bool) -> tuple[tuple[Tensor, ...], bool]:
    tensors, is_tuple = _as_tuple(outputs, "outputs of the user-provided function", op)
    for i, t in enumerate(tensors):
        if strict and not t.requires_grad:
            raise RuntimeError(
                f"{op}: Output {i} of the user-provided function does not require gradients. The "
                "outputs must be computed in a differentiable manner from the input when running "
                "in strict mode."
            )
    return tensors, is_tuple


def _scalar(outputs: tuple[Tensor, ...], op: str) -> Tensor:
    if len(outputs) != 1 or outputs[0].numel() != 1 or outputs[0].dim() > 1:
        raise RuntimeError(
            f"{op}: The output of the user-provided function must be a single element, got "
            f"{[tuple(y.shape) for y in outputs]}"
        )
    return outputs[0]


def _vectors(v: Any, like: tuple[Tensor, ...], op: str) -> tuple[Tensor, ...]:
    if v is None:
        if len(like) != 1 or like[0].numel() != 1:
            raise RuntimeError(
                f"{op}: The vector v can only be None if there is a single one-element tensor it "
                "would be multiplied with"
            )
        return (taut.ones_like(like[0]),)
    vectors, _ = _as_tuple(v, "vector v", op)
    if [tuple(a.shape) for a in vectors] != [tuple(b.shape) for b in like]:
        raise RuntimeError(
            f"{op}: v must have the shapes {[tuple(b.shape) for b in like]}, got "
            f"{[tuple(a.shape) for a in vectors]}"
        )
    return vectors


def _gradients(
    outputs: Sequence[Tensor],
    inputs: Sequence[Tensor],
    vectors: Sequence[Tensor],
    op: str,
    create_graph: bool,
    strict: bool,
) -> tuple[Tensor, ...]:
    """v J for each input: zeros where the outputs do not depend on it, an error when strict."""
    pairs = [(y, v) for y, v in zip(outputs, vectors) if y.requires_grad]
    found: Sequence[Tensor | None] = [None] * len(inputs)
    if pairs:
        roots, grads = zip(*pairs)
        found = taut.autograd.grad(
            roots, inputs, grads, create_graph=create_graph, retain_graph=True, allow_unused=True
        )
    for i, g in enumerate(found):
        if g is None and strict:
            raise RuntimeError(
                f"{op}: The output of the user-provided function is independent of input {i}. "
                "This is not allowed in strict mode."
            )
        if g is not None and strict and create_graph and not g.requires_grad:
            raise RuntimeError(
                f"{op}: The jacobian of the user-provided function is independent of input {i}. "
                "This is not allowed in strict mode when create_graph=True."
            )
    return tuple(taut.zeros_like(x) if g is None else g for x, g in zip(inputs, found))


def _finished(tensors: Sequence[Tensor], create_graph: bool) -> tuple[Tensor, ...]:
    return tuple(tensors) if create_graph else tuple(t.detach() for t in tensors)


def vjp(
    func: Callable[..., Any],
    inputs: Any,
    v: Any = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:
    """``func(*inputs)`` and the product of ``v`` with its Jacobian, :math:`v^T J`.

    Args:
        func: from tensors to a tensor or a tuple of tensors.
        inputs: a tensor or a tuple.
        v: as the outputs; may be left out for one output of one element.
        create_graph: make the results differentiable.
        strict: an input that does not matter is an error instead of a zero gradient.

    Returns:
        The outputs, and the products, shaped as the inputs.

    Raises:
        TypeError: inputs or outputs that are not tensors.
        RuntimeError: ``v`` of other shapes; in strict mode, independence.

    Example:
        >>> import taut
        >>> taut.autograd.functional.vjp(lambda x: x * x, taut.tensor([1.0, 2.0]), taut.ones(2))
        (tensor([1., 4.]), tensor([2., 4.]))
    """
    with taut.enable_grad():
        variables, in_tuple = _inputs(inputs, "vjp", create_graph)
        outputs, out_tuple = _outputs(func(*variables), "vjp", strict)
        vectors = _vectors(v, outputs, "vjp")
        products = _gradients(outputs, variables, vectors, "vjp", create_graph, strict)
    return (
        _as_given(_finished(outputs, create_graph), out_tuple),
        _as_given(_finished(products, create_graph), in_tuple),
    )


def _jvp(
    outputs: tuple[Tensor, ...],
    variables: tuple[Tensor, ...],
    vectors: tuple[Tensor, ...],
    op: str,
    create_graph: bool,
    strict: bool,
) -> tuple[Tensor, ...]:
    """J v, as the derivative of u J, which is linear in u, by u."""
    dummies = tuple(taut.zeros_like(y).requires_grad_() for y in outputs)
    products = _gradients(outputs, variables, dummies, op, True, strict)
    return _gradients(products, dummies, vectors, op, create_graph, strict)


def jvp(
    func: Callable[..., Any],
    inputs: Any,
    v: Any = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:
    """``func(*inputs)`` and the product of its Jacobian with ``v``, :math:`J v`.

    Args:
        func: from tensors to a tensor or a tuple of tensors.
        inputs: a tensor or a tuple.
        v: as the inputs; may be left out for one input of one element.
        create_graph: make the results differentiable.
        strict: an input that does not matter is an error instead of a zero product.

    Returns:
        The outputs, and the products, shaped as the outputs.

    Raises:
        TypeError: inputs or outputs that are not tensors.
        RuntimeError: ``v`` of other shapes; in strict mode, independence.

    Example:
        >>> import taut
        >>> taut.autograd.functional.jvp(lambda x: x.sum() * x, taut.ones(2), taut.ones(2))
        (tensor([2., 2.]), tensor([4., 4.]))
    """
    with taut.enable_grad():
        variables, _ = _inputs(inputs, "jvp", create_graph)
        vectors = _vectors(v, variables, "jvp")
        outputs, out_tuple = _outputs(func(*variables), "jvp", strict)
        products = _jvp(outputs, variables, vectors, "jvp", create_graph, strict)
    return (
        _as_given(_finished(outputs, create_graph), out_tuple),
        _as_given(_finished(products, create_graph), out_tuple),
    )


def jacobian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """The Jacobian of ``func``: for each output and input, a tensor of output shape + input shape.

    Args:
        func: from tensors to a tensor or a tuple of tensors.
        inputs: a tensor or a tuple.
        create_graph: make the result differentiable.
        strict: an input that does not matter is an error instead of zeros.
        vectorize: accepted.
        strategy: ``"reverse-mode"``.

    Returns:
        A tensor; a tuple of them where inputs or outputs are a tuple; where both are, a tuple for
        each output of tuples for each input.

    Raises:
        TypeError: inputs or outputs that are not tensors.
        NotImplementedError: another strategy.
        RuntimeError: in strict mode, independence.

    Example:
        >>> import taut
        >>> taut.autograd.functional.jacobian(lambda x: x * x, taut.tensor([1.0, 2.0]))
        tensor([[2., 0.],
                [0., 4.]])
    """
    if strategy != "reverse-mode":
        raise NotImplementedError(f"jacobian: strategy {strategy!r}; use 'reverse-mode'")
    with taut.enable_grad():
        variables, in_tuple = _inputs(inputs, "jacobian", create_graph)
        outputs, out_tuple = _outputs(func(*variables), "jacobian", strict)
        blocks = [_rows(y, variables, create_graph, strict) for y in outputs]
    finished = [_as_given(_finished(row, create_graph), in_tuple) for row in blocks]
    return _as_given(finished, out_tuple)


def _rows(
    output: Tensor, variables: tuple[Tensor, ...], create_graph: bool, strict: bool
) -> list[Tensor]:
    """The Jacobian of one output by each input, one vjp for each of its elements."""
    basis = taut.eye(output.numel(), dtype=output.dtype).reshape(output.numel(), *output.shape)
    rows = [
        _gradients((output,), variables, (unit,), "jacobian", create_graph, strict)
        for unit in basis
    ]
    return [
        taut.stack([row[i] for row in rows]).reshape(*output.shape, *x.shape)
        if rows
        else x.new_zeros(*output.shape, *x.shape)
        for i, x in enumerate(variables)
    ]


def hessian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """The Hessian of a function with a single-element output.

    Args:
        func: from tensors to a tensor of one element.
        inputs: a tensor or a tuple.
        create_graph: make the result differentiable.
        strict: an input that does not matter is an error instead of zeros.
        vectorize: accepted.
        outer_jacobian_strategy: ``"reverse-mode"``.

    Returns:
        A tensor of twice the input's shape, or a tuple of tuples of them.

    Raises:
        RuntimeError: the output has several elements; in strict mode, independence.

    Example:
        >>> import taut
        >>> taut.autograd.functional.hessian(lambda x: (x * x * x).sum(), taut.tensor([1.0, 2.0]))
        tensor([[ 6.,  0.],
                [ 0., 12.]])
    """
    _, in_tuple = _as_tuple(inputs, "inputs given to the function", "hessian")

    def gradient(*values: Tensor) -> tuple[Tensor, ...]:
        outputs, _ = _outputs(func(*values), "hessian", strict)
        one = taut.ones_like(_scalar(outputs, "hessian"))
        return _gradients(outputs, values, (one,), "hessian", True, strict)

    found = jacobian(
        gradient, inputs if in_tuple else (inputs,), create_graph, strict, vectorize,
        outer_jacobian_strategy,
    )  # fmt: skip
    return found if in_tuple else found[0][0]


def _hessian_product(
    func: Callable[..., Any],
    inputs: Any,
    v: Any,
    create_graph: bool,
    strict: bool,
    op: str,
) -> tuple[Any, Any]:
    """The Hessian is symmetric, so the product from the left is that from the right."""
    with taut.enable_grad():
        variables, in_tuple = _inputs(inputs, op, create_graph)
        vectors = _vectors(v, variables, op)
        outputs, _ = _outputs(func(*variables), op, strict)
        one = taut.ones_like(_scalar(outputs, op))
        gradient = _gradients(outputs, variables, (one,), op, True, strict)
        products = _gradients(gradient, variables, vectors, op, create_graph, strict)
    return (
        _finished(outputs, create_graph)[0],
        _as_given(_finished(products, create_graph), in_tuple),
    )


def vhp(
    func: Callable[..., Any],
    inputs: Any,
    v: Any = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:
    """``func(*inputs)`` and the product of ``v`` with its Hessian.

    Args:
        func: from tensors to a tensor of one element.
        inputs: a tensor or a tuple.
        v: as the inputs; may be left out for one input of one element.
        create_graph: make the results differentiable.
        strict: an input that does not matter is an error instead of a zero product.

    Raises:
        RuntimeError: the output has several elements, or ``v`` other shapes.

    Example:
        >>> import taut
        >>> taut.autograd.functional.vhp(lambda x: (x * x).sum(), taut.ones(2), taut.ones(2))
        (tensor(2.), tensor([2., 2.]))
    """
    return _hessian_product(func, inputs, v, create_graph, strict, "vhp")


def hvp(
    func: Callable[..., Any],
    inputs: Any,
    v: Any = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:
    """``func(*inputs)`` and the product of its Hessian with ``v``.

    Args:
        func: from tensors to a tensor of one element.
        inputs: a tensor or a tuple.
        v: as the inputs; may be left out for one input of one element.
        create_graph: make the results differentiable.
        strict: an input that does not matter is an error instead of a zero product.

    Raises:
        RuntimeError: the output has several elements, or ``v`` other shapes.

    Example:
        >>> import taut
        >>> taut.autograd.functional.hvp(lambda x: (x * x).sum(), taut.ones(2), taut.ones(2))
        (tensor(2.), tensor([2., 2.]))
    """
    return _hessian_product(func, inputs, v, create_graph, strict, "hvp")
