"""What came of one program: the messages that its process sent, and how it ended."""

from __future__ import annotations

import signal
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from gradwalk.sandbox.bounds import Bounds
from gradwalk.sandbox.frames import Reader
from gradwalk.sandbox.ward import Ended

End = Literal["done", "time", "memory", "stopped", "failed", "killed", "lied"]


@dataclass(frozen=True)
class Answer:
    """``messages`` are what the process said until its end, however it ended."""

    messages: tuple[Any, ...]
    """JSON: None, True, False, numbers, texts, lists and dicts; no nan, and no half letters."""
    ended: End
    """``done``: by itself. ``failed``: by an exception of the work's own. ``killed``: by a signal, or it left early."""
    reason: str
    """A sentence about an end that is not ``done``."""
    time_up: bool
    """Whether the time was up, also where the program came to an end by itself after that."""
    seconds: float
    """Of a core's work."""
    wall: float
    peak: int
    """The most memory of its process, in bytes, what it was born with included."""
    words: str = ""
    """Where the program was at its end, as Python's faulthandler writes it; or what the process wrote in its place."""
    fault: bool = False
    """Whether somebody else may have ended it: the system for want of memory, or the nursery by its own end."""


@dataclass
class Heard:
    """What was heard of a process, while it was listened to."""

    reader: Reader
    messages: list[Any] = field(default_factory=list)
    lie: str = ""
    closed: bool = False
    """Whether it can say nothing more, and has not come to its end."""


_MOST_OF_IT = 0.8
_CLOSED = "It closed its answer before it had come to its end."
_DROPPED = "It was ended, since nobody waited for it any more."


def answered(heard: Heard, ended: Ended, bounds: Bounds, born_with: int) -> Answer:
    """``born_with`` is the memory of the nursery, in bytes."""
    if heard.lie:
        how, reason = "lied", heard.lie
    elif heard.reader.ended:
        how, reason = _said(heard.reader)
    else:
        how, reason = _happened(heard, ended, bounds, born_with)
    sentence = reason or _sentence(how, bounds)
    end = cast("End", how)
    messages, fault = tuple(heard.messages), how == "killed" and ended.status == -signal.SIGKILL and not ended.by_us
    return Answer(messages, end, sentence, ended.time_up, ended.seconds, ended.wall, ended.peak, ended.words, fault)


def _said(reader: Reader) -> tuple[str, str]:
    reason = reader.reason
    if reader.ended == "failed":
        reason = f"Its process failed with {reason or 'an error'}."
    return reader.ended, reason


def _happened(heard: Heard, told: Ended, bounds: Bounds, born_with: int) -> tuple[str, str]:
    killed = told.status == -signal.SIGKILL
    if told.stopped and told.by_us and not told.time_up:
        return "stopped", ""
    if (told.time_up and told.by_us) or (killed and not told.by_us and told.seconds >= bounds.seconds):
        return "time", ""
    if killed and not told.by_us and told.peak - born_with > _MOST_OF_IT * bounds.megabytes * 1e6:
        return "memory", ""
    if killed and told.by_us:
        return "killed", _CLOSED if heard.closed else _DROPPED
    if told.status < 0:
        return "killed", f"Its process was ended by {_signal(-told.status)}."
    return "killed", f"Its process left before it had answered, with status {told.status}."


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _sentence(how: str, bounds: Bounds) -> str:
    sentences = {
        "time": f"The program ran for {bounds.seconds:g} seconds and was stopped. "
        "Fewer turns or smaller tensors would work.",
        "memory": f"The program took more than {bounds.megabytes:,} MB of memory and was stopped. "
        "Smaller tensors would work.",
        "stopped": "It was stopped, and did not end by itself.",
    }
    return sentences.get(how, "")
