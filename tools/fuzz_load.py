"""Loads damaged and forged files until told to stop: no crash, no hang, no memory beyond reason.

    python tools/fuzz_load.py [--count N] [--seed S] [--seconds T] [--only KIND]

Each input is a checkpoint of taut or of PyTorch, a file of PyTorch before 1.6, a ``.safetensors`` or an
``.npz`` file with bytes changed, cut, repeated or exchanged; an archive with right checksums around
damaged contents; or one around a pickle of random opcodes. Loading must give a value or one of the
exceptions that the documentation names, in bounded time and memory, and a module or an optimiser that
refuses what was loaded must stay as it was. An input that fails is written to ``fuzz_failure.bin``;
should the process die, ``fuzz_seed.txt`` has the seed of the input, and ``--seed S --count 1`` repeats it.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import faulthandler
import io
import json
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
from typing import Any

import taut
from taut.serialization import load_npz
from taut.serialization._pickler import CheckpointPickler

EXPECTED = (RuntimeError, pickle.UnpicklingError, EOFError)
REFUSED = (*EXPECTED, ValueError, KeyError, TypeError)  # by a module or an optimiser
SLOW_SECONDS = 5.0
HANG_SECONDS = 120.0
# Inputs after which the process is looked at.
CHECKED_EVERY = 100
# Of the whole process, beyond what it had after the first inputs: touched, and asked for.
MEMORY_BYTES = 64 << 20
ADDRESS_BYTES = 1 << 30
# Of tensors while an input is loaded, beyond the input's own size.
TENSOR_BYTES = 4096

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


def trained() -> tuple[taut.nn.Module, taut.optim.Optimizer]:
    """A small net with a tie, and its optimiser after a step."""
    net = taut.nn.Sequential(taut.nn.Linear(3, 2), taut.nn.BatchNorm1d(2), taut.nn.Linear(3, 2))
    net[2].weight = net[0].weight
    optimizer = taut.optim.Adam(net)
    net[:2](taut.ones(2, 3)).sum().backward()
    optimizer.step()
    return net, optimizer


def checkpoint() -> bytes:
    """A checkpoint with everything in it that a checkpoint may hold."""
    base = taut.arange(24.0)
    net, optimizer = trained()
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


def theirs() -> bytes | None:
    """A checkpoint of PyTorch's, where it is installed."""
    try:
        import torch
    except ImportError:
        return None
    net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.ones(2, 3)).sum().backward()
    optimizer.step()
    obj = {
        "net": net.state_dict(),
        "optimizer": optimizer.state_dict(),
        "half": [torch.ones(3, dtype=torch.bfloat16), torch.ones(3).half()],
        "views": [torch.ones(4, 6).t(), torch.nn.Parameter(torch.ones(2))],
    }
    file = io.BytesIO()
    torch.save(obj, file)
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


def damaged_records(content: bytes, rng: random.Random) -> bytes:
    """A zip file with something wrong in its records, and right checksums."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(file, "w") as target:
        chosen = rng.randrange(len(source.namelist()))
        for i, name in enumerate(source.namelist()):
            record = source.read(name)
            target.writestr(name, mutate(record, rng) if i == chosen else record)
    return file.getvalue()


def damaged_header(content: bytes, rng: random.Random) -> bytes:
    """A safetensors file with a header that is JSON, of the right length, and wrong."""
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    numbers = (-1, 0, 1, 4, 8, 24, 2**31, 2**63, 2**64 - 1, 0.5)
    for _ in range(rng.choice((1, 1, 2, 4))):
        entry = header[rng.choice(list(header))]
        key = rng.choice(("dtype", "shape", "data_offsets", "x"))
        if rng.random() < 0.5 and isinstance(entry.get(key), list) and entry[key]:
            entry[key][rng.randrange(len(entry[key]))] = rng.choice(numbers)
        elif key == "dtype":
            entry[key] = rng.choice(
                ("F32", "F64", "BF16", "F16", "BOOL", "F8_E4M3", "I8", "C64", 1)
            )
        else:
            entry[key] = [rng.choice(numbers) for _ in range(rng.randrange(4))]
        if rng.random() < 0.1:
            header[rng.choice(("weight", "bias", "__metadata__", ""))] = {"weight": "bias"}
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + content[8 + length :]


def damaged_state(content: bytes, rng: random.Random) -> bytes:
    """A checkpoint of something that fits no module and no optimiser quite."""
    loaded = taut.load(io.BytesIO(content))
    for _ in range(rng.choice((1, 1, 2, 4))):
        at = loaded[rng.choice(("net", "optimizer"))]
        while True:
            keys = list(at) if isinstance(at, dict) else range(len(at))
            if not keys:
                break
            key = rng.choice(keys)
            if isinstance(at[key], (dict, list)) and rng.random() < 0.9:
                at = at[key]
                continue
            if rng.random() < 0.2:
                del at[key]
            elif rng.random() < 0.2 and isinstance(at, dict):
                at[rng.choice(("x", 7, "0.weight", "2.weight", "1.bias", None))] = at.pop(key)
            else:
                at[key] = rng.choice(
                    (
                        None, 1, -1, 2.5, "x", b"x", [], {}, (1, 2), [7, 8], True, float("nan"),
                        taut.ones(2, 3), taut.ones(3, 2), taut.ones(2), taut.ones(()), taut.ones(0),
                        taut.ones(2, 3, dtype=taut.int64), taut.ones(2, dtype=taut.bool),
                        taut.ones(1).expand(2, 3), taut.empty(2, 3, device="meta"),
                    )
                )  # fmt: skip
            break
    file = io.BytesIO()
    taut.save(loaded, file)
    return file.getvalue()


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


def load_path(content: bytes, load: Callable[[str], object], path: str) -> object:
    """Load by a reader that needs a path."""
    with open(path, "wb") as file:
        file.write(content)
    return load(path)


def values_of(state: object) -> str:
    """What a state holds, to be compared."""
    return repr({k: v.tolist() if isinstance(v, taut.Tensor) else v for k, v in state.items()})


def into(target: Any, load: Callable[[], object]) -> None:
    """Load into a module or an optimiser, which stays as it was where that fails."""
    before = values_of(target.state_dict())
    try:
        load()
    except REFUSED as error:
        if values_of(target.state_dict()) != before:
            raise AssertionError(f"a load that failed changed {type(target).__name__}") from error
        raise RuntimeError("refused") from error


def into_net(content: bytes) -> None:
    """Load a checkpoint, and its parts into a module and an optimiser."""
    loaded = taut.load(io.BytesIO(content))
    net, optimizer = trained()
    for name, target in (("net", net), ("optimizer", optimizer)):
        if isinstance(loaded, dict) and isinstance(loaded.get(name), dict):
            into(target, lambda t=target, state=loaded[name]: t.load_state_dict(state))
    net[:2](taut.ones(2, 3)).sum().backward()
    with contextlib.suppress(*REFUSED):  # of the wrong shape, or missing: the step says so
        optimizer.step()


Kind = tuple[str, Callable[[random.Random], bytes], Callable[[bytes], object]]


def targets(folder: str) -> list[Kind]:
    """What makes inputs, and what loads them."""
    path = os.path.join(folder, "input")
    good, old, arrays = checkpoint(), legacy(), npz()
    inners = [contents(file) for file in (good, theirs()) if file is not None]

    def from_memory(content: bytes) -> object:
        return taut.load(io.BytesIO(content), weights_only=True)

    def mapped(content: bytes) -> object:
        return load_path(content, lambda p: taut.load(p, mmap=True), path)

    def damaged_pickle(rng: random.Random) -> bytes:
        inner, records = rng.choice(inners)
        return archive(mutate(inner, rng), records)

    return [
        ("checkpoint", lambda rng: mutate(good, rng), from_memory),
        ("pickle", damaged_pickle, from_memory),
        ("opcodes", lambda rng: archive(random_pickle(rng), {"data/0": bytes(16)}), from_memory),
        ("mapped", lambda rng: mutate(good, rng), mapped),
        ("file", lambda rng: mutate(good, rng), lambda c: load_path(c, taut.load, path)),
        ("mapped pickle", damaged_pickle, mapped),
        ("state", lambda rng: damaged_state(good, rng), into_net),
        ("legacy", lambda rng: mutate(old, rng), from_memory),
        ("npz", lambda rng: mutate(arrays, rng), lambda c: load_npz(io.BytesIO(c))),
        ("npz arrays", lambda rng: damaged_records(arrays, rng), lambda c: load_npz(io.BytesIO(c))),
        ("npz file", lambda rng: mutate(arrays, rng), lambda c: load_path(c, load_npz, path)),
        *safetensors_targets(path),
    ]


def contents(file: bytes) -> tuple[bytes, dict[str, bytes]]:
    """The pickle of a checkpoint, and its other records."""
    with zipfile.ZipFile(io.BytesIO(file)) as source:
        records = {n.partition("/")[2]: source.read(n) for n in source.namelist()}
    return records.pop("data.pkl"), records


def safetensors_targets(path: str) -> list[Kind]:
    """Those for safetensors files, where the library is installed."""
    plain = safetensors_file()
    if plain is None:
        return []
    from taut.serialization import safetensors

    def load(content: bytes) -> object:
        return load_path(content, safetensors.load_file, path)

    def load_model(content: bytes) -> None:
        net = taut.nn.Linear(3, 2)
        load_path(content, lambda p: into(net, lambda: taut.load_model(net, p)), path)

    return [
        ("safetensors", lambda rng: mutate(plain, rng), load),
        ("safetensors header", lambda rng: damaged_header(plain, rng), load),
        ("model", lambda rng: damaged_header(plain, rng), load_model),
    ]


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
    memory = 0
    with tempfile.TemporaryDirectory() as folder, open("fuzz_seed.txt", "wb") as note:
        found = [t for t in targets(folder) if only in (None, t[0])]
        for i in range(count):
            if time.monotonic() - start > seconds:
                break
            os.pwrite(note.fileno(), b"%d\n" % (seed + i), 0)
            if i % CHECKED_EVERY == 0 and not quiet:
                faulthandler.dump_traceback_later(HANG_SECONDS, exit=True)
            name, outcome = one_input(found, seed + i)
            outcomes[f"{name}: {outcome}"] += 1
            if i % CHECKED_EVERY == 0:
                used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
                memory = used if i <= CHECKED_EVERY else memory
                if used > memory + MEMORY_BYTES:
                    failed(b"", name, seed + i, f"used {(used - memory) >> 20} MiB", None)
            if not quiet and i % 10000 == 9999:
                print(f"{i + 1} inputs, {time.monotonic() - start:.0f} s", flush=True)
    faulthandler.cancel_dump_traceback_later()
    os.remove("fuzz_seed.txt")
    return dict(outcomes)


def one_input(found: list[Kind], seed: int) -> tuple[str, str]:
    """Load the input of a seed: which kind it was, and what came of it."""
    name, make, load = found[seed % len(found)]
    content = make(random.Random(seed))
    outcome = "loaded"
    began = time.monotonic()
    taut.reset_peak_memory_stats()
    held = taut.memory_stats()["allocated"]
    try:
        loaded = load(content)
        taken = taut.memory_stats()["peak_allocated"] - held
        walk(loaded)
    except EXPECTED as error:
        taken = taut.memory_stats()["peak_allocated"] - held
        outcome = type(error).__name__
    except BaseException as error:
        failed(content, name, seed, f"raised {type(error).__name__}: {error}", error)
    if taken > len(content) + TENSOR_BYTES:
        failed(content, name, seed, f"of {len(content)} bytes made tensors of {taken}", None)
    taken = time.monotonic() - began
    if taken > SLOW_SECONDS:
        failed(content, name, seed, f"took {taken:.1f} s", None)
    return name, outcome


def failed(content: bytes, name: str, seed: int, what: str, error: BaseException | None) -> None:
    """Report an input that did what it must not."""
    with open("fuzz_failure.bin", "wb") as file:
        file.write(content)
    raise AssertionError(
        f"{name} (seed {seed}) {what}; the input is in fuzz_failure.bin"
    ) from error


def limit_memory() -> None:
    """A limit to what the process may ask for: beyond it an allocation fails, touched or not."""
    with open("/proc/self/statm") as status:
        held = int(status.read().split()[0]) * resource.getpagesize()
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    wanted = held + ADDRESS_BYTES
    wanted = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, most))


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--only", help="one kind of input, such as npz")
    arguments = parser.parse_args()
    limit_memory()
    options = arguments.count, arguments.seed, arguments.seconds, False, arguments.only
    for outcome, count in sorted(fuzz(*options).items()):
        print(f"{count:8}  {outcome}")


if __name__ == "__main__":
    main()
