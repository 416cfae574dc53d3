"""An optimiser's state as a checkpoint holds it: parameters by number, in PyTorch's layout."""

from __future__ import annotations

import copy
import itertools
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from taut import Tensor
from taut.optim import _names


def pack(state: dict[Any, Any], param_groups: list[dict[str, Any]]) -> dict[str, Any]:
    """Number the parameters group by group and put the numbers in their place."""
    numbers: dict[Tensor, int] = {}
    packed_groups = []
    start = 0
    for group in param_groups:
        # Numbers are positions; a parameter listed twice goes by the last.
        numbers.update(zip(group["params"], itertools.count(start)))
        start += len(group["params"])
        packed = {key: value for key, value in group.items() if key != "params"}
        packed["params"] = [numbers[param] for param in group["params"]]
        packed_groups.append(packed)
    packed_state = {
        numbers[key] if isinstance(key, Tensor) else key: value for key, value in state.items()
    }
    return {"state": packed_state, "param_groups": packed_groups}


def unpack(state_dict: dict[str, Any], param_groups: list[dict[str, Any]]) -> dict[str, Any]:
    """The reverse of ``pack`` for an optimiser that has ``param_groups`` now."""
    _check_types(state_dict)
    saved_groups = copy.deepcopy(state_dict["param_groups"])
    by_name = _names.matched(param_groups, saved_groups)
    _check_sizes(param_groups, saved_groups, by_name is not None)
    uncast = {
        number
        for saved in saved_groups
        if not (saved.get("capturable") or saved.get("fused"))
        for number in saved["params"]
    }
    saved_numbers = {number for saved in saved_groups for number in saved["params"]}
    if by_name is None:
        state = _by_position(state_dict["state"], param_groups, saved_groups, uncast)
    else:
        state = _by_name(state_dict["state"], by_name, saved_numbers, uncast)
    for group, saved in zip(param_groups, saved_groups):
        saved["params"] = group["params"]
        if "param_names" in group:
            saved.setdefault("param_names", group["param_names"])
            if by_name is not None:
                _names.keep(group, saved)
    return {"state": state, "param_groups": saved_groups}


def _check_types(state_dict: dict[str, Any]) -> None:
    """Raises unless a checkpoint has the parts that ``pack`` gives it."""
    groups, state = state_dict["param_groups"], state_dict["state"]
    _check(groups, list, "'param_groups'")
    _check(state, dict, "'state'")
    numbers: set[Any] = set()
    for i, group in enumerate(groups):
        _check(group, dict, f"group {i}")
        _check(group["params"], (list, tuple), f"'params' of group {i}")
        for number in group["params"]:
            _check(number, (int, str), f"each of 'params' of group {i}")
        numbers.update(group["params"])
        for name in _check(group.get("param_names", []), list, f"'param_names' of group {i}"):
            _check(name, str, f"each of 'param_names' of group {i}")
        aliases = group.get("param_aliases", {})
        for names in _check(aliases, dict, f"'param_aliases' of group {i}").values():
            _check(names, dict, f"each of 'param_aliases' of group {i}")
    for key, value in state.items():
        if key in numbers:
            _check(value, dict, f"the state of parameter {key}")


def _check(value: Any, kinds: Any, what: str) -> Any:
    if not isinstance(value, kinds):
        kinds = kinds if isinstance(kinds, tuple) else (kinds,)
        names = " or ".join(kind.__name__ for kind in kinds)
        raise TypeError(f"load_state_dict: {what} must be a {names}, got {value!r:.80}")
    return value


def _by_position(
    saved_state: dict[Any, Any],
    groups: list[dict[str, Any]],
    saved_groups: list[dict[str, Any]],
    uncast: set[int],
) -> defaultdict[Any, Any]:
    state: defaultdict[Any, Any] = _names.State(dict)
    owners: dict[int, Tensor] = {}
    for group, saved in zip(groups, saved_groups):
        owners.update(zip(saved["params"], group["params"]))
    for key, value in saved_state.items():
        if key in owners:
            state[owners[key]] = _cast(owners[key], value, None, key in uncast)
        else:
            state[key] = value
    return state


def _by_name(
    saved_state: dict[Any, Any],
    found: dict[Tensor, _names.Name],
    saved_numbers: set[Any],
    uncast: set[Any],
) -> defaultdict[Any, Any]:
    """Parameters that were tied when saved and are not any more each get a copy."""
    state: defaultdict[Any, Any] = _names.State(dict)
    numbers = {name.number for name in found.values()}
    state.update({k: v for k, v in saved_state.items() if k not in saved_numbers})
    for param, (number, transposed) in found.items():
        if number not in saved_state:
            continue
        value = saved_state[number]
        if number in numbers:
            numbers.remove(number)
        else:
            value = copy.deepcopy(value)
        state[param] = _cast(param, value, None, number in uncast)
        if transposed:
            state[param] = {k: _turned(v) for k, v in state[param].items()}
    return state


def _turned(value: Any) -> Any:
    """State of a matrix for the transposed one."""
    if isinstance(value, Tensor) and value.dim() == 2:
        return value.t().contiguous()
    return value


def _check_sizes(
    groups: list[dict[str, Any]], saved_groups: list[dict[str, Any]], named: bool
) -> None:
    if len(groups) != len(saved_groups):
        raise ValueError(
            "loaded state dict has a different number of parameter groups: "
            f"expected {len(groups)}, got {len(saved_groups)}"
        )
    for i, (group, saved) in enumerate(zip(groups, saved_groups)):
        if not named and len(group["params"]) != len(saved["params"]):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of "
                f"optimizer's group: group {i} has {len(group['params'])} parameters, the loaded "
                f"one has {len(saved['params'])}"
            )


def _cast(param: Tensor, value: Any, key: Any, keep_step: bool) -> Any:
    """Give state tensors their parameter's dtype; a step counter keeps its own."""
    if isinstance(value, Tensor):
        if key == "step":
            return value if keep_step else value.float()
        return value.to(param.dtype) if param.is_floating_point() else value
    if isinstance(value, dict):
        return {k: _cast(param, v, k, keep_step) for k, v in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return type(value)(_cast(param, v, None, keep_step) for v in value)  # type: ignore
    return value
