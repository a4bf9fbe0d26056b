"""The work of a locked process: run one program of cells under the recorder, and say what came of it, step by step.

Each message is an object with one name: ``at``, ``text`` and ``shown`` (``progress``), in the end ``recording`` (its
JSON as one text, which whoever wants it can pass on as it is), or ``refused`` ([message, place, suggestion]) instead of
all others. ``outcome`` reads them.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import gradwalk
from gradwalk.program import ProgramError
from gradwalk.sandbox import progress
from gradwalk.sandbox.bounds import Bounds
from gradwalk.sandbox.configuration import Configuration
from gradwalk.sandbox.frames import Sizes
from gradwalk.sandbox.time_up import interruptible
from gradwalk.settings import Settings

_PATIENCE = 3
"""Seconds by the clock for each of a core's work: a busy machine stops nobody."""


def configuration(settings: Settings, spare: int = 0) -> Configuration:
    """Of a nursery for programs."""
    return Configuration(
        work=f"{__name__}:work",
        warm="gradwalk.sandbox.warm:load gradwalk.recorder.warm_up:warm_up",
        lock=settings.lock != "off",
        bounds=Bounds(settings.seconds, _PATIENCE * settings.seconds, megabytes=settings.process_megabytes),
        sizes=Sizes(message=int(3e6 * settings.message_megabytes), whole=int(4e6 * settings.message_megabytes)),
        spare=spare,
    )


def payload(source: str, *, pictures: bool = False) -> bytes:
    """What a process is told: the program, and whether torchviz is to draw its graphs."""
    return json.dumps({"source": source, "pictures": pictures}).encode()


def work(payload: bytes, say: Callable[[object], None]) -> None:
    asked = json.loads(payload)
    progress.listen(say)
    try:
        with interruptible():
            recording = gradwalk.record(asked["source"], pictures=asked["pictures"])
    except ProgramError as error:
        say({"refused": [error.message, error.span and error.span[:4], error.suggestion]})
        return
    say({"recording": recording.to_json()})
