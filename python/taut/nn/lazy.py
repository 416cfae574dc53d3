"""Lazy modules: shapes decided by the first input."""

from __future__ import annotations

from typing import Any

from taut.nn.parameter import is_lazy

__all__ = ["LazyModuleMixin"]


class LazyModuleMixin:
    """Adds to a module parameters whose shape its first forward decides.

    The module defines ``initialize_parameters(*args)``, called with the first arguments of forward
    (a dry run), and may name in ``cls_to_become`` the class that it is afterwards.
    """

    cls_to_become: type | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._initialize_hook = self.register_forward_pre_hook(
            LazyModuleMixin._infer_parameters, with_kwargs=True
        )

    def initialize_parameters(self, *args: Any, **kwargs: Any) -> None:
        """Materializes the parameters from the first arguments of forward."""
        raise NotImplementedError(
            f"initialize_parameters is not implemented for {type(self).__name__}"
        )

    def has_uninitialized_params(self) -> bool:
        """Whether some parameter or buffer has no shape yet."""
        return any(is_lazy(t) for t in (*self._parameters.values(), *self._buffers.values()))

    def _infer_parameters(self, args: Any, kwargs: Any) -> None:
        self.initialize_parameters(*args, **(kwargs or {}))
        if self.has_uninitialized_params():
            raise RuntimeError(
                f"module {self._get_name()} has not been fully initialized"
            )
        self._initialize_hook.remove()
        del self._initialize_hook
        if self.cls_to_become is not None:
            self.__class__ = self.cls_to_become

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        if state.pop("_initialize_hook", None) is not None:
            state.pop("_forward_pre_hooks", None)
            state.pop("_forward_pre_hooks_with_kwargs", None)
            state["_was_lazy"] = True
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        was_lazy = state.pop("_was_lazy", False)
        super().__setstate__(state)
        if was_lazy:
            self._initialize_hook = self.register_forward_pre_hook(
                LazyModuleMixin._infer_parameters, with_kwargs=True
            )
