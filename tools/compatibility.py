"""Runs PyTorch's operation database through taut and prints what agrees.

python tools/compatibility.py [NAME ...] [--failures] [--json FILE]
"""

import argparse
import collections
import json
import pathlib
import sys
import warnings

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "ops"))

import torch  # noqa: E402

import opdb  # noqa: E402
import opdb_checks  # noqa: E402
import tiers  # noqa: E402


def outcome(check):
    """`(number compared, "")` or `(None, why it differs)`."""
    try:
        return check(), ""
    except Exception as error:  # noqa: BLE001 - a table of what differs is the point
        text = " ".join(str(error).split())
        return None, f"{type(error).__name__}: {text}"[:1500]


PAGE = HERE.parent / "docs" / "compatibility.md"
INTRODUCTION = """# Compatibility

Made by `python tools/compatibility.py --write`; not edited by hand.

PyTorch's wheel carries a database of its operations (`torch.testing._internal`, `op_db`): for each, samples of every kind of
input, bad inputs, and what it supports. Each row is run through PyTorch and through taut and compared in every aspect it has:

- *values*: result types, shapes, values and which results are views with which strides, in each dtype of the row that taut has;
- *gradients* and *second order* for fixed cotangents;
- *method*, *in place*, `out=` (shaped and growing), *aliases*;
- *errors*: the exception's type for the bad inputs.

Samples with complex, sparse or quantised tensors are left out: taut has sparse ones as gradients only. Operations that programs use most are tier 1, and a
test each (`tests/ops/test_op_db.py`); the tiers are in `tests/ops/tiers.py`. Modules and optimisers are tested the same way
by PyTorch's `module_db` and `optim_db` (`tests/nn/test_module_db.py`, `tests/optim/test_optim_db.py`).
"""


def gap(row):
    """What differs, in words."""
    bad = {aspect: why for aspect, (count, why) in row.items() if count is None}
    if all("Missing" in why or "has no attribute" in why for why in bad.values()):
        return "not there" if len(bad) == len(row) else ", ".join(bad)
    return ", ".join(bad)


def page(results):
    """The page, of outcomes by row and aspect."""
    parts = [INTRODUCTION]
    for number, title in (
        (1, "What ordinary training programs use"),
        (2, "Common elsewhere"),
        (3, "The rest"),
    ):
        rows = {n: r for n, r in results.items() if tiers.tier(n.partition("-")[0]) == number}
        gaps = {n: gap(r) for n, r in rows.items() if any(c is None for c, _ in r.values())}
        compared = sum(c or 0 for row in rows.values() for c, _ in row.values())
        parts.append(
            f"## Tier {number}: {title.lower()}\n\n{len(rows) - len(gaps)} of {len(rows)} rows agree in every "
            f"aspect; {compared:,} calls compared.\n"
        )
        if gaps:
            parts.append("| row | differs in |\n| --- | --- |")
            parts += [f"| {name} | {text} |" for name, text in sorted(gaps.items())]
            parts.append("")
        agreed = ", ".join(sorted(n for n in rows if n not in gaps))
        parts.append(f"<details><summary>Rows that agree</summary>\n\n{agreed}\n\n</details>\n")
    return "\n".join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="rows of op_db; all where none is named")
    parser.add_argument("--failures", action="store_true", help="print why")
    parser.add_argument("--json", type=pathlib.Path, help="write every outcome")
    parser.add_argument("--write", action="store_true", help="make docs/compatibility.md")
    parser.add_argument("--from", dest="given", type=pathlib.Path, help="outcomes of --json")
    args = parser.parse_args()
    if args.given:
        PAGE.write_text(page(json.loads(args.given.read_text())))
        return
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    results, totals = {}, collections.Counter()
    for op in opdb.op_db if not args.names else opdb.rows(set(args.names)):
        row = results[opdb.named(op)] = {a: outcome(c) for a, c in opdb_checks.aspects(op).items()}
        bad = {a: why for a, (n, why) in row.items() if n is None}
        totals["agree" if not bad else "differ"] += 1
        print(f"{'differs' if bad else 'agrees '} {opdb.named(op)} {', '.join(bad)}", flush=True)
        if args.failures:
            for aspect, why in bad.items():
                print(f"    {aspect}: {why[:700]}")
    print(dict(totals))
    if args.json:
        args.json.write_text(json.dumps(results, indent=1))
    if args.write:
        PAGE.write_text(page(results))


if __name__ == "__main__":
    main()
