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


def outcome(check):
    """`(number compared, "")` or `(None, why it differs)`."""
    try:
        return check(), ""
    except Exception as error:  # noqa: BLE001 - a table of what differs is the point
        text = " ".join(str(error).split())
        return None, f"{type(error).__name__}: {text}"[:1500]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="rows of op_db; all where none is named")
    parser.add_argument("--failures", action="store_true", help="print why")
    parser.add_argument("--json", type=pathlib.Path, help="write every outcome")
    args = parser.parse_args()
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


if __name__ == "__main__":
    main()
