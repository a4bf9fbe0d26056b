"""What a program shows, on its way into the recording: prints, results, displays, warnings, each with its place."""

from __future__ import annotations

import base64
import io
import re
import sys
import threading
import warnings
from collections.abc import Callable
from typing import Any, TextIO

from gradwalk.cells.once import Once
from gradwalk.program import Span
from gradwalk.program.limits import Limits
from gradwalk.recorder.session import Recorder
from gradwalk.sandbox import progress

FIGURES = 100
FIGURE_CHARACTERS = 1_000_000
"""How many pictures a recording holds, and how large one may be. A larger SVG is kept as PNG, if that is smaller."""
_PICTURES = ("image/svg+xml", "image/png")
TEXT = "text/plain"


class Outputs:
    """Takes what is shown. So much is kept as the limits allow, and the program goes on."""

    def __init__(self, recorder: Recorder, here: Callable[[], Span | None], limits: Limits) -> None:
        self._recorder = recorder
        self._here = here
        self._most = self._left = limits.output
        self._figures = FIGURES
        self._clear = False
        self._once = Once()

    def write(self, stream: str, text: str) -> None:
        """What went to standard output or standard error."""
        self._begin()
        if text and (kept := self._within(text)):
            self._tell(self._here(), stream, kept)

    def show(self, stream: str, data: dict[str, Any]) -> None:
        """The last value of a cell, or what was displayed: in all forms that IPython gives it."""
        self._begin()
        text = str(data.get(TEXT, ""))
        for mime in _PICTURES:
            if mime in data and (picture := self._picture(_text(data[mime]))):
                self._tell(self._here(), stream, picture, mime, self._within(text))
                return
        if TEXT in data and (kept := self._within(text)):
            self._tell(self._here(), stream, kept)

    def clear(self, *, wait: bool) -> None:
        """IPython's ``clear_output``: what the cell has shown goes away, now or when there is something new."""
        self._clear = True
        if not wait:
            self._begin()

    def warn(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        line: int,
        file: TextIO | None = None,
        text: str | None = None,
    ) -> None:
        """Stands for Python's own ``showwarning``, which would write to standard error."""
        written = warnings.formatwarning(message, category, filename, line, text)
        target = file or sys.stderr
        if not isinstance(target, Stream):
            target.write(written)
        elif self._once.first(str(message)):
            self.write("warning", written)

    def _tell(self, span: Span | None, *what: str) -> None:
        self._recorder.output(span, *what)
        progress.output(span, *what)

    def _begin(self) -> None:
        if self._clear:
            self._clear = False
            self._recorder.clear_output()

    def _within(self, text: str) -> str:
        """As much of a text as fits."""
        if self._left < 0:
            return ""
        kept = text[: self._left]
        self._left -= len(text)
        if self._left < 0:
            self._recorder.notice(
                self._here(), f"The output is cut here, after {self._most:,} characters. The program goes on."
            )
        return kept

    def _picture(self, picture: str) -> str:
        self._figures -= 1
        if self._figures == -1:
            self._recorder.notice(self._here(), f"No more than {FIGURES} pictures are kept. The program goes on.")
        if len(picture) <= FIGURE_CHARACTERS:
            return picture if self._figures >= 0 else ""
        self._recorder.notice(self._here(), "This picture is too large to be kept.")
        return ""


def _text(picture: str | bytes) -> str:
    return picture if isinstance(picture, str) else base64.b64encode(picture).decode("ascii")


_HASHED = re.compile(r"\b[a-z][0-9a-f]{10}\b")
_TOLD = re.compile(r"<\?xml.*?(?=<svg)|\s*<metadata>.*?</metadata>", re.DOTALL)


def steady_svg(svg: str) -> str:
    """A figure of matplotlib's without the date and the random names that differ from run to run."""
    numbers: dict[str, int] = {}

    def named(found: re.Match[str]) -> str:
        return f"{found[0][0]}{numbers.setdefault(found[0], len(numbers))}"

    return _HASHED.sub(named, _TOLD.sub("", svg))


class Stream(io.TextIOBase):
    """Standard output or standard error of a program. Threads that were there before it have their own still."""

    encoding = "UTF-8"
    errors = "replace"

    def __init__(self, name: str, outputs: Outputs, real: TextIO) -> None:
        self._name, self._outputs, self._real = name, outputs, real
        self._others = set(threading.enumerate()) - {threading.current_thread()}
        self._over = False

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if self._over or threading.current_thread() in self._others:
            return self._real.write(text)
        self._outputs.write(self._name, text)
        return len(text)

    def end(self) -> None:
        """What is written from here on belongs to nobody's cell."""
        self._over = True

    def writable(self) -> bool:
        return True

    def flush(self) -> None:
        if self._over:
            self._real.flush()
