"""``taut inspect`` and ``taut convert``: every kind of file, good, odd, hostile and broken."""

import json
import pathlib
import pickle
import stat
import subprocess
import sys
import zipfile

import numpy
import pytest
import torch

import taut
from taut import nn
from taut._cli.main import main
from taut.serialization import load_npz, safetensors, save_npz


def tied_net():
    net = nn.Sequential(nn.Linear(4, 8), nn.Linear(8, 8), nn.Linear(8, 8), nn.Linear(8, 8))
    net[2].weight = net[1].weight
    taut.tie(net, "1.weight", "3.weight", transpose=True)
    return net


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def files(folder):
    """The same network in each format."""
    net = tied_net()
    taut.save(net.state_dict(), "net.pt")
    taut.save_model(net, "net.safetensors")
    save_npz(net, "net.npz")
    return net


def inspect_json(*arguments, capsys):
    assert main(["inspect", *map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def ties(found):
    return {t["name"]: (t["tied_to"], t["tie"]) for t in found["tensors"] if t["tied_to"]}


EXPECTED_TIES = {"2.weight": ("1.weight", "same"), "3.weight": ("1.weight", "transposed")}


@pytest.mark.parametrize("kind", ["pt", "safetensors", "npz"])
def test_inspect_every_format(files, kind, capsys):
    found = inspect_json(f"net.{kind}", "--stats", capsys=capsys)
    state = files.state_dict()
    assert {t["name"]: tuple(t["shape"]) for t in found["tensors"]} == {
        name: tuple(t.shape) for name, t in state.items()
    }
    assert ties(found) == EXPECTED_TIES
    assert found["total"] == {"tensors": 8, "memories": 6, "elements": 128, "bytes": 512}
    for tensor in found["tensors"]:
        values = state[tensor["name"]].double()
        assert tensor["statistics"]["mean"] == pytest.approx(float(values.mean()))
        assert tensor["statistics"]["norm"] == pytest.approx(float(values.norm()))


def test_inspect_for_people(files, capsys):
    assert main(["inspect", "net.pt"]) == 0
    text = capsys.readouterr().out
    assert "1.weight  (8, 8)  float32  256 B" in text
    assert "1.weight, transposed" in text
    assert "8 tensors, 128 elements, 512 B; 2 tied (512 B saved)" in text
    assert "\x1b" not in text


def test_values_are_not_read_without_need(folder, monkeypatch, capsys):
    """A file of 4 GB that takes no disk: reading it would take seconds and memory."""
    taut.save({"w": taut.zeros(2)}, "small.pt")
    size = 4 << 30
    header = json.dumps({"w": {"dtype": "F32", "shape": [size // 4], "data_offsets": [0, size]}})
    header = header.encode().ljust(128)
    with open("large.safetensors", "wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        file.truncate(8 + len(header) + size)
    found = inspect_json("large.safetensors", capsys=capsys)
    assert found["total"]["bytes"] == size


def training_run():
    net = tied_net()
    optimizer = taut.optim.Adam(net.parameters(), lr=0.25)
    net(taut.randn(2, 4)).sum().backward()
    optimizer.step()
    return {
        "model": net.state_dict(),
        "optimizer": optimizer.state_dict(),
        "epoch": 3,
        "losses": [1.0, float("nan")],
    }


def test_a_training_run_shows_its_parts(folder, capsys):
    taut.save(training_run(), "run.pt")
    assert main(["inspect", "run.pt"]) == 0
    text = capsys.readouterr().out
    assert "model.1.weight" in text and "exp_avg_sq  (" not in text
    assert "optimiser optimizer  6 x step, 6 x exp_avg, 6 x exp_avg_sq" in text
    assert "group 0: 6 parameters, lr 0.25" in text
    assert "epoch = 3" in text and "losses = [1.0, nan]" in text
    assert main(["inspect", "run.pt", "--all"]) == 0
    assert "optimizer.state.0.exp_avg_sq  (8, 4)" in capsys.readouterr().out
    found = inspect_json("run.pt", "--key", "model", capsys=capsys)
    assert ties(found) == EXPECTED_TIES and len(found["tensors"]) == 8
    assert main(["inspect", "run.pt", "--key", "modle"]) == 2
    assert "no part 'modle'; there is 'model', 'optimizer'" in capsys.readouterr().err


# -- what would execute, and what taut does not have -------------------------------------------------


class Evil:
    def __reduce__(self):
        return pathlib.Path.touch, (pathlib.Path("executed"),)


@pytest.mark.parametrize("zipped", [True, False])
def test_nothing_is_executed(folder, zipped, capsys):
    torch.save({"w": torch.ones(2), "e": Evil()}, "evil.pt", _use_new_zipfile_serialization=zipped)
    found = inspect_json("evil.pt", "--stats", capsys=capsys)
    assert [t["name"] for t in found["tensors"]] == ["w"]
    assert "touch" in str(found["objects"]) or "getattr" in str(found["objects"])
    assert main(["convert", "evil.pt", "out.pt"]) == 2
    assert "only running its code could make" in capsys.readouterr().err
    assert not pathlib.Path("executed").exists() and not pathlib.Path("out.pt").exists()


@pytest.mark.parametrize("zipped", [True, False])
def test_whole_modules_of_pytorch(folder, zipped, capsys):
    net = torch.nn.Sequential(torch.nn.Embedding(5, 3), torch.nn.Linear(3, 5, bias=False))
    net[1].weight = net[0].weight
    torch.save(net, "net.pt", _use_new_zipfile_serialization=zipped)
    found = inspect_json("net.pt", capsys=capsys)
    assert ties(found) == {"1.weight": ("0.weight", "same")}
    assert found["objects"]["0"] == "torch.nn.modules.sparse.Embedding"
    assert main(["convert", "net.pt", "net.npz", "--tensors-only"]) == 0
    assert numpy.array_equal(numpy.load("net.npz")["1.weight"], net[0].weight.detach().numpy())


def test_whole_modules_of_taut(folder, capsys):
    taut.save(tied_net(), "net.pt")
    found = inspect_json("net.pt", capsys=capsys)
    assert ties(found) == EXPECTED_TIES and len(found["tensors"]) == 8


def test_types_that_taut_lacks_are_named(folder, capsys):
    torch.save(
        {
            "c": torch.randn(3, dtype=torch.complex64),
            "f8": torch.zeros(4).to(torch.float8_e4m3fn),
            "w": torch.ones(2),
        },
        "odd.pt",
    )
    found = inspect_json("odd.pt", "--stats", capsys=capsys)
    kinds = {t["name"]: (t["dtype"], tuple(t["shape"])) for t in found["tensors"]}
    assert kinds["c"] == ("complex64", (3,)) and kinds["f8"] == ("float8_e4m3fn", (4,))
    assert main(["convert", "odd.pt", "out.safetensors"]) == 2
    assert "complex64, which taut does not have" in capsys.readouterr().err
    assert main(["diff", "odd.pt", "odd.pt"]) == 2  # it cannot say that they are equal
    assert "cannot be compared" in capsys.readouterr().out


def test_names_cannot_steer_a_terminal(folder, capsys):
    taut.save({"a\x1b[2Jb": taut.ones(1), "n\nn": 1, "\udc80": taut.ones(1)}, "net.pt")
    assert main(["inspect", "net.pt"]) == 0
    text = capsys.readouterr().out
    assert "\x1b" not in text and "a\\x1b[2Jb" in text and "\\udc80" in text


def test_small_files_that_would_be_large(folder, capsys):
    value = [taut.ones(1)]
    for _ in range(60):
        value = [value, value]
    taut.save(value, "laughs.pt")
    assert main(["inspect", "laughs.pt"]) == 2
    assert "the same ones many times" in capsys.readouterr().err
    circle = {"w": taut.ones(1)}
    circle["self"] = circle
    taut.save(circle, "circle.pt")
    assert main(["inspect", "circle.pt"]) == 0
    assert "(itself)" in capsys.readouterr().out


def not_checkpoints():
    yield "empty", b"", "is empty"
    yield "text.pt", b"hello", "is no checkpoint (it begins with"
    yield "plain.pkl", pickle.dumps({"a": 1}), "plain pickle"
    yield "array.npy", b"\x93NUMPY\x01\x00", "single numpy array"
    yield "pointer.safetensors", b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"
    yield "model.gguf", b"GGUF\x03\x00\x00\x00", "GGUF"
    yield "model.h5", b"\x89HDF\r\n\x1a\n", "HDF5"
    yield "a.safetensors", b"\xff" * 20, "cannot read"


@pytest.mark.parametrize(
    ("name", "content", "words"), list(not_checkpoints()), ids=lambda x: str(x)[:12]
)
@pytest.mark.parametrize("command", ["inspect", "diff", "convert"])
def test_what_is_no_checkpoint(folder, name, content, words, command, capsys):
    pathlib.Path(name).write_bytes(content)
    second = [] if command == "inspect" else [name] if command == "diff" else ["out.npz"]
    assert main([command, name, *second]) == 2
    error = capsys.readouterr().err
    assert error.startswith("taut: ") and words in error and name in error
    assert len(error.splitlines()) == 1


def test_zips_and_folders_and_nothing(folder, capsys):
    with zipfile.ZipFile("a.zip", "w") as archive:
        archive.writestr("readme", "text")
    with zipfile.ZipFile("script.pt", "w") as archive:
        for name in ("data.pkl", "constants.pkl", "code/__torch__.py"):
            archive.writestr(f"script/{name}", "")
    words = {".": "is a directory", "none": "No such file", "a.zip": "no checkpoint"}
    for name, expected in {**words, "script.pt": "TorchScript"}.items():
        assert main(["inspect", name]) == 2
        assert expected in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["pt", "safetensors", "npz"])
def test_truncated_files(files, kind, folder, capsys):
    """Cut anywhere, a file gives an error or, of parts that are not needed, what is there."""
    whole = pathlib.Path(f"net.{kind}").read_bytes()
    for length in range(1, len(whole), 97):
        pathlib.Path(f"cut.{kind}").write_bytes(whole[:length])
        assert main(["inspect", f"cut.{kind}"]) == 2
        error = capsys.readouterr().err
        assert f"cut.{kind}" in error and len(error.splitlines()) == 1


def test_a_damaged_record_is_not_converted(files, folder, capsys):
    content = bytearray(pathlib.Path("net.pt").read_bytes())
    place = content.find(bytes(taut.load("net.pt")["0.weight"].numpy().tobytes()[:16]))
    content[place] ^= 1
    pathlib.Path("bad.pt").write_bytes(content)
    assert main(["convert", "bad.pt", "out.safetensors"]) == 2
    assert "CRC" in capsys.readouterr().err


# -- convert --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["pt", "safetensors", "npz"])
@pytest.mark.parametrize("target", ["pt", "safetensors", "npz"])
def test_convert_keeps_values_and_ties(files, source, target, capsys):
    assert main(["convert", f"net.{source}", f"out.{target}"]) == 0
    assert "8 tensors, 2 of them tied" in capsys.readouterr().out
    assert main(["diff", "net.pt", f"out.{target}"]) == 0
    capsys.readouterr()
    assert ties(inspect_json(f"out.{target}", capsys=capsys)) == EXPECTED_TIES


def test_other_programs_read_what_was_written(files, capsys):
    for target in ("pt", "safetensors", "npz"):
        assert main(["convert", "net.pt", f"out.{target}"]) == 0
    weight = files[1].weight.detach().numpy()
    loaded = torch.load("out.pt", weights_only=True)
    assert loaded["1.weight"].data_ptr() == loaded["3.weight"].data_ptr()
    assert numpy.array_equal(loaded["3.weight"].numpy(), weight.T)
    assert numpy.array_equal(numpy.load("out.npz")["3.weight"], weight.T)
    net = tied_net()
    safetensors.load_model(net, "out.safetensors")
    assert numpy.array_equal(net[3].weight.detach().numpy(), weight.T)


@pytest.mark.parametrize("target", ["half.pt", "half.safetensors", "half.npz"])
def test_convert_dtype(files, target, capsys):
    assert main(["convert", "net.pt", target, "--dtype", "float16"]) == 0
    capsys.readouterr()
    found = inspect_json(target, capsys=capsys)
    assert {t["dtype"] for t in found["tensors"]} == {"float16"}
    assert ties(found) == EXPECTED_TIES and found["total"]["bytes"] == 256


def test_convert_a_whole_run(folder, capsys):
    """Other values stay, and steps go on being counted exactly."""
    run = training_run()
    run["optimizer"]["state"][0]["step"] = taut.tensor(5000.0)
    taut.save(run, "run.pt")
    assert main(["convert", "run.pt", "half.pt", "--dtype", "bfloat16"]) == 0
    half = torch.load("half.pt", weights_only=True)
    assert half["epoch"] == 3
    state = half["optimizer"]["state"][0]
    assert state["exp_avg"].dtype == torch.bfloat16
    assert state["step"].dtype == torch.float32 and state["step"] == 5000
    assert half["model"]["1.weight"].data_ptr() == half["model"]["2.weight"].data_ptr()


def test_what_does_not_fit_is_said(folder, capsys):
    taut.save(training_run(), "run.pt")
    assert main(["convert", "run.pt", "out.safetensors"]) == 2
    assert "cannot hold what is no tensor" in capsys.readouterr().err
    assert main(["convert", "run.pt", "out.npz", "--key", "model"]) == 0
    assert main(["convert", "run.pt", "all.npz", "--tensors-only"]) == 0
    assert "optimizer.state.0.exp_avg" in numpy.load("all.npz").files
    taut.save({"w": taut.tensor([1e5, 1.0, float("inf")])}, "w.pt")
    capsys.readouterr()
    assert main(["convert", "w.pt", "w16.pt", "--dtype", "float16"]) == 0
    assert "1 finite values are infinite" in capsys.readouterr().err
    taut.save({"w": taut.ones(2).bfloat16()}, "b.pt")
    assert main(["convert", "b.pt", "b.npz"]) == 2
    assert "--dtype float32" in capsys.readouterr().err
    numpy.savez_compressed("c.npz", a=numpy.ones(3))
    assert main(["convert", "c.npz", "c.pt"]) == 2
    assert "compressed" in capsys.readouterr().err
    safetensors.save_file({"a": taut.ones(1)}, "m.safetensors", {"by": "me"})
    assert main(["convert", "m.safetensors", "m.pt"]) == 0
    assert "metadata by" in capsys.readouterr().err


def test_targets(files, folder, capsys):
    pathlib.Path("there.npz").write_text("mine")
    assert main(["convert", "net.pt", "there.npz"]) == 2
    assert "--force" in capsys.readouterr().err
    assert pathlib.Path("there.npz").read_text() == "mine"
    assert main(["convert", "net.pt", "there.npz", "--force"]) == 0
    assert main(["convert", "net.pt", "net.pt", "--force", "--dtype", "float64"]) == 0
    assert taut.load("net.pt")["0.weight"].dtype == taut.float64
    pathlib.Path("dir.pt").mkdir()
    for target, words in (("a.txt", "one of .pt"), ("none/a.pt", "none"), ("dir.pt", "directory")):
        capsys.readouterr()
        assert main(["convert", "net.pt", target]) == 2
        assert words in capsys.readouterr().err
    assert not list(folder.glob(".*"))  # no temporary file stays


def test_untie(files, capsys):
    assert main(["convert", "net.pt", "own.safetensors", "--untie"]) == 0
    capsys.readouterr()
    found = inspect_json("own.safetensors", capsys=capsys)
    assert not ties(found) and found["total"]["memories"] == 8


def test_safetensors_have_ordinary_permissions(files):
    taut.save({}, "plain.pt")
    modes = {stat.S_IMODE(pathlib.Path(f).stat().st_mode) for f in ("plain.pt", "net.safetensors")}
    assert len(modes) == 1


# -- ties in npz -----------------------------------------------------------------------------------------


def test_npz_ties_come_back(files):
    loaded = load_npz("net.npz")
    assert loaded["2.weight"].data_ptr() == loaded["1.weight"].data_ptr()
    loaded["1.weight"][0, 1] = 7.0
    assert loaded["3.weight"][1, 0] == 7.0


def test_npz_ties_that_no_longer_hold(files):
    """A program that keeps the notes but changes one name's values has untied it."""
    with zipfile.ZipFile("net.npz") as old, zipfile.ZipFile("new.npz", "w") as new:
        for info in old.infolist():
            content = bytearray(old.read(info))
            if info.filename == "2.weight.npy":
                content[-1] ^= 1
            new.writestr(info, bytes(content))
    loaded = load_npz("new.npz")
    assert loaded["2.weight"].data_ptr() != loaded["1.weight"].data_ptr()
    assert loaded["3.weight"].data_ptr() == loaded["1.weight"].data_ptr()


def test_startup_is_quick():
    """Help and errors load neither numpy nor what the commands need."""
    code = (
        "import sys; from taut._cli.main import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print([m for m in ('numpy', 'tqdm', 'safetensors', 'torch') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout.splitlines()[-1] == "[]", run.stderr
