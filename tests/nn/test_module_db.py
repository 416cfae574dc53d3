"""Every row of PyTorch's module database: `torch.testing._internal.common_modules.module_db`."""

import copy
import io
import pickle

import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

import module_db
import opdb
import taut
from module_db import NAMES, REFUSED, ROWS, differentiated
from opdb_checks import same_derivatives

pytestmark = pytest.mark.filterwarnings("ignore")
MODES = [
    pytest.param(name, training, id=f"{name}-{'train' if training else 'eval'}")
    for name in NAMES
    for training in (True, False)
    if training or ROWS[name].train_and_eval_differ
]
DTYPES = {torch.float32: taut.float32, torch.float64: taut.float64}
TOLERANCE = {torch.float32: 1e-4, torch.float64: 1e-8}


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def same_results(mine, theirs, what, tolerance):
    a, b = opdb.tensors(mine), opdb.tensors(theirs)
    assert len(a) == len(b), what
    for x, y in zip(a, b, strict=True):
        opdb.same(x, y, what, tolerance=tolerance)


@pytest.mark.parametrize("dtype", DTYPES, ids=["float32", "float64"])
@pytest.mark.parametrize("name, training", MODES)
def test_results_and_derivatives(name, training, dtype):
    count = 0
    for theirs, mine, what in module_db.samples(name, dtype, training):
        expected, slopes = differentiated(torch, theirs, dtype, training)
        found, own = differentiated(taut, mine, DTYPES[dtype], training)
        same_results(found, expected, what, TOLERANCE[dtype])
        same_derivatives(own, slopes, what, tolerance=10 * TOLERANCE[dtype])
        count += 1
    assert count


@pytest.mark.parametrize("name, training", MODES)
def test_second_order(name, training):
    for theirs, mine, what in module_db.samples(name, torch.float64, training):
        if theirs.made[1].get("options") is not None:  # its chunks have no second derivative
            theirs.made[1]["options"] = None
        try:
            with sdpa_kernel(SDPBackend.MATH):  # the fused kernel has no second derivative
                results, expected = differentiated(
                    torch, theirs, torch.float64, training, second=True
                )
        except (RuntimeError, NotImplementedError):
            continue  # where PyTorch has none
        if any(t.isnan().any() for t in opdb.tensors(results)):
            continue  # the mean over no targets: 0 / 0 has no slope to speak of
        _, found = differentiated(taut, mine, taut.float64, training, second=True)
        same_derivatives(found, expected, what, second=True, tolerance=1e-7)


def in_format(lib, value):
    """Images and volumes with channels last."""
    formats = {4: lib.channels_last, 5: lib.channels_last_3d}
    if isinstance(value, (torch.Tensor, taut.Tensor)):
        if value.dim() not in formats:
            return value
        laid_out = value.detach().contiguous(memory_format=formats[value.dim()])
        return laid_out.requires_grad_(value.requires_grad)
    if isinstance(value, dict):
        return {k: in_format(lib, v) for k, v in value.items()}
    if type(value) in (list, tuple):
        return type(value)(in_format(lib, v) for v in value)
    return value


def formats(lib, tensor):
    """The formats in which a tensor is contiguous."""
    known = (lib.contiguous_format, lib.channels_last, lib.channels_last_3d)
    return [tensor.is_contiguous(memory_format=f) for f in known if tensor.dim() >= 4]


@pytest.mark.parametrize("name, training", MODES)
def test_memory_formats(name, training):
    for theirs, mine, what in module_db.samples(name, torch.float32, training):
        if not any(t.dim() in (4, 5) for t in opdb.tensors(theirs.given)):
            continue
        theirs.given, mine.given = in_format(torch, theirs.given), in_format(taut, mine.given)
        try:
            expected, slopes = differentiated(torch, theirs, torch.float32, training)
        except RuntimeError as error:  # one of PyTorch's kernels has no such layout
            assert "must be contiguous" in str(error), what
            continue
        found, own = differentiated(taut, mine, taut.float32, training)
        same_results(found, expected, what, 1e-4)
        same_derivatives(own, slopes, what, tolerance=1e-3)
        for a, b in zip(opdb.tensors(found), opdb.tensors(expected), strict=True):
            if b.numel():
                assert formats(taut, a) == formats(torch, b), f"{what}: {a.stride()}, {b.stride()}"


def spread(lib, value):
    """Tensors whose elements do not lie side by side."""
    if isinstance(value, (torch.Tensor, taut.Tensor)):
        if value.dim() == 0:
            return value
        twice = lib.stack([value.detach()] * 2, -1).select(-1, 0)
        return twice.requires_grad_(value.requires_grad)
    if isinstance(value, dict):
        return {k: spread(lib, v) for k, v in value.items()}
    if type(value) in (list, tuple):
        return type(value)(spread(lib, v) for v in value)
    return value


@pytest.mark.parametrize("name, training", MODES)
def test_strided_inputs(name, training):
    for _, mine, what in module_db.samples(name, torch.float64, training):
        expected, slopes = differentiated(taut, mine, taut.float64, training)
        mine.given = spread(taut, mine.given)
        found, own = differentiated(taut, mine, taut.float64, training)
        for a, b in zip(opdb.tensors((found, own)), opdb.tensors((expected, slopes)), strict=True):
            assert taut.allclose(a, b, rtol=1e-9, atol=1e-9, equal_nan=True), what


@pytest.mark.parametrize("name, training", MODES)
def test_errors(name, training):
    for case, kind, making, what in module_db.errors(name, torch.float32, training):
        try:
            module = case.module(taut, None, training)
        except kind:
            assert making, what
            continue
        assert not making, what
        args, kwargs = case.given
        with pytest.raises(kind):
            module(*args, **kwargs)


@pytest.mark.parametrize("name", NAMES)
def test_copies_and_files(name):
    """Names of the state and settings are PyTorch's; copies and files give the same module."""
    for theirs, mine, what in module_db.samples(name, torch.float32, True):
        there = theirs.module(torch, torch.float32, False)
        here = mine.module(taut, taut.float32, False)
        assert list(here.state_dict()) == list(there.state_dict()), what
        assert repr(here) == repr(there), what
        args, kwargs = mine.given
        taut.manual_seed(1)
        expected = opdb.tensors(here(*args, **kwargs))
        for twin in (copy.deepcopy(here), pickle.loads(pickle.dumps(here)), saved(here)):
            assert list(twin.state_dict()) == list(here.state_dict()), what
            taut.manual_seed(1)
            for a, b in zip(opdb.tensors(twin(*args, **kwargs)), expected, strict=True):
                assert taut.equal(a, b) or a.isnan().any(), what


def saved(module):
    file = io.BytesIO()
    taut.save(module, file)
    file.seek(0)
    return taut.load(file, weights_only=False)


@pytest.mark.parametrize("name", NAMES)
def test_state_from_pytorch(name):
    for theirs, mine, what in module_db.samples(name, torch.float32, True):
        there, here = (
            theirs.module(torch, torch.float32, True),
            mine.module(taut, taut.float32, True),
        )
        if any(isinstance(p, torch.nn.UninitializedParameter) for p in there.parameters()):
            continue
        state = opdb.ours(dict(there.state_dict()))
        assert str(here.load_state_dict(state)) == "<All keys matched successfully>", what


@pytest.mark.parametrize("name", NAMES)
def test_made_in_a_type_and_without_memory(name):
    """`dtype` and `device` as arguments, where PyTorch takes them."""
    for theirs, mine, what in module_db.samples(name, torch.float64, True):
        options = {"dtype": torch.float64, "device": "meta"}
        args, kwargs = theirs.made
        try:
            there = theirs.cls(*args, **{**kwargs, **options})
        except TypeError:
            continue
        args, kwargs = mine.made
        here = mine.cls(*args, **{**kwargs, "dtype": taut.float64, "device": "meta"})
        assert [
            (n, p.dtype == taut.float64, p.device.type) for n, p in here.named_parameters()
        ] == [(n, p.dtype == torch.float64, p.device.type) for n, p in there.named_parameters()], (
            what
        )


def test_the_database_is_used():
    assert len(NAMES) + len(REFUSED) == len(ROWS) >= 114
