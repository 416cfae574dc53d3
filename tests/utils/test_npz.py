"""npz files: both directions with numpy, and files that lie."""

import io
import os
import struct
import zipfile

import numpy as np
import pytest

import taut
from taut.serialization import load_npz, save_npz

DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float32", "float64"]


def test_both_directions(tmp_path):
    tensors = {name: taut.arange(6).reshape(2, 3).to(getattr(taut, name)) for name in DTYPES}
    tensors["turned"], tensors["scalar"] = taut.arange(6.0).reshape(2, 3).t(), taut.tensor(2.5)
    tensors["empty"], tensors["a.b/c"] = taut.zeros(0, 3), taut.ones(1)
    save_npz(tensors, tmp_path / "a")
    theirs = np.load(tmp_path / "a")
    assert {k: (v.dtype.name, v.tolist()) for k, v in theirs.items()} == {
        k: (str(v.dtype).removeprefix("torch."), v.tolist()) for k, v in tensors.items()
    }
    np.savez(tmp_path / "b.npz", **dict(theirs), big=np.arange(3, dtype=">i4"))
    loaded = load_npz(tmp_path / "b.npz")
    assert loaded.pop("big").tolist() == [0, 1, 2]
    assert {k: (v.dtype, v.tolist()) for k, v in loaded.items()} == {
        k: (v.dtype, v.tolist()) for k, v in tensors.items()
    }
    loaded["float32"][0, 0] = 7.0  # memory of its own


def test_modules(tmp_path):
    net = taut.nn.Linear(2, 3)
    save_npz(net, tmp_path / "net")
    other = taut.nn.Linear(2, 3)
    other.load_state_dict(load_npz(tmp_path / "net"))
    assert taut.equal(other.weight, net.weight)


def test_compressed(tmp_path):
    np.savez_compressed(tmp_path / "c.npz", a=np.zeros(1000))
    with pytest.raises(RuntimeError, match=r"c\.npz.*compressed=True"):
        load_npz(tmp_path / "c.npz")
    assert load_npz(tmp_path / "c.npz", compressed=True)["a"].numel() == 1000


def file_with(header, data=b"\0" * 16, name="a.npy"):
    file = io.BytesIO()
    head = header.encode()
    with zipfile.ZipFile(file, "w") as archive:
        magic = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head))
        archive.writestr(name, magic + head + data)
    return file


LIES = {
    "more than there is": "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,)}",
    "less than there is": "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
    "negative": "{'descr': '<f4', 'fortran_order': False, 'shape': (-2, -2)}",
    "objects": "{'descr': '|O', 'fortran_order': False, 'shape': (2,)}",
    "no dict": "[1, 2]",
    "code": "__import__('os').system('true')",
    "deep": "(" * 5000,
    "text": "{'descr': '<U4', 'fortran_order': False, 'shape': (1,)}",
    "complex": "{'descr': '<c16', 'fortran_order': False, 'shape': (1,)}",
}


@pytest.mark.parametrize("name", LIES)
def test_lies(name):
    with pytest.raises(RuntimeError, match="load_npz: cannot read.*'a.npy'"):
        load_npz(file_with(LIES[name] + "\n"))


def test_truncated_anywhere(tmp_path):
    path = tmp_path / "a.npz"
    save_npz({"a": taut.arange(4), "b": taut.ones(2)}, path)
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(RuntimeError, match=r"a\.npz"):
            load_npz(path)


def test_what_cannot_be_written(tmp_path):
    with pytest.raises(TypeError, match="'a'"):
        save_npz({"a": 3}, tmp_path / "x")
    with pytest.raises(NotImplementedError, match="meta"):
        save_npz({"a": taut.empty(1, device="meta")}, tmp_path / "x")
    with pytest.raises(FileNotFoundError):
        load_npz(tmp_path / "x")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("damage", ["an offset before the file", "encrypted"])
def test_directories_that_lie(tmp_path, damage):
    """What zipfile raises for files on disk and in memory is not the same."""
    save_npz({"a": taut.ones(2), "b": taut.ones(2)}, tmp_path / "a.npz")
    content = bytearray((tmp_path / "a.npz").read_bytes())
    end = content.rindex(b"PK\x05\x06")
    if damage == "encrypted":
        content[content.rindex(b"PK\x01\x02") + 8] |= 1
    else:
        content[end + 16 : end + 20] = struct.pack("<I", len(content))
    (tmp_path / "a.npz").write_bytes(content)
    for file in (tmp_path / "a.npz", io.BytesIO(content)):
        with pytest.raises(RuntimeError, match="load_npz: cannot read .*(encrypted|corrupted)"):
            load_npz(file)


def test_bools_are_zero_or_one(tmp_path):
    """Kernels rely on it, and numpy writes what memory held."""
    odd = np.array([0, 1, 2, 190, 255], np.uint8).view(np.bool_)
    np.savez(tmp_path / "odd.npz", x=odd)
    x = load_npz(tmp_path / "odd.npz")["x"]
    assert x.tolist() == [False, True, True, True, True]
    assert x.sum().item() == 4
    assert x.view(taut.uint8).tolist() == [0, 1, 1, 1, 1]
