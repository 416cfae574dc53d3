"""``taut.per_use``: the chain rule made visible, one gradient term for each use of a parameter."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import taut
from taut import _C, Tensor
from taut._ties.calls import CallLog, Namer, Site
from taut._ties.names import by_owner, how
from taut.nn.module import Module

__all__ = ["PerUse", "Use", "UseStats", "per_use"]


class Use(NamedTuple):
    """One use of a parameter in the forward.

    Attributes:
        path: of the module that used it.
        call: which call of that module, from 0.
        grad: what the use adds to the gradient, in the shape of the parameter.
    """

    path: str
    call: int
    grad: Tensor


class UseStats(NamedTuple):
    """One use of a parameter in the forward, without its gradient.

    Attributes:
        path: of the module that used it.
        call: which call of that module, from 0.
        norm: of what the use adds to the gradient.
        cosine: between that and the sum of what later uses add; None for the last use. Of a
            parameter with two uses, the cosine between them.
    """

    path: str
    call: int
    norm: float
    cosine: float | None


class _Term(NamedTuple):
    """A term as it arrived, in the layout of the parameter's owner."""

    leaf: Tensor
    site: Site
    grad: Tensor | None
    norm: float
    cosine: float | None
    nonfinite: int


class PerUse(Mapping[str, Any]):
    """What :func:`taut.per_use` found, by name of the parameter.

    Parameters that the backward did not reach are not in it.
    """

    def __init__(self, net: Module, stats_only: bool, nonfinite: str, names: Any) -> None:
        self._net = net
        self._stats_only = stats_only
        self._nonfinite = nonfinite
        self._log = CallLog(net)
        self._names: dict[int, list[str]] = {}
        for owner, group in by_owner(net):
            found = [name for name, _ in group]
            if names is None or not set(names).isdisjoint(found):
                self._names[id(owner)] = found
        unknown = set(names or ()) - {n for group in self._names.values() for n in group}
        if unknown:
            raise AttributeError(f"per_use: {type(net).__name__} has no parameter {min(unknown)!r}")
        self._terms: dict[int, list[_Term]] = {}
        self._sums: dict[int, Tensor] = {}

    # -- the block -------------------------------------------------------------------------------

    def __enter__(self) -> PerUse:
        _C._push_term_observer(self._see)
        self._log.open()
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        _C._pop_term_observer()
        self._log.close()
        self._sums.clear()
        if error is None and self._nonfinite != "ignore":
            self._report()

    def _see(self, leaf: Tensor, node: Any, grad: Tensor) -> None:
        key = id(leaf._owner)
        if key not in self._names:
            return
        transposed, scale = how(leaf)
        with taut.no_grad():
            grad = grad.detach().to_dense()  # of a sparse one, too
            grad = grad.t() if transposed else grad
            grad = grad if scale == 1 else grad * scale
            norm = float(grad.norm())
            count = 0 if norm - norm == 0 else int((~grad.isfinite()).sum())
            cosine = self._cosine_with_later(key, grad, norm) if self._stats_only else None
        kept = None if self._stats_only else grad
        self._terms.setdefault(key, []).append(
            _Term(leaf, Site.of(node), kept, norm, cosine, count)
        )

    def _cosine_with_later(self, key: int, grad: Tensor, norm: float) -> float | None:
        """The backward meets the last use first: the sum so far is that of later ones."""
        if key not in self._sums:
            self._sums[key] = grad.clone()
            return None
        later = self._sums[key]
        product = norm * float(later.norm())
        cosine = float((grad * later).sum()) / product if product else 0.0
        later += grad
        return cosine

    # -- reading ---------------------------------------------------------------------------------

    def _key(self, name: str) -> int:
        try:
            return id(self._net.get_parameter(name)._owner)
        except AttributeError:
            raise KeyError(name) from None

    def _placed(self, key: int) -> list[tuple[str, int, _Term]]:
        """(name, call number, term) of every use, in the order of the forward."""
        terms = sorted(self._terms.get(key, ()), key=lambda t: t.site.sequence)
        namer = Namer(self._net, self._names.get(key, []), self._log)
        placed: list[tuple[str, int, _Term]] = []
        calls: dict[str, int] = {}
        known: dict[tuple[int, int], tuple[str, int]] = {}
        for term in terms:
            at = term.site.sequence, id(term.leaf)
            if at not in known:
                name = namer.name(term.leaf, term.site)
                known[at] = name, calls.get(name, 0)
                calls[name] = calls.get(name, 0) + 1
            placed.append((*known[at], term))
        return placed

    def __getitem__(self, name: str) -> list[Any]:
        key = self._key(name)
        if key not in self._terms:
            raise KeyError(name)
        turned = how(self._net.get_parameter(name)).transposed
        uses: list[Any] = []
        for used, call, term in self._placed(key):
            path = used.rpartition(".")[0]
            if term.grad is None:
                uses.append(UseStats(path, call, term.norm, term.cosine))
            else:
                uses.append(Use(path, call, term.grad.t() if turned else term.grad))
        return uses

    def __iter__(self) -> Iterator[str]:
        for key, names in self._names.items():
            if key in self._terms:
                yield from names

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        counts = (f"{name!r}: {len(self._terms[self._key(name)])}" for name in self)
        return f"PerUse({{{', '.join(counts)}}} uses)"

    # -- what is not finite ----------------------------------------------------------------------

    def _report(self) -> None:
        lines = [
            f"use {call} of {used!r} ({term.site.operation}): {term.nonfinite} of "
            f"{term.leaf.numel()} elements"
            for key, terms in self._terms.items()
            if any(t.nonfinite for t in terms)
            for used, call, term in self._placed(key)
            if term.nonfinite
        ]
        if not lines:
            return
        more = f"; and {len(lines) - 8} more" if len(lines) > 8 else ""
        text = f"per_use: gradients that are not finite: {'; '.join(lines[:8])}{more}"
        if self._nonfinite == "error":
            raise RuntimeError(text)
        warnings.warn(text, RuntimeWarning, stacklevel=3)


def per_use(
    net: Module,
    *,
    stats_only: bool = False,
    nonfinite: str = "warn",
    names: Iterable[str] | None = None,
) -> PerUse:
    """A block in which backwards show the gradient of each parameter use by use.

    The terms of a parameter sum to what the backward adds to its ``.grad``. Where the forward runs
    inside the block, too, each use is named by the call of the module that made it. Where it ran
    before, a parameter that several modules share is used under the name that fits the operation,
    or, among equals, in the order of registration. Outside of such a block nothing is recorded and
    nothing is slower. Backwards of this thread are seen.

    Args:
        net: the module; its parameters are looked at.
        stats_only: keep norms and cosines instead of the terms: one buffer of the parameter's size,
            however many uses.
        nonfinite: what to do at the end of the block about terms with infinite or NaN elements, each
            reported by parameter and use: "warn", "error" or "ignore".
        names: only these parameters, under any of their names; all if None.

    Returns:
        By name, a list of :class:`Use` (path, call, grad), or :class:`UseStats`, in the order of the
        forward. To be read in the block or afterwards.

    Raises:
        RuntimeError: at the end of the block, with ``nonfinite="error"``.
        ValueError: another word for ``nonfinite``.
        AttributeError: a name that the module does not have.

    Example:
        >>> import taut
        >>> from taut import nn
        >>> shared = nn.Linear(1, 1, bias=False)
        >>> shared.weight.data.fill_(3.0)
        tensor([[3.]])
        >>> net = nn.Sequential(shared, shared)
        >>> with taut.per_use(net) as uses:
        ...     net(taut.ones(1, 1)).sum().backward()
        >>> [(path, call, grad.item()) for path, call, grad in uses["0.weight"]]
        [('0', 0, 3.0), ('1', 0, 3.0)]
        >>> shared.weight.grad
        tensor([[6.]])
    """
    if nonfinite not in ("warn", "error", "ignore"):
        raise ValueError(
            f"per_use: nonfinite must be 'warn', 'error' or 'ignore', got {nonfinite!r}"
        )
    return PerUse(net, stats_only, nonfinite, None if names is None else list(names))
