"""What a program shows, on its way into the recording: prints, results, displays, warnings, each with its place."""

from __future__ import annotations

import base64
import io
import os
import re
import sys
import threading
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple, TextIO

from gradwalk.cells.once import Once
from gradwalk.cells.room import Room, Size
from gradwalk.program import Span
from gradwalk.program.limits import Limits
from gradwalk.recorder.session import Recorder
from gradwalk.recording.png import png_width
from gradwalk.sandbox import progress

FIGURES = 100
FIGURE_CHARACTERS = 1_000_000
"""How many pictures a recording holds, and how large one may be. A larger SVG is kept as PNG, if that is smaller."""
_PICTURES = ("image/svg+xml", "image/png")
FORMATTED = ("text/html", "text/markdown", "text/latex")
FORMATTED_CHARACTERS = 200_000
"""Texts that a page can lay out, such as a table of pandas'. They are kept like pictures, with the plain text that
stands for them; a larger one is kept as that alone."""
TEXT = "text/plain"


class Outputs:
    """Takes what is shown. So much is kept as the limits allow, and the program goes on."""

    def __init__(self, recorder: Recorder, here: Callable[[], Span | None], limits: Limits) -> None:
        self._recorder = recorder
        self._here = here
        self._most = limits.output
        self._room = Room(limits.output, FIGURES)
        self._is_cut = False
        self._clear = False
        self._once = Once()
        self.come: Callable[[], None] = _nothing
        """Called before anything is shown: what has come past Python stands before it."""

    def cell(self) -> None:
        """The next cell begins."""
        self._clear = False
        self._room.cell()

    def write(self, stream: str, text: str) -> None:
        """What went to standard output or standard error."""
        self.come()
        self._begin()
        if text and (kept := self._within(text)):
            self._room.take(Size(len(kept)))
            span = self._here()
            self._recorder.output(span, stream, kept)
            progress.output(span, stream, kept)

    def show(
        self, stream: str, data: dict[str, Any], metadata: Any = None, name: str = "", *, anew: bool = False
    ) -> None:
        """The last value of a cell, or what was displayed: in all forms that IPython gives it.

        What has a name takes the place of all that is shown under it, and is not shown once more if it is ``anew``.
        """
        self.come()
        if name and (shown := self._form(data, metadata, FIGURES)) and self._room.change(name, _size(*shown)):
            self._recorder.output_anew(name, *shown)
        if anew:
            return
        self._begin()
        if (shown := self._form(data, metadata, self._room.left.figures)) is None:
            return
        text, mime, alternative, density = shown
        if mime == TEXT:
            text = self._within(text)
        else:
            alternative = self._within(alternative)
        if text or name:
            self._room.take(_size(text, mime, alternative), name)
            span = self._here()
            self._recorder.output(span, stream, text, mime, alternative, density, display=name)
            progress.output(span, stream, text, mime, alternative, density)

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

    def _begin(self) -> None:
        if self._clear:
            self._clear = self._is_cut = False
            self._room.clear()
            self._recorder.clear_output()

    def _within(self, text: str) -> str:
        """As much of a text as fits."""
        kept = text[: self._room.left.characters]
        if len(kept) < len(text) and not self._is_cut:
            self._is_cut = True
            self._recorder.notice(
                self._here(), f"The output is cut here, after {self._most:,} characters. The program goes on."
            )
        return kept

    def _form(self, data: dict[str, Any], metadata: Any, figures: int) -> Form | None:
        """In which of its forms something is kept; None where it has none of them."""
        text = str(data.get(TEXT, ""))
        for mime in _PICTURES:
            if mime in data and self._takes(picture := _text(data[mime]), figures):
                return Form(picture, mime, text, _density(picture, mime, metadata))
        for mime in FORMATTED:
            if mime in data and TEXT in data and figures and len(laid_out := str(data[mime])) <= FORMATTED_CHARACTERS:
                return Form(laid_out, mime, text)
        return Form(text, TEXT, "") if TEXT in data else None

    def _takes(self, picture: str, figures: int) -> bool:
        """Whether there is room for a picture."""
        if len(picture) > FIGURE_CHARACTERS:
            self._recorder.notice(self._here(), "This picture is too large to be kept.")
        elif figures < 1:
            self._recorder.notice(self._here(), f"No more than {FIGURES} pictures are kept. The program goes on.")
        else:
            return True
        return False


class Form(NamedTuple):
    """What is kept of something shown: a text, or a picture and the text that stands for it."""

    text: str
    mime: str
    alternative: str
    density: int = 1


_MOST_DENSE = 4


def _density(picture: str, mime: str, metadata: Any) -> int:
    """How many of a PNG's pixels are to stand in one of the page's, as the width that comes with it says."""
    told = metadata.get(mime) if isinstance(metadata, dict) else None
    width = told.get("width") if isinstance(told, dict) else None
    if mime != "image/png" or not isinstance(width, int) or width < 1:
        return 1
    return min(_MOST_DENSE, max(1, round(png_width(picture) / width)))


def _size(text: str, mime: str, alternative: str, density: int = 1) -> Size:
    return Size(len(text)) if mime == TEXT else Size(len(alternative), 1)


def _nothing() -> None:
    """Nothing comes past Python."""


def _text(picture: str | bytes) -> str:
    return picture if isinstance(picture, str) else base64.b64encode(picture).decode("ascii")


_HASHED = re.compile(r"\b([a-z]|image|C[0-9a-f]+_[0-9a-f]+_)[0-9a-f]{10}\b")
"""Names that matplotlib makes of clips, markers, hatches, images and the paths of a collection."""
_TOLD = re.compile(r"<\?xml.*?(?=<svg)|\s*<metadata>.*?</metadata>", re.DOTALL)


def steady_svg(svg: str) -> str:
    """A figure of matplotlib's without the date and the random names that differ from run to run."""
    numbers: dict[str, int] = {}

    def named(found: re.Match[str]) -> str:
        return f"{found[1]}{numbers.setdefault(found[0], len(numbers))}"

    return _HASHED.sub(named, _TOLD.sub("", svg))


class Stream(io.TextIOBase):
    """Standard output or standard error of a program. Threads that were there before it have their own still.

    ``number`` is the descriptor, by which a process that the program has forked is heard; ``beside`` is the one that is
    given to whoever asks for it.
    """

    encoding = "UTF-8"
    errors = "replace"

    def __init__(self, name: str, outputs: Outputs, real: TextIO, number: int, beside: int | None) -> None:
        self._name, self._outputs, self._real = name, outputs, real
        self._number, self._beside = number, beside
        self._process = os.getpid()
        self._others = set(threading.enumerate()) - {threading.current_thread()}
        self._over = False

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if self._over or threading.current_thread() in self._others:
            return self._real.write(text)
        if os.getpid() != self._process:
            os.write(self._number, text.encode(self.encoding, self.errors))
            return len(text)
        self._outputs.write(self._name, text)
        return len(text)

    def end(self) -> None:
        """What is written from here on belongs to nobody's cell."""
        self._over = True

    def fileno(self) -> int:
        """As in Jupyter it leads past the cell."""
        return super().fileno() if self._beside is None or self._over else self._beside

    def writable(self) -> bool:
        return True

    def flush(self) -> None:
        if self._over and not self._real.closed:
            self._real.flush()
