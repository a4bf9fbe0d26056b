"""What of the process one piece of work could leave changed for the next: looked at before and after, and compared."""

from __future__ import annotations

import gc
import os
import random
import sys
import threading
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gradwalk.cells.thread import THREAD

State = Mapping[str, Any]


def state() -> State:
    """Takes some tenths of a millisecond. What is compared may be a digest: nothing can be put back from it."""
    return {
        "thread": [kept.get() for kept in THREAD],
        "inference mode": torch.is_inference_mode_enabled(),
        "dtype": torch.get_default_dtype(),
        "anomaly": torch.is_anomaly_enabled(),
        "deterministic": torch.get_deterministic_debug_mode(),
        "precision": torch.get_float32_matmul_precision(),
        "print options": dict(vars(torch._tensor_str.PRINT_OPTS)),
        "PyTorch's threads": torch.get_num_threads(),
        "threads": threading.active_count(),
        "generator": torch.get_rng_state().numpy().tobytes(),
        "Python's generator": hash(random.getstate()),
        "NumPy's generator": _numpys_generator(),
        "NumPy's errors": np.geterr(),
        "NumPy's print options": np.get_printoptions(),
        "warnings": (list(warnings.filters), warnings.showwarning),
        "module hooks": _hooks(),
        "functions": [torch.sin, torch.Tensor.sin, torch.Tensor.backward, torch.nn.Linear.forward, np.sin, print],
        "streams": [sys.stdout, sys.stderr, sys.displayhook, sys.excepthook],
        "tracing": [sys.gettrace(), sys.getprofile()],
        "recursion limit": sys.getrecursionlimit(),
        "garbage collection": (gc.isenabled(), gc.get_threshold()),
        "environment": dict(os.environ),
        "folder": Path.cwd(),
    }


def _numpys_generator() -> tuple[bytes, int]:
    kind: Any = np.random.get_state()
    return kind[1].tobytes(), kind[2]


def _hooks() -> list[int]:
    module = vars(torch.nn.modules.module)
    return [len(module[name]) for name in module if name.startswith("_global_") and "hooks" in name]


def changed(before: State) -> list[str]:
    """The names of what is no longer as it was."""
    now = state()
    return [name for name, was in before.items() if now[name] != was]
