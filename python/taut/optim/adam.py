"""Adam, and AdamW: the same rule with the weight decay taken out of the moments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import taut
from taut import _C, Tensor
from taut.optim._options import as_float, check_implementation, check_non_negative, step_counter
from taut.optim.optimizer import Optimizer, ParamsT

__all__ = ["Adam", "AdamW"]


Betas = tuple[float | Tensor, float | Tensor]


class Adam(Optimizer):
    r"""Adam: steps scaled by running estimates of the gradient's first two moments.

    With gradient :math:`g` (negated by ``maximize``) at step :math:`t`:

    .. math::
        g \leftarrow g + \text{weight\_decay} \cdot \theta \\
        m \leftarrow \beta_1 m + (1 - \beta_1) g \qquad
        v \leftarrow \beta_2 v + (1 - \beta_2) g^2 \\
        \theta \leftarrow \theta - \text{lr} \cdot
            \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon}

    ``decoupled_weight_decay`` replaces the first line by
    :math:`\theta \leftarrow (1 - \text{lr} \cdot \text{weight\_decay})\, \theta`;
    ``amsgrad`` uses the largest :math:`v` so far.

    Args:
        params: parameters, named parameters or groups.
        lr: learning rate, a number or a one-element tensor.
        betas: :math:`\beta_1, \beta_2`, both numbers or both one-element tensors.
        eps: keeps the denominator from zero.
        weight_decay: L2 penalty, or decay rate when decoupled.
        amsgrad: the AMSGrad variant.
        maximize: ascend instead.
        foreach, fused, capturable: accepted; every step is one fused call over all parameters.
        differentiable: not supported.
        decoupled_weight_decay: AdamW's decay.

    Raises:
        ValueError: a negative option, or a beta outside [0, 1).

    Example:
        >>> import taut
        >>> w = taut.tensor([1.0, -2.0], requires_grad=True)
        >>> optimizer = taut.optim.Adam([w], lr=0.5)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([ 0.5000, -1.5000], requires_grad=True)

    Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015; AMSGrad: Reddi,
    Kale and Kumar, "On the Convergence of Adam and Beyond", ICLR 2018.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-3,
        betas: Betas = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        if isinstance(lr, Tensor) and foreach and not capturable:
            raise ValueError(
                "lr as a Tensor is not supported for capturable=False and foreach=True"
            )
        check_non_negative("lr", lr)
        check_non_negative("eps", eps)
        check_non_negative("weight_decay", weight_decay)
        self._check_betas(betas)
        if isinstance(betas[0], Tensor) and foreach and not capturable:
            raise ValueError(
                "betas[0] as a Tensor is not supported for capturable=False and foreach=True"
            )
        check_implementation(foreach, fused, differentiable)
        defaults = {
            "lr": lr,
            "betas": tuple(betas),
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
            "fused": fused,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, defaults)

    @staticmethod
    def _check_betas(betas: Betas) -> None:
        for i, beta in enumerate(betas):
            if isinstance(beta, Tensor) and beta.numel() != 1:
                raise ValueError(f"Tensor betas[{i}] must be 1-element")
            if not 0.0 <= beta < 1.0:
                raise ValueError(f"Invalid beta parameter at index {i}: {beta}")
        if not any(all(isinstance(beta, kind) for beta in betas) for kind in (float, Tensor)):
            raise ValueError("betas must be either both floats or both Tensors")

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for param_state in self.state.values():
            if "step" in param_state and not isinstance(param_state["step"], Tensor):
                # Old checkpoints count steps in a plain number.
                param_state["step"] = step_counter(float(param_state["step"]))

    def _init_state(self, param: Tensor, amsgrad: bool) -> dict[str, Tensor]:
        state = self.state[param]
        if not state:
            state["step"] = step_counter(0.0)
            state["exp_avg"] = taut.zeros_like(param)
            state["exp_avg_sq"] = taut.zeros_like(param)
            if amsgrad:
                state["max_exp_avg_sq"] = taut.zeros_like(param)
        return state

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """See :meth:`Optimizer.step`."""
        loss = self._loss(closure)
        for group in self.param_groups:
            amsgrad = group["amsgrad"]
            params = self._params_with_grad(group)
            states = [self._init_state(p, amsgrad) for p in params]
            beta1, beta2 = group["betas"]
            _C._adam_step(
                params,
                None,  # their .grad
                [s["exp_avg"] for s in states],
                [s["exp_avg_sq"] for s in states],
                [s["max_exp_avg_sq"] for s in states] if amsgrad else [],
                [s["step"] for s in states],
                as_float(group["lr"]),
                as_float(beta1),
                as_float(beta2),
                group["eps"],
                group["weight_decay"],
                group["decoupled_weight_decay"],
                group["maximize"],
            )
        return loss


class AdamW(Adam):
    """Adam with decoupled weight decay: the decay shrinks the weights and stays out of the moments.

    Args:
        params: parameters, named parameters or groups.
        lr, betas, eps, amsgrad, maximize, foreach, capturable, differentiable, fused: as in
            :class:`Adam`.
        weight_decay: each step multiplies the weights by ``1 - lr * weight_decay``.

    Raises:
        ValueError: as :class:`Adam`.

    Example:
        >>> import taut
        >>> w = taut.tensor([1.0], requires_grad=True)
        >>> optimizer = taut.optim.AdamW([w], lr=0.1, weight_decay=0.5)
        >>> w.grad = taut.zeros(1)
        >>> optimizer.step()
        >>> w
        tensor([0.9500], requires_grad=True)

    Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-3,
        betas: Betas = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=True,
        )

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for group in self.param_groups:  # checkpoints from before the flag existed
            group["decoupled_weight_decay"] = True
