"""Memory shared with other libraries by DLPack, both ways and with both kinds of capsule."""

import ctypes
import gc
import weakref

import numpy as np
import pytest
import torch

import taut

DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float32", "float64"]
VERSIONED = {"max_version": (1, 0)}
READ_ONLY, COPIED = 1, 2


class Versioned(ctypes.Structure):
    """The head of a DLManagedTensorVersioned."""

    _fields_ = [
        ("major", ctypes.c_uint32),
        ("minor", ctypes.c_uint32),
        ("context", ctypes.c_void_p),
        ("deleter", ctypes.c_void_p),
        ("flags", ctypes.c_uint64),
        ("data", ctypes.c_void_p),
    ]


pointer_of = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", ctypes.pythonapi)
)
name_of = ctypes.PYFUNCTYPE(ctypes.c_char_p, ctypes.py_object)(
    ("PyCapsule_GetName", ctypes.pythonapi)
)


def head(capsule):
    return Versioned.from_address(pointer_of(capsule, b"dltensor_versioned"))


class Exporter:
    """An object of another library that gives a fixed capsule."""

    def __init__(self, capsule, device=(1, 0)):
        self.capsule, self.device, self.asked = capsule, device, None

    def __dlpack__(self, **keywords):
        self.asked = keywords
        return self.capsule

    def __dlpack_device__(self):
        return self.device


class OldExporter:
    """One from before version 1.0: no keywords but the stream."""

    def __init__(self, tensor):
        self.tensor = tensor

    def __dlpack__(self, stream=None):
        return self.tensor.__dlpack__()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("keywords", [{}, VERSIONED], ids=["unversioned", "versioned"])
def test_capsules_both_ways(dtype, keywords):
    values = np.arange(12).reshape(3, 4) % 3
    ours = taut.tensor(values, dtype=getattr(taut, dtype))
    theirs = torch.tensor(values, dtype=getattr(torch, dtype))
    for t in (ours, ours.t(), ours[1:, ::2], ours[0, 0], ours[:0]):
        there = torch.from_dlpack(t.__dlpack__(**keywords))
        assert there.dtype is getattr(torch, dtype) and there.tolist() == t.tolist()
        assert t.numel() == 0 or there.stride() == t.stride() and there.data_ptr() == t.data_ptr()
    for t in (theirs, theirs.t(), theirs[1:, ::2], theirs[0, 0], theirs[:0]):
        here = taut.from_dlpack(t.__dlpack__(**keywords))
        assert here.dtype is getattr(taut, dtype) and here.tolist() == t.tolist()
        assert t.numel() == 0 or here.stride() == t.stride() and here.data_ptr() == t.data_ptr()


@pytest.mark.parametrize("dtype", DTYPES)
def test_objects_both_ways(dtype):
    t = taut.tensor([[1, 0], [2, 1]], dtype=getattr(taut, dtype))
    assert torch.from_dlpack(t).tolist() == t.tolist() == np.from_dlpack(t).tolist()
    assert np.from_dlpack(t).dtype == np.dtype(dtype) and np.shares_memory(
        np.from_dlpack(t), t.numpy()
    )
    array = np.array([[1, 0], [2, 1]], dtype).T
    here = taut.from_dlpack(array)
    assert here.tolist() == array.tolist() and here.dtype is t.dtype and here.stride() == (1, 2)
    here[0, 1] = 0
    assert array[0, 1] == 0
    assert taut.from_dlpack(torch.from_numpy(array)).data_ptr() == array.ctypes.data
    assert taut.from_dlpack(here).data_ptr() == here.data_ptr()


def test_versions_and_flags():
    t = taut.ones(3)
    for asked, name in [
        (None, b"dltensor"),
        ((0, 8), b"dltensor"),
        ((1, 0), b"dltensor_versioned"),
        ((1, 9), b"dltensor_versioned"),
        ((2, 0), b"dltensor_versioned"),
    ]:
        assert name_of(t.__dlpack__(max_version=asked)) == name
    capsule = t.__dlpack__(**VERSIONED)
    exported = head(capsule)
    assert (exported.major, exported.minor, exported.flags) == (1, 0, 0)
    assert exported.data == t.data_ptr()
    capsule = t.__dlpack__(copy=True, **VERSIONED)
    assert head(capsule).flags == COPIED and head(capsule).data != t.data_ptr()
    capsule = t.__dlpack__(copy=False, **VERSIONED)
    assert head(capsule).flags == 0 and head(capsule).data == t.data_ptr()
    here = taut.from_dlpack(t.__dlpack__(copy=True))
    here.zero_()
    assert t.tolist() == [1, 1, 1]


def test_keywords_of_the_export():
    t = taut.ones(2)
    t.__dlpack__(stream=None, dl_device=(1, 0), copy=None, max_version=None)
    t.__dlpack__(stream=-1, dl_device=t.__dlpack_device__())
    assert t.__dlpack_device__() == (1, 0) == tuple(map(int, torch.ones(2).__dlpack_device__()))
    for keywords, error in [
        ({"stream": 1}, AssertionError),
        ({"stream": "1"}, TypeError),
        ({"max_version": 1}, TypeError),
        ({"dl_device": (2, 0)}, BufferError),
        ({"dl_device": (2, 0), "copy": False}, BufferError),
    ]:
        with pytest.raises(error):
            t.__dlpack__(**keywords)
    with pytest.raises(TypeError):
        t.__dlpack__((1, 0))
    with pytest.raises(BufferError, match="require gradient"):
        taut.ones(2, requires_grad=True).__dlpack__()


def test_keywords_of_the_import():
    array = np.arange(3.0)
    for copy, shares in [(None, True), (False, True), (True, False)]:
        assert (taut.from_dlpack(array, copy=copy).data_ptr() == array.ctypes.data) is shares
    assert taut.from_dlpack(array, device="cpu").tolist() == array.tolist()
    with pytest.raises(RuntimeError):
        taut.from_dlpack(array, device="nowhere")
    with pytest.raises(AssertionError, match="already a DLPack capsule"):
        taut.from_dlpack(array.__dlpack__(), copy=True)
    exporter = Exporter(taut.ones(2).__dlpack__())
    taut.from_dlpack(exporter)
    assert exporter.asked == {"max_version": (1, 0)}
    exporter = Exporter(taut.ones(2).__dlpack__(), device=(3, 0))  # pinned: asked for on the CPU
    taut.from_dlpack(exporter, copy=True)
    assert exporter.asked == {"max_version": (1, 0), "copy": True, "dl_device": (1, 0)}


def test_exporters_without_keywords():
    t = taut.ones(3)
    assert taut.from_dlpack(OldExporter(t)).data_ptr() == t.data_ptr()
    assert taut.from_dlpack(OldExporter(t), copy=False).data_ptr() == t.data_ptr()
    assert taut.from_dlpack(OldExporter(t), copy=True).data_ptr() != t.data_ptr()


def test_read_only_memory():
    array = np.arange(3.0)
    array.flags.writeable = False
    assert head(array.__dlpack__(**VERSIONED)).flags == READ_ONLY
    with pytest.warns(UserWarning, match="read-only"):
        t = taut.from_dlpack(array)
    assert t.tolist() == [0, 1, 2]
    taut.from_dlpack(array, copy=True).zero_()


def test_read_only_memory_without_dlpack():
    array = np.arange(3.0)
    array.flags.writeable = False
    for share in (taut.from_numpy, taut.as_tensor, taut.asarray):
        with pytest.warns(UserWarning, match="The given NumPy array is read-only"):
            assert share(array).data_ptr() == array.ctypes.data
    with pytest.warns(UserWarning, match="The given buffer is read-only"):
        taut.frombuffer(b"abc", dtype=taut.uint8)
    assert taut.tensor(array).tolist() == [0, 1, 2]  # a copy: no warning


@pytest.mark.parametrize("keywords", [{}, VERSIONED], ids=["unversioned", "versioned"])
def test_own_tensors_keep_their_storage(keywords):
    """A write through the import is seen by a value saved for backward."""
    x = taut.ones(2, requires_grad=True)
    y = x * 1
    loss = y.square().sum()
    capsule = y.detach().__dlpack__(**keywords)
    taut.from_dlpack(capsule).zero_()
    assert y.tolist() == [0, 0] and name_of(capsule).startswith(b"used_")
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_what_is_not_taken():
    t = taut.ones(2)
    capsule = t.__dlpack__(**VERSIONED)
    taut.from_dlpack(capsule)
    assert name_of(capsule) == b"used_dltensor_versioned"
    with pytest.raises(RuntimeError, match="invalid capsule"):
        taut.from_dlpack(capsule)
    with pytest.raises(RuntimeError, match="expected an object with __dlpack__"):
        taut.from_dlpack([1])
    with pytest.raises(BufferError, match="unsupported dtype"):
        taut.from_dlpack(np.ones(2, "complex64"))
    with pytest.raises(BufferError, match="unsupported dtype"):
        taut.from_dlpack(np.ones(2, "uint16"))
    with pytest.raises(ValueError, match="negative strides"):
        taut.from_dlpack(np.arange(3)[::-1])
    capsule = t.__dlpack__(**VERSIONED)
    head(capsule).major = 2
    with pytest.raises(BufferError, match="newer than"):
        taut.from_dlpack(capsule)
    head(capsule).major = 1
    assert taut.from_dlpack(capsule).tolist() == [1, 1]


@pytest.mark.parametrize("keywords", [{}, VERSIONED], ids=["unversioned", "versioned"])
def test_memory_lives_as_long_as_it_is_used(keywords):
    gc.collect()
    before = taut.memory_stats()["allocated"]
    t = taut.ones(100_000)
    there = torch.from_dlpack(t.__dlpack__(**keywords))
    del t
    gc.collect()
    assert there.sum().item() == 100_000
    del there
    taut.ones(100_000).__dlpack__(**keywords)  # a capsule that nobody took
    gc.collect()
    assert taut.memory_stats()["allocated"] == before
    array = np.ones(5)
    gone = weakref.ref(array)
    here = taut.from_dlpack(array)
    del array
    assert here.sum().item() == 5 and gone() is not None
    del here
    gc.collect()
    assert gone() is None


def test_utils_dlpack():
    from taut.utils import dlpack

    for kind in torch.utils.dlpack.DLDeviceType:
        assert dlpack.DLDeviceType[kind.name] == kind
    assert taut.ones(2).__dlpack_device__()[0] is dlpack.DLDeviceType.kDLCPU
    t = taut.arange(3)
    capsule = dlpack.to_dlpack(t)
    assert name_of(capsule) == b"dltensor"
    assert dlpack.from_dlpack(capsule).data_ptr() == t.data_ptr()
