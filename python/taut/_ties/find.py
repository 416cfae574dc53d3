"""``taut.ties``: the inventory."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Hashable, Mapping

from taut import _C
from taut._regions import Regions
from taut._ties.names import How, how, locate, name_under_tie, own_module, stand_in
from taut.nn.module import Module
from taut.nn.parameter import Parameter, is_lazy

__all__ = ["Tie", "share_memory", "ties"]


@dataclasses.dataclass(frozen=True)
class Tie:
    """One tied parameter.

    Attributes:
        names: its paths, in the order of registration.
        kind: "module" (one module at several places), "parameter" (one Parameter in several
            modules), "transpose" (used transposed under some names), or "storage" (several
            Parameters, each with a gradient of its own, over one memory).
        shape: under its first name; None while a lazy module has not seen an input.
        bytes_saved: what separate parameters would take in addition.
        uses: how often operations used it in the last forward that was recorded; the count begins
            anew after a backward.
    """

    names: tuple[str, ...]
    kind: str
    shape: tuple[int, ...] | None
    bytes_saved: int
    uses: int = dataclasses.field(default=0, compare=False)
    _net: Module = dataclasses.field(default=None, repr=False, compare=False)  # type: ignore

    @property
    def parameter(self) -> Parameter:
        """What stands under the first name."""
        return self._net.get_parameter(self.names[0])

    @property
    def scales(self) -> dict[str, float]:
        """The factor with which each name's uses add to the gradient."""
        return {name: how(self._net.get_parameter(name)).scale for name in self.names}

    def scale(self, factors: Mapping[str, float]) -> Tie:
        """Weights what the uses under each name add to the gradient.

        The gradient of the tied parameter becomes the sum of factor times term; in a linear layer
        or an embedding the factor costs nothing. Names that are not mentioned keep factor 1. Where
        one module stands at several places that get different factors, each place gets a module of
        its own (its other parameters stay tied).

        Args:
            factors: by name, or by path of the module: ``{"emb": 4.0, "head": 1.0}``.

        Returns:
            The tie as it is afterwards.

        Raises:
            ValueError: a name that is not one of the tie's, a factor that is not finite, or a tie of
                kind "storage", which has no common gradient.

        Example:
            >>> import taut
            >>> from taut import nn
            >>> net = nn.Sequential(nn.Linear(1, 1, bias=False), nn.Linear(1, 1, bias=False))
            >>> net[0].weight.data.fill_(1.0)
            tensor([[1.]])
            >>> _ = taut.tie(net, "0.weight", "1.weight").scale({"0": 4.0})
            >>> net(taut.ones(1, 1)).sum().backward()
            >>> net[1].weight.grad
            tensor([[5.]])
        """
        if self.kind == "storage":
            raise ValueError(
                f"scale: {', '.join(self.names)} are separate parameters over one memory, each with its "
                f"own gradient; taut.tie(net, {self.names[0]!r}, {self.names[1]!r}) makes them one"
            )
        wanted = dict.fromkeys(self.names, 1.0)
        for given, factor in factors.items():
            found = name_under_tie(self.names, given)
            if not found:
                raise ValueError(
                    f"scale: {given!r} is not a name of this tie; it has {', '.join(self.names)}"
                )
            if not math.isfinite(factor):
                raise ValueError(f"scale: factors must be finite, got {factor} for {given!r}")
            wanted.update(dict.fromkeys(found, float(factor)))
        for name in self.names:
            self._set_factor(name, wanted)
        return next(t for t in ties(self._net) if set(t.names) == set(self.names))

    def _set_factor(self, name: str, wanted: Mapping[str, float]) -> None:
        _, last, param = locate(self._net, name)
        if how(param).scale == wanted[name]:
            return
        path = name.rpartition(".")[0]
        module = self._net.get_submodule(path)
        together = [
            n for n in self.names if self._net.get_submodule(n.rpartition(".")[0]) is module
        ]
        if any(wanted[n] != wanted[name] for n in together):
            module = own_module(self._net, path)
        module._parameters[last] = stand_in(param._owner, How(how(param).transposed, wanted[name]))


def ties(net: Module) -> list[Tie]:
    """Every tied parameter of a module.

    Example:
        >>> import taut
        >>> from taut import nn
        >>> shared = nn.Linear(8, 8, bias=False)
        >>> taut.ties(nn.Sequential(shared, nn.ReLU(), shared))
        [Tie(names=('0.weight', '2.weight'), kind='module', shape=(8, 8), bytes_saved=256, uses=0)]
    """
    named = list(net.named_parameters(remove_duplicate=False))
    regions = Regions(param for _, param in named)
    groups: dict[Hashable, list[tuple[str, Parameter]]] = {}
    for name, param in named:
        groups.setdefault(regions.key(param), []).append((name, param))
    return [_described(net, group) for group in groups.values() if len(group) > 1]


def share_memory(a: Parameter, b: Parameter) -> bool:
    """Whether two parameters overlap, or are one."""
    regions = Regions((a, b))
    return regions.key(a) == regions.key(b)


def _described(net: Module, group: list[tuple[str, Parameter]]) -> Tie:
    names, params = tuple(n for n, _ in group), [p for _, p in group]
    owners = {id(p._owner): p._owner for p in params}
    lazy = is_lazy(params[0])
    return Tie(
        names,
        _kind(net, names, params),
        None if lazy else tuple(params[0].shape),
        0 if lazy else sum(p.nbytes for p in params[1:]),
        0 if lazy else sum(_C._uses_of(p) for p in owners.values()),
        net,
    )


def _kind(net: Module, names: tuple[str, ...], params: list[Parameter]) -> str:
    if len({id(p._owner) for p in params}) > 1:
        return "storage"
    if len({how(p).transposed for p in params}) > 1:
        return "transpose"
    modules = {id(net.get_submodule(name.rpartition(".")[0])) for name in names}
    return "module" if len(modules) == 1 else "parameter"
