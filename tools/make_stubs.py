"""Writes python/taut/_C.pyi from the compiled module: every name, its signature and its docstring.

    python tools/make_stubs.py [--check]

Signatures are read from the docstrings; ``TYPES`` and ``RETURNS`` say what these leave open. ``--check``
writes nothing and fails where the file differs from what would be written.
"""

from __future__ import annotations

import argparse
import inspect
import pathlib
import re
import sys
import types

from taut import _C

STUB = pathlib.Path(__file__).resolve().parents[1] / "python" / "taut" / "_C.pyi"

HEADER = '''"""The compiled core of taut. Made by tools/make_stubs.py; not edited by hand."""

import builtins
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from taut._size import Size
from taut._tensor import Tensor

_Number: TypeAlias = builtins.bool | builtins.int | builtins.float
_Operand: TypeAlias = Tensor | _Number
_DType: TypeAlias = dtype
_Dims: TypeAlias = builtins.int | Sequence[builtins.int]
'''

# Parameters of functions that parse their arguments themselves, by name.
TYPES = {
    **dict.fromkeys(
        [
            "input",
            "other",
            "end",
            "tensor1",
            "tensor2",
            "min",
            "max",
            "exponent",
            "value",
        ],
        "_Operand",
    ),
    **dict.fromkeys(["mask", "source", "target", "indices", "condition", "boundaries"], "Tensor"),
    "index": "Tensor | builtins.int",
    "src": "_Operand",
    "weight": "_Operand | None",
    **dict.fromkeys(
        ["dim", "dims", "shifts", "repeats", "size", "sizes", "stride", "axis0", "axis1"],
        "_Dims | None",
    ),
    **dict.fromkeys(
        ["keepdim", "unbiased", "largest", "descending", "stable", "sorted", "accumulate"],
        "builtins.bool",
    ),
    **dict.fromkeys(
        [
            "dim0",
            "dim1",
            "dim2",
            "offset",
            "diagonal",
            "k",
            "n",
            "chunks",
            "dimension",
            "step",
            "start",
        ],
        "builtins.int",
    ),
    "out": "Tensor | None",
    "dtype": "_DType | None",
    "tensors": "Sequence[Tensor]",
    "alpha": "_Number",
    "reduction": "builtins.str",
}

# What functions return that return no Tensor.
RETURNS = {
    **dict.fromkeys(
        ["equal", "allclose", "is_nonzero", "is_same_size", "is_floating_point"], "builtins.bool"
    ),
    **dict.fromkeys(
        [
            "broadcast_tensors",
            "chunk",
            "split",
            "split_with_sizes",
            "tensor_split",
            "unbind",
            "hsplit",
            "vsplit",
            "dsplit",
            "meshgrid",
            "unsafe_chunk",
            "unsafe_split",
        ],
        "builtins.tuple[Tensor, ...]",
    ),
    **dict.fromkeys(
        [
            "aminmax",
            "cummax",
            "cummin",
            "kthvalue",
            "mode",
            "sort",
            "std_mean",
            "topk",
            "var_mean",
            "max",
            "min",
            "median",
            "nanmedian",
            "nonzero",
            "unique",
            "unique_consecutive",
            "where",
            "_unique",
            "_unique_consecutive",
        ],
        "Any",
    ),
    "tolist": "Any",
    "item": "_Number",
    "numpy": "Any",
    "size": "Any",
    "stride": "Any",
}

PROPERTIES = {
    **dict.fromkeys(
        ["is_leaf", "requires_grad", "retains_grad", "is_cpu", "is_cuda", "is_meta"],
        "builtins.bool",
    ),
    **dict.fromkeys(["is_quantized", "is_sparse", "_is_inference"], "builtins.bool"),
    **dict.fromkeys(
        ["ndim", "itemsize", "nbytes", "output_nr", "_version", "_storage_id"], "builtins.int"
    ),
    **dict.fromkeys(["T", "mT", "mH", "H", "real", "data", "_base"], "Tensor"),
    "grad": "Tensor | None",
    "grad_fn": "Node | None",
    "shape": "Size",
    "dtype": "_DType",
    "name": "builtins.str | None",
}

OPERATORS = {
    **dict.fromkeys(("__len__", "__int__", "__index__", "__hash__"), "(self) -> builtins.int"),
    "__bool__": "(self) -> builtins.bool",
    "__float__": "(self) -> builtins.float",
    "__contains__": "(self, key: Any, /) -> builtins.bool",
    "__iter__": "(self) -> Iterator[Tensor]",
    "__getitem__": "(self, index: Any, /) -> Tensor",
    "__setitem__": "(self, index: Any, value: Any, /) -> None",
    **dict.fromkeys(("__neg__", "__pos__", "__abs__", "__invert__"), "(self) -> Tensor"),
    **dict.fromkeys(
        ("__eq__", "__ne__"), "(self, other: Any, /) -> Tensor  # type: ignore[override]"
    ),
}
# Of every class.
COMMON = {
    "__eq__": "(self, other: builtins.object, /) -> builtins.bool",
    "__ne__": "(self, other: builtins.object, /) -> builtins.bool",
    "__hash__": "(self) -> builtins.int",
    "__repr__": "(self) -> builtins.str",
    "__reduce__": "(self) -> builtins.tuple[Any, ...]",
}
BINARY = re.compile(
    r"__[ri]?(add|sub|mul|truediv|floordiv|mod|pow|matmul|and|or|xor|lshift|rshift)__|__(lt|le|gt|ge)__"
)

# Sizes given one by one or as a sequence.
VARIADIC = frozenset(
    "reshape view permute repeat expand flip tile broadcast_to movedim moveaxis roll".split()
)

PYTHON_TYPES = ("bool", "float", "int", "list", "object", "str", "tuple", "type")


def annotation(text: str) -> str:
    """A type as pybind11 writes it, in the names of the stub."""
    text = re.sub(
        r"\b(collections\.abc|typing|typing_extensions)\.(Sequence|Any|Buffer|CapsuleType)\b",
        r"\2",
        text,
    )
    text = re.sub(
        r"typing\.Supports(Int|Float) \| typing\.SupportsIndex",
        lambda m: f"builtins.{m[1].lower()}",
        text,
    )
    text = (
        re.sub(r"\btaut\.(_C\.)?", "", text).replace("Buffer", "Any").replace("CapsuleType", "Any")
    )
    text = re.sub(r"\bdtype\b", "_DType", text)
    return re.sub(rf"(?<![\w.])({'|'.join(PYTHON_TYPES)})\b", r"builtins.\1", text)


def split_parameters(text: str) -> list[str]:
    """Splits at the commas outside brackets."""
    parts, depth, current = [], 0, ""
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        if character == "," and depth == 0:
            parts.append(current.strip())
            current = ""
        else:
            current += character
    return [*parts, current.strip()] if current.strip() else parts


def parameter(text: str) -> str:
    """One parameter of a signature, annotated."""
    if text in ("*", "/"):
        return text
    name, _, default = (part.strip() for part in text.partition("="))
    name, _, kind = (part.strip() for part in name.partition(":"))
    stars = name[: len(name) - len(name.lstrip("*"))]
    if stars:
        return f"{stars}{name.lstrip('*')}: Any"
    name = f"{name}_" if name in ("from", "lambda") else name
    if name == "self":
        return name
    kind = annotation(kind) if kind else TYPES.get(name, "Any")
    return f"{name}: {kind} = ..." if default else f"{name}: {kind}"


def signature(name: str, doc: str, method: bool) -> str:
    """``(parameters) -> type`` of a function, from the first line of its docstring."""
    found = re.match(r"\w+\((.*)\)(?: -> (.*))?$", doc.split("\n")[0])
    if name in VARIADIC and method:
        return "(self, *args: Any, **kwargs: Any) -> Tensor"
    if not found or "Overloaded function" in doc:
        return f"({'self, ' if method else ''}*args: Any, **kwargs: Any) -> {returned(name, None)}"
    parameters = split_parameters(found[1])
    if method and (not parameters or not parameters[0].startswith("self")):
        parameters.insert(0, "self")
    if method:
        parameters[0] = "self"
    return f"({', '.join(map(parameter, parameters))}) -> {returned(name, found[2])}"


def returned(name: str, written: str | None) -> str:
    if name in RETURNS:
        return RETURNS[name]
    if written == "object":  # pybind11's word for what the function decides
        return "Any"
    return annotation(written) if written else "Tensor"


def docstring(doc: str, indent: str) -> str:
    """The docstring without the signature line, as source."""
    lines = doc.strip().split("\n")
    if re.match(r"\w+\(", lines[0]):
        lines = "\n".join(lines[1:]).strip().split("\n")
    text = inspect.cleandoc("\n".join(lines)).replace("\\", "\\\\").replace('"""', "'''")
    text = text.replace("\n", f"\n{indent}").replace(f"\n{indent}\n", "\n\n")
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    return f'{indent}"""{text}"""\n' if text else f"{indent}...\n"


def init_parameters(doc: str) -> list[str]:
    """``self`` and what a constructor takes."""
    found = re.match(r"__init__\((.*)\)", doc.split("\n")[0])
    return ["self", *(split_parameters(found[1])[1:] if found else ["*args", "**kwargs"])]


def function(name: str, value: object, indent: str, method: bool, tensor: bool = False) -> str:
    """The definition of a function or of a method, of a Tensor's perhaps."""
    doc = value.__doc__ or ""
    if name == "__init__":
        head = f"({', '.join(map(parameter, init_parameters(doc)))}) -> None"
    elif name in OPERATORS and tensor:
        head = OPERATORS[name]
    elif name in COMMON:
        head = COMMON[name]
    elif BINARY.fullmatch(name):
        head = "(self, other: Any, /) -> Tensor"
    else:
        head = signature(name, doc, method)
    head, _, comment = head.partition("  #")
    comment = f"  #{comment}" if comment else ""
    if name.startswith("__"):
        return f"{indent}def {name}{head}: ...{comment}\n"
    body = docstring(doc, indent + "    ")
    return f"{indent}def {name}{head}:{comment}\n{body}"


SKIPPED = {
    "__doc__",
    "__module__",
    "__new__",
    "__dict__",
    "__weakref__",
    "__getattribute__",
    "__static_attributes__",
}


def members(cls: type) -> str:
    """The body of a class."""
    parts = []
    for name, value in sorted(vars(cls).items()):
        if (
            name in SKIPPED
            or name.startswith("_pybind11")
            or (name == "__hash__" and value is None)
        ):
            continue
        if isinstance(value, (types.GetSetDescriptorType, types.MemberDescriptorType, property)):
            kind = PROPERTIES.get(name, "Any")
            body = docstring(value.__doc__ or "", "        ")
            parts.append(f"    @property\n    def {name}(self) -> {kind}:\n{body}")
            settable = isinstance(value, property) and value.fset
            if settable or name in ("grad", "data", "requires_grad", "name"):
                parts.append(f"    @{name}.setter\n    def {name}(self, value: Any) -> None: ...\n")
        elif callable(value) or isinstance(value, (staticmethod, classmethod)):
            parts.append(function(name, getattr(cls, name), "    ", True, cls is _C.TensorBase))
    return "".join(parts) or "    ...\n"


def stub() -> str:
    """The whole file."""
    parts = [HEADER]
    for name, value in sorted(vars(_C).items()):
        if name.startswith("__"):
            continue
        if isinstance(value, type):
            parts.append(
                f"\nclass {name}:\n{docstring(value.__doc__ or '', '    ')}{members(value)}"
            )
        elif callable(value):
            parts.append("\n" + function(name, value, "", False))
        else:
            parts.append(f"\n{name}: {type(value).__name__}\n")
    return "".join(parts)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--check", action="store_true", help="fail where the file differs")
    options = parser.parse_args()
    text = stub()
    if options.check:
        if STUB.read_text() == text:
            return 0
        print(f"{STUB.name} differs from the binary: run tools/make_stubs.py", file=sys.stderr)
        return 1
    STUB.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
