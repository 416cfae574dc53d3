"""``torch.version``: the version of PyTorch whose behaviour taut has, and what it was built with."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["TorchVersion", "__version__", "cuda", "debug", "git_version", "hip", "xpu"]


def _release(version: Any) -> tuple[int, ...]:
    """The numbers of a version: of its text without what follows the release, or of a tuple."""
    if isinstance(version, str):
        found = re.match(r"\d+(\.\d+)*", version.strip().lstrip("v"))
        if found is None:
            raise ValueError(f"not a version: {version!r}")
        version = found[0].split(".")
    numbers = [int(part) for part in version if str(part).isdecimal()]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


class TorchVersion(str):
    """A version as text that compares by its release numbers, with text and with tuples.

    Example:
        >>> from taut.torch.version import TorchVersion
        >>> TorchVersion("2.13.0+taut") >= "2.5", TorchVersion("2.13.0+taut") < (2, 9)
        (True, False)
    """

    __slots__ = ()

    def __lt__(self, other: Any) -> bool:
        return _release(self) < _release(other)

    def __le__(self, other: Any) -> bool:
        return _release(self) <= _release(other)

    def __gt__(self, other: Any) -> bool:
        return _release(self) > _release(other)

    def __ge__(self, other: Any) -> bool:
        return _release(self) >= _release(other)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str) and "+" in other:
            return str.__eq__(self, other)
        return isinstance(other, (str, tuple)) and _release(self) == _release(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__


__version__ = TorchVersion("2.13.0+taut")
cuda: str | None = None
debug = False
git_version = "unknown"
hip: str | None = None
xpu: str | None = None
