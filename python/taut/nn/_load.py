"""load_state_dict: what a load will write, and whether it may.

Note [Loading is all or nothing]
~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
Every module's ``_load_from_state_dict`` checks its own entries and adds what is to be written to the
:class:`Load` that travels in ``local_metadata``. Writing begins when the whole tree has passed. A
module whose class has a ``_load_from_state_dict`` of its own may look at its parameters as soon as
``super()`` returns, and a post-hook at everything, so before those run the values are written, with
what stood there kept. A load that raises puts that back.
"""

from __future__ import annotations

import contextlib
import functools
import warnings
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, NamedTuple

import taut
from taut import Tensor
from taut._regions import Region, Regions
from taut._utils import alias_of, rebuild_alias
from taut.nn._convert import place
from taut.nn.parameter import Parameter, is_lazy

__all__ = ["Conflict", "Entry", "Load", "LoadReport"]

# Where local_metadata carries the Load.
LOAD_KEY = "_taut_load"


class _Keys(NamedTuple):
    missing_keys: list[str]
    unexpected_keys: list[str]


class LoadReport(_Keys):
    """What ``load_state_dict`` found.

    Attributes:
        missing_keys: keys of the module that the given dict lacked.
        unexpected_keys: keys of the given dict that the module does not have.
        via_alias: keys that were lacking but share their memory with ones that were there.
        untied: names that got parameters of their own, with ``on_tie_conflict="untie"``.
    """

    via_alias: list[str]
    untied: list[str]

    def __new__(
        cls, missing_keys: list[str], unexpected_keys: list[str], via_alias: list[str] | None = None
    ) -> LoadReport:
        made = super().__new__(cls, missing_keys, unexpected_keys)
        made.via_alias = via_alias or []
        made.untied = []
        return made

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return (
            f"_IncompatibleKeys(missing_keys={self.missing_keys}, "
            f"unexpected_keys={self.unexpected_keys})"
        )

    __str__ = __repr__


class Entry(NamedTuple):
    """One value to load.

    ``mine`` is what it is loaded into: the owner of ``held``, what stands under the name, where that is
    a transposed or weighted name of a tied parameter. ``value`` is laid out as ``mine`` is.
    """

    registry: Any
    name: str
    key: str
    mine: Tensor
    value: Tensor
    held: Tensor


class Load:
    """The writes of one load.

    Args:
        root: the module that loads.
        assign: put the given tensors in place of the module's instead of copying their values.
    """

    def __init__(self, root: Any, assign: bool) -> None:
        self.root = root
        self.assign = assign
        self.entries: list[Entry] = []
        self.extra: list[tuple[Any, Any]] = []
        self._written = 0
        self._extra_set = 0
        self._assigned: dict[int, Tensor] = {}
        self._standing: dict[int, Tensor] = {}
        self._scratches: dict[Hashable, Tensor] = {}
        self._by_region: dict[Hashable, list[Entry]] = {}
        self._sorted: list[Entry] = []
        self._sorted_count = 0
        # By region, the distinct tensors over it, before anything is written.
        self._aliases: dict[Hashable, dict[int, Tensor]] = {}
        owners = [held._owner for _, _, held in _tensors(root)]
        self._regions = Regions(owners)
        for t in owners:
            self._aliases.setdefault(self._regions.key(t), {})[id(t)] = t
        self._undo: list[Callable[[], Any]] = []

    # -- writing ---------------------------------------------------------------------------------

    def write(self, keep: bool) -> None:
        """Makes the writes that are still to be made; ``keep`` so that they can be undone."""
        pending, self._written = self.entries[self._written :], len(self.entries)
        with taut.no_grad():
            for entry in pending:
                self._assign(entry, keep) if self.assign else self._copy(entry, keep)
        extra, self._extra_set = self.extra[self._extra_set :], len(self.extra)
        for module, state in extra:
            if keep and _has_own(module, "get_extra_state"):
                before = module.get_extra_state()
                self._undo.append(functools.partial(module.set_extra_state, before))
            module.set_extra_state(state)

    def finish(self) -> None:
        """What can only be done when the whole tree is written."""
        if self.assign:
            with taut.no_grad():
                self._assign_aliases()

    def undo(self) -> None:
        """Puts back what stood where kept writes were made."""
        with taut.no_grad():
            while self._undo:
                with contextlib.suppress(Exception):  # the error that led here is the one to see
                    self._undo.pop()()

    def _copy(self, entry: Entry, keep: bool) -> None:
        mine, value = entry.mine, entry.value
        if is_lazy(mine):
            mine.materialize(value.shape)  # type: ignore[attr-defined]
        elif mine.is_meta:
            if not value.is_meta:
                warnings.warn(
                    f"for {entry.key}: copying from a non-meta parameter in the checkpoint to a meta "
                    "parameter in the current model, which is a no-op. (Did you mean to pass "
                    "`assign=True` to assign items in the state dictionary to their corresponding "
                    "key in the module instead of copying them in place?)",
                    stacklevel=2,
                )
            return
        elif keep:
            before = mine.detach().clone()
            self._undo.append(lambda: mine.detach().copy_(before))
        mine.detach().copy_(value)
        mine._set_origin(value._origin())

    def _assign(self, entry: Entry, keep: bool) -> None:
        mine = entry.mine
        value = self._assigned.get(id(mine))
        if value is None:
            value = self._assigned[id(mine)] = _as(mine, self._shared(entry))
        if keep:
            self._undo.append(lambda: entry.registry.__setitem__(entry.name, entry.held))
        entry.registry[entry.name] = self._stand_in(entry.held, value)

    def _stand_in(self, held: Tensor, owner: Tensor) -> Tensor:
        """The new owner under a name, or what stands for it there."""
        alias = alias_of(held)
        if alias is None:
            return owner
        if id(held) not in self._standing:
            self._standing[id(held)] = rebuild_alias(type(owner), owner, *alias[1:])
        return self._standing[id(held)]

    def _shared(self, entry: Entry) -> Tensor:
        """The value to assign: where parameters share memory, one that shares it, too."""
        if is_lazy(entry.mine):
            return entry.value
        aliases = self._aliases.get(self._regions.key(entry.mine), {}).values()
        if len(aliases) < 2:
            return entry.value
        group = self._group(entry.mine)
        if len({place(t) for t in aliases}) == 1:
            first = group[0]
            return first.value if first.mine is entry.mine else _as_plain(self._assigned, first)
        return self._regions.of(entry.mine).view(self._scratch(group), entry.mine)

    def _assign_aliases(self) -> None:
        """Gives the names that the dict did not have what goes with their alias."""
        written = {self._regions.key(e.mine) for e in self.entries if not is_lazy(e.mine)}
        new = {id(value) for value in self._assigned.values()}
        for registry, name, held in _tensors(self.root):
            mine = held._owner
            known = id(mine) in self._assigned
            is_new = id(mine) in new
            if known or (not is_lazy(mine) and not is_new and self._regions.key(mine) in written):
                self._assign(Entry(registry, name, name, mine, mine, held), keep=False)
                new.add(id(self._assigned[id(mine)]))

    def _group(self, mine: Tensor) -> list[Entry]:
        """The entries whose memory overlaps that of ``mine``."""
        if self._sorted is not self.entries or len(self._sorted) != self._sorted_count:
            self._sorted, self._sorted_count = self.entries, len(self.entries)
            self._by_region.clear()
            for e in self.entries:
                self._by_region.setdefault(self._regions.key(e.mine), []).append(e)
        return self._by_region.get(self._regions.key(mine), [])

    def _scratch(self, group: list[Entry]) -> Tensor:
        """A copy of the region of a group with the values of all its entries."""
        region = self._regions.of(group[0].mine)
        made = self._scratches.get(region)
        if made is None:
            made = self._scratches[region] = _copied(region.elements(group[0].mine))
            for e in group:
                region.view(made, e.mine).copy_(e.value)
        return made

    # -- ties ------------------------------------------------------------------------------------

    def via_alias(self, root: Any, missing: Iterable[str]) -> list[str]:
        """The missing keys whose memory the present ones fill."""
        missing = set(missing)
        if not missing:
            return []
        found = []
        for path, held in _named_tensors(root):
            mine = held._owner
            if path in missing and not is_lazy(mine):
                group = self._group(mine)
                if group and _covers(self._regions.of(mine), group, mine):
                    found.append(path)
            elif path in missing and any(e.mine is mine for e in self.entries):
                found.append(path)
        return found

    def _tied(self) -> list[list[Entry]]:
        """The entries that share memory, where there are several."""
        groups: dict[Hashable, list[Entry]] = {}
        for e in self.entries:
            if e.value.is_meta:
                continue
            groups.setdefault(self._regions.key(e.mine), []).append(e)
        return [group for group in groups.values() if len(group) > 1]

    def conflicts(self) -> list[Conflict]:
        """Aliases to which the dict gives different values."""
        with taut.no_grad():
            return [
                found
                for group in self._tied()
                for found in (_unequal(group) if _one_place(group) else self._overwritten(group))
            ]

    def _overwritten(self, group: list[Entry]) -> Iterable[Conflict]:
        """Pairs of different views that cannot both hold: one changes what the other wrote."""
        region = self._regions.of(group[0].mine)
        scratch = _copied(region.elements(group[0].mine))
        for i, e in enumerate(group):
            region.view(scratch, e.mine).copy_(e.value)
            for before in group[:i]:
                yield from _differ(before, e, region.view(scratch, before.mine), before.value)

    def settle_for_first(self) -> None:
        """Gives all entries that share memory the values of the first."""
        settled: dict[int, Tensor] = {}
        with taut.no_grad():
            for group in self._tied():
                first = group[0]
                if _one_place(group):
                    settled.update((id(e), first.value) for e in group)
                    continue
                region = self._regions.of(first.mine)
                scratch = _copied(region.elements(first.mine))
                for e in reversed(group):
                    region.view(scratch, e.mine).copy_(e.value)
                settled.update((id(e), region.view(scratch, e.mine).clone()) for e in group)
        self.entries = [e._replace(value=settled.get(id(e), e.value)) for e in self.entries]


def _has_own(module: Any, method: str) -> bool:
    """Whether a module's class has a method of its own instead of Module's."""
    from taut.nn.module import Module

    return getattr(type(module), method) is not getattr(Module, method)


def _as(mine: Tensor, value: Tensor) -> Tensor:
    """A given tensor as what it replaces: a Parameter for a Parameter."""
    if not isinstance(mine, Parameter):
        return value
    if isinstance(value, Parameter):
        return value.requires_grad_(mine.requires_grad)
    return Parameter(value, requires_grad=mine.requires_grad)


def _as_plain(assigned: Mapping[int, Tensor], first: Entry) -> Tensor:
    """Another tensor over the memory that the first alias got."""
    return assigned.get(id(first.mine), first.value).detach()


def _named_tensors(root: Any) -> Iterable[tuple[str, Tensor]]:
    yield from root.named_parameters(remove_duplicate=False)
    yield from root.named_buffers(remove_duplicate=False)


def _tensors(root: Any) -> Iterable[tuple[Any, str, Tensor]]:
    for module in root.modules():
        for registry in (module._parameters, module._buffers):
            for name, tensor in list(registry.items()):
                if tensor is not None:
                    yield registry, name, tensor


def _copied(elements: Tensor) -> Tensor:
    """A copy of the elements; new memory for them where they have none."""
    return taut.empty_like(elements, device="cpu") if elements.is_meta else elements.clone()


def _covers(region: Region, group: list[Entry], mine: Tensor) -> bool:
    """Whether the group's entries fill every element of ``mine``."""
    if any(place(e.mine) == place(mine) for e in group):
        return True
    filled = taut.zeros(region.elements(mine).numel(), dtype=taut.bool)
    for e in group:
        region.view(filled, e.mine).fill_(True)
    return bool(region.view(filled, mine).all())


class Conflict(NamedTuple):
    """Two keys of one tied parameter whose values differ, and by how much at most."""

    first: str
    other: str
    largest: float

    def __str__(self) -> str:
        return (
            f'"{self.first}" and "{self.other}" are one tied parameter, but their values differ '
            f"(by up to {self.largest:.6g}). Give one of them, untie them first: "
            f'taut.untie(net, "{self.other}"), or say which holds: on_tie_conflict="first" or "untie".'
        )


def _one_place(group: list[Entry]) -> bool:
    return len({place(e.mine) for e in group if not is_lazy(e.mine)}) < 2


def _unequal(group: list[Entry]) -> Iterable[Conflict]:
    """Values for one and the same tensor that are not those of the first key."""
    first = group[0]
    for other in group[1:]:
        if other.value.shape == first.value.shape and place(other.value) != place(first.value):
            yield from _differ(first, other, first.value, other.value)


def _differ(a: Entry, b: Entry, x: Tensor, y: Tensor) -> Iterable[Conflict]:
    x, y = x.detach()._cast(a.mine.dtype), y.detach()._cast(a.mine.dtype)
    same = (x == y) | (x.isnan() & y.isnan())
    if not bool(same.all()):
        apart = (x._cast(taut.float64) - y._cast(taut.float64)).abs()
        largest = apart.where(~same, taut.zeros_like(apart)).max()
        yield Conflict(a.key, b.key, float(largest))


def load_untied(
    root: Any, state_dict: Mapping[str, Any], strict: bool, assign: bool, names: Iterable[str]
) -> LoadReport:
    """Gives names parameters of their own and loads; ties them again where that fails."""
    undo: list[tuple[Any, str, Any]] = []
    from taut._ties.names import places

    names, uses = list(names), places(root)
    try:
        for name in names:
            undo += _standing(root, name)
            _part(root, name, uses)
        report = root.load_state_dict(state_dict, strict, assign)
    except BaseException:
        for registry, key, stood in reversed(undo):
            registry[key] = stood
        raise
    report.untied[:] = names
    return report


def _standing(root: Any, name: str) -> list[tuple[Any, str, Any]]:
    """(registry, key, value) of everything on the way to a name."""
    *path, last = name.split(".")
    found, module = [], root
    for key in path:
        found.append((module._modules, key, module._modules[key]))
        module = module._modules[key]
    registry = module._parameters if last in module._parameters else module._buffers
    return [*found, (registry, last, registry[last])]


def _part(root: Any, name: str, uses: dict[int, int]) -> None:
    """Gives a name a parameter, or a buffer, of its own."""
    from taut._ties.change import part
    from taut._ties.names import own_module

    path, _, last = name.rpartition(".")
    buffers = root.get_submodule(path)._buffers
    if last in buffers:
        own_module(root, path, uses)._buffers[last] = buffers[last].detach().clone()
    else:
        part(root, name, uses)


def problems(name: str, strict: bool, report: LoadReport, errors: list[str]) -> str | None:
    """The message of a load that must not be, or None."""
    lines = list(errors)
    if strict and report.unexpected_keys:
        keys = ", ".join(f'"{k}"' for k in report.unexpected_keys)
        lines.insert(0, f"Unexpected key(s) in state_dict: {keys}. ")
    if strict and report.missing_keys:
        keys = ", ".join(f'"{k}"' for k in report.missing_keys)
        lines.insert(0, f"Missing key(s) in state_dict: {keys}. ")
    if not lines:
        return None
    return f"Error(s) in loading state_dict for {name}:\n\t" + "\n\t".join(lines)


def check_entry(
    load: Load, registry: Mapping[str, Any], name: str, key: str, value: Any, errors: list[str]
) -> None:
    """Adds a value to the load, or what is wrong with it to ``errors``."""
    mine = registry[name]
    if not isinstance(value, Tensor):
        errors.append(
            f'While copying the parameter named "{key}", expected taut.Tensor or Tensor-like object '
            f"from checkpoint but received {type(value)}"
        )
        return
    if is_lazy(value):
        if not is_lazy(mine):
            errors.append(
                f"size mismatch for {key}: the parameter in the checkpoint is not initialized, the "
                f"shape in current model is {mine.shape}."
            )
        return
    if not is_lazy(mine):
        if mine.dim() == 0 and value.dim() == 1 and value.shape[0] == 1:
            value = value[0]
        if value.shape != mine.shape:
            errors.append(
                f"size mismatch for {key}: copying a param with shape {value.shape} from checkpoint, "
                f"the shape in current model is {mine.shape}."
            )
            return
    if value.is_meta and not load.assign and (is_lazy(mine) or not mine.is_meta):
        errors.append(
            f'While copying the parameter named "{key}", whose shape is {value.shape}, an exception '
            "occurred: Cannot copy out of meta tensor; no data!"
        )
        return
    alias = alias_of(mine)
    if alias is None:
        load.entries.append(Entry(registry, name, key, mine, value, mine))
        return
    owner, transposed, _ = alias
    value = value.detach()
    load.entries.append(Entry(registry, name, key, owner, value.t() if transposed else value, mine))
