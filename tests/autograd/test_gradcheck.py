"""gradcheck finds wrong gradients and passes right ones."""

import pytest

import taut
from taut.autograd import Function, gradcheck, gradgradcheck
from taut.autograd.gradcheck import GradcheckError


def inputs():
    x = taut.tensor([[0.5, -1.0, 0.3], [2.0, 0.25, -0.7]], dtype=taut.float64, requires_grad=True)
    w = taut.tensor([[1.5], [0.5], [-0.4]], dtype=taut.float64, requires_grad=True)
    return x, w


class WrongSquare(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * x


class WrongSecond(Function):
    """A square whose backward is right and not differentiable in x."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * 2 * x.detach()


class Fickle(Function):
    calls = 0

    @staticmethod
    def forward(ctx, x):
        return x * 1

    @staticmethod
    def backward(ctx, grad):
        Fickle.calls += 1
        return grad * (1 + 1e-7 * Fickle.calls)


@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize(
    "function",
    [
        lambda x, w: (x @ w).tanh(),
        lambda x, w: (x.t(), w.exp() * 2),
        lambda x, w: x[0] * w.view(-1),
        lambda x, w: (x.sum(), x.detach() * 0, w),
        lambda x, w: x.expand(2, 2, 3) * 3,
        lambda x, w: x[:0],
    ],
)
def test_right_gradients_pass(function, fast):
    assert gradcheck(function, inputs(), fast_mode=fast)
    assert gradcheck(function, inputs(), fast_mode=fast, check_undefined_grad=False)
    assert gradgradcheck(function, inputs(), fast_mode=fast)


@pytest.mark.parametrize("fast", [False, True])
def test_wrong_gradients_are_found(fast):
    x, _ = inputs()
    with pytest.raises(GradcheckError, match="Jacobian mismatch for output 0 with respect to in"):
        gradcheck(WrongSquare.apply, x, fast_mode=fast)
    assert not gradcheck(WrongSquare.apply, x, fast_mode=fast, raise_exception=False)
    assert gradcheck(WrongSecond.apply, x, fast_mode=fast)
    with pytest.raises(GradcheckError):
        gradgradcheck(WrongSecond.apply, x, fast_mode=fast)


@pytest.mark.parametrize("fast", [False, True])
def test_other_faults_are_found(fast):
    x, w = inputs()
    with pytest.raises(GradcheckError, match="expected to be zero"):
        gradcheck(lambda x: x.detach() * 2, x, fast_mode=fast)
    with pytest.raises(GradcheckError, match="not reentrant"):
        gradcheck(Fickle.apply, x, fast_mode=fast)
    assert gradcheck(Fickle.apply, x, fast_mode=fast, nondet_tol=1e-3)


def test_inputs_are_put_back():
    x, w = inputs()
    before = x.tolist(), w.tolist()
    for fast in (False, True):
        gradcheck(lambda x, w: x @ w, (x, w), fast_mode=fast)
    assert (x.tolist(), w.tolist()) == before


def test_bad_calls():
    x, w = inputs()
    with pytest.raises(ValueError, match="at least one input"):
        gradcheck(lambda x: x, x.detach())
    with pytest.raises(NotImplementedError, match="forward-mode"):
        gradcheck(lambda x: x, x, check_forward_ad=True)
    with pytest.raises(RuntimeError, match="stride 0"):
        gradcheck(lambda x: x, taut.ones(1, dtype=taut.float64).expand(3).requires_grad_())
    with pytest.warns(UserWarning, match="not a double precision"):
        gradcheck(lambda x: x * 0, taut.ones(1, requires_grad=True))


def test_dtypes_and_batches_are_checked():
    x, w = inputs()
    assert gradcheck(lambda x: x * x, x, check_grad_dtypes=True, check_batched_grad=True)
