"""Where in whose source a call stands: from a running frame to a Span.

A call that PyTorch, Gradwalk, Python's own library or an installed package makes belongs to the expression of the
user that led there, so their frames are walked past. What a frame's next instruction is tells the place: since Python
3.11 each one knows the exact columns of its expression.
"""

from __future__ import annotations

import linecache
import os
import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FrameType, FunctionType, TracebackType
from typing import Any

import torch
import torch.overrides

from gradwalk.program import Span
from gradwalk.recorder.bytecode import NOWHERE, Bytecode, bytecode
from gradwalk.recorder.copying import new

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
_TRANSFORMS = str(Path(torch.__file__).parent / "_functorch")
_CLIPPING = torch.nn.utils.clip_grad.__file__
_DRAWING = f"{os.sep}matplotlib{os.sep}"
_LAYERS = str(Path(_INITIALISING).parent)


class Site:
    """One place at which code calls something."""

    __slots__ = (
        "_call", "_globals", "_line", "clears", "clips", "draws", "initialises", "makes", "of", "span", "statement",
        "targets", "transforms",
    )  # fmt: skip

    def __init__(self, of: Compiled, frame: FrameType) -> None:
        self.of = of
        self._call: Call | None = None
        self._globals = frame.f_globals
        self._line = frame.f_lineno if of.foreign else of.line(frame.f_lasti)
        self.statement: Span | None = None
        """The statement that binds what the call gives: from its first name to the end of the call."""
        if of.foreign:
            self.span: Span | None = None
            """None where the code is none of the user's."""
            self.targets = NOWHERE
            name, file = of.code.co_name, of.code.co_filename
            self.clears = name == "zero_grad"
            self.clips = file == _CLIPPING
            """Whether it looks for gradients that it is to clip."""
            self.initialises = file in (_INITIALISING, torch.overrides.__file__)
            """Whether it is a function that writes a parameter's first numbers, or one that hands it on."""
            self.makes = name in _MAKING and file.startswith(_LAYERS)
            """Whether it makes one of PyTorch's layers."""
            self.transforms = file.startswith(_TRANSFORMS)
            """Whether it prepares or finishes a transform of torch.func."""
            self.draws = _DRAWING in file
            """Whether it is on the way to a plot."""
            return
        self.clears = self.clips = self.draws = self.initialises = self.makes = self.transforms = False
        span = self.span = of.span(frame.f_lasti)
        self.targets = of.bytecode.targets(frame.f_lasti)
        if self.targets.first is not None:
            target = of.span(self.targets.first)
            if target.line == span.line == span.end_line:  # as nearly always
                self.statement = new(
                    Span, (span.line, min(target[1], span[1]), span.line, max(target[3], span[3]), span[4])
                )
            else:
                self.statement = Span(*min(target[:2], span[:2]), *max(target[2:4], span[2:4]), span.file)

    @property
    def call(self) -> Call:
        """Calls a function as if this place did it: warnings that PyTorch gives name this file and this line."""
        if self._call is None:
            code: Any = _STANDING_IN.replace(
                co_filename=self.of.code.co_filename, co_firstlineno=self._line or 1, co_name=STAND_IN
            )
            self._call = FunctionType(code, self._globals)
        return self._call


class Compiled:
    """One code object: whose it is, and where its instructions stand."""

    def __init__(self, code: CodeType, foreign: bool, file: str, first: int, locate: Locate | None) -> None:
        self.code = code
        """Kept, so that nothing else gets its ``id()``: two cells with the same text compile to equal code."""
        self.foreign = foreign
        self._file = file
        self._added = first - 1
        self._locate = locate
        self._bytecode: Bytecode | None = None
        self._lines: list[str] | None = None
        self._plain = False
        self._taken_out = 0
        """Columns by which the whole text stood further in, in its file, than where it was compiled."""

    @property
    def bytecode(self) -> Bytecode:
        if self._bytecode is None:
            self._bytecode = bytecode(self.code)
            self._lines = linecache.getlines(self.code.co_filename)
            self._plain = all(map(str.isascii, self._lines))
            if self.code.co_name == "<module>":
                self._taken_out = _taken_out(self._bytecode, self._lines)
        return self._bytecode

    def line(self, offset: int) -> int:
        """The line of one instruction: a frame's ``f_lineno`` is slow in long code."""
        return self.bytecode.positions[offset // 2][0] or self.code.co_firstlineno

    def span(self, offset: int) -> Span:
        """The piece of source of one instruction."""
        positions = self.bytecode.positions
        line, end_line, column, end_column = positions[offset // 2] if offset >= 0 else (None,) * 4
        if line is None:
            line = self.code.co_firstlineno
        if end_line is None or column is None or end_column is None:  # compiled without columns
            end_line, column, end_column = line, 0, len(self._line(line).rstrip("\n").encode())
        if self._locate is not None:
            return self._locate(line, column, end_line, end_column)
        if self._taken_out:
            column, end_column = column + self._taken_out, end_column + self._taken_out
        if not self._plain:
            column, end_column = self._characters(line, column), self._characters(end_line, end_column)
        added = self._added
        span: Span = new(Span, (line + added, column + 1, end_line + added, end_column + 1, self._file))
        return span

    def _characters(self, line: int, column: int) -> int:
        """Python counts a line's columns in bytes of UTF-8."""
        return len(self._line(line).encode()[:column].decode(errors="ignore"))

    def _line(self, line: int) -> str:
        lines = self._lines or []
        return lines[line - 1] if 0 < line <= len(lines) else ""


def _taken_out(code: Bytecode, lines: list[str]) -> int:
    """A notebook that keeps its cells in functions, as marimo does, runs them without their indentation."""
    first = next((line for line, _, column, _ in code.positions if line and column == 0 and line <= len(lines)), None)
    if first is None:
        return 0
    text = lines[first - 1]
    return len(text) - len(text.lstrip(" "))


class Places:
    """Finds the places of one recording, and remembers them."""

    def __init__(self, own: str = "") -> None:
        self._own = own
        """The file whose text is the recording's source."""
        self._texts: dict[str, tuple[int, Locate | None]] = {}
        self._code: dict[int, Compiled] = {}
        self.sites: dict[tuple[int, int], Site] = {}
        """By the ``id()`` of a code object and the offset of an instruction in it."""

    def text(self, filename: str, first_line: int, locate: Locate | None = None) -> None:
        """What was compiled under this name is a part of the source; its first line stands on this line of it.

        ``locate``, where it is given, does the counting: it gets a place as Python gives it (``co_positions``: lines of
        what was compiled, columns in bytes), and gives the Span. A name can be used again for other code.
        """
        self._texts[filename] = first_line, locate

    def site(self, frame: FrameType) -> Site:
        """The place that this frame has come to."""
        key = id(frame.f_code), frame.f_lasti
        site = self.sites.get(key)
        if site is None:
            site = self.sites[key] = Site(self.compiled(frame.f_code), frame)
        return site

    def users(self, frame: FrameType | None) -> tuple[FrameType, Site] | None:
        """The innermost of the user's frames from here outwards, and its place; None where there is none."""
        while frame is not None:
            site = self.sites.get((id(frame.f_code), frame.f_lasti)) or self.site(frame)
            if site.span is not None:
                return frame, site
            frame = frame.f_back
        return None

    def drawing(self, frame: FrameType | None) -> bool:
        """Whether a plot is being drawn here, on behalf of the user's code."""
        while frame is not None:
            site = self.site(frame)
            if site.draws or site.span is not None:
                return site.draws
            frame = frame.f_back
        return False

    def span(self, frame: FrameType | None) -> Span | None:
        """The piece of the user's source that led to this frame."""
        found = self.users(frame)
        return None if found is None else found[1].span

    def reads(self, frame: FrameType) -> bool:
        """Whether a frame runs what is recorded: a registered text, where there are any."""
        return not self._texts or frame.f_code.co_filename in self._texts

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
            if code.co_name != STAND_IN and not (compiled := self.compiled(code)).foreign:
                found = compiled.span(traceback.tb_lasti)
            traceback = traceback.tb_next
        return found

    def of(self, traceback: TracebackType | None) -> Span | None:
        """Where a registered text failed: the innermost frame of one in a traceback."""
        found = None
        while traceback is not None:
            code = traceback.tb_frame.f_code
            if code.co_filename in self._texts and code.co_name != STAND_IN:
                found = self.compiled(code).span(traceback.tb_lasti)
            traceback = traceback.tb_next
        return found

    def is_foreign(self, frame: FrameType) -> bool:
        """Whether a frame's code is none of the user's."""
        return self.compiled(frame.f_code).foreign

    def compiled(self, code: CodeType) -> Compiled:
        """What is known of a code object."""
        known = self._code.get(id(code))
        if known is None:
            name = code.co_filename
            own = name in self._texts or name == self._own
            foreign = not own and name.startswith((*INSTALLED, "<frozen "))
            known = self._code[id(code)] = Compiled(
                code, foreign, "" if own else name, *self._texts.get(name, (1, None))
            )
        return known

    def release(self) -> None:
        """Let go of the code, and with it of the user's namespaces."""
        self.sites.clear()
        self._code.clear()


def is_of_optimizers(frame: FrameType) -> bool:
    """Whether a frame's code is that of an installed optimizer."""
    name = frame.f_code.co_filename
    return name.startswith(INSTALLED) and "optim" in name


def is_around(outer: FrameType, frame: FrameType | None) -> bool:
    """Whether one frame is another or around it."""
    while frame is not None and frame is not outer:
        frame = frame.f_back
    return frame is not None


def frames(frame: FrameType | None) -> Iterator[FrameType]:
    """A frame and those around it, outwards."""
    while frame is not None:
        yield frame
        frame = frame.f_back
