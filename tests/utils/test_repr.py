"""Tensors print as PyTorch prints them, character for character."""

import math

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import taut
from taut._tensor_str import get_printoptions, printoptions

FLOATS = ["float32", "float64"]
INTEGERS = ["uint8", "int8", "int16", "int32", "int64"]
ODD = [math.nan, math.inf, -math.inf, 0.0, -0.0]

options = st.fixed_dictionaries(
    {},
    optional={
        "profile": st.sampled_from(["default", "short", "full", "unknown"]),
        "precision": st.sampled_from([0, 1, 2, 6, 10]),
        "threshold": st.sampled_from([0, 5, 100, math.inf]),
        "edgeitems": st.sampled_from([0, 1, 2, 5]),
        "linewidth": st.sampled_from([10, 40, 80, 120]),
        "sci_mode": st.sampled_from([True, False, None]),
    },
)
shapes = st.lists(st.sampled_from([0, 1, 2, 3, 5, 7, 8, 13]), max_size=4) | st.lists(
    st.sampled_from([30, 100, 1001]), max_size=1
)


@st.composite
def tensors(draw):
    """(dtype name, shape, flat values): of the magnitudes that decide how numbers print."""
    shape = draw(shapes)
    count = math.prod(shape)
    dtype = draw(st.sampled_from([*FLOATS, *FLOATS, *INTEGERS, "bool"]))
    seed = draw(st.integers(0, 1000))
    generator = torch.Generator().manual_seed(seed)
    if dtype == "bool":
        values = (torch.rand(count, generator=generator) > 0.5).tolist()
    elif dtype in INTEGERS:
        scale = draw(st.sampled_from([1, 100] if dtype in ("uint8", "int8") else [1, 30000]))
        values = torch.randint(0, scale + 1, (count,), generator=generator)
        values = values if dtype == "uint8" else values - scale // 2
        values = values.tolist()
    else:
        normal = torch.randn(count, generator=generator, dtype=torch.float64)
        scale = draw(st.sampled_from([1.0, 1e-5, 10.0, 1e6, 1e9, 1e30, 0.0]))
        kind = draw(st.sampled_from(["plain", "rounded", "exponential"]))
        if kind == "rounded":
            normal = (normal * scale).round()
        elif kind == "exponential":
            normal = (normal * draw(st.sampled_from([1, 5, 30]))).exp()
        else:
            normal = normal * scale
        values = normal.tolist()
        if count:
            for position in draw(st.lists(st.integers(0, count - 1), max_size=3)):
                values[position] = draw(st.sampled_from(ODD))
    return dtype, shape, values


def build(lib, dtype, shape, values):
    return lib.tensor(values, dtype=getattr(lib, dtype)).reshape(shape)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=tensors(), given_options=options)
def test_repr(data, given_options):
    ours, theirs = build(taut, *data), build(torch, *data)
    try:
        torch.set_printoptions(profile="default")
        torch.set_printoptions(**given_options)
        with printoptions(**given_options):
            assert repr(ours) == repr(theirs)
            assert str(ours) == str(theirs)
            if ours.dim() > 1:
                assert repr(ours.transpose(0, 1)) == repr(theirs.transpose(0, 1))
            if theirs.is_floating_point():
                ours.requires_grad_(), theirs.requires_grad_()
                assert repr(ours) == repr(theirs)
                assert repr(ours * 1.0) == repr(theirs * 1.0)
                assert repr(ours.detach()) == repr(theirs.detach())
    finally:
        torch.set_printoptions(profile="default")


def test_default_dtype_is_not_shown():
    try:
        for lib in (taut, torch):
            lib.set_default_dtype(lib.float64)
        for dtype in FLOATS:
            assert repr(build(taut, dtype, [2], [1, 2])) == repr(build(torch, dtype, [2], [1, 2]))
            assert repr(build(taut, dtype, [0], [])) == repr(build(torch, dtype, [0], []))
    finally:
        for lib in (taut, torch):
            lib.set_default_dtype(lib.float32)


def test_parameter_and_subclass():
    reprs = []
    for lib in (taut, torch):

        class Odd(lib.Tensor):
            pass

        parameter = lib.nn.Parameter(lib.ones(2))
        odd = lib.ones(2).as_subclass(Odd)
        reprs.append([repr(parameter), repr(odd), repr({"a": parameter}), f"{parameter}"])
    assert reprs[0] == reprs[1]


def test_large_tensors_are_not_walked():
    assert repr(taut.zeros(3000, 1000)).count("...") == repr(torch.zeros(3000, 1000)).count("...")


@pytest.mark.parametrize("spec", ["", ".2f", "8.3e", "d"])
@pytest.mark.parametrize("value", [1.5, 3, True, [1.0, 2.0]])
def test_format(value, spec):
    outcomes = []
    for lib in (taut, torch):
        try:
            outcomes.append(format(lib.tensor(value), spec))
        except (TypeError, ValueError) as error:
            outcomes.append(type(error))
    assert outcomes[0] == outcomes[1]


def test_options_are_kept_and_restored():
    before = get_printoptions()
    with printoptions(precision=1, linewidth=20):
        assert get_printoptions()["precision"] == 1
        taut.set_printoptions(profile="short")
    assert get_printoptions() == before


def test_names_of_grad_functions():
    programs = [
        lambda x: x + 1,
        lambda x: x - x,
        lambda x: x * 2,
        lambda x: x / 2,
        lambda x: -x,
        lambda x: x**2,
        lambda x: x.sum(),
        lambda x: x.mean(),
        lambda x: x.exp(),
        lambda x: x.view(-1),
        lambda x: x.t(),
        lambda x: x[0],
        lambda x: x[:, 1:],
        lambda x: x @ x,
        lambda x: x.relu(),
        lambda x: x.clone(),
        lambda x: x.unbind(0)[0],
    ]
    for program in programs:
        outputs = [program(lib.ones(2, 2, requires_grad=True)) for lib in (taut, torch)]
        assert repr(outputs[0]) == repr(outputs[1])
