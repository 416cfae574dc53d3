"""save, load, pickle and deepcopy: both directions with PyTorch, ties kept, bad files refused."""

import collections
import copy
import fractions
import io
import os
import pickle
import random
import stat
import struct
import subprocess
import sys
import zipfile

import pytest
import torch

import taut
import taut.serialization

DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float32", "float64"]


def to_bytes(obj, save=None, **options):
    file = io.BytesIO()
    (save or taut.save)(obj, file, **options)
    return file.getvalue()


def from_bytes(content, load=None, **options):
    return (load or taut.load)(io.BytesIO(content), **options)


def through(writer, reader, obj, **options):
    """Write with one library and read with the other."""
    return from_bytes(to_bytes(obj, writer.save), reader.load, **options)


def plain(value):
    """A structure with tensors as tuples, the same for both libraries."""
    if isinstance(value, (taut.Tensor, torch.Tensor)):
        name = type(value).__name__
        dtype = str(value.dtype).split(".")[-1]
        return name, dtype, tuple(value.stride()), value.requires_grad, value.tolist()
    if isinstance(value, dict):
        return type(value).__name__, [(k, plain(v)) for k, v in value.items()]
    if isinstance(value, (list, tuple, collections.deque)):
        return type(value).__name__, [plain(v) for v in value]
    if isinstance(value, (taut.dtype, torch.dtype, taut.device, torch.device)):
        return str(value)
    return value


def everything(lib):
    base = lib.arange(24, dtype=lib.float32)
    grid = base.view(4, 6)
    weight = lib.nn.Parameter(lib.ones(2, 3))
    frozen = lib.nn.Parameter(lib.zeros(2), requires_grad=False)
    return {
        "grid": grid,
        "transposed": grid.t(),
        "row": grid[1],
        "columns": grid[:, ::2],
        "scalar": lib.tensor(3.5),
        "empty": lib.zeros(0, 3),
        "expanded": lib.ones(1).expand(3, 2),
        "leaf": lib.ones(2, requires_grad=True),
        "weight": weight,
        "again": weight,
        "frozen": frozen,
        **{name: lib.ones(3).to(getattr(lib, name)) for name in DTYPES},
        "containers": [(1, 2.5), {"a": None, 3: True}, collections.OrderedDict(x=1), [], ()],
        "counter": collections.Counter("aab"),
        "numbers": [0, -1, 255, 65536, 2**31, -(2**63), 2**200, 1e-300, float("inf"), 1 + 2j],
        "texts": ["", "straße \U0001f600", b"\x00\xff", bytearray(b"ab"), "x" * 300],
        "set": {1, 2},
        "size": lib.Size([2, 3]),
        "dtype": lib.float64,
        "device": lib.device("cpu"),
    }


@pytest.mark.parametrize(("writer", "reader"), [(taut, torch), (torch, taut), (taut, taut)])
@pytest.mark.parametrize("weights_only", [True, False])
def test_everything_in_both_directions(writer, reader, weights_only):
    loaded = through(writer, reader, everything(writer), weights_only=weights_only)
    assert plain(loaded) == plain(everything(writer))
    assert loaded["weight"] is loaded["again"]
    assert isinstance(loaded["weight"], reader.nn.Parameter)
    assert isinstance(loaded["size"], reader.Size)
    assert loaded["dtype"] is reader.float64
    with reader.no_grad():
        loaded["grid"][1, 2] = -1.0
    assert loaded["transposed"][2, 1].item() == -1.0
    assert loaded["row"][2].item() == -1.0


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_protocols(protocol):
    assert plain(from_bytes(to_bytes(everything(taut), pickle_protocol=protocol))) == plain(
        everything(taut)
    )


def test_more_containers():
    obj = [frozenset({1}), collections.defaultdict(list, a=[1]), collections.deque([1, 2])]
    loaded = from_bytes(to_bytes(obj))
    assert loaded == obj
    assert loaded[1]["new"] == []


def test_optimizer_and_module_state():
    for writer, reader in ((taut, torch), (torch, taut)):
        pair = []
        for lib in (writer, reader):
            lib.manual_seed(0)
            net = lib.nn.Sequential(lib.nn.Linear(3, 4), lib.nn.Tanh(), lib.nn.Linear(4, 1))
            pair.append((net, lib.optim.Adam(net.parameters(), lr=0.01)))
        (net, optimizer), (other, other_optimizer) = pair
        for _ in range(3):
            optimizer.zero_grad()
            net(writer.ones(2, 3)).sum().backward()
            optimizer.step()
        state = {"net": net.state_dict(), "optimizer": optimizer.state_dict()}
        loaded = through(writer, reader, state)
        assert loaded["net"]._metadata == net.state_dict()._metadata
        other.load_state_dict(loaded["net"])
        other_optimizer.load_state_dict(loaded["optimizer"])
        assert plain(list(other.parameters())) == plain(list(net.parameters()))
        assert plain(other_optimizer.state_dict()) == plain(optimizer.state_dict())


class Net(taut.nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = taut.nn.Linear(3, 4)
        self.head = taut.nn.Linear(3, 4)
        self.head.weight = self.embed.weight
        self.alias = taut.nn.Linear(4, 4)
        self.alias.bias.data = self.embed.bias.data
        self.again = self.alias


def copies():
    yield "deepcopy", copy.deepcopy
    for protocol in (2, 3, 4, 5):
        yield f"pickle {protocol}", lambda x, p=protocol: pickle.loads(pickle.dumps(x, p))
    yield "file", lambda x: from_bytes(to_bytes(x), weights_only=False)


COPIES = dict(copies())


@pytest.mark.parametrize("name", COPIES)
def test_ties_survive(name):
    net = Net()
    other = COPIES[name](net)
    assert other.head.weight is other.embed.weight  # one parameter
    assert other.again is other.alias  # one module
    assert other.alias.bias is not other.embed.bias
    with taut.no_grad():
        other.embed.bias.fill_(7.0)  # one storage
    assert other.alias.bias.tolist() == [7.0] * 4
    assert net.alias.bias.tolist() != [7.0] * 4
    assert list(other.state_dict()) == list(net.state_dict())
    assert len(list(other.parameters())) == len(list(net.parameters()))


@pytest.mark.parametrize("name", COPIES)
def test_one_tensor(name):
    tensor = taut.arange(12.0).view(3, 4)[1:, ::2]
    other = COPIES[name](tensor)
    assert plain(other) == plain(tensor)
    assert other.storage_offset() == tensor.storage_offset()
    other.fill_(0.0)
    assert tensor.tolist() == [[4.0, 6.0], [8.0, 10.0]]


def test_attributes_travel():
    for make in (lambda: taut.ones(2), lambda: taut.nn.Parameter(taut.ones(2))):
        tensor = make()
        tensor.tag = ["embedding"]
        for name, clone in COPIES.items():
            other = clone(tensor)
            assert other.tag == ["embedding"], name
            assert other.tag is not tensor.tag
            assert type(other) is type(tensor)
        assert from_bytes(to_bytes(tensor)).tag == ["embedding"]
        assert torch.load(io.BytesIO(to_bytes(tensor)), weights_only=True).tag == ["embedding"]


def test_deepcopy_copies_gradients_of_tensors_only():
    for lib in (taut, torch):
        tensor = lib.ones(2, requires_grad=True)
        parameter = lib.nn.Parameter(lib.ones(2))
        for t in (tensor, parameter):
            t.grad = lib.full((2,), 3.0)
        other = copy.deepcopy(tensor)
        assert other.requires_grad
        assert other.grad.tolist() == [3.0, 3.0]
        assert other.grad is not tensor.grad
        assert copy.deepcopy(parameter).grad is None
        with pytest.raises(RuntimeError, match="graph leaves"):
            copy.deepcopy(tensor * 2)


def test_one_memory_as_two_types_is_an_error():
    for lib in (taut, torch):
        tensor = lib.ones(4)
        with pytest.raises(RuntimeError, match="different types"):
            to_bytes([tensor, tensor.view(lib.int32)], lib.save)


def test_records_are_pytorchs():
    ours, theirs = (zipfile.ZipFile(io.BytesIO(to_bytes(lib.ones(3), lib.save)))
                    for lib in (taut, torch))  # fmt: skip
    names = {info.filename for info in ours.infolist()}
    assert names <= {info.filename for info in theirs.infolist()}
    for name in names - {"archive/data.pkl"}:
        assert ours.read(name) == theirs.read(name)
    for info in ours.infolist():
        header = to_bytes(taut.ones(3))[info.header_offset + 26 :][:4]
        assert (info.header_offset + 30 + sum(struct.unpack("<HH", header))) % 64 == 0
        assert info.compress_type == zipfile.ZIP_STORED


def test_the_same_object_gives_the_same_bytes():
    assert to_bytes(everything(taut)) == to_bytes(everything(taut))


def test_pytorch_maps_our_files(tmp_path):
    taut.save({"x": taut.arange(5)}, tmp_path / "map.pt")
    loaded = torch.load(tmp_path / "map.pt", mmap=True, weights_only=True)
    assert loaded["x"].tolist() == [0, 1, 2, 3, 4]


def test_other_byte_order():
    content = to_bytes([taut.arange(3), taut.tensor([1.5]), taut.tensor([True])])
    source = zipfile.ZipFile(io.BytesIO(content))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as target:
        for info in source.infolist():
            record = source.read(info)
            if info.filename.endswith("byteorder"):
                record = b"big"
            elif info.filename.endswith("data/0"):
                record = struct.pack(">3q", 0, 1, 2)
            elif info.filename.endswith("data/1"):
                record = struct.pack(">f", 1.5)
            target.writestr(info.filename, record)
    assert [t.tolist() for t in from_bytes(file.getvalue())] == [[0, 1, 2], [1.5], [True]]


# Files


def test_paths_and_names(tmp_path):
    for path in (tmp_path / "net.v2.pt", str(tmp_path / "straße"), os.fspath(tmp_path / "x")):
        taut.save(taut.ones(2), path)
        assert taut.load(path).tolist() == [1.0, 1.0]
        assert torch.load(path).tolist() == [1.0, 1.0]
    assert zipfile.ZipFile(tmp_path / "net.v2.pt").namelist()[0] == "net.v2/data.pkl"
    assert sorted(os.listdir(tmp_path)) == ["net.v2.pt", "straße", "x"]


class NoSeek(io.RawIOBase):
    def __init__(self):
        self.content = b""

    def writable(self):
        return True

    def write(self, data):
        self.content += bytes(data)
        return len(data)


def test_file_like_objects(tmp_path):
    sink = NoSeek()
    taut.save([taut.ones(2), 3], sink)
    assert from_bytes(sink.content)[1] == 3
    assert torch.load(io.BytesIO(sink.content))[1] == 3
    with open(tmp_path / "two", "w+b") as file:
        taut.save(1, file)
        file.seek(0)
        assert taut.load(file) == 1
    for bad in (3, None, [b"x"]):
        with pytest.raises((TypeError, AttributeError)):
            taut.save(1, bad)
        with pytest.raises((TypeError, AttributeError)):
            taut.load(bad)


class Unpicklable:
    def __reduce__(self):
        raise RuntimeError("cannot be pickled")


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "net.pt"
    taut.save("old", path)
    with pytest.raises(RuntimeError, match="cannot be pickled"):
        taut.save(Unpicklable(), path)
    real = os.fsync

    def full(descriptor):
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space left"):
        taut.save("new", path)
    monkeypatch.setattr(os, "fsync", real)
    assert taut.load(path) == "old"
    assert os.listdir(tmp_path) == ["net.pt"]


def test_modes_and_links_are_kept(tmp_path):
    path, link = tmp_path / "net.pt", tmp_path / "latest.pt"
    taut.save(1, path)
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask
    path.chmod(0o640)
    link.symlink_to(path)
    taut.save(2, link)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert link.is_symlink()
    assert taut.load(path) == 2


def test_devices_are_written_to_directly():
    taut.save(1, "/dev/null")
    assert not os.path.isfile("/dev/null")


def test_save_into_a_missing_folder(tmp_path):
    with pytest.raises(OSError, match="nowhere"):
        taut.save(1, tmp_path / "nowhere" / "net.pt")


# Bad files


def test_no_file_and_empty_file(tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    for lib in (taut, torch):
        with pytest.raises(FileNotFoundError):
            lib.load(tmp_path / "none")
        with pytest.raises(EOFError):
            lib.load(tmp_path / "empty")
        with pytest.raises(IsADirectoryError):
            lib.load(tmp_path)


def test_not_a_checkpoint(tmp_path):
    (tmp_path / "text.pt").write_bytes(b"hello, world")
    with pytest.raises(pickle.UnpicklingError, match=r"text\.pt' is not a checkpoint"):
        taut.load(tmp_path / "text.pt")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("readme", "hello")
    with pytest.raises(RuntimeError, match=r"other\.zip.*data\.pkl"):
        taut.load(tmp_path / "other.zip")


def test_truncated_anywhere(tmp_path):
    content = to_bytes({"a": taut.arange(50), "b": [1, "two"]})
    path = tmp_path / "cut.pt"
    for length in range(1, len(content)):
        path.write_bytes(content[:length])
        with pytest.raises((RuntimeError, pickle.UnpicklingError), match=r"cut\.pt"):
            taut.load(path)


def test_flipped_bytes_are_noticed_or_harmless(tmp_path):
    expected = {"a": taut.arange(50), "b": [1, "two"]}
    content = to_bytes(expected)
    path = tmp_path / "flipped.pt"
    generator = random.Random(0)
    for _ in range(1500):
        damaged = bytearray(content)
        damaged[generator.randrange(len(damaged))] ^= 1 << generator.randrange(8)
        path.write_bytes(damaged)
        try:
            loaded = taut.load(path)
        except (RuntimeError, pickle.UnpicklingError) as error:
            assert "flipped.pt" in str(error)
        else:
            assert plain(loaded) == plain(expected)  # a byte that no reader looks at


def archive(pickled, records=(), compression=zipfile.ZIP_STORED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as target:
        target.writestr("archive/data.pkl", pickled)
        target.writestr("archive/byteorder", sys.byteorder)
        for name, content in dict(records).items():
            target.writestr(f"archive/{name}", content)
    return file.getvalue()


def tensor_pickle(offset=0, size=(2,), stride=(1,), numel=4, key="0", kind="FloatStorage"):
    """The pickle of one tensor, with claims of the caller's choosing."""
    file = io.BytesIO()

    class Forger(pickle._Pickler):
        dispatch = dict(pickle._Pickler.dispatch)

        def persistent_id(self, obj):
            return ("storage", Global("torch", kind), key, "cpu", numel) if obj is forged else None

    class Global:
        def __init__(self, module, name):
            self.path = f"{module}\n{name}\n"

        def __call__(self):
            pass

    class Reduced:
        def __reduce__(self):
            rebuild = Global("torch._utils", "_rebuild_tensor_v2")
            return rebuild, (forged, offset, size, stride, False, collections.OrderedDict())

    def save_global(self, obj):
        self.write(pickle.GLOBAL + obj.path.encode())

    forged = object()
    Forger.dispatch[Global] = save_global
    Forger(file, 2).dump(Reduced())
    return file.getvalue()


FORGERIES = {
    "size beyond the storage": {"size": (5,)},
    "offset beyond the storage": {"offset": 3},
    "stride beyond the storage": {"stride": (4,)},
    "negative size": {"size": (-1,)},
    "negative offset": {"offset": -1},
    "negative stride": {"stride": (-1,), "offset": 1},
    "huge size": {"size": (2**62, 2**62), "stride": (2**62, 1)},
    "float size": {"size": (2.0,)},
    "sizes without strides": {"size": (2, 2)},
    "sizes in a list": {"size": [2], "stride": [1]},
    "more elements than the record": {"numel": 2**40},
    "negative number of elements": {"numel": -4},
    "number of elements in words": {"numel": "4"},
    "missing record": {"key": "1"},
    "path out of the archive": {"key": "../data.pkl"},
    "key that is no string": {"key": 0},
    "other type of storage": {"kind": "DoubleStorage"},
    "unknown type of storage": {"kind": "ComplexFloatStorage"},
}


def test_tensor_pickle_is_right_when_honest():
    content = archive(tensor_pickle(offset=1), {"data/0": struct.pack("4f", 1, 2, 3, 4)})
    assert from_bytes(content).tolist() == [2.0, 3.0]


@pytest.mark.parametrize("weights_only", [True, False])
@pytest.mark.parametrize("name", FORGERIES)
def test_forged_tensors(name, weights_only):
    content = archive(tensor_pickle(**FORGERIES[name]), {"data/0": struct.pack("4f", 1, 2, 3, 4)})
    with pytest.raises((RuntimeError, pickle.UnpicklingError)):
        from_bytes(content, weights_only=weights_only)


def test_expanded_tensors_are_views_not_allocations():
    pickled = tensor_pickle(size=(2**40,), stride=(0,))
    content = archive(pickled, {"data/0": struct.pack("4f", 1, 1, 1, 1)})
    assert from_bytes(content).numel() == 2**40


class Call:
    def __init__(self, function, *args):
        self.function, self.args = function, args

    def __reduce__(self):
        return self.function, self.args


PARAMETER = b"\x80\x02ctorch.nn.parameter\nParameter\n"
MALICE = {
    "os.system": pickle.dumps(Call(os.system, "true"), 2),
    "eval": pickle.dumps(Call(eval, "1"), 2),
    "getattr": pickle.dumps(Call(getattr, dict, "fromkeys"), 2),
    "import": pickle.dumps(Call(__import__, "os"), 2),
    "taut.load": pickle.dumps(Call(taut.load, "x"), 2),
    "huge bytearray": pickle.dumps(Call(bytearray, 2**40), 2),
    "state on a class": PARAMETER + b"}\x8c\x01xK\x01sb.",
    "state on a function": b"\x80\x02ctorch._utils\n_rebuild_parameter\n}\x8c\x01xK\x01sb.",
    "slots on a class": PARAMETER + b"N}X\x04\x00\x00\x00dataK\x01s\x86b.",
    "calling a string": b"\x80\x02X\x01\x00\x00\x00xK\x01\x85R.",
    "calling a Parameter": PARAMETER + b")R.",
    "filling a class": PARAMETER + b"(K\x01K\x02u.",
    "appending to a class": PARAMETER + b"(K\x01e.",
    "persistent id of text": b"\x80\x02Pstorage\n.",
    "instance": b"\x80\x02(ios\nsystem\n.",
    "extension": b"\x80\x02\x82\x01.",
    "no end": b"\x80\x02]",
    "nothing": b"",
    "stack underflow": b"\x80\x02R.",
    "missing memo": b"\x80\x02h\x05.",
    "unhashable key": b"\x80\x02}]K\x01s.",
    "unknown opcode": b"\x80\x02\xf5.",
    "huge frame": b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7f.",
    "huge text": b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7fx.",
    "encode with a codec": b"\x80\x04c_codecs\nencode\n\x8c\x01x\x8c\x05rot13\x86R.",
    "device of a list": b"\x80\x02ctorch\ndevice\n]\x85R.",
    "size of text": b"\x80\x02ctorch\nSize\nX\x01\x00\x00\x00x\x85R.",
    "negative size": b"\x80\x02ctorch\nSize\nJ\xff\xff\xff\xff\x85\x85R.",
    "factory": b"\x80\x02ccollections\ndefaultdict\nccollections\nOrderedDict\n\x85R.",
}


@pytest.mark.parametrize("name", MALICE)
def test_malicious_pickles(name):
    with pytest.raises(pickle.UnpicklingError, match="Weights only load failed"):
        from_bytes(archive(MALICE[name]))


def test_random_opcodes_do_nothing_bad():
    generator = random.Random(1)
    source = zipfile.ZipFile(io.BytesIO(to_bytes(everything(taut))))
    content = bytearray(source.read("archive/data.pkl"))
    records = {f"data/{i}": bytes(96) for i in range(30)}
    for _ in range(1500):
        damaged = bytearray(content)
        for _ in range(generator.randrange(1, 4)):
            damaged[generator.randrange(len(damaged))] = generator.randrange(256)
        try:
            from_bytes(archive(bytes(damaged), records))
        except (RuntimeError, pickle.UnpicklingError):
            pass


def test_compressed_records_are_refused():
    content = archive(pickle.dumps([0] * 1000, 2), compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(RuntimeError, match="compressed"):
        from_bytes(content)


def test_modules_need_trust():
    content = to_bytes(Net())
    with pytest.raises(pickle.UnpicklingError, match="weights_only=False"):
        from_bytes(content)
    assert isinstance(from_bytes(content, weights_only=False), Net)


def test_safe_globals():
    content = to_bytes([fractions.Fraction(1, 3), taut.ones(1)])
    with pytest.raises(pickle.UnpicklingError, match="fractions.Fraction"):
        from_bytes(content)
    with taut.serialization.safe_globals([fractions.Fraction]):
        assert from_bytes(content)[0] == fractions.Fraction(1, 3)
    assert taut.serialization.get_safe_globals() == []


def test_map_location():
    content = to_bytes(taut.ones(2))
    places = (None, "cpu", taut.device("cpu"), {"cuda:0": "cpu"}, lambda storage, where: storage)
    for place in places:
        assert from_bytes(content, map_location=place).tolist() == [1.0, 1.0]
    elsewhere = archive(
        tensor_pickle().replace(b"X\x03\x00\x00\x00cpu", b"X\x06\x00\x00\x00cuda:0"),
        {"data/0": struct.pack("4f", 1, 2, 3, 4)},
    )
    with pytest.raises(RuntimeError, match="map_location"):
        from_bytes(elsewhere)
    assert from_bytes(elsewhere, map_location="cpu").tolist() == [1.0, 2.0]


def test_reading_needs_no_pytorch(tmp_path):
    torch.save(everything(torch), tmp_path / "theirs.pt")
    program = (
        "import sys; sys.modules['torch'] = None; import taut\n"
        f"loaded = taut.load({str(tmp_path / 'theirs.pt')!r})\n"
        f"taut.save(loaded, {str(tmp_path / 'ours.pt')!r})\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
    assert plain(torch.load(tmp_path / "ours.pt")) == plain(everything(torch))
