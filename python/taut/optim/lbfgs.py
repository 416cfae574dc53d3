"""L-BFGS: quasi-Newton steps from the last changes of parameters and gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import taut
from taut import Tensor
from taut.optim._line_search import Point, strong_wolfe
from taut.optim._options import as_float, check_non_negative
from taut.optim.optimizer import Optimizer, ParamsT, StateDict

__all__ = ["LBFGS"]


class LBFGS(Optimizer):
    """L-BFGS, with a fixed step length or a line search.

    A ``step`` makes up to ``max_iter`` iterations and calls the closure for each. All parameters are one
    vector; there is one group.

    Args:
        params: parameters or named parameters.
        lr: step length, a number or a one-element tensor.
        max_iter: iterations in a step.
        max_eval: calls of the closure in a step; a quarter more than ``max_iter`` if None.
        tolerance_grad: a step ends where no element of the gradient is above this.
        tolerance_change: a step ends where the loss or the parameters change by less.
        history_size: how many changes are remembered.
        line_search_fn: None or "strong_wolfe".

    Raises:
        ValueError: a negative rate, or several groups.
        RuntimeError: another line search.

    Example:
        >>> import taut
        >>> w = taut.tensor([4.0, -2.0], requires_grad=True)
        >>> optimizer = taut.optim.LBFGS([w], line_search_fn="strong_wolfe")
        >>> def closure():
        ...     optimizer.zero_grad()
        ...     loss = ((w - 1) ** 2).sum()
        ...     loss.backward()
        ...     return loss
        >>> optimizer.step(closure)
        tensor(18., grad_fn=<SumBackward0>)
        >>> w
        tensor([1., 1.], requires_grad=True)

    Source: Liu and Nocedal, "On the limited memory BFGS method for large scale optimization", 1989.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        check_non_negative("lr", lr)
        defaults = {
            "lr": lr,
            "max_iter": max_iter,
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": history_size,
            "line_search_fn": line_search_fn,
        }
        super().__init__(params, defaults)
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups)")
        self._params: list[Tensor] = list(dict.fromkeys(self.param_groups[0]["params"]))

    # All parameters as one vector

    def _gradient(self) -> Tensor:
        grads = (taut.zeros_like(p) if p.grad is None else p.grad for p in self._params)
        return taut.cat([g.to_dense().reshape(-1) for g in grads])

    def _move(self, direction: Tensor, t: float) -> None:
        parts = direction.split([p.numel() for p in self._params])
        for param, part in zip(self._params, parts):
            param.add_(part.view_as(param), alpha=t)

    def _place(self, values: list[Tensor]) -> None:
        for param, value in zip(self._params, values):
            param.copy_(value)

    # Steps

    def step(self, closure: Callable[[], Any]) -> Any:  # type: ignore[override]
        """Iterate; see the class.

        Args:
            closure: recomputes the loss and its gradients, and returns it.

        Returns:
            The loss before the step.
        """
        closure = taut.enable_grad()(closure)
        with taut.no_grad():
            first = closure()
            state = self.state[self._params[0]]
            state.setdefault("func_evals", 0)
            state.setdefault("n_iter", 0)
            state["func_evals"] += 1
            gradient = self._gradient()
            if not _small(gradient, self.param_groups[0]["tolerance_grad"]):
                self._iterate(closure, state, float(first), gradient)
        return first

    def _iterate(
        self, closure: Callable[[], Any], state: StateDict, loss: float, gradient: Tensor
    ) -> None:
        group = self.param_groups[0]
        rate, tolerance = as_float(group["lr"]), group["tolerance_change"]
        evaluations = 1
        for iteration in range(1, group["max_iter"] + 1):
            state["n_iter"] += 1
            direction = self._direction(state, gradient, group["history_size"])
            first = state["n_iter"] == 1
            t = min(1.0, 1.0 / gradient.abs().sum().item()) * rate if first else rate
            state.update(d=direction, t=t, prev_flat_grad=gradient.clone(), prev_loss=loss)
            slope = gradient.dot(direction).item()
            if slope > -tolerance:
                break
            last = iteration == group["max_iter"]
            before = loss
            if group["line_search_fn"] is None:
                self._move(direction, t)
                calls = 0 if last else 1  # the last one's loss is asked for by nobody
                if not last:
                    loss, gradient = float(closure()), self._gradient()
            else:
                start = Point(0.0, loss, gradient, slope)
                left = group["max_eval"] - evaluations
                (t, loss, gradient, _), calls = self._search(closure, direction, start, t, left)
                state["t"] = t
            evaluations += calls
            state["func_evals"] += calls
            if (
                last
                or evaluations >= group["max_eval"]
                or _small(gradient, group["tolerance_grad"])
                or _small(direction * t, tolerance)
                or abs(loss - before) < tolerance
            ):
                break

    def _search(
        self, closure: Callable[[], Any], direction: Tensor, start: Point, t: float, limit: int
    ) -> tuple[Point, int]:
        """Moves to the point that a line search finds."""
        group = self.param_groups[0]
        if group["line_search_fn"] != "strong_wolfe":
            raise RuntimeError("only 'strong_wolfe' is supported")
        origin = [p.clone() for p in self._params]

        def evaluate(t: float) -> Point:
            self._move(direction, t)
            loss, gradient = float(closure()), self._gradient()
            self._place(origin)
            return Point(t, loss, gradient, gradient.dot(direction).item())

        length = direction.abs().max().item()
        found, calls = strong_wolfe(evaluate, start, t, length, group["tolerance_change"], limit)
        self._move(direction, found.t)
        return found, calls

    @staticmethod
    def _direction(state: StateDict, gradient: Tensor, history: int) -> Tensor:
        """Minus the gradient times the approximate inverse Hessian, by two loops over the history."""
        if state["n_iter"] == 1:
            state.update(old_dirs=[], old_stps=[], ro=[], H_diag=1.0)
            return -gradient
        changes, steps, inverses = state["old_dirs"], state["old_stps"], state["ro"]
        y, s = gradient - state["prev_flat_grad"], state["d"] * state["t"]
        ys = y.dot(s).item()
        if ys > 1e-10:  # otherwise the approximation would not stay positive
            if len(changes) == history:
                del changes[0], steps[0], inverses[0]
            changes.append(y)
            steps.append(s)
            inverses.append(1.0 / ys)
            state["H_diag"] = ys / y.dot(y).item()
        direction, weights = -gradient, []
        for y, s, inverse in zip(reversed(changes), reversed(steps), reversed(inverses)):
            weights.append(s.dot(direction).item() * inverse)
            direction.add_(y, alpha=-weights[-1])
        direction.mul_(state["H_diag"])
        for y, s, inverse, weight in zip(changes, steps, inverses, reversed(weights)):
            direction.add_(s, alpha=weight - y.dot(direction).item() * inverse)
        return direction


def _small(vector: Tensor, bound: float) -> bool:
    return vector.abs().max().item() <= bound
