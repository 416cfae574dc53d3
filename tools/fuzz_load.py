"""Loads damaged and forged files until told to stop: no crash, no hang, no memory beyond reason.

    python tools/fuzz_load.py [--count N] [--seed S] [--seconds T] [--only KIND]

Each input is a checkpoint, a file of PyTorch before 1.6, a ``.safetensors`` or an ``.npz`` file with
bytes changed, cut, repeated or exchanged, or an archive around a pickle of random opcodes. Loading
must give a value or one of the exceptions that the documentation names, in bounded time and memory. An input that
does not is written to ``fuzz_failure.bin``.
"""

from __future__ import annotations

import argparse
import collections
import io
import os
import pickle
import random
import resource
import struct
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable

import taut
from taut.serialization import load_npz
from taut.serialization._pickler import CheckpointPickler

EXPECTED = (RuntimeError, pickle.UnpicklingError, EOFError)
SLOW_SECONDS = 5.0
# Of the whole process, beyond what it had after the first inputs.
MEMORY_BYTES = 200 << 20

OPCODES = [getattr(pickle, name) for name in pickle.__all__ if name.isupper() and len(name) > 1]
OPCODES = [code for code in OPCODES if isinstance(code, bytes)]
GLOBALS = [
    b"torch._utils\n_rebuild_tensor_v2\n", b"torch._utils\n_rebuild_parameter\n",
    b"torch._tensor\n_rebuild_from_type_v2\n", b"torch\nFloatStorage\n", b"torch\nSize\n",
    b"torch\nBoolStorage\n", b"torch\nfloat32\n", b"collections\nOrderedDict\n", b"builtins\nset\n",
    b"collections\nCounter\n", b"collections\ndeque\n", b"collections\ndefaultdict\n",
    b"torch._utils\n_rebuild_meta_tensor_no_storage\n", b"torch.nn.parameter\nParameter\n",
    b"builtins\nbytearray\n", b"_codecs\nencode\n", b"builtins\ncomplex\n", b"os\nsystem\n",
    b"torch._utils\n_rebuild_parameter_with_state\n", b"torch\ndevice\n", b"builtins\nfrozenset\n",
]  # fmt: skip


def archive(pickled: bytes, records: dict[str, bytes]) -> bytes:
    """A checkpoint of a pickle and storages, with right checksums."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as target:
        target.writestr("archive/data.pkl", pickled)
        for name, content in records.items():
            target.writestr(f"archive/{name}", content)
    return file.getvalue()


def checkpoint() -> bytes:
    """A checkpoint with everything in it that a checkpoint may hold."""
    base = taut.arange(24.0)
    net = taut.nn.Sequential(taut.nn.Linear(3, 2), taut.nn.BatchNorm1d(2))
    optimizer = taut.optim.Adam(net.parameters())
    net(taut.ones(2, 3)).sum().backward()
    optimizer.step()
    obj = {
        "net": net.state_dict(),
        "optimizer": optimizer.state_dict(),
        "views": [base, base[2:9], base.view(4, 6).t()],
        "bool": taut.tensor([True, False]),
        "counter": collections.Counter("aab"),
        "rest": [(1, 2.5), {1, 2}, b"bytes", 1 + 2j, None, taut.Size([1]), collections.deque([1])],
    }
    file = io.BytesIO()
    taut.save(obj, file)
    return file.getvalue()


class FormerPickler(CheckpointPickler):
    """Refers to storages as PyTorch did before 1.6, and counts their elements."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file)
        self.counts: dict[str, int] = {}

    def persistent_id(self, obj: object) -> object:
        pid = super().persistent_id(obj)
        if pid is None:
            return None
        self.counts[pid[2]] = pid[4]
        return (*pid, None)


def legacy() -> bytes:
    """A file as PyTorch wrote them before 1.6."""
    file = io.BytesIO()
    for part in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": sys.byteorder == "little"}):
        pickle.dump(part, file, 2)
    pickler = FormerPickler(file)
    pickler.dump(taut.load(io.BytesIO(checkpoint())))
    pickle.dump(list(pickler.storages), file, 2)
    for key, storage in pickler.storages.items():
        file.write(pickler.counts[key].to_bytes(8, sys.byteorder) + bytes(storage.buffer()))
    return file.getvalue()


def npz() -> bytes:
    """A file of numpy's."""
    import numpy as np

    file = io.BytesIO()
    np.savez(file, a=np.arange(6.0).reshape(2, 3), b=np.ones(3, dtype=bool), c=np.int32(3))
    return file.getvalue()


def safetensors_file() -> bytes | None:
    """A safetensors file, where the library is installed."""
    try:
        import safetensors  # noqa: F401
    except ImportError:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a")
        taut.save_model(taut.nn.Linear(3, 2), path)
        with open(path, "rb") as file:
            return file.read()


def mutate(content: bytes, rng: random.Random) -> bytes:
    """The content with one or a few things wrong."""
    data = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        kind = rng.randrange(7)
        at = rng.randrange(len(data) + 1)
        other = rng.randrange(len(data) + 1)
        low, high = sorted((at, other))
        if kind == 0 and data:
            data[at % len(data)] ^= 1 << rng.randrange(8)
        elif kind == 1 and data:
            data[at % len(data)] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
        elif kind == 2:
            data[at : at + rng.choice((1, 2, 4, 8))] = rng.randbytes(rng.choice((1, 2, 4, 8)))
        elif kind == 3:
            del data[low : min(high, low + rng.randrange(1, 64))]
        elif kind == 4:
            data[at:at] = data[low : min(high, low + 64)]
        elif kind == 5:
            number = rng.choice((0, 1, 2**31 - 1, 2**32 - 1, 2**63 - 1, 2**64 - 1, len(data)))
            width = rng.choice((2, 4, 8))
            data[at : at + width] = (number % 256**width).to_bytes(width, "little")
        elif rng.random() < 0.1:
            del data[at:]
    return bytes(data)


def random_pickle(rng: random.Random) -> bytes:
    """Opcodes by lot, with arguments that are often right."""
    out = [b"\x80\x02"]
    for _ in range(rng.randrange(1, 60)):
        code = rng.choice(OPCODES)
        out.append(code)
        if code == pickle.GLOBAL:
            out.append(rng.choice(GLOBALS))
        elif code in (pickle.BINGET, pickle.BINPUT, pickle.BININT1):
            out.append(bytes([rng.randrange(8)]))
        elif code in (pickle.BINUNICODE, pickle.BINBYTES):
            text = rng.choice((b"storage", b"cpu", b"0", b"latin1", b"x"))
            out.append(struct.pack("<I", len(text)) + text)
        elif code in (pickle.SHORT_BINUNICODE, pickle.SHORT_BINBYTES, pickle.LONG1):
            out.append(bytes([2]) + rng.randbytes(2))
        elif code == pickle.BININT:
            out.append(struct.pack("<i", rng.choice((-1, 0, 1, 4, 2**31 - 1))))
        elif code in (pickle.BINUNICODE8, pickle.BINBYTES8, pickle.FRAME):
            out.append(struct.pack("<Q", rng.choice((0, 1, 2**40, 2**63))))
    out.append(b".")
    return b"".join(out)


def load_path(content: bytes, load: Callable[[str], object], path: str) -> None:
    """Load by a reader that needs a path."""
    with open(path, "wb") as file:
        file.write(content)
    load(path)


def targets(
    folder: str,
) -> list[tuple[str, Callable[[random.Random], bytes], Callable[[bytes], object]]]:
    """What makes inputs, and what loads them."""
    path = os.path.join(folder, "input")
    good, old, arrays = checkpoint(), legacy(), npz()
    with zipfile.ZipFile(io.BytesIO(good)) as source:
        inner = source.read("archive/data.pkl")
        records = {n.partition("/")[2]: source.read(n) for n in source.namelist()}
    records.pop("data.pkl")

    def from_memory(content: bytes) -> object:
        return taut.load(io.BytesIO(content), weights_only=True)

    def mapped(content: bytes) -> None:
        load_path(content, lambda p: taut.load(p, mmap=True), path)

    found = [
        ("checkpoint", lambda rng: mutate(good, rng), from_memory),
        ("pickle", lambda rng: archive(mutate(inner, rng), records), from_memory),
        ("opcodes", lambda rng: archive(random_pickle(rng), {"data/0": bytes(16)}), from_memory),
        ("mapped", lambda rng: mutate(good, rng), mapped),
        ("legacy", lambda rng: mutate(old, rng), from_memory),
        ("npz", lambda rng: mutate(arrays, rng), lambda c: load_npz(io.BytesIO(c))),
    ]
    plain = safetensors_file()
    if plain is not None:
        from taut.serialization import safetensors

        found.append(
            (
                "safetensors",
                lambda rng: mutate(plain, rng),
                lambda c: load_path(c, safetensors.load_file, path),
            )
        )
    return found


def walk(value: object, depth: int = 0) -> None:
    """Touch what was loaded: every element of every tensor that is not a view of a few."""
    if isinstance(value, taut.Tensor):
        if not value.is_meta and value.numel() <= 1 << 16:
            value.detach().clone()
    elif depth < 8 and isinstance(value, (list, tuple)):
        for item in value[:100]:
            walk(item, depth + 1)
    elif depth < 8 and isinstance(value, dict):
        for item in list(value.values())[:100]:
            walk(item, depth + 1)


def fuzz(
    count: int,
    seed: int,
    seconds: float = float("inf"),
    quiet: bool = False,
    only: str | None = None,
) -> dict[str, int]:
    """Load ``count`` inputs; returns how many of each outcome there were.

    Raises:
        AssertionError: an outcome that is not expected, too slow, or too large.
    """
    outcomes: collections.Counter[str] = collections.Counter()
    start = time.monotonic()
    memory = None
    with tempfile.TemporaryDirectory() as folder:
        found = [t for t in targets(folder) if only in (None, t[0])]
        for i in range(count):
            if time.monotonic() - start > seconds:
                break
            name, make, load = found[i % len(found)]
            content = make(random.Random(seed + i))
            began = time.monotonic()
            try:
                walk(load(content))
                outcomes[f"{name}: loaded"] += 1
            except EXPECTED as error:
                outcomes[f"{name}: {type(error).__name__}"] += 1
            except BaseException as error:
                failed(content, name, seed + i, f"raised {type(error).__name__}: {error}", error)
            taken = time.monotonic() - began
            if taken > SLOW_SECONDS:
                failed(content, name, seed + i, f"took {taken:.1f} s", None)
            used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
            if i == 200:
                memory = used
            if memory is not None and used > memory + MEMORY_BYTES:
                failed(content, name, seed + i, f"used {(used - memory) >> 20} MiB", None)
            if not quiet and i % 10000 == 9999:
                print(f"{i + 1} inputs, {time.monotonic() - start:.0f} s", flush=True)
    return dict(outcomes)


def failed(content: bytes, name: str, seed: int, what: str, error: BaseException | None) -> None:
    """Report an input that did what it must not."""
    with open("fuzz_failure.bin", "wb") as file:
        file.write(content)
    raise AssertionError(
        f"{name} (seed {seed}) {what}; the input is in fuzz_failure.bin"
    ) from error


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--only", help="one kind of input, such as npz")
    arguments = parser.parse_args()
    options = arguments.count, arguments.seed, arguments.seconds, False, arguments.only
    for outcome, count in sorted(fuzz(*options).items()):
        print(f"{count:8}  {outcome}")


if __name__ == "__main__":
    main()
