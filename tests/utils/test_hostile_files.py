"""Files made to hurt, files half written, files as other versions wrote them."""

import collections
import importlib.util
import io
import os
import pickle
import signal
import struct
import subprocess
import sys
import time
import zipfile

import pytest
import torch

import taut
from repository import ROOT

spec = importlib.util.spec_from_file_location("fuzz_load", ROOT / "tools" / "fuzz_load.py")
fuzz_load = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fuzz_load)


def load(pickled, records=None, **options):
    content = fuzz_load.archive(pickled, {"data/0": bytes(16)} if records is None else records)
    return taut.load(io.BytesIO(content), **options)


def test_thousands_of_damaged_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    outcomes = fuzz_load.fuzz(7000, seed=11, quiet=True)
    kinds = {name.partition(":")[0] for name in outcomes}
    # Some damage is harmless, most is not.
    assert len(kinds) >= 9
    assert all(outcomes[f"{kind}: loaded"] > 2 for kind in kinds)
    assert sum(n for name, n in outcomes.items() if "loaded" not in name) > 3500


# -- pickles that are small and cost much ------------------------------------------------------------

NEST = 100_000
SET = b"\x80\x02cbuiltins\nset\n"


def doubled(levels, tail):
    """A list of a list twice, and so on: 2^levels elements in a few bytes."""
    return b"\x80\x02]q\x00" + b"".join(b"](h\x00h\x00eq\x00" for _ in range(levels)) + tail


SMALL_BUT_LARGE = {
    "a key of nested tuples": b"\x80\x02}" + b")" + b"\x85" * NEST + b"K\x01s.",
    "keys of nested tuples": b"\x80\x02}(" + b")" + b"\x85" * NEST + b"K\x01u.",
    "a set of nested tuples": SET + b"](" + b")" + b"\x85" * NEST + b"e\x85R.",
    "a frozenset of nested tuples": b"\x80\x04(" + b")" + b"\x85" * NEST + b"\x91.",
    "an old dict of nested tuples": b"\x80\x02(" + b")" + b"\x85" * NEST + b"K\x01d.",
    "copies of a long list": b"\x80\x02](" + b"K\x01" * 5000 + b"eq\x000"
    + (b"ccollections\ndeque\nh\x00\x85R0" * 20) + b"N.",
    "copies of a long text": b"\x80\x02X" + struct.pack("<I", 50000) + b"x" * 50000 + b"q\x000"
    + b"c_codecs\nencode\nh\x00X\x06\x00\x00\x00latin1\x86R0" * 10 + b"N.",
    "a shape that doubles": doubled(60, b"q\x000ctorch\nSize\nh\x00\x85R."),
    "a call that doubles": doubled(60, b"h\x00R."),
    "an id that doubles": doubled(60, b"h\x00\x85Q."),
    "a device that doubles": doubled(60, b"0ctorch\ndevice\nh\x00\x85R."),
    "a huge key": b"\x80\x02}\x8a\xff" + b"\x7f" * 255 + b"K\x01s.",
    "a huge size": b"\x80\x02ctorch\nSize\n\x8a\xff" + b"\x7f" * 255 + b"\x85\x85R.",
    "a huge meta tensor": b"\x80\x02ctorch._utils\n_rebuild_meta_tensor_no_storage\n(ctorch\nfloat32\n"
    + (b"\x8a\x08" + b"\xff" * 7 + b"\x7f") * 2 + b"\x86)\x89tR.",
}  # fmt: skip


@pytest.mark.parametrize("name", SMALL_BUT_LARGE)
def test_small_files_that_are_large(name):
    start = time.monotonic()
    with pytest.raises(pickle.UnpicklingError, match="Weights only load failed"):
        load(SMALL_BUT_LARGE[name])
    assert time.monotonic() - start < 5


def test_deep_values_are_fine():
    """Nesting as such is no harm; only keys are limited."""
    value = load(b"\x80\x02" + b"]" * NEST + b"a" * (NEST - 1) + b".")
    depth = 0
    while value:
        value, depth = value[0], depth + 1
    assert depth == NEST - 1


def test_honest_structures_fit_their_size():
    obj = {
        "many": collections.Counter({i: i for i in range(3000)}),
        "set": set(range(3000)),
        "frozen": frozenset(str(i) for i in range(3000)),
        "deque": collections.deque(range(3000)),
        "bytes": bytes(range(256)) * 20,
        "keys": {(1, (2, (3, "x"))): 1, 2**63 - 1: 2},
        "default": collections.defaultdict(list, {i: [i] for i in range(3000)}),
        "ordered": collections.OrderedDict((i, -i) for i in range(3000)),
    }
    for protocol in (2, 3, 4, 5):
        file = io.BytesIO()
        taut.save(obj, file, pickle_protocol=protocol)
        file.seek(0)
        assert taut.load(file) == obj


# -- archives that lie -------------------------------------------------------------------------------


def test_records_must_not_overlap(tmp_path):
    """Many records over the same bytes: a small file that claims much."""
    content = bytearray(fuzz_load.archive(b"N.", {"a": b"1" * 100, "b": b"2" * 100}))
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        first = source.getinfo("archive/a").header_offset
        second = source.getinfo("archive/b").header_offset
    at = content.rindex(struct.pack("<I", second))
    content[at : at + 4] = struct.pack("<I", first)
    (tmp_path / "overlap.pt").write_bytes(content)
    with pytest.raises(RuntimeError, match=r"overlap\.pt.*record 'archive/b' overlaps record"):
        taut.load(tmp_path / "overlap.pt")


def test_two_records_of_one_name(tmp_path):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as target, pytest.warns(UserWarning, match="Duplicate"):
        target.writestr("archive/data.pkl", b"N.")
        target.writestr("archive/x", b"1")
        target.writestr("archive/x", b"2")
    with pytest.raises(RuntimeError, match="two of its records have one name"):
        taut.load(io.BytesIO(file.getvalue()))


# -- writers that are killed -------------------------------------------------------------------------

WRITER = """
import sys, taut
from taut.serialization import safetensors, save_npz
path, kind = sys.argv[1:]
save = {"pt": taut.save, "npz": save_npz, "safetensors": safetensors.save_file}[kind]
state = {str(i): taut.full((1 << 16,), float(i)) for i in range(16)}
print("ready", flush=True)
while True:
    save(state, path)
"""


@pytest.mark.parametrize("kind", ["pt", "npz", "safetensors"])
def test_a_killed_writer_leaves_a_whole_file(tmp_path, kind):
    path = tmp_path / "state"
    readers = {
        "pt": taut.load,
        "npz": taut.serialization.load_npz,
        "safetensors": lambda p: __import__(
            "taut.serialization.safetensors", fromlist=["x"]
        ).load_file(p),
    }
    old = {str(i): taut.full((1 << 16,), float(i)) for i in range(16)}
    writers = {"pt": taut.save, "npz": taut.serialization.save_npz}
    if kind == "safetensors":
        pytest.importorskip("safetensors")
        from taut.serialization import safetensors

        writers["safetensors"] = safetensors.save_file
    writers[kind](old, path)
    for round in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), kind],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        process.stdout.readline()
        time.sleep(0.004 + 0.013 * round)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        loaded = readers[kind](path)
        assert len(loaded) == 16
        assert all(bool((loaded[str(i)] == float(i)).all()) for i in range(16))


# -- mapped files ------------------------------------------------------------------------------------


def test_mapped(tmp_path):
    weight = taut.nn.Parameter(taut.arange(1 << 18, dtype=taut.float32).reshape(512, 512))
    state = {"w": weight, "t": weight.data.t(), "flag": taut.tensor([True]), "none": taut.zeros(0)}
    taut.save(state, tmp_path / "net.pt")
    before = (tmp_path / "net.pt").read_bytes()
    taut.reset_peak_memory_stats()
    loaded = taut.load(tmp_path / "net.pt", mmap=True)
    assert taut.equal(loaded["w"], weight)
    assert loaded["t"]._storage_id() == loaded["w"]._storage_id()
    assert loaded["flag"].item() is True
    with taut.no_grad():
        loaded["w"].fill_(1.0)
    assert loaded["t"][3, 4].item() == 1.0
    assert (tmp_path / "net.pt").read_bytes() == before
    os.remove(tmp_path / "net.pt")
    assert loaded["w"].sum().item() == 1 << 18
    with pytest.raises(ValueError, match="path"):
        taut.load(io.BytesIO(before), mmap=True)


def test_pytorchs_files_are_mapped(tmp_path):
    torch.save({"w": torch.arange(1000.0), "i": torch.arange(7)}, tmp_path / "net.pt")
    loaded = taut.load(tmp_path / "net.pt", mmap=True)
    assert loaded["w"].sum().item() == 499500
    net = taut.nn.Linear(1000, 1, bias=False)
    net.load_state_dict({"weight": loaded["w"].view(1, 1000)}, assign=True)
    net.weight.data.zero_()
    assert torch.load(tmp_path / "net.pt", mmap=True)["w"].sum().item() == 499500


# -- PyTorch before 1.6 ------------------------------------------------------------------------------


def old_file(obj, path):
    torch.save(obj, path, _use_new_zipfile_serialization=False)


def test_the_former_format(tmp_path):
    base = torch.arange(6.0)
    net = torch.nn.Linear(3, 2)
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.ones(3)).sum().backward()
    optimizer.step()
    obj = {
        "base": base,
        "row": base[1:3],
        "turned": base.view(2, 3).t(),
        "net": net.state_dict(),
        "optimizer": optimizer.state_dict(),
        "flags": torch.tensor([True, False]),
        "parameter": torch.nn.Parameter(torch.ones(2)),
        "int": torch.tensor([1, -2], dtype=torch.int16),
    }
    old_file(obj, tmp_path / "old.pt")
    loaded = taut.load(tmp_path / "old.pt")
    assert loaded["turned"].tolist() == obj["turned"].tolist()
    loaded["base"][1] = 9.0
    assert loaded["row"].tolist() == [9.0, 2.0]
    assert loaded["flags"].tolist() == [True, False]
    assert loaded["int"].tolist() == [1, -2]
    assert isinstance(loaded["parameter"], taut.nn.Parameter)
    other = taut.nn.Linear(3, 2)
    other.load_state_dict(loaded["net"])
    taut.optim.Adam(other.parameters()).load_state_dict(loaded["optimizer"])
    assert other.weight.tolist() == net.weight.tolist()


def test_the_former_format_of_the_other_byte_order():
    file = io.BytesIO()
    other = "big" if sys.byteorder == "little" else "little"
    for part in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": other == "little"}):
        pickle.dump(part, file, 2)
    pickler = fuzz_load.FormerPickler(file)
    pickler.dump([taut.zeros(2), taut.zeros(1, dtype=taut.bool)])
    pickle.dump(["0", "1"], file, 2)
    mark = ">" if other == "big" else "<"
    file.write(struct.pack(f"{mark}q2fq?", 2, 1.5, -3.0, 1, True))
    file.seek(0)
    numbers, flags = taut.load(file)
    assert numbers.tolist() == [1.5, -3.0]
    assert flags.tolist() == [True]


def test_the_former_format_damaged(tmp_path):
    path = tmp_path / "old.pt"
    old_file({"a": torch.arange(8), "b": [1, "x"]}, path)
    content = path.read_bytes()
    for length in range(20, len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(pickle.UnpicklingError, match=r"old\.pt"):
            taut.load(path)
    old_file(os.system, path)
    with pytest.raises(pickle.UnpicklingError, match=r"old\.pt.*system"):
        taut.load(path)
    old_file(torch.ones(2), path)
    for options in ({"weights_only": False}, {"mmap": True}):
        with pytest.raises(RuntimeError, match=r"old\.pt.*before 1\.6"):
            taut.load(path, **options)
