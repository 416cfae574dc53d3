"""Every distribution against PyTorch's: samples of the same seed, densities, moments, gradients, errors."""

import mpmath
import numpy as np
import pytest
import torch
import torch.distributions as theirs

import taut
import taut.distributions as ours
from both import assert_same, plain, programs

# name, parameters (lists become tensors), a value that it can have
NORMAL = {"loc": [0.5, -1.0], "scale": [1.5, 0.3]}
WEIGHTS = [[0.2, 0.5, 0.3], [0.7, 0.1, 0.2]]
COVARIANCE = [[2.0, 0.3, 0.1], [0.3, 1.0, -0.2], [0.1, -0.2, 0.5]]
CASES = [
    ("Normal", NORMAL, [0.1, -0.8]),
    ("Normal", {"loc": 0.0, "scale": 2.0}, 0.3),
    ("LogNormal", NORMAL, [0.1, 0.8]),
    ("HalfNormal", {"scale": [1.0, 0.2]}, [0.1, 0.8]),
    ("HalfCauchy", {"scale": [1.0, 0.2]}, [0.1, 0.8]),
    ("Gumbel", NORMAL, [0.1, -0.8]),
    ("Laplace", NORMAL, [0.1, -0.8]),
    ("Cauchy", NORMAL, [0.1, -0.8]),
    ("Exponential", {"rate": [0.5, 3.0]}, [0.1, 0.8]),
    ("Gamma", {"concentration": [0.4, 3.0], "rate": [2.0, 0.5]}, [0.1, 5.0]),
    ("Chi2", {"df": [1.0, 5.0]}, [0.1, 5.0]),
    ("Beta", {"concentration1": [0.4, 3.0], "concentration0": [2.0, 0.5]}, [0.1, 0.8]),
    ("Dirichlet", {"concentration": [[0.4, 3.0, 1.0], [2.0, 0.5, 1.5]]}, [0.2, 0.5, 0.3]),
    ("Dirichlet", {"concentration": [0.4, 0.3]}, [0.2, 0.8]),
    ("StudentT", {"df": [0.5, 1.5, 4.0], "loc": [0.5, 0.0, -1.0], "scale": 2.0}, [0.1, 0.2, -0.8]),
    ("Uniform", {"low": [0.5, -1.0], "high": [1.5, 0.3]}, [0.6, 0.2]),
    ("Bernoulli", {"probs": [0.2, 0.9]}, [0.0, 1.0]),
    ("Bernoulli", {"logits": [0.2, -0.9]}, [1.0, 0.0]),
    ("Geometric", {"probs": [0.2, 0.9]}, [3.0, 0.0]),
    ("Geometric", {"logits": [0.2, -0.9]}, [1.0, 2.0]),
    ("Poisson", {"rate": [0.5, 3.0]}, [0.0, 4.0]),
    ("Binomial", {"total_count": 5, "probs": [0.2, 0.9]}, [2.0, 5.0]),
    ("Binomial", {"total_count": 3, "logits": [0.2, -0.9]}, [0.0, 3.0]),
    ("Categorical", {"probs": WEIGHTS}, [2, 0]),
    ("Categorical", {"logits": WEIGHTS}, [1, 1]),
    ("OneHotCategorical", {"probs": WEIGHTS}, [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]),
    ("OneHotCategoricalStraightThrough", {"logits": WEIGHTS}, [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]),
    ("Multinomial", {"total_count": 4, "probs": WEIGHTS}, [[1.0, 1.0, 2.0], [4.0, 0.0, 0.0]]),
    (
        "MultivariateNormal",
        {"loc": [0.1, 0.2, 0.3], "covariance_matrix": COVARIANCE},
        [0.0, 1.0, 0.5],
    ),
    (
        "MultivariateNormal",
        {"loc": [0.1, 0.2, 0.3], "precision_matrix": COVARIANCE},
        [0.0, 1.0, 0.5],
    ),
    (
        "MultivariateNormal",
        {"loc": [0.1, 0.2], "scale_tril": [[[1.0, 0.0], [0.5, 2.0]], [[0.3, 0.0], [-1.0, 1.0]]]},
        [0.0, 1.0],
    ),
]
IDS = [f"{name}-{'-'.join(given)}-{i}" for i, (name, given, _) in enumerate(CASES)]
# A sample draws each trial by itself.
OTHER_STREAMS = ("Binomial",)
WITHOUT_CDF = ("Gamma", "Chi2")  # there is no incomplete gamma function yet
# The gradient of a sample is another estimate, or PyTorch's is rough.
OTHER_GRADIENTS = ("Gamma", "Chi2", "Beta", "Dirichlet", "StudentT")


def made(lib, name, given, dtype="float64"):
    def value(x):
        return lib.tensor(x, dtype=getattr(lib, dtype)) if isinstance(x, list) else x

    return getattr(lib.distributions, name)(**{k: value(x) for k, x in given.items()})


def outcome(f):
    """A value, or the kind of error."""
    try:
        return f()
    except (NotImplementedError, RuntimeError, ValueError) as error:
        return type(error).__name__


def close(expected, found, tolerance=1e-9):
    if isinstance(expected, torch.Tensor):
        expected, found = plain(expected), plain(found)
        assert (expected.dtype, expected.shape) == (found.dtype, found.shape)
        tolerance = max(tolerance, 1e-6) if expected.dtype == "float32" else tolerance
        np.testing.assert_allclose(found.values, expected.values, rtol=tolerance, atol=tolerance)
    else:
        assert found == expected


@pytest.mark.parametrize("name, given, value", CASES, ids=IDS)
class TestDistribution:
    def test_shapes_and_repr(self, name, given, value):
        a, b = made(torch, name, given), made(taut, name, given)
        assert tuple(a.batch_shape) == tuple(b.batch_shape)
        assert tuple(a.event_shape) == tuple(b.event_shape)
        assert a.has_rsample == b.has_rsample
        assert a.has_enumerate_support == b.has_enumerate_support
        assert repr(a) == repr(b)

    @pytest.mark.parametrize("of", ["mean", "mode", "variance", "stddev", "probs", "logits"])
    def test_properties(self, name, given, value, of):
        a, b = made(torch, name, given), made(taut, name, given)
        if hasattr(type(a), of):
            close(outcome(lambda: getattr(a, of)), outcome(lambda: getattr(b, of)))

    def test_log_prob(self, name, given, value):
        a, b = made(torch, name, given), made(taut, name, given)
        kind = "int64" if name == "Categorical" else "float64"
        x, y = (
            torch.tensor(value, dtype=getattr(torch, kind)),
            taut.tensor(value, dtype=getattr(taut, kind)),
        )
        close(a.log_prob(x), b.log_prob(y))

    def test_cdf_and_icdf(self, name, given, value):
        a, b = made(torch, name, given), made(taut, name, given)
        x, y = torch.tensor(value), taut.tensor(value)
        if name not in WITHOUT_CDF:
            close(outcome(lambda: a.cdf(x)), outcome(lambda: b.cdf(y)), 1e-6)
        u, v = torch.tensor(0.3).double(), taut.tensor(0.3).double()
        close(outcome(lambda: a.icdf(u)), outcome(lambda: b.icdf(v)), 1e-6)

    def test_entropy(self, name, given, value):
        a, b = made(torch, name, given), made(taut, name, given)
        close(outcome(a.entropy), outcome(b.entropy), 1e-7)
        close(outcome(a.perplexity), outcome(b.perplexity), 1e-7)

    def test_enumerate_support(self, name, given, value):
        a, b = made(torch, name, given), made(taut, name, given)
        for expand in (True, False):
            close(
                outcome(lambda: a.enumerate_support(expand)),
                outcome(lambda: b.enumerate_support(expand)),
            )

    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    @pytest.mark.parametrize("shape", [(), (7,), (40, 2)])
    def test_samples(self, name, given, value, shape, dtype):
        if name in OTHER_STREAMS:
            return
        a, b = made(torch, name, given, dtype), made(taut, name, given, dtype)
        for sample in ("sample", "rsample"):
            torch.manual_seed(3)
            taut.manual_seed(3)
            x = outcome(lambda: getattr(a, sample)(torch.Size(shape)))
            y = outcome(lambda: getattr(b, sample)(taut.Size(shape)))
            close(x, y, 1e-9 if dtype == "float64" else 2e-5)

    def test_expanded(self, name, given, value):
        a, b = made(torch, name, given), made(taut, name, given)
        shape = (3, *a.batch_shape)
        a, b = a.expand(torch.Size(shape)), b.expand(taut.Size(shape))
        assert type(b).__name__ == name and tuple(b.batch_shape) == shape
        close(outcome(lambda: a.mean), outcome(lambda: b.mean))
        assert tuple(b.sample((2,)).shape) == tuple(a.sample((2,)).shape)

    def test_gradients(self, name, given, value):
        def gradients(lib):
            leaves = {
                k: lib.tensor(x, dtype=lib.float64, requires_grad=True)
                for k, x in given.items()
                if isinstance(x, list)
            }
            d = getattr(lib.distributions, name)(**{**given, **leaves})
            kind = lib.int64 if name == "Categorical" else lib.float64
            total = (d.log_prob(lib.tensor(value, dtype=kind)) * 1.5).sum()
            if d.has_rsample and name not in OTHER_GRADIENTS:
                lib.manual_seed(1)
                total = total + (d.rsample((5,)) ** 2).sum()
            if leaves:
                total.backward()
            return [x.grad for x in leaves.values()]

        for x, y in zip(gradients(torch), gradients(taut), strict=True):
            close(x, y, 1e-7)

    def test_values_outside_are_refused(self, name, given, value):
        for lib in (torch, taut):
            d = made(lib, name, given)
            shape = (*d.batch_shape, *d.event_shape)
            with pytest.raises(ValueError):
                d.log_prob(lib.full(shape, float("nan"), dtype=lib.float64))
            if shape:
                with pytest.raises(ValueError):
                    d.log_prob(lib.zeros((*shape, 9), dtype=lib.float64))


def test_binomial_samples_have_its_moments():
    taut.manual_seed(0)
    d = ours.Binomial(taut.tensor([4.0, 10.0]), taut.tensor([0.3, 0.8]))
    x = d.sample((20000,))
    np.testing.assert_allclose(x.mean(0).tolist(), d.mean.tolist(), rtol=0.02)
    np.testing.assert_allclose(x.var(0).tolist(), d.variance.tolist(), rtol=0.05)
    assert bool((x <= d.total_count).all())


@pytest.mark.parametrize("a", [0.05, 0.7, 1.0, 2.5, 30.0, 400.0, 2e5])
@pytest.mark.parametrize("deviations", [-5, -2, -0.5, 0.0, 0.4, 2, 6, 12])
def test_gradient_of_a_gamma_sample(a, deviations):
    """The quantile stays: against the slope of the distribution function in forty digits."""
    x = max(a + deviations * a**0.5, a * 10.0**deviations if deviations < 0 else 0.0)
    mpmath.mp.dps = 40
    below = mpmath.diff(lambda s: mpmath.gammainc(s, 0, x, regularized=True), a)
    density = mpmath.exp((a - 1) * mpmath.log(x) - x - mpmath.loggamma(a))
    a, x = (taut.tensor([v], dtype=taut.float64) for v in (a, x))
    found = taut._C._standard_gamma_grad(a, x)
    np.testing.assert_allclose(found.item(), float(-below / density), rtol=1e-7)


def test_gradients_of_gamma_samples_are_pytorchs_but_for_its_roughness():
    def gradients(lib):
        a = lib.tensor([0.1, 0.9, 2.0, 20.0, 300.0], dtype=lib.float64, requires_grad=True)
        lib.manual_seed(0)
        lib.distributions.Gamma(a, lib.tensor(2.0).double()).rsample((50,)).sum().backward()
        return a.grad.tolist()

    np.testing.assert_allclose(gradients(taut), gradients(torch), rtol=2e-3)


def test_gradients_of_dirichlet_samples_are_those_of_the_moments():
    taut.manual_seed(0)
    a = taut.tensor([0.5, 2.0, 3.5], dtype=taut.float64, requires_grad=True)
    x = ours.Dirichlet(a).rsample((40000,))
    (x[:, 0].square().mean()).backward()
    b = a.detach().clone().requires_grad_()
    d = ours.Dirichlet(b)
    (d.variance[0] + d.mean[0].square()).backward()
    np.testing.assert_allclose(a.grad.tolist(), b.grad.tolist(), rtol=0.05)


PAIRS = [
    (
        ("Gamma", {"concentration": [0.4, 3.0], "rate": [2.0, 0.5]}),
        ("Gamma", {"concentration": [1.4, 2.0], "rate": [1.0, 0.7]}),
    ),
    (("Chi2", {"df": [1.0, 5.0]}), ("Chi2", {"df": [2.0, 3.0]})),
    (
        ("Beta", {"concentration1": [0.4, 3.0], "concentration0": [2.0, 0.5]}),
        ("Beta", {"concentration1": [1.0, 2.0], "concentration0": [2.0, 1.5]}),
    ),
    (
        ("Dirichlet", {"concentration": [[0.4, 3.0, 1.0], [2.0, 0.5, 1.5]]}),
        ("Dirichlet", {"concentration": [1.0, 2.0, 3.0]}),
    ),
    (("Normal", NORMAL), ("Normal", {"loc": [0.0, 1.0], "scale": [1.0, 2.0]})),
    (("LogNormal", NORMAL), ("LogNormal", {"loc": [0.0, 1.0], "scale": [1.0, 2.0]})),
    (("HalfNormal", {"scale": [1.0, 0.2]}), ("HalfNormal", {"scale": [0.5, 2.0]})),
    (("Laplace", NORMAL), ("Laplace", {"loc": [0.0, 1.0], "scale": [1.0, 2.0]})),
    (("Cauchy", NORMAL), ("Cauchy", {"loc": [0.0, 1.0], "scale": [1.0, 2.0]})),
    (("Exponential", {"rate": [0.5, 3.0]}), ("Exponential", {"rate": [1.0, 0.1]})),
    (("Uniform", {"low": [0.5], "high": [1.5]}), ("Uniform", {"low": [0.0], "high": [2.0]})),
    (("Uniform", {"low": [-0.5], "high": [1.5]}), ("Uniform", {"low": [0.0], "high": [2.0]})),
    (("Uniform", {"low": [0.5], "high": [1.5]}), ("Normal", {"loc": [0.0], "scale": [2.0]})),
    (("Bernoulli", {"probs": [0.2, 0.9, 0.0]}), ("Bernoulli", {"probs": [0.5, 0.1, 0.3]})),
    (("Geometric", {"probs": [0.2, 0.9]}), ("Geometric", {"probs": [0.5, 0.1]})),
    (("Poisson", {"rate": [0.5, 3.0]}), ("Poisson", {"rate": [1.0, 0.1]})),
    (
        ("Binomial", {"total_count": 5, "probs": [0.2, 0.9]}),
        ("Binomial", {"total_count": 5, "probs": [0.5, 0.1]}),
    ),
    (("Categorical", {"probs": WEIGHTS}), ("Categorical", {"logits": WEIGHTS})),
    (("Categorical", {"probs": [0.0, 1.0]}), ("Categorical", {"probs": [0.5, 0.5]})),
    (("OneHotCategorical", {"probs": WEIGHTS}), ("OneHotCategorical", {"logits": WEIGHTS})),
    (
        ("MultivariateNormal", {"loc": [0.1, 0.2, 0.3], "covariance_matrix": COVARIANCE}),
        ("MultivariateNormal", {"loc": [0.0, 0.2, 1.3], "precision_matrix": COVARIANCE}),
    ),
]


@pytest.mark.parametrize(
    "p, q", PAIRS, ids=[f"{p[0]}-{q[0]}-{i}" for i, (p, q) in enumerate(PAIRS)]
)
def test_divergence(p, q):
    expected = theirs.kl_divergence(made(torch, *p), made(torch, *q))
    close(expected, ours.kl_divergence(made(taut, *p), made(taut, *q)))


def test_no_divergence():
    with pytest.raises(NotImplementedError, match="Normal.*Poisson"):
        ours.kl_divergence(ours.Normal(0.0, 1.0), ours.Poisson(1.0))


# Transforms ---------------------------------------------------------------------------------------

TRANSFORMS = {
    "exp": lambda d: d.ExpTransform(),
    "power": lambda d: d.PowerTransform(2.0),
    "sigmoid": lambda d: d.SigmoidTransform(),
    "tanh": lambda d: d.TanhTransform(),
    "softplus": lambda d: d.SoftplusTransform(),
    "affine": lambda d: d.AffineTransform(1.0, -2.0),
    "affine event": lambda d: d.AffineTransform(1.0, -2.0, event_dim=1),
    "stick": lambda d: d.StickBreakingTransform(),
    "inverse": lambda d: d.ExpTransform().inv,
    "compose": lambda d: d.ComposeTransform([d.AffineTransform(0.1, 0.5), d.ExpTransform()]),
    "compose wide": lambda d: d.ComposeTransform([d.ExpTransform(), d.StickBreakingTransform()]),
    "independent": lambda d: d.IndependentTransform(d.ExpTransform(), 1),
    "reshape": lambda d: d.ReshapeTransform((3,), (3, 1)),
}


@pytest.mark.parametrize("name", TRANSFORMS)
def test_transform(name):
    values = [[0.3, 0.6, 0.2], [0.9, 0.1, 0.4]]
    results = []
    for lib in (torch, taut):
        t = TRANSFORMS[name](lib.distributions.transforms)
        x = lib.tensor(values, dtype=lib.float64)
        y = t(x)
        shapes = tuple(t.forward_shape(x.shape)), tuple(t.inverse_shape(y.shape))
        dims = t.domain.event_dim, t.codomain.event_dim, t.bijective, t.inv.inv is t
        results.append((y, t.inv(y), t.log_abs_det_jacobian(x, y), shapes, dims, t == t))
    for a, b in zip(*results, strict=True):
        close(a, b)


@pytest.mark.parametrize(
    "name", ["exp", "sigmoid", "tanh", "affine", "stick", "compose", "affine event"]
)
def test_transformed_distribution(name):
    results = []
    for lib in (torch, taut):
        d = lib.distributions
        base = d.Normal(lib.zeros(2, 3, dtype=lib.float64), lib.ones(3, dtype=lib.float64))
        t = d.TransformedDistribution(base, [TRANSFORMS[name](d.transforms)])
        lib.manual_seed(0)
        x = t.rsample((4,))
        shapes = tuple(t.batch_shape), tuple(t.event_shape), t.support.event_dim
        wide = t.expand((5, *t.batch_shape))
        results.append(
            (x, t.log_prob(x), shapes, tuple(wide.batch_shape), wide.log_prob(t.sample()))
        )
    for a, b in zip(*results, strict=True):
        close(a, b, 1e-6)


# Whole programs -----------------------------------------------------------------------------------


def independent(t):
    d = t.distributions
    p = d.Independent(d.Normal(t.zeros(2, 3), t.ones(2, 3)), 1)
    q = d.Independent(d.Normal(t.ones(2, 3), t.ones(2, 3)), 1)
    x = p.sample((4,))
    return (
        (repr(p), p.batch_shape.numel(), list(p.event_shape), p.mean, p.variance, p.entropy()),
        (x, p.log_prob(x), d.kl_divergence(p, q), list(p.expand((5, 2)).batch_shape)),
    )


def too_many_dimensions(t):
    t.distributions.Independent(t.distributions.Normal(0.0, 1.0), 1)


def mixture(t):
    d = t.distributions
    m = d.MixtureSameFamily(
        d.Categorical(t.tensor([0.3, 0.7])),
        d.Normal(t.tensor([-1.0, 2.0]), t.tensor([0.5, 1.0])),
    )
    x = m.sample((5,))
    return x, m.log_prob(x), m.cdf(x), m.mean, m.variance, list(m.expand((3,)).batch_shape)


def vector_mixture(t):
    d = t.distributions
    m = d.MixtureSameFamily(
        d.Categorical(t.ones(2)), d.Independent(d.Normal(t.arange(6.0).view(2, 3), t.ones(2, 3)), 1)
    )
    return m.sample((4,)), m.mean, m.variance, m.log_prob(t.zeros(3)), list(m.event_shape)


def policy_gradient(t):
    logits = t.tensor([0.1, 0.2, -0.3], requires_grad=True)
    d = t.distributions.Categorical(logits=logits)
    action = d.sample()
    loss = -d.log_prob(action) * 2.0 - 0.01 * d.entropy()
    loss.backward()
    return action, loss.detach(), logits.grad


def validation_can_be_off(t):
    d = t.distributions.Normal(0.0, -1.0, validate_args=False)
    return d.log_prob(t.tensor(float("nan")))


def negative_scale(t):
    t.distributions.Normal(0.0, -1.0)


def low_above_high(t):
    t.distributions.Uniform(1.0, 0.0)


def both_given(t):
    t.distributions.Bernoulli(probs=t.tensor(0.1), logits=t.tensor(0.1))


def neither_given(t):
    t.distributions.Categorical()


def flat_categorical(t):
    t.distributions.Categorical(t.tensor(0.3))


def not_a_simplex(t):
    t.distributions.Categorical(probs=t.tensor([-0.5, 1.5]))


def not_positive_definite(t):
    t.distributions.MultivariateNormal(t.zeros(2), t.tensor([[1.0, 2.0], [2.0, 1.0]]))


def two_matrices(t):
    t.distributions.MultivariateNormal(t.zeros(2), t.eye(2), scale_tril=t.eye(2))


def not_a_parameter(t):
    t.distributions.Normal("a", 1.0)


def not_a_transform(t):
    t.distributions.TransformedDistribution(t.distributions.Normal(0.0, 1.0), [3])


def constraints(t):
    c = t.distributions.constraints
    x = t.tensor([-1.0, 0.0, 0.5, 1.0, 2.0])
    named = (c.real, c.positive, c.nonnegative, c.unit_interval, c.boolean, c.positive_integer)
    checked = [constraint.check(x) for constraint in named]
    others = (
        c.nonnegative_integer,
        c.interval(-1, 0.5),
        c.less_than(1.0),
        c.half_open_interval(0, 1),
    )
    checked += [constraint.check(x) for constraint in others]
    vectors = t.tensor([[0.5, 0.5], [1.0, 0.0], [2.0, -1.0]])
    wide = (c.simplex, c.one_hot, c.real_vector, c.multinomial(1))
    checked += [constraint.check(vectors) for constraint in wide]
    checked.append(
        c.positive_definite.check(t.tensor([[[2.0, 1.0], [1.0, 2.0]], [[1.0, 2.0], [2.0, 1.0]]]))
    )
    checked.append(
        c.lower_cholesky.check(t.tensor([[[1.0, 0.0], [3.0, 1.0]], [[1.0, 2.0], [2.0, 1.0]]]))
    )
    return checked, c.is_dependent(c.dependent), c.is_dependent(c.real)


PROGRAMS = programs(globals())


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(name):
    assert_same(PROGRAMS[name])
