"""Where in whose source a call stands: from a running frame to a Span.

A call that PyTorch, Gradwalk, Python's own library or an installed package makes belongs to the expression of the
user that led there, so their frames are walked past. What a frame's next instruction is tells the place: since Python
3.11 each one knows the exact columns of its expression.
"""

from __future__ import annotations

import linecache
import sys
import sysconfig
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from types import CodeType, FrameType, FunctionType, TracebackType
from typing import Any

import torch
import torch.overrides

from gradwalk.program import Span
from gradwalk.recorder.bytecode import Targets, targets

Call = Callable[[Any, tuple[Any, ...], dict[str, Any]], Any]
Locate = Callable[[int, int, int, int], Span]

STAND_IN = "<gradwalk: call>"
"""The name of the code that stands in for a caller; whoever shows tracebacks leaves it out."""


def _folders() -> tuple[str, ...]:
    """What is installed: everything below these is no code of the user's."""
    paths = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    own = {str(Path(__file__).resolve().parents[1]), str(Path(torch.__file__).resolve().parent)}
    found = {path for path in paths | own if path}
    return tuple(sorted(path.rstrip("/\\") + separator for path in found for separator in "/\\"))


INSTALLED = _folders()
_STANDING_IN = (lambda func, args, kwargs: func(*args, **kwargs)).__code__


_MAKING = frozenset(("__init__", "reset_parameters", "_reset_parameters", "reset_running_stats", "init_weights"))
_INITIALISING = torch.nn.init.__file__
_LAYERS = str(Path(_INITIALISING).parent)


class Site:
    """One place at which code calls something."""

    __slots__ = ("call", "clears", "code", "initialises", "makes", "span", "statement", "targets")

    def __init__(self, code: CodeType, span: Span | None, call: Call, named: Targets) -> None:
        self.code = code
        self.span = span
        """None where the code is none of the user's."""
        self.call = call
        """Calls a function as if this place did it: warnings that PyTorch gives name this file and this line."""
        self.targets = named
        self.statement: Span | None = None
        """The statement that binds what the call gives: from its first name to the end of the call."""
        self.clears = code.co_name == "zero_grad"
        self.initialises = span is None and code.co_filename in (_INITIALISING, torch.overrides.__file__)
        """Whether it is a function that writes a parameter's first numbers, or one that hands it on."""
        self.makes = span is None and code.co_name in _MAKING and code.co_filename.startswith(_LAYERS)
        """Whether it makes one of PyTorch's layers."""


class Places:
    """Finds the places of one recording, and remembers them."""

    def __init__(self, own: str = "") -> None:
        self._own = own
        """The file whose text is the recording's source."""
        self._texts: dict[str, tuple[int, Locate | None]] = {}
        self._sites: dict[tuple[int, int], Site] = {}
        self._foreign: dict[str, bool] = {}

    def text(self, filename: str, first_line: int, locate: Locate | None = None) -> None:
        """What was compiled under this name is a part of the source; its first line stands on this line of it.

        ``locate``, where it is given, does the counting: it gets a place as Python gives it (``co_positions``: lines of
        what was compiled, columns in bytes), and gives the Span.
        """
        self._texts[filename] = first_line, locate
        self._foreign.pop(filename, None)

    def site(self, frame: FrameType) -> Site:
        """The place that this frame has come to."""
        key = id(frame.f_code), frame.f_lasti
        return self._sites.get(key) or self._new(key, frame)

    def users(self, frame: FrameType | None) -> tuple[FrameType, Site] | None:
        """The innermost of the user's frames from here outwards, and its place; None where there is none."""
        while frame is not None:
            site = self.site(frame)
            if site.span is not None:
                return frame, site
            frame = frame.f_back
        return None

    def span(self, frame: FrameType | None) -> Span | None:
        """The piece of the user's source that led to this frame."""
        found = self.users(frame)
        return None if found is None else found[1].span

    def here(self, frame: FrameType | None = None) -> Span | None:
        """The innermost frame of a registered text, from this frame outwards."""
        for outer in frames(sys._getframe(1) if frame is None else frame):
            if outer.f_code.co_filename in self._texts:
                return self.site(outer).span
        return None

    def failed(self, traceback: TracebackType | None) -> Span | None:
        """Where the user's code failed: the innermost of the user's frames in a traceback."""
        found = None
        while traceback is not None:
            code = traceback.tb_frame.f_code
            if code.co_name != STAND_IN and not self._is_foreign(code.co_filename):
                found = self._span(code, traceback.tb_lasti)
            traceback = traceback.tb_next
        return found

    def of(self, traceback: TracebackType | None) -> Span | None:
        """Where a registered text failed: the innermost frame of one in a traceback."""
        found = None
        while traceback is not None:
            code = traceback.tb_frame.f_code
            if code.co_filename in self._texts and code.co_name != STAND_IN:
                found = self._span(code, traceback.tb_lasti)
            traceback = traceback.tb_next
        return found

    def span_in(self, code: CodeType, offset: int) -> Span | None:
        """The piece of source of one instruction; None where the code is none of the user's."""
        return None if self._is_foreign(code.co_filename) else self._span(code, offset)

    def is_foreign(self, frame: FrameType) -> bool:
        """Whether a frame's code is none of the user's."""
        return self._is_foreign(frame.f_code.co_filename)

    def release(self) -> None:
        """Let go of the code, and with it of the user's namespaces."""
        self._sites.clear()

    def _new(self, key: tuple[int, int], frame: FrameType) -> Site:
        code, offset = frame.f_code, frame.f_lasti
        span = self.span_in(code, offset)
        named = targets(code, offset) if span is not None else Targets((), False, None)
        site = self._sites[key] = Site(code, span, _stand_in(frame), named)
        if span is not None and named.first is not None and (target := self.span_in(code, named.first)) is not None:
            start, end = min(target[:2], span[:2]), max(target[2:4], span[2:4])
            site.statement = Span(*start, *end, span.file)
        return site

    def _is_foreign(self, filename: str) -> bool:
        known = self._foreign.get(filename)
        if known is None:
            inside = filename not in self._texts and filename != self._own
            known = inside and filename.startswith((*INSTALLED, "<frozen "))
            self._foreign[filename] = known
        return known

    def _span(self, code: CodeType, offset: int) -> Span:
        line, end_line, column, end_column = next(islice(code.co_positions(), offset // 2, None), (None,) * 4)
        name = code.co_filename
        if line is None:
            line = code.co_firstlineno
        if end_line is None or column is None or end_column is None:  # compiled without columns
            end_line, column = line, 0
            end_column = len(linecache.getline(name, line).rstrip("\n").encode())
        first, locate = self._texts.get(name, (1, None))
        if locate is not None:
            return locate(line, column, end_line, end_column)
        file = "" if name in self._texts or name == self._own else name
        added = first - 1
        start, end = _characters(name, line, column), _characters(name, end_line, end_column)
        return Span(line + added, start + 1, end_line + added, end + 1, file)


def frames(frame: FrameType | None) -> Iterator[FrameType]:
    """A frame and those around it, outwards."""
    while frame is not None:
        yield frame
        frame = frame.f_back


def _characters(filename: str, line: int, column: int) -> int:
    """Python counts a line's columns in bytes of UTF-8."""
    text = linecache.getline(filename, line)
    if text.isascii():
        return column
    return len(text.encode()[:column].decode(errors="ignore"))


def _stand_in(frame: FrameType) -> Call:
    code = _STANDING_IN.replace(
        co_filename=frame.f_code.co_filename, co_firstlineno=frame.f_lineno or 1, co_name=STAND_IN
    )
    return FunctionType(code, frame.f_globals)
