"""Handles that take a registered hook away again."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import MutableMapping
from typing import Any

__all__ = ["RemovableHandle"]


class RemovableHandle:
    """What every ``register_*_hook`` returns: ``remove()`` it, or use it as a context manager.

    Args:
        hooks_dict: the ordered dictionary, keyed by handle id, that the hook stands in. It is held
            weakly, so a handle does not keep its module or tensor alive.
        extra_dict: further dictionaries whose entry of the same id goes with it.

    Example:
        >>> from collections import OrderedDict
        >>> from taut.utils.hooks import RemovableHandle
        >>> hooks = OrderedDict()
        >>> handle = RemovableHandle(hooks)
        >>> hooks[handle.id] = print
        >>> handle.remove()
        >>> len(hooks)
        0
    """

    next_id: int = 0

    def __init__(
        self,
        hooks_dict: MutableMapping[int, Any],
        *,
        extra_dict: MutableMapping[int, Any] | list[MutableMapping[int, Any]] | None = None,
    ) -> None:
        extra = extra_dict if isinstance(extra_dict, list) else [extra_dict]
        self._dict_refs = [weakref.ref(d) for d in (hooks_dict, *extra) if d is not None]
        self.id = RemovableHandle.next_id
        RemovableHandle.next_id += 1

    def remove(self) -> None:
        """Take the hook away. Doing it twice, or after its owner died, is harmless."""
        for ref in self._dict_refs:
            hooks = ref()
            if hooks is not None:
                hooks.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.remove()

    def __getstate__(self) -> tuple[int, list[Any]]:
        return self.id, [ref() for ref in self._dict_refs]

    def __setstate__(self, state: tuple[int, list[Any]]) -> None:
        self.id, dicts = state
        self._dict_refs = [weakref.ref(OrderedDict() if d is None else d) for d in dicts]
        RemovableHandle.next_id = max(RemovableHandle.next_id, self.id + 1)
