"""Compares products of matrices of every shape with PyTorch's, on one thread.

    python benchmarks/matmul_sweep.py [--shapes N] [--seed N] [--limit GFLOP] [--json FILE]

m, n and k are each drawn from the powers of two up to 2048 and their neighbours, with any pair of transposes;
typical layers' shapes are always among them. Both modules run in one process and take turns, call by call, and
processor time is what counts, so that what else runs on the machine falls on both alike. A shape that seems slower than
PyTorch's by more than 5% is measured twice again, longer, and the best of its readings stands.
"""

from __future__ import annotations

import argparse
import itertools
import json
import pathlib
import random
import statistics
import time

import torch

import taut

SIZES = sorted({max(1, 2**e + d) for e in range(12) for d in (-1, 0, 1)})
LAYERS = [
    *((768, 128, n) for n in (128, 384, 512, 1000)),
    *((64, 784, 256), (64, 256, 256), (64, 256, 10), (256, 784, 64), (32, 64, 64)),
    *((700, 128, 512), (20, 128, 512), (2048, 768, 768), (128, 768, 3072), (1, 768, 3072)),
]
ALLOWED = 1.05


def operands(module, m, k, n, pair):
    """Two matrices whose product is m x n, stored as the pair of letters says (n: by rows)."""
    a = module.rand(m, k) if pair[0] == "n" else module.rand(k, m).t()
    b = module.rand(k, n) if pair[1] == "n" else module.rand(n, k).t()
    return a, b


def turn(f, a, b, calls):
    start = time.thread_time()
    for _ in range(calls):
        f(a, b)
    return (time.thread_time() - start) / calls


def measured(shape, pair, turns, least=3e-4):
    """Seconds per product, `(taut, torch)`: the lowest of alternating turns of so long each."""
    m, k, n = shape
    with torch.no_grad(), taut.no_grad():
        calls = (
            (taut.mm, *operands(taut, *shape, pair)),
            (torch.mm, *operands(torch, *shape, pair)),
        )
        guess = max(min(turn(*calls[0], 1), turn(*calls[0], 1)), 1e-7)
        repeat = max(1, int(least / guess))
        times = [[turn(*call, repeat) for call in calls] for _ in range(turns)]
    return tuple(min(column) for column in zip(*times, strict=True))


def ratio(shape, pair):
    """taut's time over PyTorch's; slow shapes get more than one chance to show it was the machine."""
    found = measured(shape, pair, 7)
    for turns in (15, 31):
        if found[0] <= ALLOWED * found[1]:
            break
        again = measured(shape, pair, turns)
        found = tuple(map(min, found, again))
    return found


def shapes(count, limit, seed):
    """So many (shape, pair of transposes), each product of at most `limit` GFLOP; layers first."""
    draw = random.Random(seed)
    yield from itertools.product(LAYERS, ("nn", "nt", "tn", "tt"))
    while count > 0:
        shape = tuple(draw.choice(SIZES) for _ in range(3))
        if 2e-9 * shape[0] * shape[1] * shape[2] <= limit:
            count -= 1
            yield shape, "".join(draw.choice("nt") for _ in range(2))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shapes", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limit", type=float, default=1.0, help="GFLOP of the largest product")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    taut.set_num_threads(1)
    rows = []
    for shape, pair in shapes(options.shapes, options.limit, options.seed):
        ours, theirs = ratio(shape, pair)
        rows.append({"shape": shape, "pair": pair, "taut": ours, "torch": theirs})
        if ours > ALLOWED * theirs:
            m, k, n = shape
            rate = 2e-9 * m * k * n / ours
            print(f"{m} x {k} x {n} {pair}: {ours / theirs:.2f} ({rate:.1f} GFLOP/s)", flush=True)
    ratios = sorted(row["taut"] / row["torch"] for row in rows)
    slow = sum(r > ALLOWED for r in ratios)
    print(
        f"{len(ratios)} shapes: median {statistics.median(ratios):.2f}, "
        f"95th percentile {ratios[int(0.95 * len(ratios))]:.2f}, highest {ratios[-1]:.2f}; "
        f"{slow} slower than PyTorch by more than 5%"
    )
    if options.json:
        options.json.write_text(json.dumps(rows))


if __name__ == "__main__":
    main()
