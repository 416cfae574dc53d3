"""The names that a program uses and taut lacks."""

import textwrap

import pytest
import torch

from taut.torch._check import check_source
from taut.torch._tensor_names import TENSOR_NAMES


def found(source):
    return [(f.line, f.name, f.perhaps) for f in check_source(textwrap.dedent(source))]


SURE = {
    "import torch\ntorch.nope": (2, "torch.nope"),
    "import torch as t\nx = t.nn.Nope()": (2, "torch.nn.Nope"),
    "import torch.nn as nn\nnn.functional.nope(1)": (2, "torch.nn.functional.nope"),
    "from torch import nn as n\nclass A(n.Nope): pass": (2, "torch.nn.Nope"),
    "from torch import nope": (1, "torch.nope"),
    "import torch.nope": (1, "torch.nope"),
    "import torch.nn.nope as x": (1, "torch.nn.nope"),
    "from torch.nope.deeper import x": (1, "torch.nope"),
    "from torch.nn import Linear\nLinear.nope": (2, "torch.nn.Linear.nope"),
    "import torch\ntorch.Tensor.nope": (2, "torch.Tensor.nope"),
    "import torch\nF = torch.nn.functional\nF.nope": (3, "torch.nn.functional.nope"),
    "def f():\n    import torch as t\n    return t.nope": (3, "torch.nope"),
    "import torch\nclass A:\n    def f(self):\n        return torch.nope(self)": (4, "torch.nope"),
    "import torch\n@torch.nope\ndef f(x: torch.Tensor = torch.ones(1)): pass": (2, "torch.nope"),
    "import torch\nf'{torch.nope}'": (2, "torch.nope"),
    "import torch\ntry:\n    torch.nope\nfinally:\n    pass": (3, "torch.nope"),
}


@pytest.mark.parametrize("source", SURE)
def test_sure(source):
    assert found(source) == [(*SURE[source], "")]


NOTHING = [
    "import torch\ntorch.nn.Linear(2, 3).nope",
    "import torch\ntorch.nope = 3",
    "import torch\ndef f(torch):\n    return torch.nope",
    "import torch.nn.functional as F\ndef f():\n    F = 3\n    return F.nope",
    "import numpy as torch\ntorch.nope",
    "from .torch import nope\nnope.x",
    "from torch import *\nfrom torch.nn import functional\nfunctional.relu",
    "import torch\ntorch.cuda.is_available()\ntorch.backends.cudnn.benchmark = True",
    "x = {}\nx.values()\nx.index(3)",
]


@pytest.mark.parametrize("source", NOTHING)
def test_nothing(source):
    assert found(source) == []


PERHAPS = [
    "import torch\ntry:\n    torch.nope\nexcept AttributeError:\n    pass",
    "import torch\nif hasattr(torch, 'nope'):\n    torch.nope",
    "import torch\nif torch.cuda.is_available():\n    torch.cuda.nope()",
]


@pytest.mark.parametrize("source", PERHAPS)
def test_a_program_that_asks_first(source):
    [(_, name, perhaps)] = found(source)
    assert name.endswith("nope") and "asks" in perhaps


def test_methods_of_tensors():
    assert found("def f(x):\n    return x.to_mkldnn()") == [
        (2, ".to_mkldnn", "if this is a tensor")
    ]


def test_near_names():
    [finding] = check_source("import torch\ntorch.nn.Linaer(3)")
    assert finding.near[0] == "torch.nn.Linear"
    assert str(finding) == f"2:1: torch.nn.Linaer (near it: {', '.join(finding.near)})"


def test_names_of_tensors_are_pytorchs():
    assert {n for n in dir(torch.Tensor) if not n.startswith("_")} == TENSOR_NAMES
