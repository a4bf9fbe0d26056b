"""System calls that Python has no function for, by number, with an OSError where the kernel refuses one."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from collections.abc import Mapping
from types import MappingProxyType

LINUX = sys.platform.startswith("linux")

MACHINES: Mapping[str, tuple[int, int]] = MappingProxyType({"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)})
"""The processors that are known: the column of their numbers in ``calls``, and the kernel's name for them."""

SECCOMP = {"x86_64": 317, "aarch64": 277}
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446  # the same on all processors, as all newer ones

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP = 1, 4, 24
PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 38, 47, 4

_MADV_COLLAPSE = 25
_LIBC = ctypes.CDLL(None, use_errno=True) if LINUX else None


def machine() -> str:
    """The processor of this machine, where its system calls are known; else an empty text."""
    found = platform.machine()
    return found if LINUX and found in MACHINES and sys.byteorder == "little" and sys.maxsize > 2**32 else ""


def syscall(number: int, *arguments: int | ctypes.Array[ctypes.c_char] | None) -> int:
    """Raises OSError."""
    if _LIBC is None:
        raise NotImplementedError("Only Linux has these system calls.")
    given = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    result: int = _LIBC.syscall(ctypes.c_long(number), *given)
    return _checked(result)


def prctl(option: int, *arguments: int) -> int:
    """Raises OSError."""
    if _LIBC is None:
        raise NotImplementedError("Only Linux has prctl.")
    padded = [*arguments, 0, 0, 0, 0][:4]
    result: int = _LIBC.prctl(ctypes.c_int(option), *(ctypes.c_ulong(one) for one in padded))
    return _checked(result)


def capset(header: bytes, data: bytes) -> int:
    """Raises OSError."""
    if _LIBC is None:
        raise NotImplementedError("Only Linux has capabilities.")
    result: int = _LIBC.capset(header, data)
    return _checked(result)


def collapse(start: int, size: int) -> int:
    """Make large pages of memory (MADV_COLLAPSE). Raises OSError."""
    if _LIBC is None:
        raise NotImplementedError("Only Linux has large pages of this kind.")
    result: int = _LIBC.madvise(ctypes.c_void_p(start), ctypes.c_size_t(size), _MADV_COLLAPSE)
    return _checked(result)


def _checked(result: int) -> int:
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
