"""safetensors files, in the layout that the library's own functions for PyTorch write.

A file holds one tensor for each memory. Names of one tied parameter that are not in the file stand in
its metadata, each with the name that is. Needs the package ``safetensors`` (``pip install
taut[safetensors]``).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import taut
from taut import Tensor
from taut._regions import Regions
from taut.serialization._archive import atomic_file, describe
from taut.serialization._names import dtype_names

__all__ = ["load_file", "load_model", "metadata", "save_file", "save_model"]

Path = str | os.PathLike[str]

# Names whose tensor is the transpose of the one that is kept; other readers pass over it.
_TRANSPOSED = "taut.transposed"
# Element types of the format that numpy does not have, and so the library's reader for numpy.
_NOT_IN_NUMPY = {"BF16": "bfloat16"}


def _library() -> Any:
    try:
        import safetensors
    except ImportError as error:
        raise ImportError(
            "safetensors files need the package safetensors: pip install taut[safetensors]"
        ) from error
    return safetensors


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
    library = _library()
    _check_types(tensors, metadata)
    shared = [names for names in _sharing(tensors) if len(names) > 1]
    if shared:
        raise RuntimeError(
            f"save_file: the tensors {shared[0]} share memory, and a safetensors file holds each "
            "memory once; save_model writes tied parameters under one name, and clone() separates"
        )
    dense = {name: t.detach().contiguous() for name, t in tensors.items()}
    specs = {
        name: library.TensorSpec(
            dtype=dtype_names()[t.dtype],
            shape=list(t.shape),
            data_ptr=t.data_ptr(),
            data_len=t.nbytes,
        )
        for name, t in dense.items()
    }
    with atomic_file(filename) as file:
        library.serialize_file(specs, file.name, dict(metadata) if metadata else None)


def _check_types(tensors: Mapping[str, Any], metadata: Mapping[str, Any] | None) -> None:
    for name, value in tensors.items():
        if not isinstance(name, str) or not isinstance(value, Tensor):
            raise TypeError(
                f"save_file: expected tensors by name, got {type(value).__name__} under {name!r}"
            )
    for key, text in (metadata or {}).items():
        if not isinstance(key, str) or not isinstance(text, str):
            raise TypeError(f"save_file: metadata must be texts by key, got {text!r} under {key!r}")


def _sharing(tensors: Mapping[str, Tensor]) -> list[list[str]]:
    """The names, those whose tensors overlap together."""
    regions = Regions(tensors.values())
    groups: dict[Any, list[str]] = {}
    for name, t in tensors.items():
        key = (name,) if t.numel() == 0 else regions.key(t)
        groups.setdefault(key, []).append(name)
    return list(groups.values())


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
    return _read(filename)[0]


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
    library = _library()
    with _Opened(library, filename) as file:
        return dict(file.metadata() or {})


class _Opened:
    """A file opened by the library, whose errors name it."""

    def __init__(self, library: Any, filename: Path) -> None:
        self._library = library
        self._name = os.fspath(filename)

    def __enter__(self) -> Any:
        if not os.path.exists(self._name):
            raise FileNotFoundError(f"no such file: {describe(self._name)}")
        try:
            self._file = self._library.safe_open(self._name, framework="np")
            return self._file.__enter__()
        except self._library.SafetensorError as error:
            raise self._error(error) from error

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self._file.__exit__(kind, error, trace)
        if isinstance(error, self._library.SafetensorError):
            raise self._error(error) from error

    def _error(self, error: Any) -> RuntimeError:
        return RuntimeError(f"load: cannot read {describe(self._name)}: {error}")


def _read(filename: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    library = _library()
    with _Opened(library, filename) as file:
        kinds = {name: file.get_slice(name).get_dtype() for name in file.keys()}  # noqa: SIM118
        texts = dict(file.metadata() or {})
        if not any(kind in _NOT_IN_NUMPY for kind in kinds.values()):
            return {name: _tensor(filename, name, file) for name in kinds}, texts
    with open(filename, "rb") as content:
        parts = library.deserialize(content.read())
    return {name: _from_bytes(filename, name, part) for name, part in parts}, texts


def _tensor(filename: Path, name: str, file: Any) -> Tensor:
    try:
        return taut.from_numpy(file.get_tensor(name))
    except (TypeError, AttributeError) as error:
        raise RuntimeError(
            f"load: cannot read {describe(filename)}: tensor {name!r} has the element type "
            f"{file.get_slice(name).get_dtype()}, which taut does not have"
        ) from error


_DTYPES = {
    "BOOL": "bool", "U8": "uint8", "I8": "int8", "I16": "int16", "I32": "int32", "I64": "int64",
    "F16": "float16", "BF16": "bfloat16", "F32": "float32", "F64": "float64",
}  # fmt: skip


def _from_bytes(filename: Path, name: str, part: Mapping[str, Any]) -> Tensor:
    dtype = getattr(taut, _DTYPES.get(part["dtype"], ""), None)
    if dtype is None:
        raise RuntimeError(
            f"load: cannot read {describe(filename)}: tensor {name!r} has the element type "
            f"{part['dtype']}, which taut does not have"
        )
    if not part["data"]:
        return taut.empty(part["shape"], dtype=dtype)
    return taut.frombuffer(bytearray(part["data"]), dtype=dtype).reshape(part["shape"])


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
    texts = dict(metadata or {})
    transposed = []
    for names in _sharing(tensors):
        kept = _kept(names, tensors)
        for name in sorted(names):
            if name != kept:
                texts.setdefault(name, kept)
                if _is_transposed(tensors.pop(name), tensors[kept]):
                    transposed.append(name)
    if transposed:
        texts.setdefault(_TRANSPOSED, " ".join(transposed))
    save_file({name: t.contiguous() for name, t in tensors.items()}, filename, texts)


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


def _is_transposed(t: Tensor, kept: Tensor) -> bool:
    return t.dim() == 2 and t.shape == kept.shape[::-1] and t.stride() == kept.stride()[::-1]


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
        RuntimeError: the file cannot be read, shapes do not match, or with ``strict`` names.

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
    tensors, texts = _read(filename)
    transposed = texts.get(_TRANSPOSED, "").split()
    for name, mine in model.state_dict().items():
        kept = tensors.get(texts.get(name, ""))
        if name in tensors or kept is None or not isinstance(mine, Tensor):
            continue
        value = kept.t() if name in transposed and kept.dim() == 2 else kept
        if value.shape == mine.shape:
            tensors[name] = value
    report = model.load_state_dict(tensors, strict=strict)
    return report.missing_keys, report.unexpected_keys
