"""SparseAdam: Adam for the rows that a sparse gradient names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import taut
from taut import _C, Tensor
from taut.optim._options import as_float
from taut.optim._rule import check_betas
from taut.optim.optimizer import Optimizer, ParamsT, StateDict

__all__ = ["SparseAdam"]


class SparseAdam(Optimizer):
    r"""Adam on sparse gradients: only the rows that a gradient names are stepped, with their moments.

    For the rows of a table that were looked up, as ``nn.Embedding(sparse=True)`` gives their gradient:

    .. math::
        m \leftarrow m + (1 - \beta_1)(g - m) \qquad v \leftarrow v + (1 - \beta_2)(g^2 - v) \qquad
        \theta \leftarrow \theta - \text{lr}\, \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t} \cdot
            \frac{m}{\sqrt{v} + \epsilon}

    Rows that are not named keep their moments, which Adam would let decay; t counts the steps of the
    whole table.

    Args:
        params: strided parameters with sparse gradients, named parameters or groups.
        lr: learning rate, a number or a one-element tensor.
        betas: how much of the two moments stays in a step.
        eps: keeps the denominator from zero.
        maximize: ascend instead.

    Raises:
        ValueError: an option that is out of range, or a sparse parameter.
        RuntimeError: in a step, a gradient that is not sparse.

    Example:
        >>> import taut
        >>> table = taut.nn.Embedding.from_pretrained(taut.zeros(3, 2), freeze=False, sparse=True)
        >>> optimizer = taut.optim.SparseAdam(table.parameters(), lr=0.5)
        >>> table(taut.tensor([2])).sum().backward()
        >>> optimizer.step()
        >>> table.weight.data
        tensor([[ 0.0000,  0.0000],
                [ 0.0000,  0.0000],
                [-0.5000, -0.5000]])

    Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        maximize: bool = False,
    ) -> None:
        if isinstance(lr, Tensor) and lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
        for label, value in (("learning rate", lr), ("epsilon value", eps)):
            if not value > 0.0:
                raise ValueError(f"Invalid {label}: {value}")
        check_betas(betas)
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "maximize": maximize})
        sparse = [
            [g, i]
            for g, group in enumerate(self.param_groups)
            for i, param in enumerate(group["params"])
            if param.is_sparse
        ]
        if sparse:
            raise ValueError(
                f"Sparse params at indices {sparse}: SparseAdam requires dense parameter tensors"
            )

    def _state_of(self, param: Tensor) -> StateDict:
        state = self.state[param]
        if not state:
            state["step"] = 0
            state["exp_avg"] = taut.zeros_like(param)
            state["exp_avg_sq"] = taut.zeros_like(param)
        return state

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """See :meth:`Optimizer.step`."""
        loss = self._loss(closure)
        for group in self.param_groups:
            params = self._params_with_grad(group)
            if not all(param.grad.is_sparse for param in params):  # type: ignore[union-attr]
                raise RuntimeError(
                    "SparseAdam does not support dense gradients, please consider Adam instead"
                )
            states = [self._state_of(param) for param in params]
            for state in states:
                state["step"] += 1
            beta1, beta2 = group["betas"]
            _C._sparse_adam_step(
                params,
                [state["exp_avg"] for state in states],
                [state["exp_avg_sq"] for state in states],
                [float(state["step"]) for state in states],
                as_float(group["lr"]),
                beta1,
                beta2,
                group["eps"],
                group.get("maximize", False),
            )
        return loss
