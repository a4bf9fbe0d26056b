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
from types import CodeType, FrameType, FunctionType
from typing import Any

import torch.overrides

from gradwalk.program import Span
from gradwalk.recorder.bytecode import Targets, targets

Call = Callable[[Any, tuple[Any, ...], dict[str, Any]], Any]

STAND_IN = "<gradwalk: call>"
"""The name of the code that stands in for a caller; whoever shows tracebacks leaves it out."""


def _folders() -> tuple[str, ...]:
    """What is installed: everything below these is no code of the user's."""
    paths = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    own = {str(Path(__file__).resolve().parents[1]), str(Path(torch.__file__).resolve().parent)}
    found = {path for path in paths | own if path}
    return tuple(sorted(path.rstrip("/\\") + separator for path in found for separator in "/\\"))


INSTALLED = _folders()
_HANDED_ON = torch.overrides.handle_torch_function.__code__
_STANDING_IN = (lambda func, args, kwargs: func(*args, **kwargs)).__code__


class Site:
    """One place at which code calls something."""

    __slots__ = ("call", "clears", "code", "span", "targets")

    def __init__(self, code: CodeType, span: Span | None, call: Call, named: Targets) -> None:
        self.code = code
        self.span = span
        """None where the code is none of the user's."""
        self.call = call
        """Calls a function as if this place did it: warnings that PyTorch gives name this file and this line."""
        self.targets = named
        self.clears = code.co_name == "zero_grad"


class Places:
    """Finds the places of one recording, and remembers them."""

    def __init__(self, own: str = "") -> None:
        self._own = own
        """The file whose text is the recording's source."""
        self._texts: dict[str, int] = {}
        self._sites: dict[tuple[int, int], Site] = {}
        self._foreign: dict[str, bool] = {}

    def text(self, filename: str, first_line: int) -> None:
        """What was compiled under this name is a part of the source; its first line stands on this line of it."""
        self._texts[filename] = first_line

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
        first = self._texts.get(name)
        file = "" if first is not None or name == self._own else name
        added = 0 if first is None else first - 1
        start, end = _characters(name, line, column), _characters(name, end_line, end_column)
        return Span(line + added, start + 1, end_line + added, end + 1, file)


def caller(depth: int = 2) -> FrameType:
    """The frame that made the call which a function mode was handed: PyTorch's own functions in Python hand it on."""
    frame = sys._getframe(depth)
    while frame.f_code is _HANDED_ON and frame.f_back is not None and frame.f_back.f_back is not None:
        frame = frame.f_back.f_back
    return frame


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
