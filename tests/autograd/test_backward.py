"""backward() and grad(): what they compute, keep, free and refuse."""

import pytest

from both import Raised, assert_same, programs


def leaf(module, *values):
    return module.tensor(values or (1.0, 2.0, 3.0), requires_grad=True)


# What is computed.


def gradient_of_a_sum(t):
    x = leaf(t)
    (x * x).sum().backward()
    return x.grad, x.is_leaf, x.grad.requires_grad, (x * x).is_leaf


def gradients_accumulate(t):
    x = leaf(t)
    for _ in range(3):
        (x * 2).sum().backward()
    return x.grad


def grad_is_none_before_and_after_setting(t):
    x = leaf(t)
    first = x.grad
    (x * x).sum().backward()
    x.grad = None
    return first, x.grad


def the_same_gradient_tensor_accumulates(t):
    x = leaf(t)
    (x * x).sum().backward()
    g = x.grad
    (x * x).sum().backward()
    return g is x.grad, g


def a_vector_needs_a_gradient(t):
    x = leaf(t)
    (x * x).backward()


def a_vector_with_a_gradient(t):
    x = leaf(t)
    (x * x).backward(t.tensor([1.0, 10.0, 100.0]))
    return x.grad


def a_gradient_of_another_shape(t):
    x = leaf(t)
    (x * x).backward(t.ones(2))


def a_gradient_of_another_dtype(t):
    x = leaf(t)
    (x * x).backward(t.ones(3, dtype=t.float64))
    return x.grad


def nothing_requires_grad(t):
    t.ones(3).sum().backward()


def integers_cannot_require_grad(t):
    t.tensor([1, 2], requires_grad=True)


def integers_cannot_be_made_to(t):
    t.tensor([1, 2]).requires_grad_()


def a_leaf_backward_by_itself(t):
    x = t.tensor(3.0, requires_grad=True)
    x.backward()
    x.backward(t.tensor(2.0))
    return x.grad


def backward_into_named_inputs(t):
    x, y = leaf(t), leaf(t)
    (x * y).sum().backward(inputs=[x])
    return x.grad, y.grad


def empty_inputs(t):
    x = leaf(t)
    (x * x).sum().backward(inputs=[])


def backward_of_several_roots(t):
    x = leaf(t)
    t.autograd.backward([(x * x).sum(), (x * 3).sum()])
    return x.grad


def several_roots_with_gradients(t):
    x = leaf(t)
    t.autograd.backward([x * x, x * 3], [t.ones(3), t.full((3,), 2.0)])
    return x.grad


def diamond(t):
    x = leaf(t)
    y = x.exp()
    z = y * x + y.sin()
    (z * y).sum().backward()
    return x.grad


def a_use_repeated(t):
    x = leaf(t)
    (x * x * x + x / x).sum().backward()
    return x.grad


def broadcasting(t):
    x, y = t.ones(3, 1, requires_grad=True), t.arange(4.0).requires_grad_()
    (x * y).sum().backward()
    return x.grad, y.grad


def an_unused_branch(t):
    x, y = leaf(t), leaf(t)
    (x * x).sum().backward()
    return x.grad, y.grad


def a_nonleaf_keeps_no_grad(t):
    x = leaf(t)
    y = x * 2
    y.sum().backward()
    return y.grad


def retain_grad(t):
    x = leaf(t)
    y = x * 2
    y.retain_grad()
    (y * y).sum().backward()
    return y.grad, y.retains_grad, x.retains_grad


def retain_grad_twice_and_backward_twice(t):
    x = leaf(t)
    y = x * 2
    y.retain_grad()
    y.retain_grad()
    z = (y * y).sum()
    z.backward(retain_graph=True)
    z.backward()
    return y.grad, x.grad


# grad().


def grad_returns(t):
    x = leaf(t)
    (g,) = t.autograd.grad((x * x).sum(), x)
    return g, x.grad, g.requires_grad


def grad_of_an_intermediate(t):
    x = leaf(t)
    y = x * 2
    return t.autograd.grad((y * y).sum(), [x, y])


def grad_of_an_unused_input(t):
    x, y = leaf(t), leaf(t)
    t.autograd.grad((x * x).sum(), [x, y])


def grad_of_an_unused_input_allowed(t):
    x, y = leaf(t), leaf(t)
    return t.autograd.grad((x * x).sum(), [x, y], allow_unused=True)


def grad_of_an_unused_input_as_zeros(t):
    x, y = leaf(t), leaf(t)
    return t.autograd.grad((x * x).sum(), [x, y], materialize_grads=True)


def grad_of_something_without(t):
    x, y = leaf(t), t.ones(3)
    t.autograd.grad((x * y).sum(), y)


def grad_with_outputs_gradient(t):
    x = leaf(t)
    return t.autograd.grad(x * x, x, grad_outputs=t.tensor([1.0, 2.0, 3.0]))


def grad_of_the_output_itself(t):
    x = leaf(t)
    y = (x * x).sum()
    return t.autograd.grad(y, y)


# Higher orders.


def second_order(t):
    x = leaf(t)
    (g,) = t.autograd.grad((x * x * x).sum(), x, create_graph=True)
    (h,) = t.autograd.grad(g.sum(), x)
    return g, h, g.requires_grad


def fifth_order(t):
    x = t.tensor(0.7, requires_grad=True)
    y = t.sin(x) * x**3
    found = []
    for _ in range(5):
        (y,) = t.autograd.grad(y, x, create_graph=True)
        found.append(y)
    return found


def backward_with_create_graph(t):
    x = t.tensor(2.0, requires_grad=True)
    (x**3).backward(create_graph=True)
    g = x.grad
    x.grad = None
    g.backward()
    return g, x.grad


def gradient_penalty(t):
    x, w = t.linspace(-0.5, 0.6, 6).view(2, 3).requires_grad_(), leaf(t)
    y = t.tanh(x @ w)
    (g,) = t.autograd.grad(y.sum(), x, create_graph=True)
    ((g.square().sum(1).sqrt() - 1) ** 2).mean().backward()
    return x.grad, w.grad


def hessian_vector_product(t):
    x, v = leaf(t), t.tensor([1.0, -1.0, 0.5])
    (g,) = t.autograd.grad((x.exp() * x.prod()).sum(), x, create_graph=True)
    return t.autograd.grad((g * v).sum(), x)


# Twice through the same graph.


def second_backward(t):
    x = leaf(t)
    y = (x * x).sum()
    y.backward()
    y.backward()


def second_backward_retained(t):
    x = leaf(t)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    return x.grad


def third_backward_after_one_retained(t):
    x = leaf(t)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    y.backward()


def second_backward_without_saved_values(t):
    x = leaf(t)
    y = (x + 1).sum()
    y.backward()
    y.backward()
    return x.grad


def two_losses_over_one_freed_trunk(t):
    x = leaf(t)
    trunk = x.exp()
    a, b = trunk.sum(), (trunk * 2).sum()
    a.backward()
    b.backward()


# grad attribute.


def grad_of_another_shape(t):
    leaf(t).grad = t.ones(2)


def grad_of_another_dtype(t):
    leaf(t).grad = t.ones(3, dtype=t.float64)


def grad_that_is_no_tensor(t):
    leaf(t).grad = 3


def requires_grad_of_a_result(t):
    y = leaf(t) * 2
    y.requires_grad = False


def deleting_grad(t):
    x = leaf(t)
    x.sum().backward()
    del x.grad
    return x.grad


def the_graph_is_visible(t):
    x = leaf(t)
    y = x * 2
    return (
        x.grad_fn,
        y.grad_fn.name(),
        y.grad_fn.next_functions[0][0].variable is x,
    )


@pytest.mark.parametrize("program", programs(vars()).values(), ids=list(programs(vars())))
def test_same(program):
    assert_same(program)


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (second_backward, ["second time", "retain_graph"]),
        (a_vector_needs_a_gradient, ["scalar"]),
        (nothing_requires_grad, ["does not require grad"]),
        (grad_of_an_unused_input, ["allow_unused"]),
        (a_gradient_of_another_shape, ["2", "3"]),
        (grad_of_another_shape, ["2", "3"]),
    ],
)
def test_message(program, words):
    outcome = assert_same(program)
    assert isinstance(outcome, Raised)
    for word in words:
        assert word in outcome.message, outcome.message


def test_second_backward_names_the_operation():
    outcome = assert_same(second_backward)
    assert "mul" in outcome.message.lower()
