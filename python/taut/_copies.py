"""What views show, as tensors of their own: ``permute_copy`` is a copy of ``permute``, and so on.

Example:
    >>> import taut
    >>> taut.t_copy(taut.tensor([[1, 2]]))
    tensor([[1],
            [2]])
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import taut
from taut import _C, Tensor

# View -> an example of its copy, and what that prints.
_EXAMPLES = {
    "alias": ("alias_copy(taut.tensor([1]))", "tensor([1])"),
    "diagonal": ("diagonal_copy(taut.tensor([[1, 2], [3, 4]]))", "tensor([1, 4])"),
    "expand": ("expand_copy(taut.tensor([1]), (2,))", "tensor([1, 1])"),
    "narrow": ("narrow_copy(taut.tensor([1, 2, 3]), 0, 1, 2)", "tensor([2, 3])"),
    "permute": ("permute_copy(taut.tensor([[1, 2]]), (1, 0)).shape", "torch.Size([2, 1])"),
    "split_with_sizes": (
        "split_with_sizes_copy(taut.tensor([1, 2, 3]), [1, 2])",
        "(tensor([1]), tensor([2, 3]))",
    ),
    "squeeze": ("squeeze_copy(taut.tensor([[1, 2]]))", "tensor([1, 2])"),
    "t": ("t_copy(taut.tensor([[1, 2]])).shape", "torch.Size([2, 1])"),
    "transpose": ("transpose_copy(taut.tensor([[1, 2]]), 0, 1).shape", "torch.Size([2, 1])"),
    "unbind": ("unbind_copy(taut.tensor([1, 2]))", "(tensor(1), tensor(2))"),
    "unfold": ("unfold_copy(taut.tensor([1, 2, 3]), 0, 2, 1).shape", "torch.Size([2, 2])"),
    "unsqueeze": ("unsqueeze_copy(taut.tensor([1, 2]), 0)", "tensor([[1, 2]])"),
    "view": ("view_copy(taut.tensor([1, 2]), (2, 1)).shape", "torch.Size([2, 1])"),
}

__all__ = [f"{_name}_copy" for _name in _EXAMPLES]


def _copied(op: str, view: Any, out: Any) -> Any:
    if isinstance(view, Tensor):
        return _C._into(op, view.clone(memory_format=taut.contiguous_format), out)
    outs = out if out is not None else [None] * len(view)
    return tuple(_copied(op, v, o) for v, o in zip(view, outs, strict=True))


def _check_narrow(input: Tensor, dim: int, start: Any, length: int) -> None:
    """A dimension that is too large is a RuntimeError here, as in PyTorch."""
    if dim >= input.dim():
        raise RuntimeError(f"narrow_copy: Expected dim < {input.dim()}, but got dim = {dim}")


def _copy_of(name: str) -> Callable[..., Any]:
    def copy(input: Tensor, *args: Any, out: Any = None, **kwargs: Any) -> Any:
        if name == "narrow":
            _check_narrow(input, *args, **kwargs)
        seen = input if name == "alias" else getattr(input, name)(*args, **kwargs)
        return _copied(f"{name}_copy", seen, out)

    copy.__name__ = copy.__qualname__ = f"{name}_copy"
    call, result = _EXAMPLES[name]
    what = "the tensor itself" if name == "alias" else f"what :meth:`Tensor.{name}` shows"
    copy.__doc__ = f"""A copy of {what}, with its arguments and errors.

    Example:
        >>> import taut
        >>> taut.{call}
        {result}
    """
    return copy


for _name in _EXAMPLES:
    globals()[f"{_name}_copy"] = _copy_of(_name)
