"""The names of ``taut.special`` against those of ``torch.special``."""

import pytest
import torch

import taut

DIMS = {"logsumexp", "log_softmax", "softmax"}


@pytest.mark.parametrize("name", taut.special.__all__)
def test_is_the_function_torch_means(name):
    x = torch.tensor([0.25, 0.5, 0.9], dtype=torch.float64)
    before, after = {
        "polygamma": ((1,), ()),
        "xlogy": ((), (2.0,)),
    }.get(name, ((), (0,) if name in DIMS else ()))
    theirs = getattr(torch.special, name)(*before, x, *after)
    ours = getattr(taut.special, name)(*before, taut.from_numpy(x.numpy()), *after)
    taut.testing.assert_close(ours, taut.from_numpy(theirs.numpy()))
