"""Lazy modules: shapes decided by the first input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from taut.nn.parameter import is_lazy

__all__ = ["LazyModuleMixin"]


class LazyModuleMixin:
    """Adds to a module parameters whose shape its first forward decides.

    The module defines ``initialize_parameters(*args)``, called with the arguments of the first call
    (a dry run), and may name in ``cls_to_become`` the class that it is afterwards.

    Example:
        >>> import taut
        >>> net = taut.nn.LazyLinear(2)
        >>> net
        LazyLinear(in_features=0, out_features=2, bias=True)
        >>> _ = net(taut.zeros(1, 3))
        >>> net
        Linear(in_features=3, out_features=2, bias=True)
    """

    cls_to_become: type | None = None

    if TYPE_CHECKING:  # it is mixed into a module

        def __getattr__(self, name: str) -> Any: ...

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A function of the class, not a bound method: no cycle, and copies call it on themselves.
        self._initialize_hook = self.register_forward_pre_hook(
            LazyModuleMixin._infer_parameters, with_kwargs=True
        )

    def initialize_parameters(self, *args: Any, **kwargs: Any) -> None:
        """Materializes the parameters by the arguments of the first call."""
        raise NotImplementedError(
            f"initialize_parameters is not implemented for {type(self).__name__}"
        )

    def has_uninitialized_params(self) -> bool:
        """Whether some parameter or buffer has no shape yet."""
        return any(is_lazy(t) for t in (*self._parameters.values(), *self._buffers.values()))

    def _infer_parameters(self, args: Any, kwargs: Any = None) -> None:
        self.initialize_parameters(*args, **(kwargs or {}))
        if self.has_uninitialized_params():
            raise RuntimeError(f"module {self._get_name()} has not been fully initialized")
        self._initialize_hook.remove()
        del self._initialize_hook
        self._find_hooks()
        if self.cls_to_become is not None:
            self.__class__ = self.cls_to_become
