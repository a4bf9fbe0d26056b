"""What belongs to the process and not to a program: as in a new process when it begins, put back when it ends."""

from __future__ import annotations

import builtins
import gc
import logging
import os
import random
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from IPython.core.interactiveshell import InteractiveShell
from torch.jit._trace import TracerWarning
from torch.nn.modules import module as modules

from gradwalk.cells.kept import ABSENT, Kept, attribute, mapping, members, sequence
from gradwalk.cells.thread import THREAD

SEED = 0
"""What every generator of random numbers starts from, so that a program without a seed does the same each time."""


def _filters() -> list[Any]:
    """The filters of warnings in a new process: Python's, and what NumPy and PyTorch add when they are imported."""
    with warnings.catch_warnings():
        warnings.resetwarnings()
        for kind in (ResourceWarning, ImportWarning, PendingDeprecationWarning, DeprecationWarning):
            warnings.simplefilter("ignore", kind)
        warnings.filterwarnings("default", category=DeprecationWarning, module="__main__")
        warnings.filterwarnings("always", category=np.exceptions.RankWarning)
        for part in ("dtype", "ufunc", "ndarray"):
            warnings.filterwarnings("ignore", message=f"numpy.{part} size changed")
        warnings.filterwarnings("ignore", category=TracerWarning, module=r"torch.(?!jit)")
        warnings.filterwarnings("ignore", "torch::jit::fuser::cuda")
        return list(warnings.filters)


def _put_filters(filters: list[Any]) -> None:
    warnings.filters[:] = filters  # type: ignore[index]  # a list, whatever the stubs say


def _anomaly() -> tuple[bool, bool]:
    return torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()


def _put_anomaly(mode: tuple[bool, bool]) -> None:
    torch.set_anomaly_enabled(*mode)


def _put_thresholds(thresholds: tuple[int, int, int]) -> None:
    gc.set_threshold(*thresholds)


def _folder() -> str | None:
    try:
        return str(Path.cwd())
    except OSError:
        return None


def _put_folder(path: str | None) -> None:
    if path is not None:
        os.chdir(path)


def _environment() -> dict[Any, Any]:
    """As the process holds it: to decode it takes as long as ten operations."""
    return dict(os.environ._data)  # type: ignore[attr-defined]


def _put_environment(before: dict[Any, Any]) -> None:
    decoded = {os.environ.decodevalue(key): os.environ.decodevalue(value) for key, value in before.items()}
    mapping(os.environ).put(decoded)


def _put_main(module: Any) -> None:
    sys.modules["__main__"] = module


_HOOKS = [vars(modules)[name] for name in dir(modules) if name.startswith("_global_") and "hooks" in name]

PROCESS: tuple[Kept, ...] = (
    Kept(torch.get_default_dtype, torch.set_default_dtype, torch.float32),
    mapping(vars(torch._tensor_str.PRINT_OPTS), dict(vars(torch._tensor_str.PRINT_OPTS))),
    Kept(_anomaly, _put_anomaly, (False, True)),
    Kept(torch.get_deterministic_debug_mode, torch.set_deterministic_debug_mode, 0),
    Kept(torch.get_float32_matmul_precision, torch.set_float32_matmul_precision, "highest"),
    Kept(torch.get_num_threads, torch.set_num_threads),
    Kept(torch.is_warn_always_enabled, torch.set_warn_always),
    attribute(torch.distributions.Distribution, "_validate_args", __debug__),  # off once torch.compile is loaded
    *(mapping(hooks, {}) for hooks in _HOOKS),
    members(torch.Tensor, additions=True),
    members(torch.nn.Module, additions=True),
    members(torch.nn.functional, additions=False),
    members(InteractiveShell, additions=True),
    Kept(lambda: dict(np.get_printoptions()), lambda options: np.set_printoptions(**options)),
    Kept(np.geterr, lambda options: np.seterr(**options)),
    Kept(lambda: list(warnings.filters), _put_filters, _filters()),
    attribute(torch.storage._warn_typed_storage_removal, "has_warned", ABSENT),
    attribute(warnings, "showwarning"),
    attribute(warnings, "formatwarning"),
    attribute(warnings, "warn"),
    mapping(vars(builtins)),
    *(attribute(sys, name) for name in ("stdout", "stderr", "stdin", "displayhook", "excepthook", "unraisablehook")),
    *(attribute(sys, name) for name in ("ps1", "ps2", "ps3")),
    *(attribute(sys, name, ABSENT) for name in ("last_type", "last_value", "last_traceback", "last_exc")),
    sequence(sys.argv, [""]),
    sequence(sys.path),
    Kept(lambda: sys.modules.get("__main__"), _put_main),
    Kept(sys.getrecursionlimit, sys.setrecursionlimit),
    Kept(gc.isenabled, lambda on: gc.enable() if on else gc.disable()),
    Kept(gc.get_threshold, _put_thresholds),
    Kept(_environment, _put_environment),
    Kept(_folder, _put_folder),
    sequence(logging.root.handlers, []),
    Kept(lambda: logging.root.level, logging.root.setLevel, logging.WARNING),
)


_BUILTINS = vars(builtins)


@contextmanager
def builtins_put_back() -> Iterator[None]:
    """What a program does to Python's built-in names ends here, before anything of ours needs them again.

    A signal's handler may run between any two lines of this: what it needs is there all the time.
    """
    before = dict(_BUILTINS)
    try:
        yield
    finally:
        _BUILTINS.update(before)
        for name in _BUILTINS.keys() - before.keys():
            _BUILTINS.pop(name, None)


def settle() -> None:
    """From here on the process is what a program finds in a new one: for what is born from it (see ``fresh``)."""
    for kept in (*THREAD, *PROCESS):
        kept.set(kept.fresh)


@contextmanager
def fresh(file: str = "", arguments: Sequence[str] = (), *, settled: bool = False) -> Iterator[None]:
    """A stretch in which a program finds what it would find in a new process, and which leaves all as it was.

    A program that comes from a file finds what lies beside it: as ``python FILE ARGUMENTS`` does, or as Jupyter does,
    where a notebook runs in its own folder. Where a process was born ``settled``, and ends with this program, nothing
    has to be looked at: to look alone would copy 600 pages of memory.
    """
    if settled:
        with torch.inference_mode(False):
            _begin(file, arguments)
            yield
            return
    before = [(kept, kept.get()) for kept in (*THREAD, *PROCESS)]
    draws = torch.get_rng_state(), random.getstate(), np.random.get_state()
    try:
        with torch.inference_mode(False):
            for kept in (*THREAD, *PROCESS):
                kept.set(kept.fresh)
            _begin(file, arguments)
            yield
            _end_what_is_suspended()
    finally:
        for kept, was in reversed(before):
            kept.set(was)
        torch.set_rng_state(draws[0])
        random.setstate(draws[1])
        np.random.set_state(draws[2])
        warnings._filters_mutated()  # type: ignore[attr-defined]


def _begin(file: str, arguments: Sequence[str]) -> None:
    torch.default_generator.manual_seed(SEED)
    random.seed(SEED)
    np.random.seed(SEED)
    _stand_beside(file, arguments)
    warnings._filters_mutated()  # type: ignore[attr-defined]  # what was warned of once, may be warned of again


def _stand_beside(file: str, arguments: Sequence[str]) -> None:
    """What is imported and opened lies beside the program, which knows its name."""
    folder = "" if not file else str(Path(file).resolve().parent)
    if file:
        sys.argv[:] = [file, *arguments]
    if is_notebook(file):
        os.chdir(folder)
        folder = ""
    if folder or "" not in sys.path:
        sys.path[:] = [folder, *(path for path in sys.path if path)]


def is_notebook(file: str) -> bool:
    return file.endswith(".ipynb")


def _end_what_is_suspended() -> None:
    """Where the thread is not as it was, something of the program's still stands inside a context. Nobody can reach it
    any more, so collecting it lets it leave the context now, and not later in the midst of somebody else's work."""
    if any(kept.get() != kept.fresh for kept in THREAD):
        gc.collect()
