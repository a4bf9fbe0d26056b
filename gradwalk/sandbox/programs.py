"""The work of a locked process: run one program of cells under the recorder, and say what came of it."""

from __future__ import annotations

from collections.abc import Callable

import gradwalk
from gradwalk.sandbox.time_up import interruptible


def work(payload: bytes, say: Callable[[object], None]) -> None:
    """``payload`` is the program's text."""
    with interruptible():
        recording = gradwalk.record(payload.decode("utf-8"))
    say({"recording": recording.to_json()})
