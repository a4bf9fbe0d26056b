"""Programs that fail, with what is known of why: the tables of test_failures_*.py are made of these."""

from __future__ import annotations

import traceback
import warnings
from typing import Any, NamedTuple

import torch

import gradwalk
from gradwalk.failures.diagnosis import Diagnosis
from gradwalk.failures.explanation import Explanation, diagnose, explained
from gradwalk.failures.fixes import edit, fix
from gradwalk.recording import Failure, Recording


class Case(NamedTuple):
    program: str
    key: str | None
    """Of the diagnosis; None where PyTorch's own words stand alone."""
    line: int | None
    """Of the event that is to blame."""
    says: str
    """A piece of the reason and the way out."""
    fixed: str | None = None
    """A line of the changed program; None where there must be no button."""
    expert: str = ""
    """The program that an expert would write in its place."""
    same: str = ""
    """What is the same in the changed program and in the expert's, as an expression."""


def failures(recording: Recording) -> list[Failure]:
    return [event for event in recording.events if isinstance(event, Failure)]


def first_failure(program: str) -> tuple[Recording, Failure]:
    recording = gradwalk.record(program)
    found = failures(recording)
    assert found, "This program runs."
    return recording, found[0]


def told(program: str) -> tuple[Diagnosis | None, Explanation]:
    """What is said of a program's first failure."""
    recording, failure = first_failure(program)
    found = diagnose(recording, failure)
    return found, explained(failure, found)


def changed(program: str) -> str | None:
    """The program after its first failure's button."""
    recording, failure = first_failure(program)
    found = diagnose(recording, failure)
    return None if found is None else fix(program, found.remedy)


def run(program: str) -> tuple[dict[str, Any], BaseException | None]:
    """The program in plain Python: its names, and what it raised."""
    torch.distributions.Distribution.set_default_validate_args(__debug__)  # torch.compile has it off, once it is loaded
    names: dict[str, Any] = {"__name__": "__main__"}
    with warnings.catch_warnings(), torch.enable_grad():  # put back, whatever the program turned off
        warnings.simplefilter("ignore")
        try:
            exec(compile(program, "<program>", "exec"), names)  # noqa: S102 – Python is the oracle
        except Exception as error:
            return names, error
    return names, None


def line_of(error: BaseException) -> int:
    """The line at which the program's own code was, most deeply."""
    frames = traceback.extract_tb(error.__traceback__)
    return next(frame.lineno or 0 for frame in reversed(frames) if frame.filename == "<program>")


def check(case: Case) -> None:
    """PyTorch fails as the recording says; the reason is right; a button gives what an expert's program does."""
    recording, failure = first_failure(case.program)
    _, error = run(case.program)
    assert error is not None
    if not isinstance(error, SyntaxError):
        assert (failure.type, failure.message) == (type(error).__name__, str(error))
        assert failure.span.line == line_of(error)
    found = diagnose(recording, failure)
    assert (None if found is None else found.key) == case.key
    if found is None:
        return
    text = explained(failure, found)
    assert case.says in f"{text.why} {text.way_out}"
    blamed = found.event.span.line if found.event is not None and found.event.span is not None else None
    assert blamed == case.line
    check_button(case, found)


def check_button(case: Case, found: Diagnosis) -> None:
    new = fix(case.program, found.remedy)
    if case.fixed is None:
        assert new is None, new
        return
    assert new is not None
    assert case.fixed in new.split("\n"), new
    change = edit(case.program, found.remedy)
    assert change is not None
    assert case.program[: change.start] + change.text + case.program[change.end :] == new
    assert change.label
    assert not failures(gradwalk.record(new)), new
    names, error = run(new)
    assert error is None
    if case.same:
        expected, failed = run(case.expert)
        assert failed is None
        assert repr(eval(case.same, names)) == repr(eval(case.same, expected))  # noqa: S307
