"""What belongs to the process or its thread, and to no program: tests look whether it stays as it was.

And a thread of its own for what wants a loop of events.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
import torch

_Result = TypeVar("_Result")


def global_state() -> dict[str, Any]:
    """Everything that a program could change for others, by name."""
    return {
        "dtype": torch.get_default_dtype(),
        "device": str(torch.get_default_device()),
        "grad mode": torch.is_grad_enabled(),
        "inference mode": torch.is_inference_mode_enabled(),
        "threads": torch.get_num_threads(),
        "print options": repr(torch.tensor([1 / 3, 1e-9, 1e9])),
        "numpy's print options": repr(np.array([1 / 3, 1e-9, 1e9])),
        "numpy's errors": np.geterr(),
        "generator": torch.get_rng_state().tolist(),
        "numpy's generator": repr(np.random.get_state()),
        "random's generator": random.getstate(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "anomaly": torch.is_anomaly_enabled(),
        "warning filters": list(warnings.filters),
        "dispatch modes": torch._C._len_torch_dispatch_stack(),
        "function modes": torch._C._len_torch_function_stack(),
        "matmul precision": torch.get_float32_matmul_precision(),
        "recursion limit": sys.getrecursionlimit(),
        "module hooks": len(torch.nn.modules.module._global_forward_hooks),
        "functions": [torch.sin, torch.Tensor.sin, torch.nn.Linear.forward, np.sin, print],
    }


def is_gone(pid: int) -> bool:
    """Ended, or a zombie that waits for whoever inherited it."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return listed.strip()[:1] in {"", "Z"}


def wait_until_gone(*pids: int) -> None:
    """Who is killed ends when the system gets to it: on a busy machine not at once."""
    while not all(map(is_gone, pids)):
        threading.Event().wait(0.01)


def aside(work: Callable[[], _Result]) -> _Result:
    """Run it in another thread: in this one, Playwright may have a loop, and no second one is allowed there."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


def in_a_loop_of_its_own(work: Coroutine[Any, Any, None]) -> None:
    """Run it to its end, in another thread."""
    aside(lambda: asyncio.run(work))
