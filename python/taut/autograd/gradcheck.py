"""Gradients against finite differences, of first and second order."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import taut
from taut import Tensor

__all__ = ["GradcheckError", "gradcheck", "gradgradcheck"]


class GradcheckError(RuntimeError):
    """A gradient that disagrees with its finite difference."""


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    r"""Compare the gradients that backward gives with central differences.

    For every output element :math:`y_i` and every element :math:`x_j` of an input that requires
    grad, :math:`\partial y_i / \partial x_j` must agree with
    :math:`(y_i(x_j + \epsilon) - y_i(x_j - \epsilon)) / 2\epsilon` within
    ``atol + rtol * |difference|``.

    Args:
        func: from tensors to a tensor or several; must not depend on chance.
        inputs: a tensor, or the arguments; floating ones that require grad should be float64.
        eps: the perturbation.
        atol, rtol: the tolerances.
        raise_exception: raise, or return False.
        nondet_tol: how much two backwards may differ.
        check_undefined_grad: differentiate each output with the others left out, too; with False
            they get gradients of zeros.
        check_grad_dtypes: gradients must have their input's dtype.
        check_batched_grad: ``is_grads_batched`` must give the same.
        check_batched_forward_grad, check_forward_ad: not supported; there is no forward mode.
        check_backward_ad: whether to check backward at all.
        fast_mode: compare one random projection of the Jacobian instead of every element.
        masked: accepted; tensors are dense.

    Returns:
        True, or False where ``raise_exception`` is off.

    Raises:
        GradcheckError: a gradient is wrong.
        ValueError: no input requires grad.
        NotImplementedError: forward mode is asked for.

    Example:
        >>> import taut
        >>> x = taut.tensor([0.3, -1.2], dtype=taut.float64, requires_grad=True)
        >>> taut.autograd.gradcheck(lambda x: x * x, x)
        True
    """
    if check_forward_ad or check_batched_forward_grad:
        raise NotImplementedError("gradcheck: forward-mode differentiation is not supported")
    args = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    variables = _checked_inputs(args)
    check = _Check(
        func, args, variables, eps, atol, rtol, nondet_tol, check_undefined_grad,
        check_grad_dtypes, check_batched_grad,
    )  # fmt: skip
    try:
        if check_backward_ad:
            check.run_fast() if fast_mode else check.run_slow()
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """:func:`gradcheck` of the gradients themselves, with respect to inputs and ``grad_outputs``.

    Args:
        func: from tensors to a tensor or several.
        inputs: a tensor, or the arguments.
        grad_outputs: the gradients of the outputs; random when None.
        gen_non_contig_grad_outputs: make the random ones non-contiguous.
        check_fwd_over_rev: not supported; there is no forward mode.
        check_rev_over_rev: whether to check backward of backward at all.
        eps, atol, rtol, raise_exception, nondet_tol, check_undefined_grad, check_grad_dtypes,
            check_batched_grad, fast_mode, masked: see :func:`gradcheck`.

    Raises:
        GradcheckError: a second derivative is wrong.

    Example:
        >>> import taut
        >>> x = taut.tensor([0.3, -1.2], dtype=taut.float64, requires_grad=True)
        >>> taut.autograd.gradgradcheck(lambda x: x * x * x, x)
        True
    """
    if check_fwd_over_rev:
        raise NotImplementedError("gradgradcheck: forward-mode differentiation is not supported")
    args = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    if grad_outputs is None:
        outputs = _differentiable(func(*args))
        grads = tuple(_random_like(y, gen_non_contig_grad_outputs) for y in outputs)
    else:
        grads = (grad_outputs,) if isinstance(grad_outputs, Tensor) else tuple(grad_outputs)
    variables = [i for i, x in enumerate(args) if _is_variable(x)]

    def gradients(*values: Any) -> tuple[Tensor, ...]:
        values, given = values[: -len(grads) or None], values[len(values) - len(grads) :]
        # Backward need not be differentiable in the values themselves, only in what they stand for.
        sources = [values[i] for i in variables]
        results = taut.autograd.grad(
            _differentiable(func(*values)), sources, given, create_graph=True, allow_unused=True
        )
        return tuple(g for g in results if g is not None)

    return gradcheck(
        gradients, args + grads, eps=eps, atol=atol, rtol=rtol, raise_exception=raise_exception,
        nondet_tol=nondet_tol, check_undefined_grad=check_undefined_grad,
        check_grad_dtypes=check_grad_dtypes, check_batched_grad=check_batched_grad,
        check_backward_ad=check_rev_over_rev, fast_mode=fast_mode, masked=masked,
    )  # fmt: skip


def _is_variable(value: Any) -> bool:
    return isinstance(value, Tensor) and value.requires_grad


def _tensors(outputs: Any) -> list[Tensor]:
    return [outputs] if isinstance(outputs, Tensor) else list(outputs)


def _differentiable(outputs: Any) -> list[Tensor]:
    return [y for y in _tensors(outputs) if isinstance(y, Tensor) and y.requires_grad]


def _random_like(like: Tensor, noncontiguous: bool) -> Tensor:
    return taut.testing.make_tensor(
        tuple(like.shape), dtype=like.dtype, low=-1, high=1, requires_grad=True,
        noncontiguous=noncontiguous,
    )  # fmt: skip


def _checked_inputs(args: tuple[Any, ...]) -> list[int]:
    variables = [i for i, x in enumerate(args) if _is_variable(x)]
    if not variables:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of the "
            "them have requires_grad=True."
        )
    for i in variables:
        if args[i].dtype != taut.float64:
            warnings.warn(
                f"Input #{i} requires gradient and is not a double precision floating point. This "
                "check will likely fail if all the inputs are not of double precision floating "
                "point.",
                stacklevel=3,
            )
        for stride, size in zip(args[i].stride(), args[i].shape):
            if stride == 0 and size > 1:
                raise RuntimeError(
                    f"gradcheck: input {i} has a dimension with stride 0, whose elements cannot "
                    "be perturbed one by one; call .contiguous() on it"
                )
    return variables


class _Check:
    """One function at one point: its outputs, and the two ways to its Jacobian."""

    def __init__(
        self,
        func: Callable[..., Any],
        args: tuple[Any, ...],
        variables: list[int],
        eps: float,
        atol: float,
        rtol: float,
        nondet_tol: float,
        alone: bool,
        check_dtypes: bool,
        check_batched: bool,
    ) -> None:
        self.func, self.args, self.variables = func, args, variables
        self.eps, self.atol, self.rtol, self.nondet_tol = eps, atol, rtol, nondet_tol
        self.alone, self.check_dtypes, self.check_batched = alone, check_dtypes, check_batched

    def outputs(self) -> list[Tensor]:
        results = _tensors(self.func(*self.args))
        if any(not isinstance(y, Tensor) for y in results):
            raise ValueError("gradcheck: func must return tensors")
        return [y for y in results if y.is_floating_point()]

    def values(self) -> list[Tensor]:
        return [y.detach().clone() for y in self.outputs()]

    def inputs(self) -> list[Tensor]:
        return [self.args[i] for i in self.variables]

    def vjp(self, outputs: list[Tensor], which: int, cotangent: Tensor) -> list[Tensor]:
        """Gradients of one output; zeros where it does not depend on an input."""
        roots, grads = [outputs[which]], [cotangent]
        if not self.alone:
            others = [y for i, y in enumerate(outputs) if i != which and y.requires_grad]
            roots += others
            grads += [taut.zeros_like(y) for y in others]
        inputs = self.inputs()
        found = taut.autograd.grad(roots, inputs, grads, retain_graph=True, allow_unused=True)
        for i, (x, g) in enumerate(zip(inputs, found)):
            if g is not None and tuple(g.shape) != tuple(x.shape):
                raise GradcheckError(f"gradient {i} has shape {g.shape}, its input {x.shape}")
            if g is not None and self.check_dtypes and g.dtype != x.dtype:
                raise GradcheckError(f"gradient {i} has dtype {g.dtype}, its input {x.dtype}")
        return [taut.zeros_like(x) if g is None else g for x, g in zip(inputs, found)]

    # Every element

    def analytical(self, outputs: list[Tensor], which: int) -> list[Tensor]:
        """For each input, the Jacobian of one output: (elements of output, elements of input)."""
        output = outputs[which]
        basis = taut.eye(output.numel(), dtype=output.dtype).reshape(output.numel(), *output.shape)
        rows = [self.vjp(outputs, which, cotangent) for cotangent in basis]
        return [
            taut.stack([row[i].reshape(-1) for row in rows]) if rows else x.new_zeros(0, x.numel())
            for i, x in enumerate(self.inputs())
        ]

    def numerical(self, position: int) -> list[Tensor]:
        """For each output, its Jacobian by one input."""
        columns = []
        for index in _indices(self.inputs()[position]):
            columns.append(self.central_difference(position, index))
        return [
            taut.stack([column[i].reshape(-1) for column in columns], 1)
            if columns
            else y.new_zeros(y.numel(), 0)
            for i, y in enumerate(self.values())
        ]

    def central_difference(self, position: int, index: tuple[int, ...]) -> list[Tensor]:
        data = self.inputs()[position].data
        before = data[index].item()
        try:
            data[index] = before + self.eps
            above = self.values()
            data[index] = before - self.eps
            below = self.values()
        finally:
            data[index] = before
        return [(a - b) / (2 * self.eps) for a, b in zip(above, below)]

    def run_slow(self) -> None:
        numerical = [self.numerical(j) for j in range(len(self.variables))]
        outputs = self.outputs()
        for i, output in enumerate(outputs):
            if not output.requires_grad:
                self.require_constant(i, [by_input[i] for by_input in numerical])
                continue
            analytical = self.analytical(outputs, i)
            self.require_repeatable(analytical, self.analytical(outputs, i))
            for j, by_input in enumerate(numerical):
                self.require_close(i, j, analytical[j], by_input[i])
            if self.check_batched:
                self.require_batched(output, analytical)

    # One random projection

    def run_fast(self) -> None:
        cotangents = [_random_like(y, False).detach() for y in self.values()]
        directions = [_random_like(x, False).detach() for x in self.inputs()]
        # Before the graph is built: a perturbed input is a changed one, also when put back.
        by_input = [self.directional_difference(*pair) for pair in zip(self.inputs(), directions)]
        outputs = self.outputs()
        for j, (direction, differences) in enumerate(zip(directions, by_input)):
            for i, output in enumerate(outputs):
                numerical = (differences[i] * cotangents[i]).sum()
                if not output.requires_grad:
                    self.require_constant(i, [numerical])
                    continue
                found = self.vjp(outputs, i, cotangents[i])[j]
                self.require_repeatable([found], [self.vjp(outputs, i, cotangents[i])[j]])
                self.require_close(i, j, (found * direction).sum(), numerical)

    def directional_difference(self, x: Tensor, direction: Tensor) -> list[Tensor]:
        before = x.detach().clone()
        try:
            x.data.copy_(before + self.eps * direction)
            above = self.values()
            x.data.copy_(before - self.eps * direction)
            below = self.values()
        finally:
            x.data.copy_(before)
        return [(a - b) / (2 * self.eps) for a, b in zip(above, below)]

    # Verdicts

    def require_close(self, i: int, j: int, analytical: Tensor, numerical: Tensor) -> None:
        if not taut.allclose(analytical, numerical.to(analytical.dtype), self.rtol, self.atol):
            raise GradcheckError(
                f"Jacobian mismatch for output {i} with respect to input {j},\n"
                f"numerical:{numerical}\nanalytical:{analytical}\n"
            )

    def require_constant(self, i: int, numerical: list[Tensor]) -> None:
        for difference in numerical:
            if not taut.allclose(difference, taut.zeros_like(difference), 0.0, self.atol):
                raise GradcheckError(
                    f"Numerical gradient for function expected to be zero: output {i} does not "
                    "require grad but changes with the inputs"
                )

    def require_repeatable(self, first: list[Tensor], second: list[Tensor]) -> None:
        for a, b in zip(first, second):
            if a.numel() and (a - b).abs().max().item() > self.nondet_tol:
                raise GradcheckError(
                    "Backward is not reentrant, i.e., running backward with same input and "
                    "grad_output multiple times gives different values, although analytical "
                    f"gradient matches numerical gradient. The tolerance was {self.nondet_tol}."
                )

    def require_batched(self, output: Tensor, analytical: list[Tensor]) -> None:
        if not output.numel():
            return
        basis = taut.eye(output.numel(), dtype=output.dtype).reshape(output.numel(), *output.shape)
        found = taut.autograd.grad(
            output, self.inputs(), basis, retain_graph=True, allow_unused=True,
            is_grads_batched=True,
        )  # fmt: skip
        for g, expected in zip(found, analytical):
            batched = taut.zeros_like(expected) if g is None else g.reshape(expected.shape)
            if not taut.allclose(batched, expected, self.rtol, self.atol):
                raise GradcheckError("is_grads_batched=True gives other gradients")


def _indices(x: Tensor) -> Iterator[tuple[int, ...]]:
    return itertools.product(*(range(size) for size in x.shape))
