"""A tripwire: tells what a program that should only compute asked of Python and the system.

It is an audit hook (PEP 578), which Python calls for files, processes, sockets, imports, compiled code and much else.
A hook cannot be removed; this one listens only in the thread that armed it, and only until it is disarmed.
"""

from __future__ import annotations

import ast
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

INNOCENT = {
    "object.__getattr__",  # a frame's or a function's code is looked at, by torch for its messages too
    "object.__setattr__",  # torch's own modules set their attributes so
    "sys._getframe",  # warnings and namedtuples ask who called
    "sys._getframemodulename",
    "time.sleep",
    "builtins.id",
    "gc.get_referents",
    "array.__new__",
    "sys.unraisablehook",
    "sys.excepthook",
}
"""What reads nothing from outside and changes nothing there."""

_armed = threading.local()
_installed = False


@contextmanager
def armed() -> Iterator[list[str]]:
    """Listen in this thread. Gives a list that fills with what should not have happened, each with who asked."""
    _install()
    heard: list[str] = []
    _armed.heard = heard
    try:
        yield heard
    finally:
        _armed.heard = None


def _install() -> None:
    global _installed
    if not _installed:
        _installed = True
        sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    heard: list[str] | None = getattr(_armed, "heard", None)
    if heard is None or event in INNOCENT:
        return
    # What is asked while this is looked into is this hook's own.
    _armed.heard = None
    try:
        frame = sys._getframe(1)
        if not _expected(event, arguments, frame):
            heard.append(f"{event}{_short(arguments)} from {_callers(frame)}")
    finally:
        _armed.heard = heard


def _expected(event: str, arguments: tuple[Any, ...], frame: FrameType) -> bool:
    """A parse, and what a first import of a library's own module does."""
    # For a text that is no Python, Python itself looks for its line in a file "<unknown>".
    if frame.f_code is ast.parse.__code__ and (event == "compile" or (event, arguments[0]) == ("open", "<unknown>")):
        return True
    # A namedtuple's constructor is made from text, and collections makes it, not the program.
    if event in ("compile", "exec") and frame.f_code.co_filename.endswith("collections/__init__.py"):
        return True
    if event == "import":
        return str(arguments[0]).partition(".")[0] in _IMPORTED
    return event in ("open", "exec", "compile", "marshal.loads", "os.listdir") and _importing(frame)


_IMPORTED = {"torch", "numpy", "sympy", "ast", "collections", "encodings", "unicodedata", "gradwalk"}
"""What a library may import late, on its own account; no program can name a module that is imported for it."""


def _importing(frame: FrameType | None) -> bool:
    """Whether Python's import system asks, and not for a program's sake."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _short(arguments: tuple[Any, ...]) -> str:
    return repr(tuple(one.co_name if isinstance(one, CodeType) else one for one in arguments))[:200]


def _callers(frame: FrameType | None, most: int = 6) -> str:
    names: list[str] = []
    while frame is not None and len(names) < most:
        names.append(f"{frame.f_code.co_filename.rpartition('/')[2]}:{frame.f_lineno} {frame.f_code.co_name}")
        frame = frame.f_back
    return " < ".join(names)
