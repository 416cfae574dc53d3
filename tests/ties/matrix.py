"""The table of what a tie survives: operations by kinds. docs/ties.md prints it, the tests run it.

An operation takes a net (and its kind) and returns the net that is looked at afterwards. A kind for
which an operation has no meaning stands in ``no`` with the reason.
"""

import copy
import dataclasses
import pickle
from collections.abc import Callable

import operations as act
import taut
from taut.nn import utils
from taut.nn.utils import parametrizations

SEPARATE = "two Parameters: each has its own"


@dataclasses.dataclass(frozen=True)
class Operation:
    """A row.

    Attributes:
        name: as the documentation says it.
        run: ``run(net, kind)`` returns the net to look at.
        changes: how the values of the tied weight change, ``changes(before, kind)``.
        prefix: of the names in the net that ``run`` returns.
        trained: names, in the net that ``run`` returns, of what is trained instead of the weight
            when the weight is computed; None where the weight itself is.
        tolerance: of values and gradients, relative to 1.
        converts: the net has another type afterwards.
        no: letter -> why the cell does not apply.
    """

    name: str
    run: Callable
    changes: Callable | None = None
    prefix: str = ""
    trained: tuple[str, ...] | None = None
    tolerance: float = 1e-5
    converts: bool = False
    no: dict[str, str] = dataclasses.field(default_factory=dict)


OPERATIONS = [
    Operation("`copy.deepcopy`", lambda net, kind: copy.deepcopy(net)),
    Operation("`copy.copy`", lambda net, kind: copy.copy(net)),
    *(
        Operation(
            f"`pickle`, protocol {p}",
            lambda net, kind, p=p: pickle.loads(pickle.dumps(net, p)),
        )
        for p in (2, 4, 5)
    ),
    Operation("pickled to a process and back", act.in_a_process),
    Operation("`DataLoader` workers", act.data_workers),
    Operation(
        "`taut.save` and `taut.load` of the module",
        lambda net, kind: act.saved(net, weights_only=False),
    ),
    Operation(
        "`.pt` of the `state_dict`", act.loaded(lambda net, kind: act.saved(net.state_dict()))
    ),
    Operation(
        "`.pt`, read and written by PyTorch",
        act.loaded(lambda net, kind: act.through_torch(net.state_dict())),
    ),
    Operation("`.safetensors` (`save_model`, `load_model`)", act.through_safetensors),
    Operation("`.safetensors`, read and written by PyTorch", act.through_safetensors_and_torch),
    Operation("`load_state_dict`", act.loaded(lambda net, kind: net.state_dict())),
    Operation("`load_state_dict(assign=True)`", act.loaded(act.separate_values, assign=True)),
    Operation(
        "`load_state_dict(assign=True)` of a file",
        act.loaded(lambda net, kind: act.saved(net.state_dict()), assign=True),
    ),
    Operation(
        "`load_state_dict(assign=True)` of a mapped file", act.loaded(act.mapped, assign=True)
    ),
    Operation("`.npz`", act.loaded(act.through_npz)),
    Operation("`to_torch`, `from_torch`", act.loaded(act.in_torchs_memory, assign=True)),
    Operation("`load_state_dict` of an untied file", act.loaded(act.separate_values)),
    Operation("`load_state_dict` of the first name only", act.loaded(act.one_name_only(0))),
    Operation("`load_state_dict` of the second name only", act.loaded(act.one_name_only(1))),
    Operation(
        "`load_state_dict(assign=True)` of the second name only",
        act.loaded(act.one_name_only(1), assign=True),
    ),
    Operation("a `load_state_dict` that fails", act.failing_half_way),
    Operation("`.double()`", lambda net, kind: net.double(), converts=True),
    Operation("`.half()`", lambda net, kind: net.half(), converts=True, tolerance=1e-2),
    Operation("`.bfloat16()`", lambda net, kind: net.bfloat16(), converts=True, tolerance=5e-2),
    Operation("`.double().float()`", lambda net, kind: net.double().float()),
    Operation("`.to(dtype)`", lambda net, kind: net.to(taut.float64), converts=True),
    Operation(
        "`.data =`",
        act.data_edited,
        changes=lambda before, kind: 2 * before,
        no={"S": "the other Parameter keeps the former memory, as in PyTorch"},
    ),
    Operation(
        "`requires_grad_` of the module",
        lambda net, kind: net.requires_grad_(False).requires_grad_(True),
    ),
    Operation("freezing by one name", act.frozen_by_one_name, no={"S": SEPARATE + " flag"}),
    Operation("`zero_grad`", act.zeroed),
    Operation("`train` and `eval`", lambda net, kind: net.eval().train()),
    Operation("SWA copy (`AveragedModel`)", act.averaged(), prefix="module."),
    Operation(
        "EMA copy (`AveragedModel`)",
        act.averaged(multi_avg_fn=taut.optim.swa_utils.get_ema_multi_avg_fn(0.9)),
        prefix="module.",
    ),
    Operation("`functional_call`", act.called_with_values, no={"S": SEPARATE + " value"}),
    Operation("`stack_module_state`", act.stacked),
    Operation("`utils.checkpoint`", act.checkpointed),
    Operation("`vector_to_parameters`", act.by_vector, changes=lambda before, kind: 2 * before),
    Operation("an optimiser that lists it twice", act.duplicates),
    Operation(
        "an optimiser with two groups", act.two_groups, no={"S": SEPARATE + " group, as in PyTorch"}
    ),
    Operation("`clip_grad_norm_`, `clip_grad_value_`", act.clipped),
    Operation("`named_parameters`", act.listed),
    Operation("`modules`, `children`", act.walked),
    Operation("`net.apply(init)`", act.applied),
    Operation("`nn.init.once`", act.applied_once),
    Operation(
        "lazy modules",
        act.tied_while_lazy,
        no={
            "S": "there is no memory to share before the first input",
        },
    ),
    Operation("`skip_init`", act.skip_init),
    Operation("`to_empty`", act.to_empty),
    Operation("made on the meta device, then `to_empty`", act.made_on_meta),
    Operation("made on the meta device, then `load_state_dict(assign=True)`", act.assigned_on_meta),
    Operation('`.to("meta")`, then `to_empty`', act.to_meta_and_back),
    Operation(
        "`register_parametrization`",
        act.parametrized,
        trained=act.originals("original"),
    ),
    Operation(
        "`register_parametrization`, then `copy.deepcopy`",
        lambda net, kind: copy.deepcopy(act.parametrized(net, kind)),
        trained=act.originals("original"),
    ),
    Operation(
        "`register_parametrization`, then `pickle`",
        lambda net, kind: pickle.loads(pickle.dumps(act.parametrized(net, kind))),
        trained=act.originals("original"),
    ),
    Operation(
        "`register_parametrization`, then `taut.save`",
        lambda net, kind: act.saved(act.parametrized(net, kind), weights_only=False),
        trained=act.originals("original"),
    ),
    Operation(
        "`parametrizations.weight_norm`, copied, removed",
        act.normed_copied_removed,
    ),
    Operation("`remove_parametrizations`", act.once_parametrized),
    Operation(
        "`parametrizations.weight_norm`",
        lambda net, kind: parametrizations.weight_norm(net, kind.names[0]),
        trained=act.originals("original0", "original1"),
    ),
    Operation("`parametrizations.weight_norm`, removed", act.once_normed),
    Operation(
        "`parametrizations.spectral_norm`",
        act.spectral_normed,
        changes=act.divided,
        trained=act.originals("original"),
        tolerance=1e-2,
    ),
    Operation(
        "`utils.weight_norm`",
        lambda net, kind: utils.weight_norm(net, kind.names[0]),
        trained=("weight_g", "weight_v"),
    ),
    Operation(
        "`utils.weight_norm`, removed",
        lambda net, kind: utils.remove_weight_norm(
            utils.weight_norm(net, kind.names[0]), kind.names[0]
        ),
    ),
    Operation(
        "`utils.spectral_norm`",
        act.spectral_hook,
        changes=act.divided,
        trained=("weight_orig",),
        tolerance=1e-2,
    ),
    Operation(
        "`parametrizations.orthogonal`",
        lambda net, kind: parametrizations.orthogonal(net, kind.names[0]),
        changes=act.made_orthogonal,
        trained=act.originals("original"),
        tolerance=1e-4,
    ),
    Operation("`prune`", act.pruned, changes=act.pruned_values, trained=("weight_orig",)),
    Operation(
        "`prune`, then `copy.deepcopy`",
        lambda net, kind: copy.deepcopy(act.pruned(net, kind)),
        changes=act.pruned_values,
        trained=("weight_orig",),
    ),
    Operation("`prune.remove`", act.pruned_for_good, changes=act.pruned_values),
]


def markdown():
    """The table as docs/ties.md has it."""
    letters = ("M", "P", "T", "S")
    notes, lines = [], ["| survives | M | P | T | S |", "|---|---|---|---|---|"]
    for operation in OPERATIONS:
        cells = []
        for letter in letters:
            reason = operation.no.get(letter)
            if reason is None:
                cells.append("yes")
                continue
            if reason not in notes:
                notes.append(reason)
            cells.append(f"no ({notes.index(reason) + 1})")
        lines.append(f"| {operation.name} | {' | '.join(cells)} |")
    listed = [f"{i}. {note}." for i, note in enumerate(notes, 1)]
    return "\n".join([*lines, "", *listed, ""])
