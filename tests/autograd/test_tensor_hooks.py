"""Hooks on tensors, on leaves after accumulation, and on nodes."""

import pytest

from both import assert_same, programs


def leaf(module):
    return module.tensor([1.0, 2.0, 3.0], requires_grad=True)


def a_hook_sees_the_gradient(t):
    x, seen = leaf(t), []
    y = x * 2
    y.register_hook(seen.append)
    (y * y).sum().backward()
    return seen, x.grad


def a_hook_replaces_the_gradient(t):
    x = leaf(t)
    y = x * 2
    y.register_hook(lambda g: g * 10)
    y.sum().backward()
    return x.grad


def a_hook_on_a_leaf(t):
    x = leaf(t)
    x.register_hook(lambda g: -g)
    (x * 2).sum().backward()
    (x * 3).sum().backward()
    return x.grad


def a_leaf_hook_sees_the_sum_of_its_uses(t):
    x, seen = leaf(t), []
    x.register_hook(seen.append)
    (x * 2 + x * 3 + x * x).sum().backward()
    return seen


def hooks_run_in_order(t):
    x, order = leaf(t), []
    y = x * 2
    for i in range(3):
        y.register_hook(lambda g, i=i: (order.append(i), g + i)[1])
    y.sum().backward()
    return order, x.grad


def a_removed_hook(t):
    x, seen = leaf(t), []
    handle = x.register_hook(seen.append)
    (x * 2).sum().backward()
    handle.remove()
    handle.remove()
    (x * 2).sum().backward()
    return len(seen), x.grad


def a_handle_as_a_block(t):
    x, seen = leaf(t), []
    with x.register_hook(seen.append):
        (x * 2).sum().backward()
    (x * 2).sum().backward()
    return len(seen)


def a_hook_that_raises(t):
    x = leaf(t)

    def broken(grad):
        raise KeyError("from the hook")

    x.register_hook(broken)
    (x * 2).sum().backward()


def a_graph_used_after_a_hook_raised(t):
    x = leaf(t)
    y = x * 2

    def broken(grad):
        raise KeyError("from the hook")

    handle = y.register_hook(broken)
    z = y.sum()
    try:
        z.backward(retain_graph=True)
    except KeyError:
        handle.remove()
    z.backward()
    return x.grad


def a_hook_of_the_wrong_shape(t):
    x = leaf(t)
    (y := x * 2).register_hook(lambda g: t.ones(2))
    y.sum().backward()


def a_hook_that_returns_no_tensor(t):
    x = leaf(t)
    x.register_hook(lambda g: 3)
    (x * 2).sum().backward()


def a_hook_without_requires_grad(t):
    t.ones(3).register_hook(lambda g: g)


def a_hook_with_grad(t):
    x = leaf(t)
    y = x * 2
    y.register_hook(lambda g: g * 10)
    return t.autograd.grad(y.sum(), x), t.autograd.grad((x * 2).sum(), x)


def a_leaf_hook_with_grad(t):
    x = leaf(t)
    x.register_hook(lambda g: g * 10)
    return t.autograd.grad((x * 2).sum(), x)


def a_hook_under_create_graph(t):
    x = leaf(t)
    y = x * x
    y.register_hook(lambda g: g * x)
    (g,) = t.autograd.grad(y.sum(), x, create_graph=True)
    g.sum().backward()
    return g, x.grad


def a_hook_then_in_place(t):
    x, seen = leaf(t), []
    y = x * 2
    y.register_hook(lambda g: seen.append(("before", g)))
    y.mul_(3)
    y.register_hook(lambda g: seen.append(("after", g)))
    y.sum().backward()
    return seen, x.grad


def retained_grad_after_the_hooks(t):
    x = leaf(t)
    y = x * 2
    y.retain_grad()
    y.register_hook(lambda g: g * 10)
    y.sum().backward()
    return y.grad, x.grad


def after_accumulation(t):
    x, seen = leaf(t), []
    x.register_post_accumulate_grad_hook(lambda p: seen.append((p is x, p.grad.clone())))
    (x * 2).sum().backward()
    (x * 3).sum().backward()
    return seen


def a_step_inside_backward(t):
    x = leaf(t)

    def step(p):
        with t.no_grad():
            p -= 0.1 * p.grad
        p.grad = None

    handle = x.register_post_accumulate_grad_hook(step)
    for _ in range(3):
        (x * x).sum().backward()
    handle.remove()
    return x, x.grad


def after_accumulation_of_a_result(t):
    (leaf(t) * 2).register_post_accumulate_grad_hook(lambda p: None)


def after_accumulation_not_by_grad(t):
    x, seen = leaf(t), []
    x.register_post_accumulate_grad_hook(seen.append)
    t.autograd.grad((x * 2).sum(), x)
    return seen


def a_node_hook(t):
    x, seen = leaf(t), []
    y = x * 2
    y.grad_fn.register_hook(lambda inputs, outputs: seen.append((inputs[0], outputs[0])))
    (y * y).sum().backward()
    return seen


def a_node_hook_replaces(t):
    x = leaf(t)
    y = x * 2
    y.grad_fn.register_hook(lambda inputs, outputs: (inputs[0] * 10, *inputs[1:]))
    y.sum().backward()
    return x.grad


def a_node_prehook(t):
    x = leaf(t)
    y = x * 2
    y.grad_fn.register_prehook(lambda grads: (grads[0] * 10,))
    y.sum().backward()
    return x.grad


def backward_inside_a_hook(t):
    x, other = leaf(t), leaf(t)
    x.register_hook(lambda g: (other * other).sum().backward())
    (x * 2).sum().backward()
    return x.grad, other.grad


@pytest.mark.parametrize("program", programs(vars()).values(), ids=list(programs(vars())))
def test_same(program):
    assert_same(program)
