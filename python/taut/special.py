"""Special functions under the names of ``torch.special``.

Each is the function of :mod:`taut` that is named beside it where the names differ.

Example:
    >>> import taut
    >>> taut.special.expit(taut.zeros(2))
    tensor([0.5000, 0.5000])
"""

from taut import (
    digamma,
    erf,
    erfc,
    erfinv,
    exp2,
    expm1,
    log1p,
    logit,
    logsumexp,
    polygamma,
    round,
    sinc,
    xlogy,
)
from taut import digamma as psi
from taut import lgamma as gammaln
from taut import sigmoid as expit
from taut.nn.functional import log_softmax, softmax

__all__ = [
    "digamma",
    "erf",
    "erfc",
    "erfinv",
    "exp2",
    "expit",
    "expm1",
    "gammaln",
    "log1p",
    "log_softmax",
    "logit",
    "logsumexp",
    "polygamma",
    "psi",
    "round",
    "sinc",
    "softmax",
    "xlogy",
]
