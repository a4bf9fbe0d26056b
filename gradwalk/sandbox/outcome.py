"""What a program's process said, as a recording: the one that it sent, or what is known of one that was ended early."""

from __future__ import annotations

import json
import re
from importlib.metadata import version
from typing import Any

from gradwalk.parse import split_cells
from gradwalk.program import ProgramError, Span
from gradwalk.recording import Cell, CellFailure, Recording
from gradwalk.recording.codec import Decoder
from gradwalk.sandbox.answer import Answer

_TYPES = {"time": "TimeIsUp", "memory": "MemoryError"}
"""What an early end is called where a cell's exception would stand."""
_OTHER = "ProcessEnded"
_DECODER = Decoder({}, frozenset())


def recording(source: str, answer: Answer) -> Recording:
    """Raises ProgramError for a program that was refused. Nothing that a process says is taken for granted."""
    said = [message for message in answer.messages if isinstance(message, dict) and len(message) == 1]
    for message in said:
        if "refused" in message:
            raise _refusal(message["refused"])
    for message in said:
        if "recording" in message:
            try:
                return Recording.from_json(json.dumps(message["recording"]))
            except ValueError as error:
                reason = f"Its process sent something else than a recording: {error}"
                return _cut_short(source, said, _OTHER, reason, "")
    kind = _TYPES.get(answer.ended, _OTHER)
    return _cut_short(source, said, kind, answer.reason or "Its process said nothing.", answer.words)


def _refusal(said: Any) -> ProgramError:
    match said:
        case [str(message), int(line), int(column)]:
            return ProgramError(message, Span(line, column, line, column + 1))
        case [str(message), *_]:
            return ProgramError(message)
    return ProgramError("This program was refused.")


def _cut_short(source: str, said: list[dict[str, Any]], kind: str, reason: str, words: str) -> Recording:
    """The cells that were done, the one in which the end came, with the line where it is known, and those behind it."""
    texts = list(split_cells(source)) or [(source, 1)]
    done = [cell for message in said if (cell := _cell(message)) is not None][: len(texts) - 1]
    at, line = _place(said, len(texts), len(done))
    line = _line(said, words, source.count("\n") + 1) or line or texts[at][1]
    cells = [Cell(text, start, "", None) for text, start in texts]
    cells[: len(done)] = done
    cells[at] = cells[at]._replace(failure=CellFailure(kind, reason, line, 1))
    return Recording(source, version("torch"), tuple(cells), (), (), (), (), complete=False)


def _cell(message: dict[str, Any]) -> Cell | None:
    if "done" not in message:
        return None
    try:
        cell: Cell = _DECODER(Cell)(message["done"])
    except (TypeError, KeyError, ValueError, IndexError):
        return None
    return cell


def _place(said: list[dict[str, Any]], cells: int, done: int) -> tuple[int, int | None]:
    """In which cell the end came, and on which line as far as that is known."""
    for message in reversed(said):
        match message.get("at"):
            case [int(cell), int(line)] if done <= cell < cells and line > 0:
                return cell, line
    return min(done, cells - 1), None


_FRAME = re.compile(r'^  File "([^"\n]*)", line (\d+) in ', re.MULTILINE)


def _line(said: list[dict[str, Any]], words: str, lines: int) -> int | None:
    """The line of the whole source on which the program was: the innermost one of its own text."""
    texts: dict[str, int] = {}
    for message in said:
        match message.get("text"):
            case [str(file), int(line)]:
                texts[file] = line
    for file, line in _FRAME.findall(words):
        if file in texts and 0 < (found := texts[file] + int(line) - 1) <= lines:
            return found
    return None
