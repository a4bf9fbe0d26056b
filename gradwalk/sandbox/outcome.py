"""What a program's process said, as a recording: the one that it sent, or what is known of one that was ended early.

Nothing that a process says is taken for granted: a program can say whatever it likes in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Any, NamedTuple

from gradwalk.program import ProgramError, Span
from gradwalk.program.cells import split_cells
from gradwalk.recording import LEFT_OUT, Cell, CellFailure, Failure, Output, Recording
from gradwalk.recording.checks import Nonsense, check
from gradwalk.recording.codec import Decoder
from gradwalk.sandbox.answer import Answer
from gradwalk.sandbox.time_up import TimeUp
from gradwalk.sandbox.wire import opened

_TYPES = {"time": TimeUp.__name__, "memory": MemoryError.__name__, "stopped": KeyboardInterrupt.__name__}
"""What an early end is called where a cell's exception would stand."""
_OTHER = "ProcessEnded"
_MOST_SAID = 1000
"""Characters of a refusal."""
_EVENT = Decoder({"output": Output, "failure": Failure}, LEFT_OUT)(Output | Failure)
_ANY = '{"event":"'
_BACKWARD = _ANY + 'backward call"'
_FRAME = re.compile(r'^  File "([^"\n]*)", line (\d{1,9}) in ', re.MULTILINE)
"""A line of ``faulthandler``'s."""


class Said(NamedTuple):
    """What is left of a process: plain data, which may go from one process of ours to another."""

    messages: tuple[Any, ...]
    ended: str
    """How, as ``Answer.ended`` says it."""
    reason: str
    words: str
    """Where the program was at its end."""


def said(answer: Answer) -> Said:
    return Said(answer.messages, answer.ended, answer.reason, answer.words)


def recording(source: str, said: Said) -> Recording:
    """Raises ProgramError for a program that was refused, and nothing else."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    told = [message for message in said.messages if isinstance(message, dict) and len(message) == 1]
    for message in told:
        if "refused" in message:
            raise _refusal(message["refused"], source)
    for message in told:
        if "recording" in message:
            try:
                return _sent(source, message["recording"])
            except (ValueError, MemoryError) as error:
                why = str(error) or "To read it takes more memory than there is."
                return _Cut(source, told, said)(_OTHER, f"Its process sent something else than a recording. {why}")
    return _Cut(source, told, said)(_TYPES.get(said.ended, _OTHER), said.reason or "Its process said nothing.")


def size(said: Said) -> int:
    """How many letters it took to send a recording (``wire.packed``)."""
    texts = (message.get("recording") for message in said.messages if isinstance(message, dict))
    return max((len(text) for text in texts if isinstance(text, str)), default=0)


def beginning(source: str, said: Said, passes: int, events: int) -> tuple[Recording, int] | None:
    """Of the recording that it sent, the first so many backward passes, or as few as seem to have so many events, and
    the start of the next; and how many there are in all. None where that is all of it, or it sent something else."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    for message in said.messages:
        if isinstance(message, dict) and isinstance(text := message.get("recording"), str):
            try:
                whole = opened(text)
                most = whole.count(_BACKWARD)  # no more than there can be
                few = min(passes, 1 + events * most // max(1, whole.count(_ANY)))
                if most <= few:  # to read its beginning is to read it
                    return None
                found, count = Recording.beginning_of(whole, few)
                return _of(source, found), count
            except (ValueError, MemoryError):
                return None
    return None


def _refusal(said: Any, source: str) -> ProgramError:
    match said:
        case [str(message), [int(), int(), int(), int()] as place, str() | None as suggestion]:
            span = Span(*place)
            inside = span.line >= 1 and span.column >= 1 and span.end_line <= source.count("\n") + 1
            return ProgramError(message[:_MOST_SAID], span if inside else None, suggestion and suggestion[:_MOST_SAID])
        case [str(message), *_]:
            return ProgramError(message[:_MOST_SAID])
    return ProgramError("This program was refused.")


def _sent(source: str, text: Any) -> Recording:
    """Raises ValueError for what is no recording of this program."""
    if not isinstance(text, str):
        raise ValueError("It is no text.")
    return _of(source, Recording.from_json(opened(text)))


def _of(source: str, found: Recording) -> Recording:
    """Raises ValueError where it is of another program."""
    if found.source != source or [(cell.source, cell.line) for cell in found.cells] != list(split_cells(source)):
        raise ValueError("It is one of another program.")
    return found


class _Cut:
    """A program that ended early: its cells, what they showed, and in which of them the end came."""

    def __init__(self, source: str, told: Sequence[dict[str, Any]], said: Said) -> None:
        self._source = source
        self._cells = list(split_cells(source)) or [(source, 1)]
        self._events = [event for message in told for event in _shown(message) if event.cell < len(self._cells)]
        self._at, self._line = self._place(said.words, told)

    def __call__(self, kind: str, reason: str) -> Recording:
        known = [event for event in self._events if event.cell <= self._at]
        text = self._cells[self._at][0].split("\n")[self._line - self._cells[self._at][1]]
        span = Span(self._line, len(text) - len(text.lstrip()) + 1, self._line, len(text) + 1)
        if known and isinstance(known[-1], Failure) and (known[-1].cell, known[-1].type) == (self._at, kind):
            span = known.pop().span or span  # it had ended there already, and was still putting its answer together
        end = Failure(self._at, span, kind, reason, None)
        found = self._recording([*known, end])
        try:
            check(found)
        except Nonsense:
            return self._recording([end])
        return found

    def _recording(self, events: Sequence[Output | Failure]) -> Recording:
        cells = [Cell(*cell, *_summary(number, events)) for number, cell in enumerate(self._cells)]
        return Recording(self._source, version("torch"), tuple(cells), (), (), (), tuple(events), complete=False)

    def _place(self, words: str, told: Sequence[dict[str, Any]]) -> tuple[int, int]:
        """The cell and the line of the end: where it says that it was, else where it was heard of last."""
        texts = dict(named for message in told if (named := _text(message)))
        for file, line in _FRAME.findall(words):
            found = texts.get(file, 0) + int(line) - 1
            for at, (text, first) in enumerate(self._cells):
                if file in texts and first <= found <= first + text.count("\n"):
                    return at, found
        begun = [number for number in map(_begun, told) if number < len(self._cells)]
        at = max([0, *begun, *(event.cell for event in self._events)])
        text, first = self._cells[at]
        shown = [e.span.line for e in self._events if e.cell == at and e.span is not None and not e.span.file]
        heard = [line for line in shown if first <= line <= first + text.count("\n")]
        return at, heard[-1] if heard else first + len(text) - len(text.lstrip("\n"))


def _summary(number: int, events: Sequence[Output | Failure]) -> tuple[str, CellFailure | None]:
    """What a cell showed, and how it failed."""
    shown, failure = [], None
    for event in events:
        if event.cell != number:
            continue
        if isinstance(event, Failure):
            failure = CellFailure(event.type, event.message, event.span.line, event.span.column)
        elif event.stream != "notice":
            text = event.text if event.mime == "text/plain" else event.alternative
            shown.append(text + "\n" * (event.stream in ("result", "display")))
    return "".join(shown).removesuffix("\n"), failure


def _begun(message: dict[str, Any]) -> int:
    """The cell that a process says it begins; 0 where it says nothing."""
    match message.get("at"):
        case [int(number), int()]:
            return max(0, number)
    return 0


def _text(message: dict[str, Any]) -> tuple[str, int] | None:
    """The name under which a text was compiled, and the line of the program on which it begins."""
    match message.get("text"):
        case [str(file), int(line)]:
            return file, line
    return None


def _shown(message: dict[str, Any]) -> Iterator[Output | Failure]:
    """The outputs and failures in a message, without what only the rest of a recording would explain."""
    found = message.get("shown")
    for data in found if isinstance(found, list) else ():
        try:
            event = _EVENT(data)
        except (KeyError, TypeError, RecursionError):
            continue
        yield event if isinstance(event, Output) else event._replace(operands=(), facts=())
