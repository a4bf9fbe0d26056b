"""What is known of PyTorch's kernels, one record each: how each is written, what it computes, how its elements relate.

Everything else in the library that has to tell one kernel from another asks here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from gradwalk.notation.elementwise_kernels import ELEMENTWISE
from gradwalk.notation.gathering_kernels import GATHERING
from gradwalk.notation.kernel_record import Kernel, base_name

KERNELS: Mapping[str, Kernel] = {known.name: known for known in (*ELEMENTWISE, *GATHERING)}


@lru_cache(maxsize=1024)
def kernel(name: str) -> Kernel:
    """The record of a kernel, by its name with or without overload; of one that nobody knows, an empty one."""
    base = base_name(name)
    return KERNELS.get(base) or Kernel(base)
