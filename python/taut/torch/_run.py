"""Runs a program as ``python program.py`` would, with the import hook in place."""

from __future__ import annotations

import builtins
import importlib.machinery
import importlib.util
import io
import os
import sys
from types import CodeType, ModuleType, TracebackType
from typing import Any

from taut.torch import _check, _finder

__all__ = ["main"]

_USAGE = """\
usage: python -m taut.torch program.py [arguments]      run a PyTorch program on taut
       python -m taut.torch -m module [arguments]       run a module or package
       python -m taut.torch -c command [arguments]      run a command
       python -m taut.torch --check path [path ...]     list the names that taut lacks
"""


def main(arguments: list[str]) -> int:
    """What ``python -m taut.torch`` does with its arguments; returns the exit status."""
    match arguments:
        case ["--check", *paths] if paths:
            return _check.main(paths)
        case ["-h" | "--help", *_]:
            print(_USAGE, end="")
            return 0
        case ["-m", name, *rest]:
            return _run_module(name, rest)
        case ["-c", command, *rest]:
            sys.argv = ["-c", *rest]
            _set_path("")
            return _execute(compile(command, "<string>", "exec"))
        case [program, *_] if not program.startswith("-"):
            return _run_program(program, arguments)
    print(_USAGE, end="", file=sys.stderr)
    return 2


def _set_path(first: str) -> None:
    """What Python puts first on the path: it put the current folder there, for ``-m``."""
    if not getattr(sys.flags, "safe_path", False):
        sys.path[0] = first


def _run_program(program: str, arguments: list[str]) -> int:
    path = os.path.abspath(program)
    if os.path.isdir(path):
        path = os.path.join(path, "__main__.py")
    try:
        with io.open_code(path) as file:
            source = file.read()
    except OSError as error:
        print(
            f"python -m taut.torch: can't open file {path!r}: [Errno {error.errno}] "
            f"{error.strerror}",
            file=sys.stderr,
        )
        return 2
    sys.argv = arguments
    _set_path(os.path.dirname(os.path.realpath(path)))
    try:
        code = compile(source, path, "exec", dont_inherit=True)
    except SyntaxError:
        _hide_runner()
        raise
    loader = importlib.machinery.SourceFileLoader("__main__", path)
    return _execute(code, __file__=path, __cached__=None, __loader__=loader)


def _run_module(name: str, rest: list[str]) -> int:
    sys.argv = ["-m", *rest]
    _set_path(os.getcwd())
    _finder.install()  # finding a module imports the packages above it
    try:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.submodule_search_locations is not None:
            spec = importlib.util.find_spec(f"{name}.__main__")
        code = spec.loader.get_code(spec.name) if spec is not None else None  # type: ignore
    except ModuleNotFoundError as error:
        if not (error.name and f"{name}.".startswith(f"{error.name}.")):
            _hide_runner()
            raise
        spec = code = None
    except BaseException:
        _hide_runner()
        raise
    if spec is None or code is None:
        print(f"{sys.executable}: No module named {name}", file=sys.stderr)
        return 1
    sys.argv[0] = spec.origin or name
    return _execute(
        code,
        __file__=spec.origin,
        __cached__=spec.cached,
        __spec__=spec,
        __loader__=spec.loader,
        __package__=spec.parent,
    )


def _execute(code: CodeType, **names: Any) -> int:
    """Runs a program's code as the module ``__main__``."""
    module = ModuleType("__main__")
    module.__dict__.update({"__builtins__": builtins, "__package__": None, **names})
    _kept.append(sys.modules["__main__"])  # its names would go with it
    sys.modules["__main__"] = module
    _finder.install()
    try:
        exec(code, module.__dict__)
    except BaseException:
        _hide_runner()
        raise
    return 0


_kept: list[ModuleType] = []


def _hide_runner() -> None:
    """Lets the traceback that Python will print begin at the program, as if Python had run it."""
    printer = sys.excepthook

    def hook(kind: type[BaseException], value: BaseException, tb: TracebackType | None) -> None:
        while tb is not None and _is_runner(tb.tb_frame.f_code.co_filename):
            tb = tb.tb_next
        printer(kind, value.with_traceback(tb), tb)

    sys.excepthook = hook


def _is_runner(filename: str) -> bool:
    return (
        filename.startswith("<frozen ")
        or os.path.basename(filename) == "runpy.py"
        or os.path.dirname(filename) == os.path.dirname(__file__)
    )
