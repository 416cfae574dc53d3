"""Parameter, Buffer and UninitializedParameter by themselves, against torch."""

import copy
import pickle

import pytest
import torch

import taut
from taut.nn import Buffer, Parameter, UninitializedParameter
from twin import check


def both(program):
    """What the program gives in both libraries, as a pair."""
    return program(taut), program(torch)


def test_construction_shares_the_data():
    def program(t):
        data = t.arange(3.0)
        parameter = t.nn.Parameter(data)
        with t.no_grad():
            parameter.mul_(2)
        return data, parameter.requires_grad, parameter.is_leaf, type(parameter).__name__

    check(program)


@pytest.mark.parametrize("flag", [True, False])
def test_requires_grad_is_an_argument(flag):
    def program(t):
        return t.nn.Parameter(t.ones(2), requires_grad=flag).requires_grad

    check(program)


def test_without_data_it_is_empty():
    check(lambda t: (t.nn.Parameter().shape, t.nn.Parameter().dtype == t.float32))


def test_repr():
    def program(t):
        named = t.nn.Parameter(t.tensor([[1.0, -2.5]]), requires_grad=False)
        return repr(t.nn.Parameter(t.ones(2))), repr(named), repr(t.nn.Buffer(t.zeros(2)))

    ours, theirs = both(program)
    assert ours == theirs


@pytest.mark.parametrize("dtype", ["int64", "bool", "uint8"])
def test_integers_have_no_gradient(dtype):
    for t in (taut, torch):
        data = t.zeros(2).to(getattr(t, dtype))
        with pytest.raises(RuntimeError, match="[Oo]nly Tensors of floating point"):
            t.nn.Parameter(data)
        assert not t.nn.Parameter(data, requires_grad=False).requires_grad


def test_what_counts_as_a_parameter():
    def program(t):
        parameter = t.nn.Parameter(t.ones(2))
        return (
            isinstance(parameter, t.nn.Parameter),
            isinstance(parameter, t.Tensor),
            isinstance(parameter.data, t.nn.Parameter),
            isinstance(parameter.detach(), t.nn.Parameter),
            isinstance(parameter + 1, t.nn.Parameter),
            isinstance(parameter[:1], t.nn.Parameter),
            isinstance(parameter.clone(), t.nn.Parameter),
            isinstance(t.ones(2, requires_grad=True), t.nn.Parameter),
            isinstance(t.nn.Buffer(t.ones(2)), t.nn.Parameter),
            isinstance(t.nn.Buffer(t.ones(2)), t.nn.Buffer),
        )

    check(program)


def test_in_place_needs_no_grad_mode():
    for t in (taut, torch):
        parameter = t.nn.Parameter(t.ones(2))
        with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
            parameter.add_(1)
        with t.no_grad():
            parameter.add_(1)
        assert parameter.tolist() == [2.0, 2.0]


def test_data_can_be_given_anew():
    def program(t):
        parameter = t.nn.Parameter(t.ones(2))
        (parameter * 3).sum().backward()
        parameter.data = t.arange(4.0)
        shape = parameter.shape
        parameter.grad = None
        (parameter * parameter).sum().backward()
        return shape, parameter.grad, parameter.requires_grad

    check(program)


def test_deepcopy_keeps_type_flag_and_sharing():
    def program(t):
        parameter = t.nn.Parameter(t.ones(2), requires_grad=False)
        pair = copy.deepcopy([parameter, parameter])
        pair[0].data[0] = 5
        return pair[0] is pair[1], type(pair[0]).__name__, pair[1], parameter

    check(program)


def test_pickle_keeps_type_and_flag():
    for flag in (True, False):
        again = pickle.loads(pickle.dumps(Parameter(taut.arange(3.0), requires_grad=flag)))
        assert type(again) is Parameter and again.requires_grad is flag
        assert again.tolist() == [0.0, 1.0, 2.0]


def test_gradient_adds_up_in_one_buffer():
    parameter = Parameter(taut.ones(3))
    (parameter * 2).sum().backward()
    address = parameter.grad.data_ptr()
    (parameter * 3).sum().backward()
    assert parameter.grad.data_ptr() == address
    assert parameter.grad.tolist() == [5.0, 5.0, 5.0]


def test_buffer_is_persistent_or_not():
    def program(t):
        module = t.nn.Module()
        module.kept = t.nn.Buffer(t.ones(1))
        module.lost = t.nn.Buffer(t.ones(1), persistent=False)
        return list(module.state_dict()), [name for name, _ in module.named_buffers()]

    check(program)


VALUES = {
    "of a result": lambda t, P: P(t.ones(2, requires_grad=True) * 2).is_leaf,
    "of a parameter": lambda t, P: type(P(P(t.ones(2)))),
    "memory": lambda t, P: (lambda data: P(data).data_ptr() == data.data_ptr())(t.ones(2)),
    "keywords": lambda t, P: P(data=t.ones(1), requires_grad=False),
    "result": lambda t, P: type(P(t.ones(2)) * 2),
    "reflected": lambda t, P: type(1 + P(t.ones(2))),
    "data": lambda t, P: type(P(t.ones(2)).data),
    "requires_grad_": lambda t, P: type(P(t.ones(2)).requires_grad_(False)),
    "data written": lambda t, P: (lambda p: (p.data.add_(1), p)[1])(P(t.ones(2))),
    "data indexed": lambda t, P: (lambda p: (p.data.__setitem__(0, 9), p)[1])(P(t.ones(2))),
    "hash": lambda t, P: (lambda p: {p: 1}[p])(P(t.ones(1))),
    "str of double": lambda t, P: str(P(t.ones(2, dtype=t.float64))),
    "repr of integers": lambda t, P: repr(P(t.tensor([1, 2]), requires_grad=False)),
    "repr in a list": lambda t, P: repr([P(t.ones(1))]),
}


@pytest.mark.parametrize("case", VALUES)
def test_against_torch(case):
    check(lambda t: VALUES[case](t, t.nn.Parameter))


@pytest.mark.parametrize("value", [[1.0], 3, "x"])
def test_data_is_a_tensor(value):
    with pytest.raises(TypeError, match="data must be a Tensor"):
        Parameter(value)


def test_deepcopy_heeds_the_memo():
    def program(t):
        parameter, other = t.nn.Parameter(t.ones(2)), t.nn.Parameter(t.zeros(1))
        memo = {id(parameter): other}
        copied = copy.deepcopy(other, memo)
        return copy.deepcopy(parameter, memo) is other, memo[id(other)] is copied

    check(program)


def test_copies_keep_attributes():
    parameter = Parameter(taut.ones(1))
    parameter.tag = 3  # PyTorch's deepcopy loses it, its pickle does not
    assert copy.deepcopy(parameter).tag == pickle.loads(pickle.dumps(parameter)).tag == 3


def test_a_subclass_stays_one():
    class Scaled(Parameter):
        pass

    module = taut.nn.Module()
    module.scale = Scaled(taut.ones(1))
    assert [name for name, _ in module.named_parameters()] == ["scale"]
    assert type(copy.deepcopy(module).scale) is Scaled
    assert repr(module.scale).startswith("Parameter containing:")


def of_a_class(t, role, data, *flag):
    class Marked(t.Tensor):
        pass

    return Marked, role(data.as_subclass(Marked), *flag)


def test_a_tensor_subclass_stays_one():
    def program(t):
        Marked, parameter = of_a_class(t, t.nn.Parameter, t.ones(2, 3))
        other, buffer = of_a_class(t, t.nn.Buffer, t.arange(3))
        module = t.nn.Module()
        module.p, module.b = parameter, buffer
        return (
            (type(parameter) is Marked, type(buffer) is other),
            (isinstance(parameter, t.nn.Parameter), isinstance(parameter, t.nn.Buffer)),
            (isinstance(buffer, t.nn.Parameter), isinstance(buffer, t.nn.Buffer)),
            isinstance(parameter.data.clone(), t.nn.UninitializedParameter),
            (parameter.requires_grad, parameter.is_leaf, buffer.requires_grad, buffer.persistent),
            ([n for n, _ in module.named_parameters()], [n for n, _ in module.named_buffers()]),
            (repr(parameter), repr(buffer)),
        )

    ours, theirs = both(program)
    assert ours == theirs


def test_a_tensor_subclass_trains_and_copies():
    _, parameter = of_a_class(taut, Parameter, taut.ones(2))
    (parameter * 3).sum().backward()
    taut.optim.SGD([parameter], lr=1.0).step()
    assert parameter.tolist() == [-2.0, -2.0]
    for copied in (copy.deepcopy(parameter), Parameter(parameter), Parameter(parameter, False)):
        assert type(copied) is type(parameter) and isinstance(copied, Parameter)
        assert copied.tolist() == [-2.0, -2.0]
    assert not copied.requires_grad


def test_a_tensor_subclass_refuses_integers():
    for t in (taut, torch):
        with pytest.raises(RuntimeError, match="[Oo]nly Tensors of floating point"):
            of_a_class(t, t.nn.Parameter, t.arange(3))
        assert of_a_class(t, t.nn.Parameter, t.arange(3), False)[1].tolist() == [0, 1, 2]


@pytest.mark.parametrize("flag", [True, False])
def test_a_buffer_keeps_the_flag(flag):
    check(lambda t: t.nn.Buffer(t.ones(2, requires_grad=flag)).requires_grad)


@pytest.mark.parametrize("value", [[1.0], 3, "x"])
def test_the_data_of_a_buffer_is_a_tensor(value):
    with pytest.raises(TypeError, match="data must be a Tensor"):
        Buffer(value)


class Stamped(taut.Tensor):
    """A class that pickle finds."""


def test_a_tensor_subclass_saves(tmp_path):
    parameter = Parameter(taut.arange(2.0).as_subclass(Stamped))
    taut.save(parameter, tmp_path / "saved.pt")
    loaded = taut.load(tmp_path / "saved.pt", weights_only=False)
    for again in (loaded, pickle.loads(pickle.dumps(parameter))):
        assert type(again) is Stamped and isinstance(again, Parameter) and again.requires_grad
        assert again.tolist() == [0.0, 1.0]


def test_it_stays_a_parameter_while_only_the_graph_holds_it():
    parameter = Parameter(taut.ones(2))
    parameter.tag = "mine"
    y = (parameter * 2).sum()
    del parameter
    (function, _), *_ = y.grad_fn.next_functions[0][0].next_functions
    assert type(function.variable) is Parameter
    assert function.variable.tag == "mine"


def test_data_of_another_shares_its_memory():
    def program(t):
        a, b = t.nn.Linear(2, 2), t.nn.Linear(2, 2)
        b.weight.data = a.weight.data
        a.weight.data[0, 0] = 7
        return b.weight, a.weight is b.weight, b.weight.data_ptr() == a.weight.data_ptr()

    check(program)


@pytest.mark.parametrize(
    "copied",
    [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m)), lambda m: copy.deepcopy(m).double()],
    ids=["deepcopy", "pickle", "double"],
)
def test_buffers_copy_as_buffers(copied):
    module = taut.nn.Module()
    module.b = Buffer(taut.ones(2), persistent=False)
    made = copied(module)
    assert [name for name, _ in made.named_buffers()] == ["b"]
    assert list(made.state_dict()) == [] and not made.b.persistent


def test_uninitialized_parameter_waits_for_its_shape():
    for t in (taut, torch):
        parameter = t.nn.UninitializedParameter()
        for use in (lambda p: p.shape, lambda p: p + 1, lambda p: copy.deepcopy(p).shape):
            with pytest.raises((RuntimeError, ValueError)):
                use(parameter)
        parameter.materialize((2, 3))
        assert type(parameter) is t.nn.Parameter and tuple(parameter.shape) == (2, 3)
        assert parameter.requires_grad


def test_classes_are_public():
    assert taut.nn.Parameter is Parameter and taut.nn.Buffer is Buffer
    assert issubclass(UninitializedParameter, Parameter)
