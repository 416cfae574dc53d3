"""What a release is made of."""

import importlib.util
import os
import pathlib
import re
import sys
import zipfile

import pytest

import taut
from repository import ROOT

spec = importlib.util.spec_from_file_location("check_wheel", ROOT / "tools" / "check_wheel.py")
check_wheel = importlib.util.module_from_spec(spec)
spec.loader.exec_module(check_wheel)

PACKAGE = pathlib.Path(taut.__file__).parent


def package_as_wheel(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for file in PACKAGE.rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                wheel.write(file, pathlib.Path("taut") / file.relative_to(PACKAGE))
    return path


of_release = pytest.mark.skipif(
    "libasan" in os.environ.get("LD_PRELOAD", ""), reason="its size and its speed are not ours"
)


@of_release
def test_the_wheel_is_small_and_whole(tmp_path, capsys):
    check_wheel.check_wheel(package_as_wheel(tmp_path / "taut.whl"))
    assert "bytes" in capsys.readouterr().out


def test_a_wheel_without_a_module_is_refused(tmp_path):
    path = tmp_path / "taut.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for name in check_wheel.NEEDED:
            wheel.writestr(name, "")
    with pytest.raises(SystemExit, match="lacks the compiled module"):
        check_wheel.check_wheel(path)
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("taut/_C.so", bytes(1))
    with pytest.raises(SystemExit, match="lacks taut/__init__.py"):
        check_wheel.check_wheel(path)


@of_release
def test_what_is_installed_works():
    check_wheel.check_installed()


def test_one_command_runs_every_check():
    """What CONTRIBUTING.md says of it is what it does."""
    make = (ROOT / "Makefile").read_text()
    assert "`make check` runs every check" in (ROOT / "CONTRIBUTING.md").read_text()
    assert re.search(r"^check: lint test docs$", make, re.MULTILINE)
    lint = make.partition("\nlint: ")[2].partition("\n\n")[0]
    for tool in ("ruff format --check", "ruff check", "clang-format --dry-run", "mypy"):
        assert tool in lint
    assert "make check" in (ROOT / ".github" / "workflows" / "ci.yml").read_text()


def test_the_citation_has_the_version():
    assert f"\nversion: {taut.__version__}\n" in (ROOT / "CITATION.cff").read_text()


def test_wheels_for_every_supported_python():
    project = (ROOT / "pyproject.toml").read_text()
    wheels = [int(v) for v in re.findall(r'"cp3(\d+)-\*"', project)]
    oldest = int(re.search(r'requires-python = ">=3\.(\d+)"', project)[1])
    assert wheels == list(range(oldest, 15))
    named = re.findall(r'Python :: 3\.(\d+)"', project)
    assert list(map(int, named)) == wheels
    assert sys.version_info[1] in wheels
