"""PyTorch's own module database as an oracle: its samples as taut's, and what is compared of them."""

import dataclasses

import torch
from torch.testing._internal.common_modules import ModuleErrorEnum, module_db

import opdb
import taut
from opdb_checks import derivatives

ROWS = {f"{m.module_cls.__module__}.{m.module_cls.__name__}": m for m in module_db}
# Rows that no engine on a CPU with taut's types can run, and why.
REFUSED = {
    name: "a quantised module: its weights are int8 with a scale, a type of tensor of its own"
    for name in ROWS
    if ".ao.nn." in name
}
NAMES = [name for name in ROWS if name not in REFUSED]


@dataclasses.dataclass
class Case:
    """One sample: how the module is made and called, for one of the libraries."""

    cls: type
    made: tuple
    given: tuple

    def module(self, lib, dtype, training):
        """The module from seed 0."""
        lib.manual_seed(0)
        args, kwargs = self.made
        module = self.cls(*args, **kwargs).train(training)
        return module if dtype is None else module.to(dtype)


def ours(value, made):
    """What PyTorch's test gives its module, for taut's; what was one tensor stays one."""
    if isinstance(value, torch.nn.utils.rnn.PackedSequence):
        return taut.nn.utils.rnn.PackedSequence(*(ours(v, made) for v in value))
    if isinstance(value, (list, tuple)) and not isinstance(value, torch.Size):
        return type(value)(ours(v, made) for v in value)
    if isinstance(value, dict):
        return {k: ours(v, made) for k, v in value.items()}
    return value if isinstance(value, complex) else opdb.ours(value, made)


def call(given):
    return tuple(given.args), dict(given.kwargs)


def samples(name, dtype, training, requires_grad=True):
    """Pairs of cases, PyTorch's and taut's, and what they are about."""
    info = ROWS[name]
    torch.manual_seed(0)
    inputs = info.module_inputs_func(
        info, device="cpu", dtype=dtype, requires_grad=requires_grad, training=training
    )
    own = getattr(taut.nn, info.module_cls.__name__)
    for i, sample in enumerate(inputs):
        if sample.forward_input is None:
            continue
        made, given = call(sample.constructor_input), call(sample.forward_input)
        theirs = Case(info.module_cls, opdb.fresh(made), opdb.fresh(given))
        shared = {}
        mine = Case(own, ours(made, shared), ours(given, shared))
        yield theirs, mine, f"{name} {i} {sample.desc} {made} {dtype}"[:400]


def errors(name, dtype, training):
    """Bad inputs: pairs of cases, the type of the exception, and whether making the module raises."""
    info = ROWS[name]
    if info.module_error_inputs_func is None:
        return
    rows = info.module_error_inputs_func(
        info, device="cpu", dtype=dtype, requires_grad=False, training=training
    )
    own = getattr(taut.nn, info.module_cls.__name__)
    for i, bad in enumerate(rows):
        sample = bad.module_error_input
        made = call(sample.constructor_input)
        given = call(sample.forward_input) if sample.forward_input is not None else ((), {})
        shared = {}
        case = Case(own, ours(made, shared), ours(given, shared))
        making = bad.error_on == ModuleErrorEnum.CONSTRUCTION_ERROR
        yield case, bad.error_type, making, f"{name} {i}: {bad.error_regex}"


def differentiated(lib, case, dtype, training, second=False):
    """The results, and the derivatives for inputs and parameters."""
    module = case.module(lib, dtype, training)
    args, kwargs = case.given
    lib.manual_seed(1)
    results = module(*args, **kwargs)
    inputs = [t for t in opdb.tensors((args, kwargs)) if t.requires_grad]
    inputs += [p for p in module.parameters() if p.requires_grad]
    outputs = [t for t in opdb.tensors(results) if t.requires_grad]
    return results, derivatives(lib, outputs, inputs, second)
