"""Custom autograd.Function."""

import pytest

from both import assert_same, programs


def leaf(module):
    return module.tensor([1.0, 2.0, 3.0], requires_grad=True)


def cube(module):
    class Cube(module.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            return 3 * x**2 * grad

    return Cube


def saved_input(t):
    x = leaf(t)
    y = cube(t).apply(x)
    y.sum().backward()
    return y, x.grad, y.grad_fn.name(), y.is_leaf


def twice_differentiable(t):
    x = leaf(t)
    (g,) = t.autograd.grad(cube(t).apply(x).sum(), x, create_graph=True)
    (h,) = t.autograd.grad(g.sum(), x)
    return g, h


def nothing_needs_grad(t):
    y = cube(t).apply(t.ones(3))
    return y.requires_grad, y.grad_fn


def under_no_grad(t):
    with t.no_grad():
        return cube(t).apply(leaf(t)).requires_grad


def second_backward_is_refused(t):
    y = cube(t).apply(leaf(t)).sum()
    y.backward()
    y.backward()


def setup_context_apart(t):
    class Scale(t.autograd.Function):
        @staticmethod
        def forward(x, factor):
            return x * factor

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.factor = inputs[1]

        @staticmethod
        def backward(ctx, grad):
            return grad * ctx.factor, None

    x = leaf(t)
    Scale.apply(x, 4.0).sum().backward()
    return x.grad


def needs_input_grad(t):
    seen = []

    class Mul(t.autograd.Function):
        @staticmethod
        def forward(ctx, a, b, c):
            ctx.save_for_backward(a, b)
            return a * b

        @staticmethod
        def backward(ctx, grad):
            seen.append(ctx.needs_input_grad)
            a, b = ctx.saved_tensors
            return grad * b, None, None

    x = leaf(t)
    Mul.apply(x, t.ones(3), 5).sum().backward()
    return list(seen[0]), x.grad


def several_outputs(t):
    class Split(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2, x * 3

        @staticmethod
        def backward(ctx, a, b):
            return a * 2 + b * 3

    x = leaf(t)
    a, b = Split.apply(x)
    (a * b).sum().backward()
    return a, b, x.grad


def unused_outputs_are_zeros(t):
    seen = []

    class Split(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2, x * 3

        @staticmethod
        def backward(ctx, a, b):
            seen.append((a, b))
            return a * 2 + b * 3

    x = leaf(t)
    Split.apply(x)[0].sum().backward()
    return seen, x.grad


def unused_outputs_may_be_none(t):
    seen = []

    class Split(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.set_materialize_grads(False)
            return x * 2, x * 3

        @staticmethod
        def backward(ctx, a, b):
            seen.append((a, b))
            return a * 2

    x = leaf(t)
    Split.apply(x)[0].sum().backward()
    return seen, x.grad


def mark_dirty(t):
    class Double(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            x.mul_(2)
            ctx.mark_dirty(x)
            return x

        @staticmethod
        def backward(ctx, grad):
            return grad * 2

    x = leaf(t)
    y = x * 1
    z = Double.apply(y)
    z.sum().backward()
    return z is y, y, x.grad, y._version


def mark_dirty_of_a_leaf(t):
    class Double(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            x.mul_(2)
            ctx.mark_dirty(x)
            return x

        @staticmethod
        def backward(ctx, grad):
            return grad * 2

    Double.apply(leaf(t))


def mark_non_differentiable(t):
    class Sorted(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            index = t.tensor([2, 1, 0])
            mask = x > 1
            ctx.mark_non_differentiable(index, mask)
            return x * 2, index, mask

        @staticmethod
        def backward(ctx, grad, *unused):
            return grad * 2

    x = leaf(t)
    y, index, mask = Sorted.apply(x)
    y.sum().backward()
    return y, index, mask.requires_grad, x.grad


def once_differentiable(t):
    from importlib import import_module

    once = import_module(f"{t.__name__}.autograd.function").once_differentiable

    class Cube(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        @once
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            return 3 * x**2 * grad

    x = leaf(t)
    (g,) = t.autograd.grad(Cube.apply(x).sum(), x, create_graph=True)
    g.sum().backward()


def too_few_gradients(t):
    class Two(t.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            return a * b

        @staticmethod
        def backward(ctx, grad):
            return grad

    Two.apply(leaf(t), leaf(t)).sum().backward()


def too_many_gradients(t):
    class One(t.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            return a * 1

        @staticmethod
        def backward(ctx, grad):
            return grad, grad

    One.apply(leaf(t)).sum().backward()


def extra_none_gradients(t):
    class One(t.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            return a * 1

        @staticmethod
        def backward(ctx, grad):
            return grad, None, None

    x = leaf(t)
    One.apply(x).sum().backward()
    return x.grad


def gradient_of_another_shape(t):
    class One(t.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            return a * 1

        @staticmethod
        def backward(ctx, grad):
            return t.ones(5)

    One.apply(leaf(t)).sum().backward()


def gradient_that_broadcasts_back(t):
    class One(t.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            return a * 1

        @staticmethod
        def backward(ctx, grad):
            return t.ones(2, 3)

    x = leaf(t)
    One.apply(x).sum().backward()
    return x.grad


def gradient_for_something_without(t):
    class One(t.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            return a * b

        @staticmethod
        def backward(ctx, grad):
            return grad, grad

    x = leaf(t)
    One.apply(x, t.ones(3)).sum().backward()
    return x.grad


def no_backward(t):
    class Half(t.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            return a * 1

    Half.apply(leaf(t)).sum().backward()


def no_forward(t):
    class Empty(t.autograd.Function):
        pass

    Empty.apply(leaf(t))


def forward_raises(t):
    class Broken(t.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            raise ZeroDivisionError

    Broken.apply(leaf(t))


def backward_raises(t):
    class Broken(t.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            return a * 1

        @staticmethod
        def backward(ctx, grad):
            raise ZeroDivisionError

    Broken.apply(leaf(t)).sum().backward()


def an_input_returned_as_it_is(t):
    class Same(t.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            return a

        @staticmethod
        def backward(ctx, grad):
            return grad * 10

    x = leaf(t)
    y = Same.apply(x)
    y.sum().backward()
    return y is x, x.grad, y.is_leaf


def a_view_of_the_input(t):
    class First(t.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            return a.view(1, 3)

        @staticmethod
        def backward(ctx, grad):
            return grad.view(3) * 10

    x = leaf(t)
    First.apply(x).sum().backward()
    return x.grad


def saved_output(t):
    class Exp(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = x.exp()
            ctx.save_for_backward(y)
            return y

        @staticmethod
        def backward(ctx, grad):
            (y,) = ctx.saved_tensors
            return grad * y

    x = leaf(t)
    (g,) = t.autograd.grad(Exp.apply(x).sum(), x, create_graph=True)
    (h,) = t.autograd.grad(g.sum(), x)
    return g, h


def saved_value_changed(t):
    x = leaf(t)
    y = x * 1
    z = cube(t).apply(y)
    y.add_(1)
    z.sum().backward()


def saving_none(t):
    class Maybe(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x, None)
            return x * 2

        @staticmethod
        def backward(ctx, grad):
            x, nothing = ctx.saved_tensors
            assert nothing is None
            return grad * 2

    x = leaf(t)
    Maybe.apply(x).sum().backward()
    return x.grad


def saving_something_else(t):
    class Wrong(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(3)
            return x * 2

        @staticmethod
        def backward(ctx, grad):
            return grad

    Wrong.apply(leaf(t)).sum().backward()


def grad_is_off_inside_forward(t):
    seen = []

    class Look(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            seen.append(t.is_grad_enabled())
            return x * 2

        @staticmethod
        def backward(ctx, grad):
            seen.append(t.is_grad_enabled())
            return grad * 2

    x = leaf(t)
    Look.apply(x).sum().backward()
    return seen


def autograd_inside_backward(t):
    class Inner(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            with t.enable_grad():
                y = x.detach().requires_grad_()
                (g,) = t.autograd.grad((y * y).sum(), y)
            return g * grad

    x = leaf(t)
    Inner.apply(x).sum().backward()
    return x.grad


def a_list_is_no_tensor(t):
    class Listed(t.autograd.Function):
        @staticmethod
        def forward(ctx, xs):
            return xs[0] * 2

        @staticmethod
        def backward(ctx, grad):
            return None

    return Listed.apply([leaf(t)]).requires_grad


@pytest.mark.parametrize("program", programs(vars()).values(), ids=list(programs(vars())))
def test_same(program):
    assert_same(program)
