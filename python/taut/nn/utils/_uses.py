"""The places of a network where one memory stands under some name.

Note [What is tied is changed everywhere]
~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
A parametrization, a norm or a mask is registered for a name, and acts on the memory that the name
stands for. The functions that do so take a module and a name below it, such as
``"encoder.weight"``, and change every place within that module where the same memory is used: the
same module under another path, the same Parameter in another module, and another Parameter that is a
view of it (a transposed one, say), which gets the same view of the new value. A place outside of the
given module is not seen, so give the whole network where a name is tied across it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from taut import Tensor
from taut._utils import alias_of
from taut.autograd.function import Function
from taut.nn.parameter import is_lazy

__all__ = ["Layout", "Use", "alias_between", "find_uses", "locate", "seen_as"]


class Layout(NamedTuple):
    """How one tensor views the memory of another that covers all of it."""

    size: tuple[int, ...]
    stride: tuple[int, ...]
    offset: int
    order: tuple[int, ...]  # the dimensions of the other, outermost in memory first

    def of(self, value: Tensor) -> Tensor:
        """The same view of a tensor that has the shape of the other; differentiable."""
        axes = self._as_permutation(tuple(value.shape))
        if axes is not None:
            return value if axes == tuple(range(len(axes))) else value.permute(axes)
        flat = value.permute(self.order).contiguous()
        return flat.as_strided(self.size, self.stride, self.offset)

    def _as_permutation(self, shape: tuple[int, ...]) -> tuple[int, ...] | None:
        """The order of dimensions that gives the view, where it is nothing else."""
        if self.offset or len(shape) != len(self.size):
            return None
        step, strides = 1, [0] * len(shape)
        for axis in reversed(self.order):
            strides[axis] = step
            step *= shape[axis]
        free, axes = list(range(len(shape))), []
        for size, stride in zip(self.size, self.stride, strict=True):
            found = next((a for a in free if (shape[a], strides[a]) == (size, stride)), None)
            if found is None:
                return None
            free.remove(found)
            axes.append(found)
        return tuple(axes)


class Use(NamedTuple):
    """A module that has a tensor under a name; ``layout`` is None where it is the named one itself."""

    module: Any
    name: str
    tensor: Tensor
    layout: Layout | None


def locate(module: Any, path: str) -> tuple[Any, str]:
    """The submodule that a dotted path leads to, and the last name."""
    owner, _, name = path.rpartition(".")
    return (module.get_submodule(owner) if owner else module), name


def find_uses(root: Any, path: str) -> list[Use]:
    """Every place below ``root`` where the tensor at ``path`` stands, that one first.

    Raises:
        ValueError: another parameter overlaps only a part of it, or more than it.
    """
    owner, name = locate(root, path)
    tensor = _entries(owner).get(name)
    if tensor is None:
        raise ValueError(
            f"{type(owner).__name__} has no parameter or buffer {name!r}"
            + (f" (looking for {path!r})" if path != name else "")
        )
    uses = [Use(owner, name, tensor, None)]
    if is_lazy(tensor) or tensor.numel() == 0:
        return uses
    for prefix, module in root.named_modules():
        for other_name, other in _entries(module).items():
            if other is None or is_lazy(other) or (module is owner and other_name == name):
                continue
            if other is tensor:
                uses.append(Use(module, other_name, other, None))
            elif other._storage_id() == tensor._storage_id() and other.numel():
                other_path = f"{prefix}.{other_name}" if prefix else other_name
                layout = _layout(tensor, other, path, other_path)
                if layout is not None:
                    uses.append(Use(module, other_name, other, layout))
    return uses


def alias_between(first: Tensor, other: Tensor) -> tuple[bool, float] | None:
    """(transposed, factor) of a name of a tied parameter as seen from another; None for no tie."""
    if first._owner is not other._owner:
        return None
    _, turned, base = alias_of(first) or (first, False, 1.0)
    _, transposed, scale = alias_of(other) or (other, False, 1.0)
    if not base:
        raise ValueError(
            "the gradient of this name of a tied parameter is weighted by 0, so that the others' cannot "
            "be told by it: name another one"
        )
    return transposed != turned, scale / base


class _Weighted(Function):
    """The identity, with a factor on the gradient."""

    @staticmethod
    def forward(ctx: Any, value: Tensor, factor: float) -> Tensor:
        ctx.factor = factor
        return value.view_as(value)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return grad * ctx.factor, None


def seen_as(value: Tensor, layout: Layout, alias: tuple[bool, float] | None) -> Tensor:
    """What a name reads of a value computed for another: its view, weighted as the name is."""
    value = layout.of(value)
    return value if alias is None or alias[1] == 1 else _Weighted.apply(value, alias[1])


def _entries(module: Any) -> dict[str, Any]:
    return {**module._parameters, **module._buffers}


def _span(t: Tensor) -> tuple[int, int]:
    start = t.storage_offset()
    return start, start + 1 + sum((n - 1) * s for n, s in zip(t.shape, t.stride(), strict=True))


def _layout(tensor: Tensor, other: Tensor, path: str, other_path: str) -> Layout | None:
    """How ``other`` views ``tensor``; None where they only share a storage, side by side."""
    (start, end), (other_start, other_end) = _span(tensor), _span(other)
    if other_end <= start or end <= other_start:
        return None
    dense = end - start == tensor.numel()
    if not dense or other_start < start or other_end > end:
        raise ValueError(
            f"{path!r} and {other_path!r} share a part of their memory, so that a change of one as a "
            f"whole has no meaning for the other; taut.untie(net, {other_path!r}) separates them"
        )
    strides = tuple(tensor.stride())
    order = tuple(sorted(range(len(strides)), key=lambda d: -strides[d]))
    return Layout(tuple(other.shape), tuple(other.stride()), other_start - start, order)
