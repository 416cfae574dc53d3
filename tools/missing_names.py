"""Lists the public names of PyTorch that taut lacks: docs/missing_names.md.

    python tools/missing_names.py [--check]

A name counts where PyTorch offers it: in `__all__` of its module or, for modules without one, defined by PyTorch. What is written
in the page by hand does not exist; --check says whether the page is as it would be made.
"""

from __future__ import annotations

import importlib
import inspect
import pathlib
import re
import sys
import types
import warnings

import torch

import taut

PAGE = pathlib.Path(__file__).resolve().parents[1] / "docs" / "missing_names.md"
# The modules that programs import, and `Tensor`.
MODULES = (
    *(
        "torch",
        "torch.Tensor",
        "torch.nn",
        "torch.nn.functional",
        "torch.nn.init",
        "torch.nn.utils",
    ),
    *("torch.nn.utils.rnn", "torch.nn.utils.parametrize", "torch.nn.utils.parametrizations"),
    *("torch.nn.utils.prune", "torch.optim", "torch.optim.lr_scheduler", "torch.optim.swa_utils"),
    *("torch.autograd", "torch.autograd.functional", "torch.autograd.graph", "torch.utils.data"),
    *("torch.utils.checkpoint", "torch.distributions", "torch.distributions.constraints"),
    *("torch.distributions.transforms", "torch.func", "torch.linalg", "torch.special", "torch.amp"),
    *("torch.random", "torch.testing", "torch.serialization"),
)
# Whole modules for which there is nothing.
ABSENT = (
    *("torch.fft", "torch.sparse", "torch.masked", "torch.nested", "torch.signal", "torch.export"),
    *("torch.profiler", "torch.library", "torch.hub", "torch.onnx", "torch.ao", "torch.package"),
    *("torch.fx", "torch.futures", "torch.autograd.forward_ad", "torch.autograd.profiler"),
    *(
        "torch.utils.tensorboard",
        "torch.utils.benchmark",
        "torch.utils.cpp_extension",
        "torch.monitor",
    ),
)
# What a missing name has to do with; the first that fits.
REASONS = (
    ("complex numbers", r"complex|^c(float|double)$|chalf|conj|^angle|^imag|^polar|view_as_real"),
    (
        "quantised tensors",
        r"quant(?!ile)|^q(_|u?int|scheme|\d)|^q_|int_repr|fbgemm|observer|choose_qparams",
    ),
    (
        "sparse and nested tensors",
        r"sparse|spmm|dsmm|hsmm|smm$|sspaddmm|c(row|col)_ind|row_ind|col_ind|coalesce|^(dense|sparse)_dim|to_dense|^indices|^values|nested|padded|to_mkldnn",
    ),
    (
        "sub-byte and 8-bit types",
        r"^(u?int[1-7]|uint(16|32|64)|float(4|8)|bits?\d*)|bits\d+x\d+|^bit$",
    ),
    (
        "scripting, tracing and export",
        r"[a-z]Type$|^(AnyType|Type|Tag)$|Script|^(Graph|Block|Node|Use|Value|Code|CallStack|Capsule|FunctionSchema)|JIT|_ir_|parse_|Schema|^Sym|^sym_|^(fork|wait|export|compiled|cond|while_loop)$|Logg|Trac|Future|unify|merge_type|ExecutionPlan|Argument|AliasDb|FileCheck|Dispatch|Module(Dict|Type)|CompilationUnit|ErrorReport|IODesc|LiteScript|StaticModule|Inferred|AggregationType|^(AVG|SUM)$|DeepCopyMemo|OperatorInfo|library|has_torch_function|is_tracing|guard_|vmap|typename",
    ),
    (
        "other devices and back ends",
        r"cudnn|miopen|mkldnn|mkl\b|_mkl|vulkan|xla|ipu|maia|mtia|hpu|xpu|metal|mps|is_distributed|Stream|^Event$|accelerator|cuda|_gpu_|lapack|openmp|has_spectral|record_stream|is_shared|share_memory",
    ),
    ("spectra and windows", r"fft|stft|_window$"),
    (
        "forward mode and transforms",
        r"^(jvp|vjp|jac|hessian|grad|linearize|functionalize|debug_unwrap)|forward_ad|dual",
    ),
)


def names_of(name: str) -> list[str]:
    """What PyTorch offers under a name."""
    found = resolve(torch, name)
    listed = getattr(found, "__all__", None)
    if name == "torch":
        from torch.overrides import get_overridable_functions

        # `__all__` also has what binds it to its compiler; programs use functions and types.
        listed = {n for n in listed if inspect.isclass(getattr(found, n, None))}
        listed |= {f.__name__ for f in get_overridable_functions()[torch]}
        listed |= {
            n
            for n in dir(found)
            if isinstance(getattr(found, n), (torch.dtype, types.FunctionType))
        }
    names = dir(found) if listed is None else listed
    return sorted(n for n in names if not n.startswith("_") and belongs(getattr(found, n, None)))


def belongs(value: object) -> bool:
    """Whether PyTorch made it; it is no module."""
    if value is None or isinstance(value, types.ModuleType):
        return False
    return (getattr(value, "__module__", None) or "torch").startswith("torch")


def resolve(root: types.ModuleType, name: str) -> object:
    """The module, or `Tensor`, that has a name below torch, of one library or the other."""
    path = name.replace("torch", root.__name__, 1)
    if path.endswith(".Tensor"):
        return root.Tensor
    try:
        return importlib.import_module(path)
    except ModuleNotFoundError:
        return None


def missing(name: str) -> dict[str, list[str]]:
    """The names that taut lacks, by reason."""
    ours = resolve(taut, name)
    reasons = REASONS if name in ("torch", "torch.Tensor") else ()
    groups: dict[str, list[str]] = {}
    for each in (n for n in names_of(name) if not hasattr(ours, n)):
        reason = next((r for r, pattern in reasons if re.search(pattern, each)), "")
        groups.setdefault(reason, []).append(each)
    return groups


def page() -> str:
    """The page."""
    absent = [f"`{name}`" for name in ABSENT if resolve(taut, name) is None]
    parts = [
        "# Names that taut lacks\n",
        "Made by `python tools/missing_names.py`; not edited by hand.\n",
        f"The public names of PyTorch {torch.__version__.partition('+')[0]} that taut does not have, module by module, and what\n"
        "they have to do with. `python -m taut.torch --check program.py` says which of them a program uses.\n",
        f"Nothing is there of {', '.join(absent)}.\n",
        "| module | there | missing |\n| --- | --- | --- |",
    ]
    sections = []
    for name in MODULES:
        groups, total = missing(name), len(names_of(name))
        lacking = sum(map(len, groups.values()))
        parts.append(f"| `{name}` | {total - lacking} of {total} | {lacking or 'none'} |")
        if lacking:
            sections.append(f"\n## {name}\n")
            for reason in sorted(groups, key=lambda r: (r != "", r)):
                code = ", ".join(f"`{n}`" for n in groups[reason])
                sections.append(
                    f"{reason[:1].upper() + reason[1:]}: {code}\n" if reason else f"{code}\n"
                )
    return "\n".join([*parts, *sections])


def main() -> int:
    """Writes the page, or checks it."""
    warnings.simplefilter("ignore")
    text = page()
    if "--check" in sys.argv[1:]:
        return int(PAGE.read_text() != text)
    PAGE.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
