"""The example programs, run as a user runs them, and with what users get wrong."""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

from repository import ROOT

EXAMPLE = ROOT / "examples" / "tied_language_model.py"
SMALL = ["--batch", "2", "--context", "16"]


def start(*arguments, cwd):
    return subprocess.Popen(
        [sys.executable, EXAMPLE, *map(str, arguments)],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_interrupts,
    )


def heed_interrupts():
    # What a shell starts in the background inherits an ignored SIGINT.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def run(*arguments, cwd, status=0):
    process = start(*arguments, cwd=cwd)
    out, err = process.communicate(timeout=300)
    assert process.returncode == status, out + err
    return out + err


def validation_losses(text):
    return [float(x) for x in re.findall(r"validation loss (\d+\.\d+)", text)]


def test_the_loss_falls_and_the_tie_survives(tmp_path):
    text = run("--steps", 30, cwd=tmp_path)
    assert "head.weight" in text and "tied to tokens.weight" in text
    before, after, saved, reloaded = [
        *validation_losses(text),
        *[float(x) for x in re.findall(r"-> (\d+\.\d+)", text)],
    ]
    assert after < before - 0.5
    assert saved == reloaded
    assert "tied True" in text


def test_resume_goes_on_where_it_stopped(tmp_path):
    run("--steps", 3, "--checkpoint", "a.ckpt", *SMALL, cwd=tmp_path)
    text = run("--steps", 5, "--checkpoint", "a.ckpt", "--resume", *SMALL, cwd=tmp_path)
    assert "5/5" in text and "0/5" not in text


def test_a_seed_gives_the_same_model(tmp_path):
    a, b, c = (run("--steps", 2, "--seed", s, *SMALL, cwd=tmp_path) for s in (1, 1, 2))
    assert validation_losses(a) == validation_losses(b) != validation_losses(c)


def test_a_text_of_ones_own(tmp_path):
    (tmp_path / "text").write_text("colourless green ideas sleep furiously. " * 50)
    text = run("--text", "text", "--steps", 3, "--out", "written", *SMALL, cwd=tmp_path)
    assert "1,800 characters" in text
    assert (tmp_path / "written").read_text().strip() in text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file"),
        ("", "no text"),
        (" \n ", "no text"),
        ("tiny", "characters to learn from"),
    ],
)
def test_a_text_that_will_not_do(tmp_path, content, words):
    if content is not None:
        (tmp_path / "text").write_text(content)
    text = run("--text", "text", "--steps", 1, cwd=tmp_path, status=1)
    assert words in text and "Traceback" not in text


@pytest.mark.parametrize("content", [None, b"", b"not a checkpoint"])
def test_a_checkpoint_that_will_not_do(tmp_path, content):
    if content is not None:
        (tmp_path / "broken.ckpt").write_bytes(content)
    text = run("--resume", "--checkpoint", "broken.ckpt", "--steps", 1, cwd=tmp_path, status=1)
    assert "cannot resume from broken.ckpt" in text and "Traceback" not in text


@pytest.mark.parametrize(
    "arguments", [["--steps", 0], ["--steps", "many"], ["--batch", -1], ["--speed", 1]]
)
def test_arguments_that_will_not_do(tmp_path, arguments):
    assert "Traceback" not in run(*arguments, cwd=tmp_path, status=2)


def test_interruption_saves_and_stops(tmp_path):
    process = start("--steps", 100_000, *SMALL, cwd=tmp_path)
    seen = b""
    os.set_blocking(process.stderr.fileno(), False)
    deadline = time.monotonic() + 120
    while b"/100000" not in seen.replace(b",", b"") and time.monotonic() < deadline:
        time.sleep(0.1)
        seen += process.stderr.buffer.read() or b""
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    os.set_blocking(process.stderr.fileno(), True)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, out + err
    assert re.search(r"stopped after step \d+", out), out + err
    assert "tied True" in out
    assert (tmp_path / "tied_language_model.ckpt").exists()


def cmake():
    """The cmake of the environment, or the machine's."""
    if importlib.util.find_spec("cmake"):
        return [sys.executable, "-m", "cmake"]
    return [shutil.which("cmake")]


def test_the_core_as_a_library(tmp_path):
    """Installs the C++ library into an empty prefix; a program that finds it there trains a network."""
    build = next(
        b for b in builds() if (b / "CMakeCache.txt").exists() and (b / "libtaut.a").exists()
    )
    prefix, example = tmp_path / "prefix", tmp_path / "build"

    def step(*command):
        done = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    step(*cmake(), "--install", build, "--prefix", prefix, "--component", "library")
    step(*cmake(), "-S", ROOT / "examples/cpp", "-B", example, f"-DCMAKE_PREFIX_PATH={prefix}")
    step(*cmake(), "--build", example)
    loss = re.search(r"loss (\S+) -> (\S+)", step(example / "train"))
    assert float(loss[2]) < 0.1 * float(loss[1])


def builds():
    if "TAUT_BUILD" in os.environ:
        return [ROOT / os.environ["TAUT_BUILD"]]
    return [ROOT / "build", *(p for p in (ROOT / "build").glob("*") if p.is_dir())]
