"""The work of a locked process: run one program of cells under the recorder, and say what came of it, step by step.

Each message is an object with one name: ``at``, ``text`` and ``shown`` (``progress``), in the end ``recording`` (its
JSON as ``wire`` packs it, which whoever wants it can pass on as it is), or ``refused`` ([message, place, suggestion])
instead of all others. ``outcome`` reads them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import gradwalk
from gradwalk.program import ProgramError
from gradwalk.recording import Event, Failure, Output, Recording, Stopped
from gradwalk.sandbox import progress, reserve
from gradwalk.sandbox.bounds import Bounds
from gradwalk.sandbox.configuration import Configuration
from gradwalk.sandbox.frames import Sizes, TooLarge
from gradwalk.sandbox.wire import packed
from gradwalk.settings import Settings

_PROGRESS = 4 * progress.MOST_CHARACTERS + 1_000_000
"""Bytes of what is told on the way."""
_RECORDED = 2_000_000
"""Bytes of a packed recording for each megabyte that there is to show of it."""
_PATIENCE = 3
"""Seconds by the clock for each of a core's work: a busy machine stops nobody."""


def configuration(settings: Settings, spare: int = 0) -> Configuration:
    """Of a nursery for programs."""
    most = int(_RECORDED * settings.message_megabytes)
    return Configuration(
        work=f"{__name__}:work",
        warm="gradwalk.sandbox.warm:load gradwalk.cells.warm_up:warm_up gradwalk.cells.process:settle",
        lock=settings.lock != "off",
        bounds=Bounds(settings.seconds, _PATIENCE * settings.seconds, megabytes=settings.process_megabytes),
        sizes=Sizes(message=most, whole=most + _PROGRESS),
        spare=spare,
    )


def payload(source: str, *, pictures: bool = False) -> bytes:
    """What a process is told: the program, and whether torchviz is to draw its graphs."""
    return json.dumps({"source": source, "pictures": pictures}).encode()


def work(payload: bytes, say: Callable[[object], None]) -> None:
    asked = json.loads(payload)
    progress.listen(say)
    try:
        recording = gradwalk.record(asked["source"], pictures=asked["pictures"])
    except ProgramError as error:
        say({"refused": [error.message, error.span and error.span[:4], error.suggestion]})
        return
    reserve.let_go()
    send(recording, say)


def send(recording: Recording, say: Callable[[object], None]) -> None:
    """The recording, or as much of it as may be sent: without its pictures, or what the program showed, and how its
    cells failed."""
    parts: tuple[Callable[[], Recording], ...] = (
        lambda: recording,
        lambda: replace(recording, events=(stopped, *_unpictured(recording.events)), complete=False),
        lambda: _without(recording, [stopped, *_shown(recording)]),
        lambda: _without(recording, [stopped]),
    )
    stopped = Stopped(0, None, "size", "")
    for part in parts:
        try:
            return say({"recording": packed(part().to_json(small=True))})
        except TooLarge as error:
            text = f"There is more to this program than can be sent from where it ran. {error} "
            stopped = stopped._replace(text=text + "Fewer turns or smaller pictures would work.")
    raise TooLarge("There is nothing of this program that could be sent.")


def _unpictured(events: Sequence[Event]) -> Iterator[Event]:
    """With the words that stand for a picture in its place."""
    for event in events:
        if isinstance(event, Output) and event.alternative:
            yield event._replace(text=event.alternative, mime="text/plain", alternative="")
        else:
            yield event


def _shown(recording: Recording) -> list[Event]:
    events = (event for event in recording.events if isinstance(event, Output | Failure))
    return [event if isinstance(event, Output) else event._replace(operands=(), facts=()) for event in events]


def _without(recording: Recording, events: list[Event]) -> Recording:
    empty: dict[str, Any] = dict.fromkeys(("values", "operations", "nodes", "pictures", "modules"), ())
    return replace(recording, **empty, events=tuple(events), complete=False)
