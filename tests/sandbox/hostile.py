"""Programs in real Python that try to get out of a locked process: those in the files of ``corpus/``, one class a file.

Each says ``through`` when something let it; those of ``harmless.txt`` are to be let. ``file``, ``folder``, ``pid``,
``port``, ``udp`` and ``memory`` name what is outside (``world``), ``libc`` is the C library, and ``call`` a system call
by its number on x86_64, which raises OSError.
"""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "corpus"

PRELUDE = """
import ctypes, os, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
def checked(result):
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
def call(number, *arguments):
    given = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    return checked(libc.syscall(ctypes.c_long(number), *given))
def through(what="through"):
    say(repr(what)[:500])
"""


def read(path: Path) -> dict[str, str]:
    """The programs of one file, each under a line with its title."""
    parts = re.split(r"^#### (.*)\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


_PROGRAMS = {path.stem: read(path) for path in sorted(FOLDER.glob("*.txt"))}
HARMLESS, MEMORY, CRASHES, MEDDLING = (_PROGRAMS.pop(kind) for kind in ("harmless", "memory", "crashes", "meddling"))
TORCH, TORCH_MEDDLING = _PROGRAMS.pop("torch"), _PROGRAMS.pop("torch_meddling")
ESCAPES = {f"{kind}: {title}": text for kind, programs in _PROGRAMS.items() for title, text in programs.items()}
