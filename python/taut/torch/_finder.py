"""The import hook: from :func:`install` on, ``import torch`` gives facades over taut's modules."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType, ModuleType
from typing import Any

from taut.torch import _names
from taut.torch._facade import Facade, asked_at

__all__ = ["install", "is_installed", "reference", "uninstall"]


def _ours(name: str) -> bool:
    return name == "torch" or name.startswith("torch.")


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds ``torch`` and what is below it, before any other finder is asked."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if not _ours(fullname):
            return None
        if _names.home_of(fullname) is None:
            frame = sys._getframe(1)
            if _is_import(frame):
                above, _, name = fullname.rpartition(".")
                raise ModuleNotFoundError(
                    f"No module named {fullname!r}: {_names.dotted(above, name)}; asked for at "
                    f"{asked_at(frame)}",
                    name=fullname,
                )
            return None
        return importlib.machinery.ModuleSpec(fullname, self, origin="taut", is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        home = _names.home_of(spec.name)
        assert home is not None
        made = Facade(spec.name, home)
        if spec.name == "torch":
            made.__dict__["__version__"] = importlib.import_module("taut.torch.version").__version__
        return made

    def exec_module(self, module: ModuleType) -> None:
        """Nothing: a facade is whole when it is made."""


def _is_import(frame: FrameType | None) -> bool:
    """Whether a finder was called by an import, rather than by one who only asks."""
    while frame is not None and frame.f_code.co_filename.startswith("<frozen importlib"):
        if frame.f_code.co_name == "_find_and_load":
            return True
        frame = frame.f_back
    return False


_finder = _Finder()
_aside: dict[str, ModuleType] = {}  # while installed PyTorch's modules, otherwise the facades


def _exchange() -> None:
    """Takes what stands in ``sys.modules`` under PyTorch's names, and puts back what stood before."""
    here = {name: module for name, module in sys.modules.items() if _ours(name)}
    for name in here:
        del sys.modules[name]
    sys.modules.update(_aside)
    _aside.clear()
    _aside.update(here)


def is_installed() -> bool:
    """Whether ``import torch`` gives taut.

    Example:
        >>> import taut
        >>> taut.torch.is_installed()
        False
    """
    return _finder in sys.meta_path


def install() -> None:
    """From now on ``import torch`` gives taut, whether PyTorch is installed or not.

    Modules that imported PyTorch before keep it. A second call changes nothing.

    Example:
        >>> import taut.torch
        >>> taut.torch.install()
        >>> import torch
        >>> torch.Tensor is taut.Tensor
        True
        >>> taut.torch.uninstall()
    """
    if not is_installed():
        _exchange()
        sys.meta_path.insert(0, _finder)


def uninstall() -> None:
    """From now on ``import torch`` gives PyTorch again; a second call changes nothing.

    Example:
        >>> import taut
        >>> taut.torch.install()
        >>> taut.torch.uninstall()
        >>> taut.torch.is_installed()
        False
    """
    if is_installed():
        sys.meta_path.remove(_finder)
        _exchange()


@contextmanager
def reference() -> Iterator[Any]:
    """PyTorch itself inside a block, hook or not: it imports its own modules as it works.

    Raises:
        ImportError: it is not installed.
    """
    hooked = is_installed()
    uninstall()
    try:
        yield importlib.import_module("torch")
    finally:
        if hooked:
            install()
