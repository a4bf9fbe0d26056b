"""Runs the cells of a program in a shell, and tells the recorder what each showed and how it failed."""

from __future__ import annotations

import builtins
import io
import signal
import sys
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from IPython.core.error import StdinNotImplementedError

from gradwalk.cells.descriptors import NAMES, Descriptors
from gradwalk.cells.loop import Loop
from gradwalk.cells.outputs import Outputs, Stream
from gradwalk.cells.shell import Shell
from gradwalk.cells.texts import Text, aligned
from gradwalk.cells.tracebacks import warned
from gradwalk.program import Span
from gradwalk.program.limits import Limits
from gradwalk.recorder.places import Places
from gradwalk.recorder.session import Recorder
from gradwalk.sandbox import progress
from gradwalk.sandbox.lock import is_on
from gradwalk.sandbox.time_up import interruptible, is_up

MOST_OF_A_TRACEBACK = 20_000
"""Characters."""
_BYTES = 4
"""Of a character, at most."""


class Run:
    """One program on its way through a shell."""

    def __init__(self, shell: Shell, recorder: Recorder, places: Places, limits: Limits) -> None:
        self._shell = shell
        self._recorder = recorder
        self._places = places
        self.outputs = Outputs(recorder, places.here, limits)
        self._most = limits.output
        self._texts: dict[str, Text] = {}
        self._cells: set[str] = set()
        """The names of cells. What a magic compiles has a name that the next one uses again."""
        self._cell = ("", 1)
        self._found: Text | None = None
        """Where the text stands that was parsed last."""
        self._shown: tuple[BaseException, str] | None = None
        """The traceback that was shown last in this cell."""
        self._interrupted = False

    def cells(self, cells: Sequence[tuple[str, int]], loop: Loop) -> None:
        """Run them in order. One that fails does not end the program; ``exit()`` and the end of its time do."""
        going = True
        for number, (source, line) in enumerate(cells):
            self._recorder.cell()
            self.outputs.cell()
            if going:
                progress.begins(number, line)
                going = self._run(loop, source, line)

    def _run(self, loop: Loop, source: str, line: int) -> bool:
        """Run one cell; whether the next one is to run."""
        blank = len(source) - len(source.lstrip("\n"))
        self._cell = source[blank:], line + blank
        self._shown = None
        try:
            with interruptible():
                result = loop.run(self._shell, self._cell[0])
            error = result.error_before_exec or result.error_in_exec
        except BaseException as raised:  # in the midst of IPython's own work
            error = raised
        self.outputs.come()
        shown = self._last_shown()
        if error is None and shown is not None:  # a value could not be shown, or a figure not be drawn
            error = shown[0]
        if error is not None:
            text = shown[1] if shown is not None and shown[0] is error else ""
            place = self._place(error)
            failure = self._recorder.failure(place, error, text[:MOST_OF_A_TRACEBACK])
            progress.failed(place, failure.type, failure.message)
        return not (self._interrupted or self._shell.exit_now or is_up())

    def _last_shown(self) -> tuple[BaseException, str] | None:
        return self._shown

    def _place(self, error: BaseException) -> Span:
        """Where an error happened: the innermost expression that stands in the program's own text."""
        if isinstance(error, SyntaxError) and (text := self._texts.get(error.filename or "")) is not None:
            return text.syntax(error)
        if (span := self._places.of(error.__traceback__)) is not None:
            return span
        source, line = self._cell
        return Span(line, 1, line, len(source.split("\n", 1)[0]) + 1)

    # What the shell tells

    def shown(self, stream: str, data: dict[str, Any], metadata: Any, name: str = "", anew: bool = False) -> None:
        self.outputs.show(stream, data, metadata, name, anew=anew)

    def cleared(self, wait: bool) -> None:
        self.outputs.clear(wait=wait)

    def traceback(self, error: BaseException, text: str) -> None:
        self._shown = error, text

    def compiles(self, name: str, transformed: str, raw: str) -> None:
        """A cell, or the body of a magic that runs its body as a cell."""
        source, line = self._cell
        at = source.find(raw)
        self._cells.add(name)
        self._register(name, aligned(transformed, raw, line + (source.count("\n", 0, at) if at > 0 else 0)))

    def parses(self, source: str, name: str) -> None:
        """A cell, or what a magic such as ``%time`` is about to run."""
        self._found = self._texts.get(name)
        if self._found is None:
            source_, line = self._cell
            self._found = aligned(source_, source_, line).part(source, self._places.here())
        self._shell.statements.text = self._found

    def takes(self, name: str) -> None:
        """What was parsed is compiled, under this name."""
        if self._found is not None and name not in self._cells and self._texts.get(name) is not self._found:
            self._register(name, self._found)

    @contextmanager
    def unwatched(self, what: str) -> Iterator[None]:
        """A stretch of which nothing is recorded."""
        text = f"%{what} runs its code again and again. What runs there is not recorded; what it has changed is."
        with self._recorder.unwatched(self._places.here(), text), self._shell.statements.pause():
            yield

    def _register(self, name: str, text: Text) -> None:
        self._texts[name] = text
        self._places.text(name, 1, text.locate)
        progress.compiled(name, text.first)

    # What stands in the process's place meanwhile

    @contextmanager
    def streams(self) -> Iterator[None]:
        """Standard output, standard error, warnings and input are the cell's."""
        real = sys.stdout, sys.stderr
        with Descriptors(self.outputs.write, _BYTES * self._most, alone=is_on()) as past:
            ours = [
                Stream(NAMES[number], self.outputs, stream, number, past.beside)
                for number, stream in zip(NAMES, real, strict=True)
            ]
            sys.stdout, sys.stderr, sys.stdin = *ours, io.StringIO()
            warnings.showwarning = self.outputs.warn  # type: ignore[assignment]  # the parameters are the same
            warnings.warn = warned(warnings.warn)
            builtins.input = _no_input
            self.outputs.come = past.take
            try:
                yield
            finally:
                self.outputs.come()
                for stream in ours:
                    stream.end()

    @contextmanager
    def interrupts(self) -> Iterator[None]:
        """Whoever interrupts means the program, and not the cell alone."""
        usual = signal.getsignal(signal.SIGINT)
        if usual is not signal.default_int_handler or threading.current_thread() is not threading.main_thread():
            yield
            return

        def interrupted(number: int, frame: Any) -> None:
            self._interrupted = True
            raise KeyboardInterrupt

        signal.signal(signal.SIGINT, interrupted)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, usual)


def _no_input(prompt: object = "") -> str:
    __tracebackhide__ = True
    raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")
