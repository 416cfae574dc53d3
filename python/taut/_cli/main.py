"""The entry point of the command: what is asked for, and what becomes of errors."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence

from taut._cli import bench, convert, diff, info, inspect
from taut._cli.terminal import Problem, clean, has_colour

__all__ = ["main"]

_RUN_HELP = "run a program written for PyTorch on taut: taut run program.py [arguments]"
_EPILOG = """\
examples:
  taut inspect net.pt --stats
  taut diff before.pt after.safetensors
  taut convert net.pt net.safetensors --dtype float16
  taut run train.py --epochs 3
  taut info

`taut COMMAND --help` has more. Exit status: 0 success, 1 differences (diff), 2 error.
"""


def _parser() -> argparse.ArgumentParser:
    import taut

    parser = argparse.ArgumentParser(
        prog="taut",
        description="Checkpoints, programs and timings on the command line.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"taut {taut.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in (inspect, diff, convert):
        command.add(commands)
    commands.add_parser("run", help=_RUN_HELP, add_help=False)
    for command in (bench, info):
        command.add(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command.

    Args:
        arguments: those after the program's name; ``sys.argv`` if None.

    Returns:
        The exit status: 0 for success, 1 where a diff found differences, 2 for an error, 130 after an
        interrupt, 141 where the reader of the output went away.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] == ["run"]:  # everything behind it is the program's, its errors included
        return _run_program(given[1:])
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # a stream of somebody's own
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    options = _parser().parse_args(given)
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # What is left must not be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except KeyboardInterrupt:
        return _complain("interrupted", 130)
    except Problem as problem:
        return _complain(str(problem), 2)
    except OSError as error:
        name = f"{error.filename}: " if error.filename is not None else ""
        return _complain(f"{name}{error.strerror or error}", 2)
    except MemoryError:
        return _complain("not enough memory", 2)
    return status


def _complain(text: str, status: int) -> int:
    head = "\x1b[31mtaut:\x1b[0m" if has_colour(sys.stderr) else "taut:"
    print(f"{head} {' '.join(map(clean, text.splitlines()))}", file=sys.stderr)
    return status


def _run_program(arguments: list[str]) -> int:
    from taut.torch._run import main as run

    return run(arguments, name="taut run")
