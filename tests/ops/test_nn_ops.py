"""Softmax, normalisation, losses and attention against torch."""

import warnings

import numpy as np
import pytest
import torch

import taut
from harness import Row, make_tests, to_numpy

INF = float("inf")
NAN = float("nan")


def along(m):
    for shape in ((5,), (3, 4), (2, 3, 4), (3, 1), (2, 70), (2, 3, 5, 4)):
        for dim in range(-1, len(shape)):
            yield m.args(m(*shape), dim)
    yield m.args(m(), 0)
    yield m.args(m(0, 3), 1)
    yield m.args(m(3, 0), 1)
    yield m.args(m.array([[1000.0, 999.0], [-1000.0, 0.0], [-INF, 2.0]]), 1)
    yield m.args(m(3, 4), 1, dtype=m.type("float64"))


def odd_values(m):
    yield m.args(m.array([[-INF, -INF], [NAN, 1.0], [INF, 1.0]]), 1)


def bad_dims(m):
    yield m.args(m(2, 3), 2)
    yield m.args(m(2, 3), "x")
    yield m.args(m.ints(2, 3), 1)


def layer_norms(m):
    yield m.args(m(3, 4), (4,))
    yield m.args(m(3, 4), (4,), m(4), m(4))
    yield m.args(m(3, 4), [4], m(4))
    yield m.args(m(2, 3, 4), (3, 4), m(3, 4), m(3, 4), 0.1)
    yield m.args(m(2, 3, 37), (37,), m(37), m(37))
    yield m.args(m(70, 3), (3,), m(3), m(3))
    yield m.args(m(0, 3), (3,), m(3), m(3))
    yield m.args(m(3, 5, lo=10, hi=12), (5,), m(5), m(5))


def shifted_layer_norms(m):
    yield m.args(m(3, 4), (4,), None, m(4))


def bad_layer_norms(m):
    yield m.args(m(3, 4), (3,))
    yield m.args(m(3, 4), ())
    yield m.args(m(3, 4), (4,), m(3))
    yield m.args(m(4), (3, 4))


def rms_norms(m):
    yield m.args(m(3, 4), (4,))
    yield m.args(m(3, 4), (4,), m(4))
    yield m.args(m(2, 3, 4), (3, 4), m(3, 4), 0.1)
    yield m.args(m(70, 19), (19,), m(19), None)


def batch_norms(training):
    def samples(m):
        for shape in ((5, 3), (2, 3, 4), (2, 3, 4, 5), (4, 3, 2, 2, 2)):
            running = (m(3), m(3, lo=0.5, hi=2))
            yield m.args(m(*shape), m(3), m(3), *running, training, 0.1, 1e-5, True)
            yield m.args(m(*shape), None, None, *running, training, 0.3, 1e-3, True)
            yield m.args(m(*shape), m(3), None, *running, training, 0.3, 1e-3, True)
            if training:
                yield m.args(m(*shape), m(3), m(3), None, None, True, 0.1, 1e-5, True)

    return samples


def running_stats(lib, x, weight, bias, mean, var, *args):
    """batch_norm and what it made of the running statistics."""
    mean, var = (None if t is None else t.detach().clone() for t in (mean, var))
    out = lib.batch_norm(x, weight, bias, mean, var, *args)
    return [out] + [t for t in (mean, var) if t is not None]


def instance_stats(lib, x, weight, bias, mean, var, *args):
    mean, var = (None if t is None else t.detach().clone() for t in (mean, var))
    out = lib.instance_norm(x, weight, bias, mean, var, *args)
    return [out] + [t for t in (mean, var) if t is not None]


def instance_norms(m):
    for shape in ((2, 3, 4), (2, 3, 4, 5)):
        yield m.args(m(*shape), m(3), m(3), None, None, True, 0.1, 1e-5, True)
        yield m.args(m(*shape), None, None, m(3), m(3, lo=0.5, hi=2), True, 0.2, 1e-5, True)
        yield m.args(m(*shape), m(3), m(3), m(3), m(3, lo=0.5, hi=2), False, 0.2, 1e-5, True)


def group_norms(m):
    for shape in ((2, 6), (2, 6, 4), (3, 6, 2, 5)):
        for groups in (1, 2, 3, 6):
            yield m.args(m(*shape), groups, m(6), m(6), 1e-5, False)
            yield m.args(m(*shape), groups)


# Losses ------------------------------------------------------------------------------------------


def loss_of(name, **fixed):
    """The loss as a function of the library, its reduction first."""

    def call(lib, reduction, *args, **kwargs):
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "(?i).*using a target size")
            return getattr(lib.nn.functional, name)(*args, reduction=reduction, **fixed, **kwargs)

    return call


def differences(m):
    for reduction in ("mean", "sum", "none"):
        yield m.args(reduction, m(3, 4), m(3, 4))
        yield m.args(reduction, m(), m())
        yield m.args(reduction, m(70), m(70))
        yield m.args(reduction, m(3, 4), m(4))
    yield m.args("mean", m.array([1.0, 2.0, 3.0, 5.0]), m.array([1.0, 3.0, 1.0, 5.5]))


def empty_differences(m):
    for reduction in ("mean", "sum", "none"):
        yield m.args(reduction, m(0), m(0))


def bad_differences(m):
    yield m.args("mean", m(3, 4), m(3))
    yield m.args("avg", m(3), m(3))


def probabilities(m):
    for reduction in ("mean", "sum", "none"):
        yield m.args(reduction, m(3, 4, lo=0.05, hi=0.95), m(3, 4, lo=0, hi=1))
        yield m.args(
            reduction, m(3, 4, lo=0.05, hi=0.95), m(3, 4, lo=0, hi=1), weight=m(4, lo=0, hi=2)
        )


def certain(m):
    yield m.args("none", m.array([0.0, 1.0, 0.0, 1.0]), m.array([0.0, 1.0, 1.0, 0.0]))


def logits(m):
    for reduction in ("mean", "sum", "none"):
        yield m.args(reduction, m(3, 4), m(3, 4, lo=0, hi=1))
        yield m.args(reduction, m(3, 4), m(3, 4, lo=0, hi=1), weight=m(4, lo=0, hi=2))
        yield m.args(reduction, m(3, 4), m(3, 4, lo=0, hi=1), pos_weight=m(4, lo=0, hi=2))


def classes(m):
    for reduction in ("mean", "sum", "none"):
        yield m.args(reduction, m(5, 7), m.ints(5, hi=7))
        yield m.args(reduction, m(5, 40), m.ints(5, hi=40), weight=m(40, lo=0.1, hi=2))
        yield m.args(reduction, m(7), m.array(3, "int64"))
        yield m.args(reduction, m(2, 4, 3), m.ints(2, 3, hi=4))
        yield m.args(reduction, m(2, 4, 3, 2), m.ints(2, 3, 2, hi=4), weight=m(4, lo=0.1, hi=2))
        yield m.args(reduction, m(5, 3), m.array([0, 2, -100, 1, -100], "int64"))
        yield m.args(reduction, m(5, 3), m.array([0, 2, 1, 1, 0], "int64"), ignore_index=1)
        yield m.args(
            reduction,
            m(4, 3),
            m.array([0, 2, 1, 9], "int64"),
            ignore_index=9,
            weight=m(3, lo=0.1, hi=1),
        )


def all_ignored(m):
    yield m.args("mean", m(3, 4), m.array([-100, -100, -100], "int64"))
    yield m.args("sum", m(3, 4), m.array([-100, -100, -100], "int64"))


def smoothed(m):
    for reduction in ("mean", "sum", "none"):
        for smoothing in (0.1, 1.0):
            kw = {"label_smoothing": smoothing}
            yield m.args(reduction, m(5, 7), m.ints(5, hi=7), **kw)
            yield m.args(reduction, m(5, 20), m.ints(5, hi=20), weight=m(20, lo=0.1, hi=2), **kw)
            yield m.args(reduction, m(5, 3), m.array([0, 2, -100, 1, -100], "int64"), **kw)
            yield m.args(reduction, m(2, 4, 3), m.ints(2, 3, hi=4), weight=m(4, lo=0.1, hi=2), **kw)
            yield m.args(reduction, m(7), m.array(3, "int64"), **kw)


def soft_targets(m):
    for reduction in ("mean", "sum", "none"):
        yield m.args(reduction, m(5, 7), m(5, 7, lo=0, hi=1))
        yield m.args(
            reduction, m(5, 7), m(5, 7, lo=0, hi=1), weight=m.array(np.linspace(0.2, 2, 7))
        )
        yield m.args(reduction, m(2, 4, 3), m(2, 4, 3, lo=0, hi=1), label_smoothing=0.2)
        yield m.args(reduction, m(7), m(7, lo=0, hi=1))


def bad_classes(m):
    yield m.args("mean", m(5, 7), m.ints(4, hi=7))
    yield m.args("mean", m(5, 7), m.array([0, 1, 2, 3, 7], "int64"))
    yield m.args("mean", m(5, 7), m.array([0, 1, 2, 3, -1], "int64"))
    yield m.args("mean", m(5, 7), m.ints(5, 2, hi=7))
    yield m.args("mean", m(5, 7), m.ints(5, hi=7), weight=m(3))
    yield m.args("mean", m(5, 7), m.ints(5, hi=7, dtype="int32"))
    yield m.args("avg", m(5, 7), m.ints(5, hi=7))


def constant_weight(name, **fixed):
    """The loss with weight= as a constant."""

    def call(lib, reduction, *args, weight=None, **kwargs):
        if weight is not None:
            weight = weight.detach()
        return getattr(lib.nn.functional, name)(
            *args, weight=weight, reduction=reduction, **fixed, **kwargs
        )

    return call


def constant_pos_weight(lib, reduction, *args, **kwargs):
    kwargs = {k: v.detach() for k, v in kwargs.items()}
    return lib.nn.functional.binary_cross_entropy_with_logits(*args, reduction=reduction, **kwargs)


# Attention -----------------------------------------------------------------------------------------


def attentions(m):
    for lead in ((), (2,), (2, 3)):
        for n, s in ((5, 5), (4, 7), (7, 4), (33, 70)):
            q, k, v = m(*lead, n, 6), m(*lead, s, 6), m(*lead, s, 5)
            yield m.args(q, k, v)
            yield m.args(q, k, v, is_causal=True)
            yield m.args(q, k, v, scale=0.3)
    q = m(2, 3, 4, 8)
    yield m.args(q, q, q)
    yield m.args(q, q, q, m(4, 4))
    yield m.args(q, q, q, m(2, 1, 4, 4))
    yield m.args(q, q, q, attn_mask=np.tril(np.ones((4, 4), bool)))
    yield m.args(q, q, q, attn_mask=np.array([[True, False, True, False]] * 4))
    yield m.args(m(2, 4, 5, 6), m(2, 2, 5, 6), m(2, 2, 5, 6), enable_gqa=True)
    yield m.args(m(2, 4, 5, 6), m(2, 1, 5, 6), m(2, 1, 5, 6), enable_gqa=True, is_causal=True)


def blocked_rows(m):
    mask = np.ones((4, 4), bool)
    mask[1] = False
    q = m(2, 4, 8)
    yield m.args(q, q, q, attn_mask=mask)


def plain_attention(lib, *args, **kwargs):
    """torch's composed form, which it can differentiate twice."""
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
        return lib.nn.functional.scaled_dot_product_attention(*args, **kwargs)


def bad_attentions(m):
    q = m(2, 4, 8)
    yield m.args(q, q, q, m(4, 4), 0.0, True)
    yield m.args(m(8), q, q)
    yield m.args(m(2, 4, 7), q, q)


VALUES_ONLY = dict(grad=(), gradgrad=False)
CLOSE = {"float32": (2e-5, 2e-5)}
F = "nn.functional."
ROWS = [
    Row("softmax", along, method="softmax", errors=bad_dims),
    Row("log_softmax", along, method="log_softmax", errors=bad_dims),
    Row("softmax", odd_values, id="softmax-odd", **VALUES_ONLY),
    Row("log_softmax", odd_values, id="log_softmax-odd", **VALUES_ONLY),
    Row(F + "layer_norm", layer_norms, errors=bad_layer_norms, tolerance=CLOSE),
    Row(
        F + "layer_norm",
        shifted_layer_norms,
        id="layer_norm-shifted",
        tolerance=CLOSE,
        gradgrad=False,
    ),
    Row(F + "rms_norm", rms_norms, errors=bad_layer_norms, tolerance=CLOSE),
    Row("batch_norm", batch_norms(True), fn=running_stats, tolerance=CLOSE),
    Row("batch_norm", batch_norms(False), id="batch_norm-eval", fn=running_stats, tolerance=CLOSE),
    Row("instance_norm", instance_norms, fn=instance_stats, tolerance=CLOSE),
    Row("group_norm", group_norms, tolerance={"float32": (1e-4, 1e-4)}),
    *(
        Row(name, differences, fn=loss_of(name), errors=bad_differences)
        for name in ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")
    ),
    Row("mse_loss", empty_differences, id="mse_loss-empty", fn=loss_of("mse_loss"), **VALUES_ONLY),
    Row(
        "smooth_l1_loss",
        differences,
        id="smooth_l1_loss-0.3",
        fn=loss_of("smooth_l1_loss", beta=0.3),
    ),
    Row(
        "smooth_l1_loss", differences, id="smooth_l1_loss-0", fn=loss_of("smooth_l1_loss", beta=0.0)
    ),
    Row("huber_loss", differences, id="huber_loss-0.3", fn=loss_of("huber_loss", delta=0.3)),
    Row("binary_cross_entropy", probabilities, fn=constant_weight("binary_cross_entropy")),
    Row(
        "binary_cross_entropy",
        certain,
        id="binary_cross_entropy-certain",
        fn=constant_weight("binary_cross_entropy"),
        gradgrad=False,
    ),
    Row("binary_cross_entropy_with_logits", logits, fn=constant_pos_weight),
    Row("nll_loss", classes, fn=constant_weight("nll_loss"), errors=bad_classes),
    Row("cross_entropy", classes, fn=constant_weight("cross_entropy"), errors=bad_classes),
    *(
        Row(name, all_ignored, id=f"{name}-ignored", fn=constant_weight(name), gradgrad=False)
        for name in ("nll_loss", "cross_entropy")
    ),
    Row(
        "cross_entropy", smoothed, id="cross_entropy-smoothed", fn=constant_weight("cross_entropy")
    ),
    Row(
        "cross_entropy", soft_targets, id="cross_entropy-soft", fn=constant_weight("cross_entropy")
    ),
    Row(
        F + "scaled_dot_product_attention",
        attentions,
        errors=bad_attentions,
        tolerance=CLOSE,
        oracle=plain_attention,
    ),
    Row(F + "scaled_dot_product_attention", blocked_rows, id="attention-blocked", tolerance=CLOSE),
]
globals().update(make_tests(ROWS))


# What rows of small samples cannot show --------------------------------------------------------------


def both(shape, seed=0):
    x = np.random.default_rng(seed).normal(size=shape)
    return [
        (lib, lib.tensor(x.tolist(), dtype=lib.float32, requires_grad=True))
        for lib in (taut, torch)
    ]


@pytest.mark.parametrize("shape", [(700, 100), (3, 5000), (1, 1), (70, 1)])
@pytest.mark.parametrize(
    "name", ["softmax", "log_softmax", "layer_norm", "rms_norm", "cross_entropy", "mse_loss"]
)
def test_large(name, shape):
    results = []
    for lib, x in both(shape):
        f = lib.nn.functional
        weight = lib.full(shape[1:], 0.5, requires_grad=True)
        target = lib.arange(shape[0]) % shape[1]
        out = {
            "softmax": lambda: f.softmax(x, -1),
            "log_softmax": lambda: f.log_softmax(x, -1),
            "layer_norm": lambda: f.layer_norm(x, shape[1:], weight, weight),
            "rms_norm": lambda: f.rms_norm(x, shape[1:], weight),
            "cross_entropy": lambda: f.cross_entropy(x, target),
            "mse_loss": lambda: f.mse_loss(x, x.detach() * 0.5),
        }[name]()
        (out * out).sum().backward()
        grads = [x.grad] + ([weight.grad] if name.endswith("norm") else [])
        results.append([to_numpy(t) for t in (out, *grads)])
    for ours, theirs in zip(*results):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def test_gradients_add_into_what_is_there():
    for name in ("layer_norm", "cross_entropy", "mse_loss", "softmax"):
        x = taut.randn(4, 6, requires_grad=True)
        w = taut.randn(6, requires_grad=True)
        f = taut.nn.functional
        loss = {
            "layer_norm": lambda: f.layer_norm(x, (6,), w, w).square().sum(),
            "cross_entropy": lambda: f.cross_entropy(x, taut.tensor([0, 1, 2, 3])),
            "mse_loss": lambda: f.mse_loss(x, x.detach() * 2),
            "softmax": lambda: f.softmax(x, 1).square().sum(),
        }[name]
        loss().backward()
        once = x.grad.tolist()
        loss().backward()
        np.testing.assert_allclose(x.grad.tolist(), np.multiply(once, 2), rtol=1e-5)


def test_dropout_in_attention_keeps_the_stream():
    results = []
    for lib, q in both((2, 3, 20, 8)):
        lib.manual_seed(3)
        out = lib.nn.functional.scaled_dot_product_attention(q, q, q, dropout_p=0.5)
        results.append(to_numpy(out))
    np.testing.assert_allclose(*results, rtol=1e-4, atol=1e-5)


def test_losses_warn_of_shapes():
    with pytest.warns(UserWarning, match="target size"):
        taut.nn.functional.mse_loss(taut.ones(3, 4), taut.ones(4))
