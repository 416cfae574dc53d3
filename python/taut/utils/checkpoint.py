"""Activation checkpointing: recompute in backward what forward did not keep.

Source: Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016.
"""

from __future__ import annotations

import contextlib
import warnings
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import taut
from taut import _C, Tensor
from taut.autograd import Function
from taut.autograd.graph import saved_tensors_hooks

__all__ = [
    "CheckpointError",
    "checkpoint",
    "checkpoint_sequential",
    "noop_context_fn",
    "set_checkpoint_early_stop",
]

ContextFn = Callable[[], tuple[Any, Any]]


# What set_checkpoint_early_stop() says; None leaves it to the call.
_early_stop: bool | None = None


class CheckpointError(RuntimeError):
    """The recomputation did not do what forward did.

    Example:
        >>> import taut
        >>> issubclass(taut.utils.checkpoint.CheckpointError, RuntimeError)
        True
    """


def noop_context_fn() -> tuple[Any, Any]:
    """Contexts that do nothing, around forward and around the recomputation.

    Example:
        >>> from taut.utils.checkpoint import noop_context_fn
        >>> len(noop_context_fn())
        2
    """
    return contextlib.nullcontext(), contextlib.nullcontext()


@contextlib.contextmanager
def set_checkpoint_early_stop(enable: bool) -> Iterator[None]:
    """Whether checkpoints made in the block stop recomputing when all saved values are there.

    It goes before the argument ``early_stop`` of :func:`checkpoint`. Backward may run outside the block.

    Example:
        >>> import taut
        >>> from taut.utils.checkpoint import checkpoint, set_checkpoint_early_stop
        >>> x = taut.ones(2, requires_grad=True)
        >>> with set_checkpoint_early_stop(False):
        ...     y = checkpoint(lambda x: x * x, x, use_reentrant=False)
        >>> y.sum().backward()
    """
    global _early_stop
    before, _early_stop = _early_stop, enable
    try:
        yield
    finally:
        _early_stop = before


def checkpoint(
    function: Callable[..., Any],
    *args: Any,
    use_reentrant: bool | None = None,
    context_fn: ContextFn = noop_context_fn,
    determinism_check: str = "default",
    debug: bool = False,
    early_stop: bool = True,
    preserve_rng_state: bool = True,
    **kwargs: Any,
) -> Any:
    """Call ``function`` without keeping its intermediate values; backward calls it again.

    Args:
        function: what to call. The second call must compute the same.
        args: its arguments.
        use_reentrant: False keeps the graph and puts the recomputed values back into it: works with
            :func:`taut.autograd.grad`, keyword arguments, nested structures and higher orders.
            True runs forward unrecorded and a backward inside the backward; only tensors that
            are arguments or results themselves get gradients through it. None warns and means True.
        context_fn: two contexts, around forward and around the recomputation.
        determinism_check: ``"default"`` compares shape and dtype of the values; ``"none"`` nothing.
        debug: accepted.
        early_stop: leave the recomputation, by an exception, when it has saved what forward saved; False
            runs the whole function again. With ``use_reentrant=False`` only.
        preserve_rng_state: recompute with the random stream of forward, so that dropout drops
            the same.
        kwargs: keyword arguments of ``function``; with ``use_reentrant=False`` only.

    Returns:
        What ``function`` returned.

    Raises:
        CheckpointError: in backward, the recomputation saved other values than forward.
        ValueError: keyword arguments or contexts with ``use_reentrant=True``.

    Example:
        >>> import taut
        >>> from taut.utils.checkpoint import checkpoint
        >>> x = taut.tensor([1.0, 2.0], requires_grad=True)
        >>> checkpoint(lambda x: (x * x * x).sum(), x, use_reentrant=False).backward()
        >>> x.grad
        tensor([ 3., 12.])
    """
    if use_reentrant is None:
        warnings.warn(
            "taut.utils.checkpoint: the use_reentrant parameter should be passed explicitly. "
            "use_reentrant=False is recommended; None means True.",
            stacklevel=2,
        )
        use_reentrant = True
    if not use_reentrant:
        if determinism_check not in ("default", "none"):
            raise ValueError(
                f"checkpoint: determinism_check must be 'default' or 'none', got "
                f"{determinism_check!r}"
            )
        contexts = context_fn()
        region = _Region(
            function, args, kwargs, contexts[1], preserve_rng_state, determinism_check == "default",
            early_stop if _early_stop is None else _early_stop,
        )  # fmt: skip
        with contexts[0], saved_tensors_hooks(region.pack, region.unpack):
            return function(*args, **kwargs)
    if kwargs:
        raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
    if context_fn is not noop_context_fn or debug:
        raise ValueError("checkpoint: context_fn and debug need use_reentrant=False")
    return _Reentrant.apply(function, preserve_rng_state, *args)


def checkpoint_sequential(
    functions: Iterable[Callable[..., Any]],
    segments: int,
    input: Any,
    use_reentrant: bool | None = None,
    preserve_rng_state: bool = True,
) -> Any:
    """Run functions in ``segments`` parts, checkpointing all parts but the last.

    Args:
        functions: the functions, or a Sequential.
        segments: number of parts, of equal length but for the last.
        input: what the first function takes.
        use_reentrant, preserve_rng_state: see :func:`checkpoint`.

    Example:
        >>> import taut
        >>> from taut.utils.checkpoint import checkpoint_sequential
        >>> x = taut.tensor([2.0], requires_grad=True)
        >>> square = lambda x: x * x
        >>> checkpoint_sequential([square] * 3, 3, x, use_reentrant=False).backward()
        >>> x.grad
        tensor([1024.])
    """
    steps = list(functions)
    length = len(steps) // segments

    def run(part: Sequence[Callable[..., Any]]) -> Callable[[Any], Any]:
        def forward(value: Any) -> Any:
            for step in part:
                value = step(value)
            return value

        return forward

    last = length * (segments - 1)
    for start in range(0, last, length):
        input = checkpoint(
            run(steps[start : start + length]), input, use_reentrant=use_reentrant,
            preserve_rng_state=preserve_rng_state,
        )  # fmt: skip
    return run(steps[last:])(input)


def _autocast_now() -> dict[str, Any]:
    """The autocast of the forward, for the recomputation."""
    return {
        "dtype": taut.get_autocast_dtype("cpu"),
        "enabled": taut.is_autocast_enabled("cpu"),
        "cache_enabled": taut.is_autocast_cache_enabled(),
    }


@contextlib.contextmanager
def _random_stream(state: Tensor | None) -> Iterator[None]:
    """The block draws from ``state`` on; afterwards the stream goes on where it was."""
    if state is None:
        yield
        return
    before = taut.get_rng_state()
    taut.set_rng_state(state)
    try:
        yield
    finally:
        taut.set_rng_state(before)


class _Slot:
    """Stands in the graph for one saved value, and holds it between recomputation and use."""

    def __init__(self, value: Tensor) -> None:
        self.layout = tuple(value.shape), value.dtype
        self._value: Tensor | None = None
        self._used: weakref.ref[Tensor] | None = None

    def fill(self, value: Tensor) -> None:
        self._value = value

    def take(self) -> Tensor | None:
        """The value, given up so that it is freed once used; asked again in time, the same."""
        value, self._value = self._value, None
        if value is None:
            return self._used() if self._used is not None else None
        self._used = weakref.ref(value)
        return value

    @property
    def filled(self) -> bool:
        return self._value is not None


class _Complete(BaseException):
    """Leaves a recomputation that has saved all values; the function's handlers do not see it."""


class _Region:
    """A checkpointed call: the slots its graph holds, and how to fill them again."""

    def __init__(
        self,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        context: Any,
        preserve_rng_state: bool,
        check: bool,
        early_stop: bool,
    ) -> None:
        self._call = function, args, kwargs
        self._context = context
        self._rng_state = taut.get_rng_state() if preserve_rng_state else None
        self._autocast = _autocast_now()
        self._check = check
        self._early_stop = early_stop
        self._slots: list[weakref.ref[_Slot]] = []  # the graph owns them

    def pack(self, value: Tensor) -> _Slot:
        slot = _Slot(value)
        self._slots.append(weakref.ref(slot))
        return slot

    def unpack(self, slot: _Slot) -> Tensor:
        value = slot.take()
        if value is None:
            self._recompute()
            value = slot.take()
        if value is None:
            raise CheckpointError("checkpoint: the recomputation did not save a value again")
        return value

    def _recompute(self) -> None:
        function, args, kwargs = self._call
        count = 0

        def fill(value: Tensor) -> Tensor:
            nonlocal count
            slot = self._slots[count]() if count < len(self._slots) else None
            if slot is not None:
                self._check_layout(count, slot, value)
                slot.fill(value)
            count += 1
            if self._early_stop and count == len(self._slots):
                raise done
            return value

        done = _Complete()
        try:
            with (
                taut.enable_grad(),
                _random_stream(self._rng_state),
                taut.autocast("cpu", **self._autocast),
                self._context,
                saved_tensors_hooks(fill, lambda value: value),
            ):
                function(*args, **kwargs)
        except _Complete as stop:
            if stop is not done:
                raise
            done.__traceback__ = None  # its frames hold the function's values, and this name
        if count != len(self._slots):
            raise CheckpointError(
                "checkpoint: A different number of tensors was saved during the original forward "
                f"and recomputation: {len(self._slots)} and {count}. The function must do the same "
                "both times."
            )

    def _check_layout(self, position: int, slot: _Slot, value: Tensor) -> None:
        found = tuple(value.shape), value.dtype
        if self._check and found != slot.layout:
            raise CheckpointError(
                "checkpoint: Recomputed values for the following tensors have different metadata "
                f"than during the forward pass: tensor {position} was {slot.layout}, is {found}"
            )


def _detached(value: Any) -> Any:
    """A leaf with the value, so that the inner backward stops here."""
    if not isinstance(value, Tensor):
        return value
    return value.detach().requires_grad_(value.requires_grad)


class _Reentrant(Function):
    """Forward unrecorded; backward records it and runs a backward of its own."""

    @staticmethod
    def forward(ctx: Any, function: Callable[..., Any], preserve: bool, *args: Any) -> Any:
        if not any(isinstance(x, Tensor) and x.requires_grad for x in args):
            warnings.warn(
                "None of the inputs have requires_grad=True. Gradients will be None", stacklevel=3
            )
        ctx.function = function
        ctx.rng_state = taut.get_rng_state() if preserve else None
        ctx.autocast = _autocast_now()
        ctx.others = [None if isinstance(x, Tensor) else x for x in args]
        ctx.tensor_at = [i for i, x in enumerate(args) if isinstance(x, Tensor)]
        ctx.save_for_backward(*(args[i] for i in ctx.tensor_at))
        return function(*args)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        if _C._backward_is_partial():
            raise RuntimeError(
                "When use_reentrant=True, taut.utils.checkpoint is incompatible with .grad() or passing "
                "an `inputs` parameter to .backward(). To resolve this error, you can either set "
                "use_reentrant=False, or call .backward() without passing the `inputs` argument."
            )
        inputs = list(ctx.others)
        for i, tensor in zip(ctx.tensor_at, ctx.saved_tensors):
            inputs[i] = _detached(tensor)
        recomputing = taut.autocast("cpu", **ctx.autocast)
        with taut.enable_grad(), _random_stream(ctx.rng_state), recomputing:
            outputs = ctx.function(*inputs)
        outputs = (outputs,) if isinstance(outputs, Tensor) else tuple(outputs)
        pairs = [
            (y, g)
            for y, g in zip(outputs, grads)
            if isinstance(y, Tensor) and y.requires_grad and g is not None
        ]
        if not pairs:
            raise RuntimeError(
                "none of output has requires_grad=True, this checkpoint() is not necessary"
            )
        taut.autograd.backward([y for y, _ in pairs], [g for _, g in pairs])
        found = (x.grad if isinstance(x, Tensor) else None for x in inputs)
        return None, None, *found
