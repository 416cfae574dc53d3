"""save and load take the arguments that PyTorch's functions take."""

import io
import pickle
import zipfile

import pytest
import torch

import taut


def test_pickle_module(tmp_path):
    path = tmp_path / "a.pt"
    taut.save([taut.ones(2)], path, pickle, 4)
    assert taut.load(path, None, pickle)[0].tolist() == [1, 1]
    with pytest.raises(RuntimeError, match="explicit pickle_module"):
        taut.load(path, pickle_module=pickle, weights_only=True)
    for call in (lambda: taut.save(1, path, io), lambda: taut.load(path, pickle_module=io)):
        with pytest.raises(ValueError, match="Python's own pickle"):
            call()
    with pytest.raises(ValueError, match=r"before 1\.6"):
        taut.save(1, path, _use_new_zipfile_serialization=False)
    assert taut.load(path)[0].tolist() == [1, 1]


def test_pickle_load_args(tmp_path):
    path = tmp_path / "a.pt"
    former = b"\x80\x02U\x02\xc3\xa9."  # a byte string of Python 2
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a/data.pkl", former)
    for encoding, expected in (("latin1", "\xc3\xa9"), ("bytes", b"\xc3\xa9")):
        assert taut.load(path, weights_only=False, encoding=encoding) == expected
    assert taut.load(path, weights_only=False) == "\xe9"
    taut.save(1, path)
    with pytest.warns(UserWarning, match="pickle_load_args only works"):
        taut.load(path, encoding="latin1")


def test_without_a_byte_order(tmp_path):
    path = tmp_path / "a.pt"
    taut.save(taut.arange(3), path, _disable_byteorder_record=True)
    assert not any("byteorder" in name for name in zipfile.ZipFile(path).namelist())
    assert taut.load(path).tolist() == torch.load(path).tolist() == [0, 1, 2]


def test_load_reads_safetensors(tmp_path):
    pytest.importorskip("safetensors")
    path = tmp_path / "a.safetensors"
    taut.serialization.safetensors.save_file({"a": taut.ones(2)}, path)
    assert taut.load(path)["a"].tolist() == torch.load(path)["a"].tolist() == [1, 1]
