"""What is known of a failure in the backward() of a Function of the program's own: what its forward() saved for it."""

from __future__ import annotations

from gradwalk.failures.diagnosis import Diagnosis, diagnosis
from gradwalk.failures.given import one_state
from gradwalk.failures.history import History
from gradwalk.failures.programs import at_failure
from gradwalk.failures.use import parameters_unpacked

_OF_TUPLES = ("needs-integer", "sequence-times")
"""What Python says of a tuple that is multiplied with a tensor."""


def unpacked_count(history: History) -> Diagnosis:
    """The saved tensors, where it is they that were to be unpacked."""
    found = _too_few(history) if history.facts("saved") == [history.pieces["got"]] else None
    return found or parameters_unpacked(history) or one_state(history) or diagnosis("unpacked-count", **history.pieces)


def tuple_range(history: History) -> Diagnosis:
    return _too_few(history) or diagnosis("tuple-range")


def as_tuple(history: History) -> Diagnosis | None:
    """A variable holds the tuple of the saved tensors, which is one, where that one was meant."""
    names, functions, failure = history.facts("saved-tuple"), history.facts("function"), history.failure
    of_tuples = failure.cause in _OF_TUPLES or "tuple" in failure.message
    if len(names) != 1 or history.facts("saved") != ["1"] or not functions or not of_tuples:
        return None
    return diagnosis("saved-tuple", at_failure(history, "unpack-saved", functions[0], names[0]), name=names[0])


def _too_few(history: History) -> Diagnosis | None:
    saved, functions, span = history.facts("saved"), history.facts("function"), history.failure.span
    line = "" if span.file else history.recording.source.split("\n")[span.line - 1]
    if not saved or not functions or "saved_tensors" not in line:
        return None
    remedy = at_failure(history, "save-for-backward", functions[0])
    if saved[0] == "0":
        return diagnosis("nothing-saved", remedy, function=functions[0])
    count = "one tensor" if saved[0] == "1" else f"{saved[0]} tensors"
    return diagnosis("too-few-saved", remedy, function=functions[0], count=count)
