"""`import torch` gives taut, in this process and back again."""

import importlib
import importlib.util
import sys
from unittest import mock

import pytest
import torch as reference

import taut
import taut.torch


@pytest.fixture
def torch():
    taut.torch.install()
    try:
        yield importlib.import_module("torch")
    finally:
        taut.torch.uninstall()


MODULES = """
torch.accelerator torch.amp torch.autograd torch.autograd.functional torch.autograd.variable torch.backends
torch.backends.cudnn torch.cuda torch.cuda.amp torch.distributed torch.func torch.jit torch.linalg
torch.multiprocessing torch.nn torch.nn.functional torch.nn.init torch.nn.modules torch.nn.modules.linear
torch.nn.modules.container torch.nn.parameter torch.nn.utils torch.nn.utils.parametrizations
torch.nn.utils.parametrize torch.nn.utils.prune torch.nn.utils.rnn torch.nn.utils.stateless torch.optim
torch.optim.adam torch.optim.adamw torch.optim.lr_scheduler torch.optim.optimizer torch.optim.sgd
torch.optim.swa_utils torch.random torch.serialization torch.special torch.testing torch.utils
torch.utils.checkpoint torch.utils.data torch.utils.data.dataloader torch.utils.data.dataset
torch.utils.data.sampler torch.utils.dlpack torch.version
""".split()


@pytest.mark.parametrize("name", MODULES)
def test_modules(torch, name):
    module = importlib.import_module(name)
    assert sys.modules[name] is module
    assert module.__name__ == name
    assert module.__home__.__name__.startswith("taut.")
    here = torch
    for part in name.split(".")[1:]:
        here = getattr(here, part)
    assert here is module


def test_same_objects(torch):
    from torch import nn
    from torch.nn import functional as F
    from torch.utils.data import DataLoader

    assert nn is torch.nn and F is torch.nn.functional
    assert torch.Tensor is taut.Tensor and nn.Linear is taut.nn.Linear
    assert F.relu is taut.nn.functional.relu and torch.float32 is taut.float32
    assert DataLoader is taut.utils.data.DataLoader


def test_version(torch):
    assert torch.__version__.startswith("2.13.0")
    assert torch.__version__ >= "2.9" and not torch.__version__ < (2, 10)
    assert torch.version.cuda is None and reference.__version__ != torch.__version__


def test_uninstall_gives_pytorch_back():
    taut.torch.install()
    taut.torch.install()
    assert taut.torch.is_installed()
    import torch as ours

    taut.torch.uninstall()
    taut.torch.uninstall()
    assert not taut.torch.is_installed()
    import torch as theirs

    assert theirs is reference and ours is not reference
    assert importlib.import_module("torch.nn") is reference.nn


def test_notebook_extension():
    taut.torch.load_ipython_extension(None)
    assert taut.torch.is_installed()
    taut.torch.unload_ipython_extension(None)
    assert not taut.torch.is_installed()


def test_conversions_still_find_pytorch(torch):
    theirs = reference.ones(2)
    ours = taut.from_torch(theirs)
    assert isinstance(ours, torch.Tensor)
    assert isinstance(taut.to_torch(ours), reference.Tensor)
    assert taut.torch.is_installed()


def test_missing_attribute(torch):
    with pytest.raises(AttributeError) as raised:
        torch.nn.Linaer(2, 3)
    text = str(raised.value)
    assert "torch.nn.Linaer" in text and "torch.nn.Linear" in text
    assert f"{__file__}:" in text
    assert not hasattr(torch, "no_such_name")
    assert getattr(torch, "no_such_name", 3) == 3


def test_missing_import(torch):
    with pytest.raises(ImportError) as raised:
        from torch.nn.functional import reluu  # noqa: F401
    text = str(raised.value)
    assert "torch.nn.functional.reluu" in text and "torch.nn.functional.relu" in text
    assert f"{__file__}:" in text


@pytest.mark.parametrize("name", ["torch.nothing", "torch.nn.nothing", "torch.torch", "torch._C"])
def test_missing_module(torch, name):
    assert importlib.util.find_spec(name) is None
    with pytest.raises(ModuleNotFoundError, match=name) as raised:
        exec(compile(f"import {name}", "program.py", "exec"), {})
    assert raised.value.name == name
    assert "asked for at program.py:1" in str(raised.value)


def test_writes_go_to_taut(torch):
    with mock.patch("torch.nn.functional.relu", lambda x: "mine"):
        assert taut.nn.functional.relu(1) == torch.nn.functional.relu(1) == "mine"
    assert torch.nn.functional.relu is taut.nn.functional.relu
    assert torch.nn.functional.relu(taut.ones(1)).item() == 1
    torch.mine = 3
    assert taut.mine == torch.mine == 3
    del torch.mine
    assert not hasattr(taut, "mine") and not hasattr(torch, "mine")
    with pytest.raises(AttributeError):
        del torch.mine


def test_flags_are_read_each_time(torch):
    assert torch.backends.cudnn.benchmark is False
    torch.backends.cudnn.benchmark = True
    assert taut.backends.cudnn.benchmark is True
    with torch.backends.cudnn.flags(enabled=False, benchmark=False):
        assert torch.backends.cudnn.benchmark is False
    assert torch.backends.cudnn.benchmark is True
    torch.backends.cudnn.benchmark = False


def test_star_import(torch):
    names = {}
    exec("from torch import *\nfrom torch.nn.functional import *", names)
    assert names["Tensor"] is taut.Tensor and names["relu"] is taut.nn.functional.relu


def test_dir_and_repr(torch):
    assert {"nn", "Tensor", "float32"} <= set(dir(torch))
    assert repr(torch.nn) == "<module 'torch.nn' over 'taut.nn'>"
