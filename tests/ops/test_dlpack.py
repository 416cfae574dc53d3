"""Memory shared with other libraries by DLPack, both ways."""

import gc

import numpy as np
import pytest
import torch

import taut

DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float32", "float64"]


def test_dlpack():
    t = taut.arange(6.0).reshape(2, 3)
    theirs = torch.from_dlpack(t)
    theirs[0, 0] = 9
    assert t[0, 0].item() == 9
    assert theirs.shape == (2, 3) and torch.from_dlpack(t.t()).stride() == (1, 3)
    ours = taut.from_dlpack(torch.arange(6).reshape(2, 3).t())
    assert tuple(ours.shape) == (3, 2) and ours.stride() == (1, 3) and ours.dtype is taut.int64
    assert np.from_dlpack(t).shape == (2, 3)
    for dtype in DTYPES[1:]:
        assert torch.from_dlpack(taut.ones(2, dtype=getattr(taut, dtype))).dtype is getattr(
            torch, dtype
        )
        assert taut.from_dlpack(torch.ones(2, dtype=getattr(torch, dtype))).dtype is getattr(
            taut, dtype
        )
    t.__dlpack__()  # a capsule nobody took
    gc.collect()
    with pytest.raises(BufferError):
        taut.ones(2, requires_grad=True).__dlpack__()
    assert taut.ones(2).__dlpack_device__() == (1, 0)
