"""Reductions down columns, of few rows and of many, against torch."""

import numpy as np
import pytest
import torch

import taut
from harness import to_numpy

OPS = ["sum", "mean", "amax", "amin", "prod", "norm", "any"]
INTEGERS = {"sum", "amax", "amin", "prod", "any"}


@pytest.mark.parametrize("rows", [1, 3, 4, 15, 16, 17, 41])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "uint8"])
@pytest.mark.parametrize("op", OPS)
def test_values(op, dtype, rows):
    """Columns below, at and above a vector and a block; every second column."""
    if dtype not in ("float32", "float64") and op not in INTEGERS:
        with pytest.raises(RuntimeError):
            getattr(taut.ones(rows, 5, dtype=getattr(taut, dtype)), op)(dim=0)
        return
    rng = np.random.default_rng(rows)
    for columns in (2, 15, 16, 33, 600):
        x = (2 * rng.standard_normal((2, rows, columns))).astype(dtype)
        if dtype.startswith("float"):
            x[1, rows // 2, columns // 2] = np.nan
        for step in (1, 2):
            ours, theirs = (
                to_numpy(getattr(lib.from_numpy(x)[..., ::step], op)(dim=1))
                for lib in (taut, torch)
            )
            tol = 1e-5 if dtype == "float32" else 1e-12
            np.testing.assert_allclose(ours, theirs, rtol=tol, atol=tol)
