"""safetensors files, in the layout that the library's own functions for PyTorch write.

A file holds one tensor for each memory. Names of one tied parameter that are not in the file stand in
its metadata, each with the name that is. Needs the package ``safetensors`` (``pip install
taut[safetensors]``).
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Mapping
from typing import Any

from taut import Tensor
from taut._regions import Regions
from taut.serialization._archive import atomic_file, describe
from taut.serialization._names import dtype_names
from taut.serialization._safetensors_reader import SafetensorsReader, library
from taut.serialization._sharing import order_of, sharing

__all__ = ["load_file", "load_model", "metadata", "save_file", "save_model"]

Path = str | os.PathLike[str]

# The names that see the one that is kept in another layout, with the order of its dimensions, or null
# where no order gives it; other readers pass over it.
PERMUTED = "taut.permuted"


def save_file(
    tensors: Mapping[str, Tensor], filename: Path, metadata: Mapping[str, str] | None = None
) -> None:
    """Write tensors by name; ``filename`` gets its file in one step at the end.

    Args:
        tensors: each with memory of its own; see :func:`save_model` for those that share it.
        filename: the path.
        metadata: texts by key.

    Raises:
        ImportError: safetensors is not installed.
        RuntimeError: two tensors share memory.
        TypeError: a value that is not a tensor, or metadata that are not texts.
        NotImplementedError: a tensor on the meta device.

    Example:
        >>> import os, taut, tempfile
        >>> from taut.serialization import safetensors
        >>> path = os.path.join(tempfile.mkdtemp(), "a.safetensors")
        >>> safetensors.save_file({"a": taut.ones(2)}, path)
        >>> safetensors.load_file(path)
        {'a': tensor([1., 1.])}
    """
    serializer = library()
    _check_types(tensors, metadata)
    shared = [names for names in sharing(tensors) if len(names) > 1]
    if shared:
        raise RuntimeError(
            f"save_file: the tensors {shared[0]} share memory, and a safetensors file holds each "
            "memory once; save_model writes tied parameters under one name, and clone() separates"
        )
    dense = {name: t.detach().contiguous() for name, t in tensors.items()}
    specs = {
        name: serializer.TensorSpec(
            dtype=dtype_names()[t.dtype],
            shape=list(t.shape),
            data_ptr=t.data_ptr(),
            data_len=t.nbytes,
        )
        for name, t in dense.items()
    }
    with atomic_file(filename) as file:
        mode = os.fstat(file.fileno()).st_mode
        serializer.serialize_file(specs, file.name, dict(metadata) if metadata else None)
        _settle(file.name, mode)  # the library puts a file of its own in the place


def _settle(name: str, mode: int) -> None:
    """Give a file the permissions of any new one, and put it on disk."""
    os.chmod(name, mode & 0o7777)
    with open(name, "rb+") as written:
        os.fsync(written.fileno())


def _check_types(tensors: Mapping[str, Any], metadata: Mapping[str, Any] | None) -> None:
    for name, value in tensors.items():
        if not isinstance(name, str) or not isinstance(value, Tensor):
            raise TypeError(
                f"save_file: expected tensors by name, got {type(value).__name__} under {name!r}"
            )
    for key, text in (metadata or {}).items():
        if not isinstance(key, str) or not isinstance(text, str):
            raise TypeError(f"save_file: metadata must be texts by key, got {text!r} under {key!r}")


def load_file(filename: Path, device: Any = "cpu") -> dict[str, Tensor]:
    """Read the tensors of a file by name.

    Args:
        filename: the path.
        device: must be the CPU.

    Raises:
        ImportError: safetensors is not installed.
        FileNotFoundError: there is no such file.
        RuntimeError: the file is truncated or corrupted, or has an element type that taut lacks.

    Example:
        >>> import os, taut, tempfile
        >>> from taut.serialization import safetensors
        >>> path = os.path.join(tempfile.mkdtemp(), "a.safetensors")
        >>> safetensors.save_file({"a": taut.ones(2)}, path)
        >>> list(safetensors.load_file(path))
        ['a']
    """
    if str(device) != "cpu":
        raise RuntimeError(f"load_file: tensors are loaded to the CPU, got device {device}")
    reader = SafetensorsReader(filename)
    return {name: reader.read(name) for name in reader.records}


def metadata(filename: Path) -> dict[str, str]:
    """The texts that a file carries beside its tensors.

    Raises:
        RuntimeError: the file is truncated or corrupted.

    Example:
        >>> import os, taut, tempfile
        >>> from taut.serialization import safetensors
        >>> path = os.path.join(tempfile.mkdtemp(), "a.safetensors")
        >>> safetensors.save_file({"a": taut.ones(2)}, path, {"made": "today"})
        >>> safetensors.metadata(path)
        {'made': 'today'}
    """
    return SafetensorsReader(filename).texts


def save_model(
    model: Any,
    filename: Path,
    metadata: Mapping[str, str] | None = None,
    force_contiguous: bool = True,
) -> None:
    """Write a module's state: each memory once, the other names of tied parameters in the metadata.

    The layout is that of the library's ``save_model`` for PyTorch, which reads it, and whose files
    :func:`load_model` reads.

    Args:
        model: the module.
        filename: the path; it gets its file in one step at the end.
        metadata: further texts by key.
        force_contiguous: accepted; tensors are always written in the order of their indices.

    Raises:
        ImportError: safetensors is not installed.
        RuntimeError: parameters share memory that none of them covers.

    Example:
        >>> import os, taut, tempfile
        >>> from taut import nn
        >>> net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
        >>> _ = taut.tie(net, "0.weight", "1.weight")
        >>> path = os.path.join(tempfile.mkdtemp(), "net.safetensors")
        >>> taut.save_model(net, path)
        >>> taut.serialization.safetensors.metadata(path)
        {'1.weight': '0.weight'}
    """
    tensors = {name: t for name, t in model.state_dict().items() if isinstance(t, Tensor)}
    save_tied(tensors, filename, metadata)


def save_tied(
    tensors: Mapping[str, Tensor], filename: Path, metadata: Mapping[str, str] | None = None
) -> None:
    """Write tensors by name as :func:`save_model` does: each memory once."""
    kept_tensors, texts = dict(tensors), dict(metadata or {})
    permuted: dict[str, list[int] | None] = {}
    for names in sharing(tensors):
        kept = _kept(names, tensors)
        for name in sorted(names):
            if name != kept:
                texts.setdefault(name, kept)
                order = order_of(kept_tensors.pop(name), tensors[kept])
                if order is None or order != sorted(order):
                    permuted[name] = order
    if permuted:
        texts.setdefault(PERMUTED, json.dumps(permuted))
    save_file(kept_tensors, filename, texts)


def _kept(names: list[str], tensors: Mapping[str, Tensor]) -> str:
    """The first of the names that covers the memory of all."""
    if len(names) == 1:
        return names[0]
    region = Regions([tensors[name] for name in names]).of(tensors[names[0]])
    complete = [name for name in names if tensors[name].nbytes == region.end - region.begin]
    if not complete:
        raise RuntimeError(
            f"save_model: {sorted(names)} share memory that none of them covers, so that no one "
            "tensor can stand for it in the file; taut.untie separates them"
        )
    # One with its elements in order can be written as it lies.
    return min(complete, key=lambda name: (not tensors[name].is_contiguous(), name))


def orders_of(filename: Path, texts: Mapping[str, str]) -> dict[str, Any]:
    """By name, the order of dimensions that the metadata of a file give.

    Raises:
        RuntimeError: they give something else.
    """
    try:
        found = json.loads(texts.get(PERMUTED, "{}"))
        numbers = itertools.chain(*(order for order in found.values() if order is not None))
        if all(type(number) is int for number in numbers):
            return dict(found)
    except (ValueError, TypeError, AttributeError, RecursionError):
        pass
    raise RuntimeError(
        f"load: cannot read {describe(filename)}: expected orders of dimensions by name in its "
        f"metadata under {PERMUTED!r}, found {texts[PERMUTED]:.80}"
    )


def load_model(
    model: Any, filename: Path, strict: bool = True, device: Any = "cpu"
) -> tuple[list[str], list[str]]:
    """Read a module's state from a file of :func:`save_model`, or of the library's for PyTorch.

    A name that the file left to another is filled from that one, whether the module ties them or not.
    When anything is wrong, the module stays as it was.

    Args:
        model: the module.
        filename: the path.
        strict: every name must be there, and no other.
        device: must be the CPU.

    Returns:
        The names of the module that the file lacks, and those of the file that the module lacks.

    Raises:
        ImportError: safetensors is not installed.
        FileNotFoundError: there is no such file.
        RuntimeError: the file cannot be read, shapes do not match, or with ``strict`` names. The
            message names the file.

    Example:
        >>> import os, taut, tempfile
        >>> net = taut.nn.Linear(2, 2)
        >>> path = os.path.join(tempfile.mkdtemp(), "net.safetensors")
        >>> taut.save_model(net, path)
        >>> taut.load_model(net, path)
        ([], [])
    """
    if str(device) != "cpu":
        raise RuntimeError(f"load_model: tensors are loaded to the CPU, got device {device}")
    reader = SafetensorsReader(filename)
    tensors, texts = {name: reader.read(name) for name in reader.records}, reader.texts
    orders = orders_of(filename, texts)
    for name, mine in model.state_dict().items():
        kept = tensors.get(texts.get(name, ""))
        if name in tensors or kept is None or not isinstance(mine, Tensor):
            continue
        order = orders.get(name, list(range(kept.dim())))
        if order is None or sorted(order) != list(range(kept.dim())):
            continue  # a tie of the model may still fill it; else it is missing
        value = kept.permute(order)
        if value.shape == mine.shape:
            tensors[name] = value
    try:
        report = model.load_state_dict(tensors, strict=strict)
    except RuntimeError as error:
        raise RuntimeError(f"load_model: {describe(filename)} does not fit: {error}") from error
    return report.missing_keys, report.unexpected_keys
