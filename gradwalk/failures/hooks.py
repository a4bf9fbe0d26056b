"""What is known of a hook that gave what cannot take a gradient's place."""

from __future__ import annotations

from gradwalk.failures.diagnosis import Diagnosis, diagnosis
from gradwalk.failures.history import History, in_program
from gradwalk.recording import Hooked


def shape(history: History) -> Diagnosis:
    """Which hook it was, where it was registered, and the two shapes."""
    ran = history.all(Hooked)
    last = ran[-1] if ran and ran[-1].before.shape != ran[-1].after.shape else None
    place = None if last is None else in_program(last.span)
    if last is None or place is None:
        return diagnosis("hook-shape")
    sizes = {"given": list(last.before.shape), "returned": list(last.after.shape)}
    name = history.called(history.values[last.value], "its tensor")
    return diagnosis("hook-shape-of", None, last, hook=last.name, line=place.line, name=name, **sizes)
