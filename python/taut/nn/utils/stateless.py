"""The former place of :func:`taut.func.functional_call`."""

from taut.func import functional_call

__all__ = ["functional_call"]
