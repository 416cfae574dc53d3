"""no_grad, enable_grad, set_grad_enabled, inference_mode and detach."""

import pytest

from both import assert_same, programs


def leaf(module):
    return module.tensor([1.0, 2.0, 3.0], requires_grad=True)


def no_grad_block(t):
    x = leaf(t)
    with t.no_grad():
        y = x * 2
        inside = t.is_grad_enabled()
    return y.requires_grad, y.grad_fn, inside, t.is_grad_enabled(), (x * 2).requires_grad


def no_grad_decorator(t):
    @t.no_grad()
    def double(x):
        return x * 2

    @t.no_grad
    def triple(x):
        return x * 3

    return double(leaf(t)).requires_grad, triple(leaf(t)).requires_grad, double.__name__


def no_grad_over_a_generator(t):
    x = leaf(t)

    @t.no_grad()
    def numbers():
        yield (x * 2).requires_grad
        yield (x * 3).requires_grad

    found = []
    for value in numbers():
        found += [value, (x * 2).requires_grad]
    return found


def no_grad_ends_with_an_exception(t):
    try:
        with t.no_grad():
            raise KeyError
    except KeyError:
        return t.is_grad_enabled()


def enable_inside_no_grad(t):
    x = leaf(t)
    with t.no_grad(), t.enable_grad():
        y = x * 2
    return y.requires_grad


def set_grad_enabled_as_a_block(t):
    x = leaf(t)
    with t.set_grad_enabled(False):
        y = x * 2
    return y.requires_grad, t.is_grad_enabled()


def set_grad_enabled_as_a_call(t):
    x = leaf(t)
    t.set_grad_enabled(False)
    y = x * 2
    t.set_grad_enabled(True)
    return y.requires_grad, (x * 2).requires_grad


def set_grad_enabled_as_a_decorator(t):
    @t.set_grad_enabled(False)
    def f(x):
        return x * 2

    return f(leaf(t)).requires_grad, t.is_grad_enabled()


def a_parameter_updated_without_grad(t):
    x = leaf(t)
    (x * x).sum().backward()
    with t.no_grad():
        x -= 0.1 * x.grad
    return x, x.requires_grad, x.is_leaf


def inference_results(t):
    x = leaf(t)
    with t.inference_mode():
        y = x * 2
        inside = t.is_inference_mode_enabled()
    return y.requires_grad, y.is_inference(), inside, t.is_inference_mode_enabled()


def inference_result_saved_for_backward(t):
    with t.inference_mode():
        y = t.ones(3)
    leaf(t) * y


def inference_result_not_saved(t):
    with t.inference_mode():
        y = t.ones(3)
    z = leaf(t) + y
    z.sum().backward()
    return z.requires_grad


def inference_result_changed_outside(t):
    with t.inference_mode():
        y = t.ones(3)
    y.add_(1)


def inference_result_cloned(t):
    with t.inference_mode():
        y = t.ones(3)
    x = leaf(t)
    (x * y.clone()).sum().backward()
    return x.grad


def inference_mode_off(t):
    x = leaf(t)
    with t.inference_mode(False):
        y = x * 2
    return y.requires_grad


def detach_shares_memory(t):
    x = leaf(t)
    y = x.detach()
    y[0] = 10.0
    return x, y.requires_grad, y.is_leaf, y.data_ptr() == x.data_ptr()


def detach_stops_gradients(t):
    x = leaf(t)
    (x * x.detach()).sum().backward()
    return x.grad


def detach_in_place(t):
    x = leaf(t)
    y = x * 2
    y.detach_()
    return y.requires_grad, y.grad_fn, y.is_leaf


def detach_in_place_of_a_view(t):
    x = leaf(t)
    (x * 2)[:1].detach_()


def data_is_detached(t):
    x = leaf(t)
    x.data[0] = 5.0
    return x, x.data.requires_grad, x.requires_grad


def assigning_data(t):
    x = leaf(t)
    x.data = t.tensor([7.0, 8.0])
    (x * x).sum().backward()
    return x, x.grad


def requires_grad_set_late(t):
    x = t.ones(3)
    x.requires_grad_()
    (x * 2).sum().backward()
    return x.grad, x.requires_grad_(False).requires_grad


def a_new_leaf_inside_no_grad(t):
    with t.no_grad():
        x = t.ones(2, requires_grad=True)
        y = x * 2
    return x.requires_grad, y.requires_grad


def backward_inside_no_grad(t):
    x = leaf(t)
    y = (x * x).sum()
    with t.no_grad():
        y.backward()
    return x.grad


def modes_belong_to_the_thread(t):
    import threading

    seen = []
    with t.no_grad():
        thread = threading.Thread(target=lambda: seen.append(t.is_grad_enabled()))
        thread.start()
        thread.join()
    return seen


@pytest.mark.parametrize("program", programs(vars()).values(), ids=list(programs(vars())))
def test_same(program):
    assert_same(program)
