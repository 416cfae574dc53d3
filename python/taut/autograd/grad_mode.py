"""Switches for what is recorded: no_grad, enable_grad, set_grad_enabled, inference_mode."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from taut import _C

__all__ = ["enable_grad", "inference_mode", "no_grad", "set_grad_enabled"]

F = TypeVar("F", bound=Callable[..., Any])


class _Switch:
    """A context manager that also decorates functions and generators."""

    def _fresh(self) -> _Switch:
        return type(self)()

    def __enter__(self) -> None:
        raise NotImplementedError

    def __exit__(self, *exc: object) -> None:
        raise NotImplementedError

    def __call__(self, func: F) -> F:
        import inspect  # 5 ms that `import taut` does not need

        if inspect.isgeneratorfunction(func):
            return self._decorate_generator(func)

        @functools.wraps(func)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            with self._fresh():
                return func(*args, **kwargs)

        return wrapper  # type: ignore[return-value]

    def _decorate_generator(self, func: Any) -> Any:
        # The mode holds while the generator's own code runs, not while its caller's does.
        @functools.wraps(func)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            with self._fresh():
                generator = func(*args, **kwargs)
                step = lambda: next(generator)  # noqa: E731
            while True:
                try:
                    with self._fresh():
                        item = step()
                except StopIteration as stop:
                    return stop.value
                try:
                    sent = yield item
                except GeneratorExit:
                    with self._fresh():
                        generator.close()
                    raise
                except BaseException as error:  # handed on to the generator
                    step = functools.partial(generator.throw, error)
                else:
                    step = functools.partial(generator.send, sent)

        return wrapper


class _GradSwitch(_Switch):
    _mode = True

    def __new__(cls, orig_func: Any = None) -> Any:
        made = super().__new__(cls)
        if orig_func is None:
            return made
        cls.__init__(made)
        return made(orig_func)

    def __init__(self) -> None:
        self._before: list[bool] = []

    def __enter__(self) -> None:
        self._before.append(_C.is_grad_enabled())
        _C._set_grad_enabled(self._mode)

    def __exit__(self, *exc: object) -> None:
        _C._set_grad_enabled(self._before.pop())


class no_grad(_GradSwitch):  # noqa: N801
    """Records nothing inside: a context manager, or a decorator.

    Example:
        >>> import taut
        >>> x = taut.ones(2, requires_grad=True)
        >>> with taut.no_grad():
        ...     y = x * 2
        >>> y.requires_grad
        False
    """

    _mode = False


class enable_grad(_GradSwitch):  # noqa: N801
    """Records inside, also within :class:`no_grad`: a context manager, or a decorator.

    Example:
        >>> import taut
        >>> with taut.no_grad(), taut.enable_grad():
        ...     taut.is_grad_enabled()
        True
    """

    _mode = True


class set_grad_enabled(_Switch):  # noqa: N801
    """Switches recording on or off: at once as a function, for a block as a context manager.

    Args:
        mode: True to record.

    Example:
        >>> import taut
        >>> with taut.set_grad_enabled(False):
        ...     taut.is_grad_enabled()
        False
    """

    def __init__(self, mode: bool) -> None:
        self.prev = _C.is_grad_enabled()
        self.mode = mode
        _C._set_grad_enabled(mode)

    def _fresh(self) -> _Switch:
        return set_grad_enabled(self.mode)

    def __call__(self, func: F) -> F:
        _C._set_grad_enabled(self.prev)
        return super().__call__(func)

    def __enter__(self) -> None:
        _C._set_grad_enabled(self.mode)

    def __exit__(self, *exc: object) -> None:
        _C._set_grad_enabled(self.prev)


class inference_mode(_Switch):  # noqa: N801
    """Like :class:`no_grad`, and results may never take part in autograd.

    Args:
        mode: False makes the block a plain one.

    Example:
        >>> import taut
        >>> with taut.inference_mode():
        ...     taut.ones(2).is_inference()
        True
    """

    def __new__(cls, mode: Any = True) -> Any:
        if isinstance(mode, bool):
            return super().__new__(cls)
        made = super().__new__(cls)
        cls.__init__(made)
        return made(mode)

    def __init__(self, mode: bool = True) -> None:
        self.mode = mode
        self._before: list[tuple[bool, bool]] = []

    def _fresh(self) -> _Switch:
        return inference_mode(self.mode)

    def __enter__(self) -> None:
        self._before.append((_C.is_inference_mode_enabled(), _C.is_grad_enabled()))
        _C._set_inference_mode(self.mode)
        if self.mode:
            _C._set_grad_enabled(False)

    def __exit__(self, *exc: object) -> None:
        inference, grad = self._before.pop()
        _C._set_inference_mode(inference)
        _C._set_grad_enabled(grad)
