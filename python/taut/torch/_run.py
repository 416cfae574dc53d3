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
usage: {name} program.py [arguments]      run a PyTorch program on taut
       {name} -m module [arguments]       run a module or package
       {name} -c command [arguments]      run a command
       {name} --check path [path ...]     list the names that taut lacks
"""


def main(arguments: list[str], name: str = "python -m taut.torch") -> int:
    """What ``python -m taut.torch`` does with its arguments; returns the exit status.

    Args:
        arguments: those behind the name of the command.
        name: of the command.
    """
    match arguments:
        case ["--check", *paths] if paths:
            return _check.main(paths)
        case ["-h" | "--help", *_]:
            print(_USAGE.format(name=name), end="")
            return 0
        case ["-m", module, *rest]:
            return _run_module(module, rest)
        case ["-c", command, *rest]:
            sys.argv = ["-c", *rest]
            _set_path("")
            return _execute(compile(command, "<string>", "exec"))
        case [program, *_] if not program.startswith("-"):
            return _run_program(program, arguments, name)
    print(_USAGE.format(name=name), end="", file=sys.stderr)
    return 2


def _set_path(first: str) -> None:
    """What Python puts first on the path: it put the current folder there, for ``-m``."""
    if not getattr(sys.flags, "safe_path", False):
        sys.path[0] = first


def _run_program(program: str, arguments: list[str], name: str) -> int:
    path = os.path.abspath(program)
    if os.path.isdir(path):
        path = os.path.join(path, "__main__.py")
    try:
        with io.open_code(path) as file:
            source = file.read()
    except OSError as error:
        print(
            f"{name}: can't open file {path!r}: [Errno {error.errno}] {error.strerror}",
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
    here = os.path.dirname(__file__)
    return (
        filename.startswith("<frozen ")
        or os.path.basename(filename) == "runpy.py"
        or os.path.dirname(filename) in (here, os.path.join(os.path.dirname(here), "_cli"))
        or filename == os.path.join(os.path.dirname(here), "__main__.py")
    )
