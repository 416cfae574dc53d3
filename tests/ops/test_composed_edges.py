"""Statistics, distances, integrals and grids at their edges: NaN, infinities, nothing, bad input; against PyTorch."""

import math

import numpy as np
import pytest
import torch

import taut

NAN, INF = math.nan, math.inf
IMAGE = np.random.default_rng(0).standard_normal((1, 2, 3, 4)).tolist()
POINTS = np.random.default_rng(1).standard_normal((30, 2)).tolist()


def same(f):
    """Results alike, or exceptions of one kind."""
    found = []
    for lib in (torch, taut):
        try:
            result = f(lib, lib.tensor)
        except Exception as error:  # noqa: BLE001 - compared
            found.append(error)
            continue
        results = result if isinstance(result, (tuple, list)) else [result]
        found.append([np.array(t.tolist(), dtype=float) for t in results])
    theirs, mine = found
    if isinstance(theirs, Exception):
        kind = next(c for c in type(theirs).__mro__ if c.__module__ == "builtins")
        assert isinstance(mine, kind), f"{mine!r}, expected {theirs!r}"
        return
    assert not isinstance(mine, Exception), repr(mine)
    for a, b in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("corners", [False, True])
@pytest.mark.parametrize("at", [NAN, INF, -INF, 1e6, -37.3, 1.0, -1.0, 0.3])
def test_positions_of_every_kind(mode, padding, corners, at):
    grid = [[[[at, 0.2], [0.1, at]]]]
    same(lambda lib, t: lib.nn.functional.grid_sample(t(IMAGE), t(grid), mode, padding, corners))


CASES = {
    "quantile of NaN": lambda lib, t: lib.quantile(t([[1, NAN], [3, 4.0]]), t([0.1, 0.9]), dim=1),
    "nanquantile of NaN only": lambda lib, t: lib.nanquantile(t([[NAN, NAN], [3, 4]]), 0.5, dim=1),
    "quantile of infinities": lambda lib, t: lib.quantile(t([-INF, 1, INF]), t([0, 0.25, 0.5, 1])),
    "quantile outside": lambda lib, t: lib.quantile(t([1.0, 2.0]), 1.5),
    "quantile of integers": lambda lib, t: lib.quantile(t([1, 2]), 0.5),
    "quantile of nothing": lambda lib, t: lib.quantile(lib.zeros(0), 0.5),
    "quantile by a matrix": lambda lib, t: lib.quantile(t([1.0]), t([[0.5]])),
    "mode of NaN": lambda lib, t: lib.mode(t([NAN, 1.0, 1.0, NAN, NAN])).values,
    "mode of what occurs once": lambda lib, t: lib.mode(t([NAN, 1.0])).values,
    "mode of nothing": lambda lib, t: lib.mode(lib.zeros(0)).values,
    "mode": lambda lib, t: lib.mode(t([[3, 1, 3], [2, 2, 5]]), 1),
    "cov of one observation": lambda lib, t: lib.cov(t([[1.0], [2.0]])),
    "cov of integers": lambda lib, t: lib.cov(t([[1, 2, 4], [2, 5, 5]])),
    "cov with weights": lambda lib, t: lib.cov(
        t([[1.0, 2, 4], [2, 5, 5]]), fweights=t([1, 2, 3]), aweights=t([0.1, 0.2, 0.3])
    ),
    "cov with negative weights": lambda lib, t: lib.cov(t([[1.0, 2]]), fweights=t([1, -2])),
    "cov of a cube": lambda lib, t: lib.cov(lib.zeros(2, 2, 2)),
    "corrcoef of a constant": lambda lib, t: lib.corrcoef(t([[1.0, 1.0], [1.0, 2.0]])),
    "histc of NaN": lambda lib, t: lib.histc(t([NAN, 1.0])),
    "histc of NaN in a range": lambda lib, t: lib.histc(t([NAN, 1.0, 5.0]), 4, min=0, max=2),
    "histc at the edges": lambda lib, t: lib.histc(t([0.0, 1, 2, 3, 4]), 4, min=0, max=4),
    "histc of integers": lambda lib, t: lib.histc(t([0, 1]), 4, min=0, max=4),
    "histc upside down": lambda lib, t: lib.histc(t([1.0]), 4, min=3, max=1),
    "histc without bins": lambda lib, t: lib.histc(t([1.0]), 0),
    "histc of nothing": lambda lib, t: lib.histc(lib.zeros(0), 3),
    "histogram by edges": lambda lib, t: lib.histogram(t([0.0, 1, 1.5, 2, 3]), t([0.0, 1, 2])),
    "histogram of NaN": lambda lib, t: lib.histogram(t([NAN, 1.0]), 3, range=(0.0, 2.0)),
    "histogram without bins": lambda lib, t: lib.histogram(t([1.0]), 0),
    "diff of bools": lambda lib, t: lib.diff(t([True, False, False])),
    "diff of a number": lambda lib, t: lib.diff(t(1.0)),
    "diff beyond the end": lambda lib, t: lib.diff(t([1.0, 2.0]), n=5),
    "diff of a negative order": lambda lib, t: lib.diff(t([1.0, 2.0]), n=-1),
    "trapezoid of bools": lambda lib, t: lib.trapezoid(t([True, False])),
    "trapezoid with too few points": lambda lib, t: lib.trapezoid(t([1.0, 2, 3]), t([0.0, 1])),
    "trapezoid of nothing": lambda lib, t: lib.trapezoid(lib.zeros(2, 0)),
    "running integral of nothing": lambda lib, t: lib.cumulative_trapezoid(lib.zeros(2, 0)),
    "gradient at points": lambda lib, t: lib.gradient(
        t([1.0, 4, 9, 25]), spacing=(t([1.0, 2, 3, 5]),), edge_order=2
    ),
    "gradient of one sample": lambda lib, t: lib.gradient(t([1.0])),
    "kron of a number": lambda lib, t: lib.kron(t(2.0), t([1.0, 2.0])),
    "kron of two types": lambda lib, t: lib.kron(t([1, 2]), t([[1.0, 2.0], [3.0, 4.0]])),
    **{
        f"cdist {p}": lambda lib, t, p=p: lib.cdist(t(POINTS), t(POINTS[:4]), p)
        for p in (0.0, 0.5, 1.0, 2.0, 3.0, INF)
    },
    "cdist of no points": lambda lib, t: lib.cdist(lib.zeros(0, 3), lib.zeros(2, 3)),
    "cdist of no coordinates": lambda lib, t: lib.cdist(lib.zeros(30, 0), lib.zeros(2, 0)),
    "cdist of NaN": lambda lib, t: lib.cdist(t([[NAN, 1.0]]), t([[0.0, 1.0]])),
    "cdist of integers": lambda lib, t: lib.cdist(t([[1, 1]]), t([[0, 1]])),
    "cdist by no norm": lambda lib, t: lib.cdist(t([[1.0]]), t([[0.0]]), -1.0),
    "pdist of a vector": lambda lib, t: lib.pdist(t([1.0])),
    "renorm of NaN": lambda lib, t: lib.renorm(t([[3.0, 4.0], [NAN, 1.0]]), 2, 0, 1.0),
    "unravelled negative": lambda lib, t: lib.unravel_index(t([-1, 5]), (2, 3)),
    "unravelled fractions": lambda lib, t: lib.unravel_index(t([1.0]), (2, 3)),
    "integers in radians": lambda lib, t: t([1]).deg2rad_(),
    "ldexp_ of other shapes": lambda lib, t: t([1.0]).ldexp_(t([1, 2])),
    "float_power_ of float32": lambda lib, t: t([1.0]).float_power_(2),
    "sum to a larger size": lambda lib, t: t([1.0]).sum_to_size(2),
    "grid of an image": lambda lib, t: lib.nn.functional.affine_grid(
        t([[[1.0, 0.2, 0.3], [0.1, 0.9, -0.1]]]), [1, 1, 3, 1], False
    ),
    "grid of no image": lambda lib, t: lib.nn.functional.affine_grid(
        t([[[1.0, 0.2, 0.3], [0.1, 0.9, -0.1]]]), [1, 1, 3], False
    ),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", CASES)
def test_edges(name):
    same(CASES[name])


def test_points_that_coincide_have_gradients():
    for count in (3, 40):  # by differences, and by products
        x = taut.tensor(np.ones((count, 2)).tolist(), requires_grad=True)
        taut.cdist(x, x).sum().backward()
        assert bool((x.grad == 0).all())
