"""Anomaly mode: where a failing or non-finite gradient comes from."""

from __future__ import annotations

from taut import _C

__all__ = ["detect_anomaly", "set_detect_anomaly"]


class set_detect_anomaly:  # noqa: N801
    """Switches anomaly mode on or off: at once, or for a block as a context manager.

    While it is on, each recorded operation keeps the Python stack it was called from. A backward
    that raises, or gives NaN where ``check_nan`` is set, warns with that stack.

    Args:
        mode: True to detect.
        check_nan: also raise RuntimeError when a gradient is NaN.

    Example:
        >>> import taut
        >>> with taut.autograd.set_detect_anomaly(True):
        ...     taut.is_anomaly_enabled()
        True
    """

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self._before = (_C.is_anomaly_enabled(), _C.is_anomaly_check_nan_enabled())
        _C._set_anomaly(mode, check_nan)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exc: object) -> None:
        _C._set_anomaly(*self._before)


class detect_anomaly(set_detect_anomaly):  # noqa: N801
    """Anomaly mode for a block; see :class:`set_detect_anomaly`.

    Example:
        >>> import taut
        >>> with taut.autograd.detect_anomaly():
        ...     taut.is_anomaly_enabled()
        True
    """

    def __init__(self, check_nan: bool = True) -> None:
        super().__init__(True, check_nan)
