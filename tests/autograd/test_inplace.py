"""In-place operations: version checks, rebased histories, views."""

import pytest

import taut
from both import Raised, assert_same, programs


def leaf(module):
    return module.tensor([1.0, 2.0, 3.0], requires_grad=True)


def matrix(module):
    return module.arange(6.0).view(2, 3).requires_grad_()


# Versions.


def versions_count_writes(t):
    x = t.ones(3)
    found = [x._version]
    x.add_(1)
    found.append(x._version)
    x.zero_()
    found.append(x._version)
    x[0] = 2.0
    found.append(x._version)
    return found


def views_share_the_version(t):
    x = t.ones(2, 3)
    y = x[0]
    y.add_(1)
    x.mul_(2)
    return x._version, y._version, y


def a_saved_value_changed(t):
    x = leaf(t)
    y = x.exp()
    z = y * y
    y.add_(1)
    z.sum().backward()


def a_saved_value_changed_through_a_view(t):
    x = leaf(t)
    y = x.exp()
    z = y * y
    y[:1].zero_()
    z.sum().backward()


def a_saved_value_changed_through_detach(t):
    x = leaf(t)
    y = x.exp()
    z = y * y
    y.detach().zero_()
    z.sum().backward()


def a_value_not_saved_changed(t):
    x = leaf(t)
    y = x + 1
    z = y * 2
    y.zero_()
    z.sum().backward()
    return x.grad


def an_output_saved_and_changed(t):
    x = leaf(t)
    y = t.sigmoid(x)
    y.mul_(2)
    y.sum().backward()


def the_graph_freed_before_the_change(t):
    x = leaf(t)
    y = x.exp()
    z = (y * y).sum()
    z.backward()
    y.detach().zero_()
    return y


# Leaves.


def a_leaf_in_place(t):
    leaf(t).add_(1)


def a_view_of_a_leaf_in_place(t):
    leaf(t)[:1].add_(1)


def assigning_into_a_leaf(t):
    leaf(t)[0] = 1.0


def a_leaf_in_place_without_grad(t):
    x = leaf(t)
    with t.no_grad():
        x.add_(1)
        x[0] = 9.0
    return x, x.is_leaf, x._version


def a_plain_leaf_takes_on_a_history(t):
    x, y = leaf(t), t.zeros(3)
    y.add_(x)
    y.sum().backward()
    return x.grad, y.requires_grad, y.is_leaf


# Results.


def a_result_in_place(t):
    x = leaf(t)
    y = x * 2
    y.add_(1).mul_(3)
    y.sum().backward()
    return y, x.grad


def augmented_assignment(t):
    x = leaf(t)
    y = x * 2
    z = y
    y += 1
    y *= 3
    y -= x
    y /= 2
    y.sum().backward()
    return z is y, y, x.grad


def in_place_with_itself(t):
    x = leaf(t)
    y = x * 2
    y.mul_(y)
    y.sum().backward()
    return x.grad


def in_place_then_second_order(t):
    x = leaf(t)
    y = x * x
    y.mul_(x)
    (g,) = t.autograd.grad(y.sum(), x, create_graph=True)
    (h,) = t.autograd.grad(g.sum(), x)
    return g, h


def pointwise_family(t):
    x = leaf(t)
    y = x * 1
    y.exp_().log_().sqrt_().neg_().abs_().clamp_(0.5, 1.6).sigmoid_().tanh_()
    y.sum().backward()
    return y, x.grad


def zero_forgets(t):
    x = leaf(t)
    y = x * 2
    y.zero_()
    y.sum().backward()
    return x.grad


def copy_in_place(t):
    x, y = leaf(t), leaf(t)
    z = x * 2
    z.copy_(y * 3)
    z.sum().backward()
    return x.grad, y.grad


def in_place_broadcast(t):
    x, y = matrix(t), leaf(t)
    z = x * 2
    z.add_(y)
    (z * z).sum().backward()
    return x.grad, y.grad


def in_place_cannot_grow(t):
    t.ones(3).add_(t.ones(2, 3))


def in_place_cannot_promote(t):
    t.ones(3, dtype=t.int64).add_(t.ones(3))


def in_place_integer_division(t):
    x = t.ones(3, dtype=t.int64)
    x /= 2


# Views.


def a_view_changes_its_base(t):
    x = matrix(t)
    y = x * 2
    y[:, 0].mul_(10)
    y.sum().backward()
    return y, x.grad


def a_base_changes_its_view(t):
    x = matrix(t)
    y = x * 2
    v = y[0]
    y.mul_(5)
    v.sum().backward()
    return v, x.grad


def a_view_of_a_view(t):
    x = matrix(t)
    y = x * 2
    y[0][1:].mul_(10)
    y.t()[2].add_(x[:, 0])
    (y * y).sum().backward()
    return y, x.grad


def assignment_of_a_slice(t):
    x, z = matrix(t), t.tensor([7.0, 8.0], requires_grad=True)
    y = x * 2
    y[:, 0] = z
    (y * y).sum().backward()
    return y, x.grad, z.grad


def assignment_of_a_number(t):
    x = matrix(t)
    y = x * 2
    y[0, 1] = 5.0
    y[y > 6] = -1.0
    (y * y).sum().backward()
    return y, x.grad


def assignment_by_index(t):
    x, z = matrix(t), t.tensor([7.0, 8.0], requires_grad=True)
    y = x * 2
    y[t.tensor([0, 1]), t.tensor([2, 0])] = z
    (y * y).sum().backward()
    return y, x.grad, z.grad


def assignment_into_a_plain_tensor(t):
    x = leaf(t)
    y = t.zeros(2, 3)
    y[1] = x * 2
    y[0] = y[1] + x
    (y * y).sum().backward()
    return y, x.grad, y.requires_grad


def grad_fn_of_a_view_after_the_base_changed(t):
    x = matrix(t)
    y = x * 2
    v = y.view(6)
    before = v.grad_fn.name()
    y.add_(1)
    return before, v.grad_fn is not None, v.requires_grad


def a_view_made_without_grad_then_changed(t):
    x = matrix(t)
    y = x * 2
    with t.no_grad():
        v = y[0]
    v.mul_(2)


def a_view_through_transpose_and_expand(t):
    x = matrix(t)
    y = (x * 2).t()
    y[1].mul_(3)
    y.expand(2, 3, 2).sum().backward()
    return x.grad


def writing_into_an_expanded_view(t):
    t.ones(1, 3).expand(2, 3).add_(1)


def view_then_rebase_twice(t):
    x = leaf(t)
    y = x * 1
    a, b = y[:2], y[1:]
    a.mul_(2)
    b.mul_(3)
    a.mul_(b)
    y.sum().backward()
    return y, x.grad


def out_argument_with_grad(t):
    t.add(leaf(t), 1, out=t.empty(3))


@pytest.mark.parametrize("program", programs(vars()).values(), ids=list(programs(vars())))
def test_same(program):
    assert_same(program)


@pytest.mark.parametrize(
    "program",
    [a_saved_value_changed, a_saved_value_changed_through_a_view, an_output_saved_and_changed],
)
def test_message_names_the_versions(program):
    outcome = assert_same(program)
    assert isinstance(outcome, Raised)
    for word in ("inplace", "version"):
        assert word in outcome.message.replace("in-place", "inplace"), outcome.message


def test_data_edits_are_seen():
    """PyTorch computes a wrong gradient here; taut raises."""
    import taut

    x = leaf(taut)
    y = x * x
    x.data.mul_(10)
    with pytest.raises(RuntimeError, match="version"):
        y.sum().backward()


# Parts: views of one function that gives several. PyTorch refuses to change them in place while
# recording; here the base's history follows, as for any view.

PARTS = {  # how to take them, and how to put them together again
    "split": (lambda y: y.split(1), lambda p: taut.cat(p)),
    "split of sizes": (lambda y: y.split([1, 3], 1), lambda p: taut.cat(p, 1)),
    "chunk": (lambda y: y.chunk(2, 1), lambda p: taut.cat(p, 1)),
    "tensor_split": (lambda y: y.tensor_split((1, 2), 1), lambda p: taut.cat(p, 1)),
    "vsplit": (lambda y: taut.vsplit(y, 2), lambda p: taut.cat(p)),
    "unbind": (lambda y: y.unbind(), lambda p: taut.stack(p)),
    "unbind columns": (lambda y: y.unbind(1), lambda p: taut.stack(p, 1)),
    "iteration": (lambda y: tuple(y), lambda p: taut.stack(p)),
}


def changed(parts, w):
    """A tensor with a history comes into one part; the result of the other is saved."""
    parts[0].add_(w * w)
    parts[1].mul_(-0.5).exp_()
    return parts


def changed_out_of_place(parts, w):
    return [parts[0] + w * w, (parts[1] * -0.5).exp(), *parts[2:]]


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("through", ["base", "parts"])
def test_parts_may_be_changed_in_place(name, through):
    """Values and gradients, of first and second order, are those of the functional equivalent."""
    take, join = PARTS[name]
    results = []
    for in_place in (True, False):
        x = taut.tensor([[0.5, -1.0, 2.0, 1.5], [1.0, 3.0, -0.5, 0.25]], requires_grad=True)
        w = taut.tensor(1.5, requires_grad=True)
        y = x * x
        if in_place:
            parts = changed(take(y), w)
            z = y if through == "base" else join([p * 1 for p in parts])
        else:
            z = join(changed_out_of_place(take(y), w))
        first = taut.autograd.grad((z * z * z).sum(), (x, w), create_graph=True)
        second = taut.autograd.grad(sum((g * g).sum() for g in first), (x, w))
        results.append([z, *first, *second])
    for ours, wanted in zip(*results, strict=True):
        assert taut.allclose(ours, wanted, rtol=1e-5)


def test_a_part_changed_after_its_value_was_saved():
    x = taut.ones(2, 3, requires_grad=True)
    y = x * 2
    a, b = y.unbind()
    z = (a * a).sum()
    b.mul_(2)  # another part: but versions belong to the memory, which is one
    with pytest.raises(RuntimeError, match="version"):
        z.backward()


def test_parts_of_a_leaf_may_not_be_changed():
    x = taut.ones(2, 3, requires_grad=True)
    for part in (x.split(1)[0], x.unbind()[1], x.chunk(2)[0]):
        with pytest.raises(RuntimeError, match="a view of a leaf Variable that requires grad"):
            part.mul_(2)
    with taut.no_grad():
        x.split(1)[0].mul_(2)
    assert x.tolist() == [[2.0] * 3, [1.0] * 3]
