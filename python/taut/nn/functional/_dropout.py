"""Dropout: of elements, of channels, and the kinds that keep mean and spread."""

from __future__ import annotations

import warnings

from taut import _C, Tensor

__all__ = [
    "alpha_dropout",
    "dropout",
    "dropout1d",
    "dropout2d",
    "dropout3d",
    "feature_alpha_dropout",
]


def _check_p(p: float) -> None:
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Zeroes elements with probability ``p`` and scales the others by 1 / (1 - p).

    Args:
        input: any shape.
        p: probability of an element to be zeroed.
        training: False returns the input.
        inplace: overwrite the input.

    Raises:
        ValueError: p is not a probability.

    Source: Hinton et al., "Improving neural networks by preventing co-adaptation", 2012.

    Example:
        >>> import taut
        >>> taut.nn.functional.dropout(taut.ones(3), training=False)
        tensor([1., 1., 1.])
    """
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    return (_C.dropout_ if inplace else _C.dropout)(input, p, training)


def alpha_dropout(
    input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False
) -> Tensor:
    """Dropout that keeps mean and spread under SELU; see :func:`dropout`.

    Source: Klambauer et al., "Self-normalizing neural networks", 2017.

    Example:
        >>> import taut
        >>> taut.nn.functional.alpha_dropout(taut.ones(2))
        tensor([1., 1.])
    """
    _check_p(p)
    return (_C.alpha_dropout_ if inplace else _C.alpha_dropout)(input, p, training)


def feature_alpha_dropout(
    input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False
) -> Tensor:
    """:func:`alpha_dropout` of whole channels, dimension 1.

    Example:
        >>> import taut
        >>> taut.nn.functional.feature_alpha_dropout(taut.ones(1, 2))
        tensor([[1., 1.]])
    """
    _check_p(p)
    return (_C.feature_alpha_dropout_ if inplace else _C.feature_alpha_dropout)(input, p, training)


def _channels(input: Tensor, p: float, training: bool, inplace: bool, batched: bool) -> Tensor:
    function = _C.feature_dropout_ if inplace else _C.feature_dropout
    if batched:
        return function(input, p, training)
    result = function(input.unsqueeze(0), p, training)
    return input if inplace else result.squeeze(0)


def _warn_dims(name: str, input: Tensor, expected: str) -> None:
    warnings.warn(
        f"{name}: Received a {input.dim()}-D input to {name}, which is deprecated and will result "
        f"in an error in a future release; it takes {expected}. Use dropout for other inputs.",
        stacklevel=3,
    )


def dropout1d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """Zeroes whole channels of (N, C, L) or (C, L); see :func:`dropout`.

    Raises:
        RuntimeError: neither 2 nor 3 dimensions.

    Example:
        >>> import taut
        >>> taut.nn.functional.dropout1d(taut.ones(1, 2), p=0.0)
        tensor([[1., 1.]])
    """
    _check_p(p)
    if input.dim() not in (2, 3):
        raise RuntimeError(
            f"dropout1d: Expected 2D or 3D input, but received a {input.dim()}D input. Use dropout "
            "for other inputs."
        )
    return _channels(input, p, training, inplace, input.dim() == 3)


def dropout2d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """Zeroes whole channels, dimension 1 of (N, C, H, W); see :func:`dropout`.

    Three dimensions are read as (N, C, L), with a warning, as PyTorch does.

    Source: Tompson et al., "Efficient object localization using convolutional networks", 2014.

    Example:
        >>> import taut
        >>> taut.nn.functional.dropout2d(taut.ones(1, 2, 1, 1), p=0.0).flatten()
        tensor([1., 1.])
    """
    _check_p(p)
    if input.dim() not in (3, 4):
        _warn_dims("dropout2d", input, "(N, C, H, W)")
    elif input.dim() == 3:
        warnings.warn(
            "dropout2d: Received a 3D input to dropout2d, which is read as (N, C, L). Use dropout1d "
            "for that.",
            stacklevel=2,
        )
    return _channels(input, p, training, inplace, True)


def dropout3d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """Zeroes whole channels of (N, C, D, H, W) or (C, D, H, W); see :func:`dropout`.

    Example:
        >>> import taut
        >>> taut.nn.functional.dropout3d(taut.ones(2, 1, 1, 1), p=0.0).flatten()
        tensor([1., 1.])
    """
    _check_p(p)
    if input.dim() not in (4, 5):
        _warn_dims("dropout3d", input, "(N, C, D, H, W) or (C, D, H, W)")
    return _channels(input, p, training, inplace, input.dim() != 4)
