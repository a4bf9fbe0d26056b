"""What the system counts of a process: how long it has worked, and how long it was ready to and had no core."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from pathlib import Path

_LEAST_SHARE = 1 / 30
"""Of a core. Whoever works less than this is not kept from working by others alone."""
_MOST_TURNS = 3
"""So many times its bound by the clock is forgiven, at most, however busy the machine is."""


def worked(pid: int) -> float | None:
    """Seconds of a core's work of a process so far; None where the system does not tell."""
    if sys.platform.startswith("linux"):
        with suppress(OSError):
            return time.clock_gettime(~pid << 3 | 2)  # clock_getcpuclockid(3) in the kernel's numbers
    return None


def kept_waiting(pid: int) -> float:
    """Seconds in which a process's first thread was ready to run while others had the cores; 0 where the system does
    not tell. Who sleeps, or is halted, is not ready."""
    with suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[1]) / 1e9
    return 0.0


def forgiven(waited: float, worked: float, bound: float) -> float:
    """The seconds by the clock that do not count towards a bound: in which others had the cores."""
    return min(waited, worked / _LEAST_SHARE, _MOST_TURNS * bound)
