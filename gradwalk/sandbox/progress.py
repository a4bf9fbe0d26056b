"""How far a program has come, told while it runs: what is known of it when its process is ended.

Whoever runs the cells tells it; without a listener, in a process that nobody ends, it goes nowhere.
"""

from __future__ import annotations

from collections.abc import Callable

from gradwalk.program import Span
from gradwalk.recording import LEFT_OUT, Failure, Output
from gradwalk.recording.causes import cause
from gradwalk.recording.encoder import Encoder

Say = Callable[[object], None]

MOST_MESSAGES, MOST_SHOWN, MOST_CHARACTERS = 10_000, 500, 300_000
"""So much is told on the way. What is shown comes once more with the recording, if there is one in the end."""
MOST_OF_A_MESSAGE = 1000
_written = Encoder({Output: "output", Failure: "failure"}, LEFT_OUT)(Output | Failure)


class _Listener:
    """One program a process, so one listener a process."""

    def __init__(self, say: Say | None = None) -> None:
        self._say = say
        self.cell = 0
        self._messages, self._shown, self._characters = MOST_MESSAGES, MOST_SHOWN, MOST_CHARACTERS

    def say(self, message: object) -> None:
        self._messages -= 1
        if self._say is not None and self._messages >= 0:
            self._say(message)

    def shown(self, event: Output | Failure, characters: int) -> None:
        if self._shown > 0 and characters <= self._characters:
            self._shown -= 1
            self._characters -= characters
            self.say({"shown": [_written(event)]})


_LISTENERS = [_Listener()]
"""The last one listens."""


def listen(say: Say) -> None:
    """From now on it is told to ``say``."""
    _LISTENERS.append(_Listener(say))


def begins(cell: int, line: int) -> None:
    """A cell begins: which one, from 0, and the line of the whole source on which it stands."""
    _LISTENERS[-1].cell = cell
    _LISTENERS[-1].say({"at": [cell, line]})


def compiled(file: str, line: int) -> None:
    """A part of the program's text was compiled under this name: the line of the whole source of its first line."""
    _LISTENERS[-1].say({"text": [file, line]})


def output(
    span: Span | None, stream: str, text: str, mime: str = "text/plain", alternative: str = "", density: int = 1
) -> None:
    """The cell has shown something (``recording.Output``)."""
    listener = _LISTENERS[-1]
    listener.shown(Output(listener.cell, span, stream, text, mime, alternative, density), len(text) + len(alternative))


def failed(span: Span, kind: str, message: str) -> None:
    """The cell has failed (``recording.Failure``)."""
    listener = _LISTENERS[-1]
    kind, message = kind[:MOST_OF_A_MESSAGE], message[:MOST_OF_A_MESSAGE]
    listener.shown(Failure(listener.cell, span, kind, message, cause(kind, message)), len(kind) + len(message))
