"""Memory that is kept back: of a program that has used up all that it may have, what it did can still be told.

Only addresses are kept back, which the limit counts; no memory is taken.
"""

from __future__ import annotations

import mmap

BYTES = 64_000_000
_KEPT: list[mmap.mmap] = []


def keep() -> None:
    """From now on, in a process that runs one program."""
    _KEPT.append(mmap.mmap(-1, BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_READ))


def let_go() -> None:
    """It may be used."""
    while _KEPT:
        _KEPT.pop().close()
