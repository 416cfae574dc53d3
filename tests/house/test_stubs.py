"""The stubs follow the binary; every public name says what it is."""

import importlib
import inspect
import pkgutil
import subprocess
import sys

import pytest

import taut
from repository import ROOT


def test_stubs_follow_the_binary():
    """The committed file is what tools/make_stubs.py writes now."""
    run = subprocess.run(
        [sys.executable, ROOT / "tools/make_stubs.py", "--check"], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr


def test_the_package_is_typed():
    assert (ROOT / "python/taut/py.typed").exists()


def modules():
    yield taut
    for found in pkgutil.walk_packages(taut.__path__, "taut."):
        if not any(part.startswith("_") for part in found.name.split(".")):
            yield importlib.import_module(found.name)


MODULES = list(modules())


def public(module):
    """The names a module offers: its __all__, or what it defines itself."""
    for name in getattr(module, "__all__", vars(module)):
        value = getattr(module, name)
        if not name.startswith("_") and (callable(value) or inspect.isclass(value)):
            if getattr(value, "__module__", None) in (module.__name__, None):
                yield name, value


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.__name__)
def test_docstrings(module):
    assert (module.__doc__ or "").strip()
    bare = [name for name, value in public(module) if not (inspect.getdoc(value) or "").strip()]
    assert not bare


def test_docstrings_of_the_core():
    """They begin with a signature; what the function computes stands below it."""
    bare = [
        name
        for name, value in vars(taut._C).items()
        if not name.startswith("_") and callable(value) and not said(value.__doc__ or "")
    ]
    assert not bare


def said(doc):
    signature, _, rest = doc.strip().partition("\n")
    return rest.strip() or "(" not in signature


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.__name__)
def test_everything_in_all_exists(module):
    for name in getattr(module, "__all__", ()):
        assert hasattr(module, name)
