"""What a locked process may take, and everything that is taken from it before it is locked."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import struct
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from gradwalk.sandbox import reserve
from gradwalk.sandbox.kernel import (
    LINUX,
    PR_CAP_AMBIENT,
    PR_CAP_AMBIENT_CLEAR_ALL,
    PR_CAPBSET_DROP,
    PR_SET_DUMPABLE,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_PDEATHSIG,
    capset,
    prctl,
)


@dataclass(frozen=True)
class Bounds:
    """What one program may take."""

    seconds: float = 10
    """Of a core's work."""
    wall: float = 30
    """Seconds by the clock, without those in which others had the cores (``clocks``)."""
    grace: float = 4
    """Seconds of a core's work, and three by the clock, to come to an end after the time is up: to put a recording of
    a hundred thousand statements together takes one or two."""
    megabytes: int = 1000
    """Memory on top of what the process was born with."""
    threads: int = 32
    files: int = 128
    """Descriptors that are open at once."""


_MOST_DESCRIPTORS = 1 << 16
_CAPABILITIES_3 = 0x20080522
_MOST_CAPABILITIES = 64


def withdraw(keep: Iterable[int]) -> None:
    """A session of its own, nothing to read, nobody to write to, and of all that was open only ``keep`` remains."""
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    for before, after in pairwise([2, *sorted(keep), _MOST_DESCRIPTORS]):
        os.closerange(before + 1, after)


def give_way(niceness: int) -> None:
    """Others go first, and where memory runs out this process ends first."""
    os.nice(niceness)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    with suppress(OSError):  # where each session is a group of its own to the scheduler, niceness counts only inside
        Path("/proc/self/autogroup").write_text(str(niceness), encoding="ascii")


def depend_on(parent: int) -> None:
    """End with the process that started this one."""
    if LINUX:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def forget_environment() -> None:
    """No variable is left, not even in the memory in which the system handed them over."""
    os.environ.clear()
    if LINUX:
        fields = Path("/proc/self/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        start, end = int(fields[47]), int(fields[48])  # env_start and env_end, the 50th and the 51st
        if 0 < start < end:
            ctypes.memset(start, 0, end - start)


def held() -> int:
    """The memory that this process holds, in bytes; 0 where the system does not tell."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) if LINUX else 0
    return pages * resource.getpagesize()


def limit(bounds: Bounds) -> None:
    """The limits that the kernel counts. They can be made smaller from now on, never larger."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) if LINUX else 0
    whole_seconds = int(bounds.seconds + bounds.grace) + 2  # the nursery ends it earlier; this is for when it cannot
    wanted = {
        resource.RLIMIT_CPU: whole_seconds,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: bounds.files,
        resource.RLIMIT_MEMLOCK: 0,
    }
    if LINUX:
        wanted[resource.RLIMIT_AS] = pages * resource.getpagesize() + bounds.megabytes * 1_000_000 + reserve.BYTES
        wanted |= {resource.RLIMIT_MSGQUEUE: 0, resource.RLIMIT_NICE: 0, resource.RLIMIT_RTPRIO: 0}
    for kind, most in wanted.items():
        _, hard = resource.getrlimit(kind)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (least, least))


def give_up_rights() -> None:
    """No right of the superuser's, for good; and nobody of the same user may look into this process. Linux only."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    for capability in range(_MOST_CAPABILITIES):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:  # without the right to drop them, or behind the last one
            break
    with suppress(OSError):
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    capset(struct.pack("=Ii", _CAPABILITIES_3, 0), bytes(24))
    prctl(PR_SET_DUMPABLE, 0)
