"""``import torch`` resolves to taut, so that programs written for PyTorch run unmodified.

On the command line::

    python -m taut.torch program.py args...
    python -m taut.torch -m package.module args...
    python -m taut.torch --check program.py

in a program, :func:`install`; in a notebook, ``%load_ext taut.torch``. There is no second
implementation: ``torch.nn`` is a view of :mod:`taut.nn`, ``torch.Tensor`` is :class:`taut.Tensor`.
"""

from __future__ import annotations

from typing import Any

from taut.torch._finder import install, is_installed, uninstall

__all__ = ["install", "is_installed", "uninstall"]


def load_ipython_extension(ipython: Any) -> None:
    """What ``%load_ext taut.torch`` calls."""
    install()


def unload_ipython_extension(ipython: Any) -> None:
    """What ``%unload_ext taut.torch`` calls."""
    uninstall()
