"""Rows that are little programs: the same text runs with taut and with torch, and must agree.

A row is an expression, or statements that end with a value in `out`. It sees the library as `T`,
`F` for its functional module, `I(list)` and `B(list)` for index and mask tensors, `np`, and the
inputs below by name. Inputs that a text mentions are made for it, and are differentiated.
"""

import re
import warnings

import numpy as np
import torch
import torch.nn.functional

import taut
import taut.nn.functional

SHAPES = {
    "x": (2, 3, 4),
    "y": (2, 3, 4),
    "m": (4, 5),
    "q": (4, 4),
    "v": (6,),
    "w": (4,),
    "s": (),
    "z": (0, 3),
    "b": (2, 2, 4, 5),
}
LAYOUTS = ("contiguous", "transposed", "strided")


def _array(name, dtype):
    rng = np.random.default_rng(sum(map(ord, name)))
    values = rng.permutation(np.arange(int(np.prod(SHAPES[name])))).reshape(SHAPES[name])
    if dtype == "bool":
        return values % 3 == 0
    if dtype.startswith("float"):
        return (values / 4 - 1.375).astype(dtype)
    return (values % 100 + (0 if dtype == "uint8" else -3)).astype(dtype)


def _leaf(lib, name, layout, dtype, grad):
    """The input in the wanted memory layout: (what is differentiated, what the text sees)."""
    values = _array(name, dtype)
    if layout == "transposed":
        order = tuple(reversed(range(values.ndim)))
        leaf = lib.tensor(values.transpose(order).copy())
        leaf.requires_grad_(grad)
        return leaf, leaf.permute(order)
    if layout == "strided" and values.ndim:
        leaf = lib.tensor(np.repeat(np.repeat(values, 2, axis=-1), 2, axis=0))
        leaf.requires_grad_(grad)
        return leaf, leaf[::2, ..., ::2] if values.ndim > 1 else leaf[::4]
    leaf = lib.tensor(values)
    leaf.requires_grad_(grad)
    return leaf, leaf


def _evaluate(text, scope):
    if re.search(r"\bout\b *=", text):
        exec(text, scope)
        return scope["out"]
    return eval(text, scope)


def names_in(text):
    return [n for n in SHAPES if re.search(rf"\b{n}\b", text)]


class Run:
    """One text run with one library."""

    def __init__(self, lib, text, layout="contiguous", dtype="float64", grad=False):
        self.lib = lib
        scope = {
            "T": lib,
            "F": lib.nn.functional,
            "I": lambda v, dtype="int64": lib.tensor(v, dtype=getattr(lib, dtype)),
            "B": lambda v: lib.tensor(v, dtype=lib.bool),
            "np": np,
        }
        self.leaves, self.seen = [], []
        for name in names_in(text):
            leaf, seen = _leaf(lib, name, layout, dtype, grad)
            self.leaves.append(leaf)
            self.seen.append(seen)
            scope[name] = seen
        with warnings.catch_warnings():
            if lib is torch:
                warnings.simplefilter("ignore")
            result = _evaluate(text, scope)
        self.outputs = list(result) if isinstance(result, (tuple, list)) else [result]

    def tensors(self):
        return [o for o in self.outputs if isinstance(o, self.lib.Tensor)]

    def sharing(self):
        """For each output, the input whose memory it lies in and where, or None."""
        return [
            next(filter(None, (_inside(o, i, s) for i, s in enumerate(self.leaves))), None)
            for o in self.tensors()
        ]

    def gradients(self, second_order):
        """Gradients of a fixed functional of the outputs, and gradients of those."""
        lib = self.lib
        outs = [o for o in self.tensors() if o.requires_grad]
        if not outs:
            return [], []
        seeds = [_seed(lib, o, k).requires_grad_() for k, o in enumerate(outs)]
        first = lib.autograd.grad(
            outs, self.leaves, seeds, create_graph=second_order, allow_unused=True
        )
        again = [g for g in first if g is not None and g.requires_grad]
        if not again:
            return first, []
        second = lib.autograd.grad(
            again,
            self.leaves + seeds,
            [_seed(lib, g, 7 + k) for k, g in enumerate(again)],
            allow_unused=True,
        )
        return first, second


def _inside(out, number, leaf):
    start, end = leaf.data_ptr(), leaf.data_ptr() + leaf.numel() * leaf.element_size()
    if out.numel() == 0 or not start <= out.data_ptr() < end:
        return None
    return number, out.data_ptr() - start


def _seed(lib, like, k):
    n = int(np.prod(like.shape))
    return lib.tensor(
        (np.cos(np.arange(n) * 1.3 + k) * 2).reshape(tuple(like.shape)), dtype=like.dtype
    )


def to_numpy(t):
    return None if t is None else t.detach().numpy()


def same(mine, theirs, what):
    if theirs is None or mine is None:
        # A gradient that nothing reached may be None or zeros: both mean zero.
        other = mine if theirs is None else theirs
        assert other is None or not to_numpy(other).any(), what
        return
    a, b = to_numpy(mine), to_numpy(theirs)
    assert a.shape == b.shape, f"{what}: shape {a.shape}, torch has {b.shape}"
    assert a.dtype == b.dtype, f"{what}: dtype {a.dtype}, torch has {b.dtype}"
    np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-9, err_msg=what)


def meaningful_strides(t):
    """Strides that decide where an element is: not those along one element, nor of nothing."""
    if t.numel() == 0:
        return None
    return [s for s, n in zip(t.stride(), t.shape) if n > 1]


def check_values(text, layout="contiguous", dtype="float64", strides=True):
    mine, theirs = Run(taut, text, layout, dtype), Run(torch, text, layout, dtype)
    assert len(mine.outputs) == len(theirs.outputs)
    for a, b in zip(mine.outputs, theirs.outputs):
        if not isinstance(b, torch.Tensor):
            assert a == b
            continue
        same(a, b, text)
        if strides:
            assert meaningful_strides(a) == meaningful_strides(b), f"{text} ({layout})"
    assert mine.sharing() == theirs.sharing(), text


def check_gradients(text, layout="contiguous", second=True):
    mine = Run(taut, text, layout, grad=True).gradients(second)
    theirs = Run(torch, text, layout, grad=True).gradients(second)
    for order, got, want in zip(("first", "second"), mine, theirs):
        if len(got) != len(want):  # one library finds that nothing depends on anything
            assert not any(to_numpy(g).any() for g in (*got, *want) if g is not None), text
            continue
        for a, b in zip(got, want):
            same(a, b, f"{text}: {order} order")


def check_error(text):
    """taut raises what torch raises, and says something."""
    kinds = {}
    for lib in (torch, taut):
        try:
            Run(lib, text)
        except Exception as e:
            kinds[lib] = e
    assert torch in kinds, f"torch accepts {text}"
    assert taut in kinds, f"taut accepts {text}"
    assert isinstance(kinds[taut], type(kinds[torch])), (
        f"{text}: {kinds[taut]!r}, torch raises {kinds[torch]!r}"
    )
    assert str(kinds[taut])
