"""Stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from taut import _C, Tensor
from taut.optim._options import as_float, check_implementation, check_non_negative
from taut.optim.optimizer import Optimizer, ParamsT

__all__ = ["SGD"]


class SGD(Optimizer):
    r"""Stochastic gradient descent, optionally with momentum.

    With gradient :math:`g` (negated by ``maximize``), buffer :math:`b` and parameter
    :math:`\theta`:

    .. math::
        g \leftarrow g + \text{weight\_decay} \cdot \theta \\
        b \leftarrow \text{momentum} \cdot b + (1 - \text{dampening}) \cdot g
            \quad (b = g \text{ the first time}) \\
        \theta \leftarrow \theta - \text{lr} \cdot d, \qquad
            d = g + \text{momentum} \cdot b \text{ if nesterov, else } b

    Args:
        params: parameters, named parameters or groups.
        lr: learning rate, a number or a one-element tensor.
        momentum: how much of the buffer stays; 0 keeps no buffer.
        dampening: how much of the gradient stays out of the buffer.
        weight_decay: L2 penalty.
        nesterov: look ahead along the buffer; needs momentum and no dampening.
        maximize: ascend instead.
        foreach, fused: accepted; every step is one fused call over all parameters.
        differentiable: not supported.

    Raises:
        ValueError: a negative option, or ``nesterov`` without momentum or with dampening.

    Example:
        >>> import taut
        >>> w = taut.tensor([1.0, 2.0], requires_grad=True)
        >>> optimizer = taut.optim.SGD([w], lr=0.5)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([0., 0.], requires_grad=True)

    Source: Sutskever et al., "On the importance of initialization and momentum in deep learning",
    ICML 2013.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_non_negative("lr", lr)
        check_non_negative("momentum", momentum)
        check_non_negative("weight_decay", weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        check_implementation(foreach, fused, differentiable)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
            "foreach": foreach,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """See :meth:`Optimizer.step`."""
        loss = self._loss(closure)
        for group in self.param_groups:
            params = self._params_with_grad(group)
            if group.get("fused") and any(p.grad.is_sparse for p in params):  # type: ignore[union-attr]
                raise RuntimeError("`_fused_sgd` does not support sparse gradients")
            buffers: list[Tensor | None] = []
            if group["momentum"] != 0:
                buffers = [self.state[p].get("momentum_buffer") for p in params]
            _C._sgd_step(
                params,
                None,  # their .grad
                buffers,
                as_float(group["lr"]),
                group["momentum"],
                group["dampening"],
                as_float(group["weight_decay"]),
                group["nesterov"],
                group["maximize"],
            )
            for param, buffer in zip(params, buffers):
                self.state[param]["momentum_buffer"] = buffer
        return loss
