"""What belongs to the process or its thread, and to no program: tests look whether it stays as it was.

And a thread of its own for what wants a loop of events.
"""

from __future__ import annotations

import asyncio
import random
import sys
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


def aside(work: Callable[[], _Result]) -> _Result:
    """Run it in another thread: in this one, Playwright may have a loop, and no second one is allowed there."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


def in_a_loop_of_its_own(work: Coroutine[Any, Any, None]) -> None:
    """Run it to its end, in another thread."""
    aside(lambda: asyncio.run(work))
