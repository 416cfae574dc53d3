"""What kind of file it is, by its first bytes."""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Callable

from taut._cli.terminal import Problem
from taut.serialization._legacy import is_legacy

__all__ = ["EXTENSIONS", "format_of", "format_of_name"]

EXTENSIONS = {
    ".pt": "pt", ".pth": "pt", ".ckpt": "pt", ".bin": "pt",
    ".safetensors": "safetensors", ".npz": "npz",
}  # fmt: skip

_OTHERS: tuple[tuple[Callable[[bytes], bool], str], ...] = (
    (lambda b: b.startswith(b"\x93NUMPY"), "a single numpy array; numpy.savez makes an .npz file"),
    (lambda b: b.startswith(b"version https://git-lfs"), "a Git LFS pointer; `git lfs pull` gets the file"),
    (lambda b: b.startswith(b"GGUF"), "a GGUF file"),
    (lambda b: b.startswith(b"\x89HDF"), "an HDF5 file"),
    (lambda b: b.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")), "compressed; unpack it first"),
    (lambda b: b[:1] == b"\x80" and b[1:2] in b"\x01\x02\x03\x04\x05", "a plain pickle, not written by torch.save; only running it could read it"),
    (lambda b: b[257:262] == b"ustar", "a tar archive"),
)  # fmt: skip


def format_of_name(path: str) -> str | None:
    """The format that the end of a file's name stands for."""
    return EXTENSIONS.get(os.path.splitext(path)[1].lower())


def format_of(path: str) -> str:
    """The format of a file's content: "pt", "safetensors" or "npz".

    Raises:
        Problem: it is none of them; says what it seems to be.
        OSError: it cannot be read.
    """
    mode = os.stat(path).st_mode
    if stat.S_ISDIR(mode):
        raise Problem(f"{path}: is a directory, not a checkpoint")
    if not stat.S_ISREG(mode):
        raise Problem(f"{path}: is not a regular file")
    with open(path, "rb") as file:
        if is_legacy(file):
            return "pt"
        head = file.read(512)
    if not head:
        raise Problem(f"{path}: is empty")
    if head.startswith(b"PK"):
        return _zip_format(path)
    if _is_safetensors(head, os.path.getsize(path)):
        return "safetensors"
    for matches, what in _OTHERS:
        if matches(head):
            raise Problem(f"{path}: is no checkpoint, but {what}")
    if format_of_name(path) == "safetensors":
        return "safetensors"  # damaged: its reader says how
    raise Problem(f"{path}: is no checkpoint (it begins with {head[:8]!r})")


def _is_safetensors(head: bytes, size: int) -> bool:
    length = int.from_bytes(head[:8], "little")
    return head[8:9] == b"{" and length <= size


def _zip_format(path: str) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except Exception as error:  # whatever is in the directory of the archive
        raise Problem(f"{path}: is truncated or corrupted ({error})") from error
    if any(name.endswith("/constants.pkl") for name in names):
        raise Problem(
            f"{path}: is a TorchScript program, no checkpoint; torch.save of its state_dict makes one"
        )
    if any(name.endswith("/data.pkl") for name in names):
        return "pt"
    if all(name.endswith(".npy") for name in names):
        return "npz"
    raise Problem(f"{path}: is a zip archive, but no checkpoint")
