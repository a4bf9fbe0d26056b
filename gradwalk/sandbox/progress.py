"""How far a program has come, told while it runs: what is known of it when its process is ended.

Whoever runs the cells tells it; without a listener, in a process that nobody ends, it goes nowhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Say = Callable[[object], None]


def _nowhere(_message: object) -> None:
    pass


class _Listener:
    """One program a process, so one listener a process."""

    say: Say = staticmethod(_nowhere)


def listen(say: Say) -> None:
    """From now on it is told to ``say``."""
    _Listener.say = staticmethod(say)


def begins(cell: int, line: int) -> None:
    """A cell begins: which one, from 0, and the line of the whole source on which it stands."""
    _Listener.say({"at": [cell, line]})


def compiled(file: str, line: int) -> None:
    """A part of the program's text was compiled under this name: the line of the whole source of its first line."""
    _Listener.say({"text": [file, line]})


def shown(events: list[Any]) -> None:
    """Outputs and failures, as a recording's JSON has them."""
    _Listener.say({"shown": events})
