"""What the coach says of each program of its corpus: the cause, its line, the ways out; and that its edits train."""

from __future__ import annotations

import pytest

import gradwalk
from gradwalk.clinic import findings
from gradwalk.clinic.trial import tried
from gradwalk.failures.explanation import diagnose, explained
from gradwalk.failures.fixes import edit, fix
from tests.coach.corpus import Entry, groups, read
from tests.failing import failures, line_of, run

ENTRIES = [entry for group in groups() for entry in read(group)]
LEAST = 150
"""Programs that the corpus has at least."""


def _named(entry: Entry) -> str:
    return f"{entry.group}: {entry.name}"


def test_it_is_large_enough_and_each_program_is_there_once() -> None:
    assert len({entry.program for entry in ENTRIES}) == len(ENTRIES) >= LEAST
    assert len({_named(entry) for entry in ENTRIES}) == len(ENTRIES)


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry.cause], ids=_named)
def test_a_program_that_stops(entry: Entry) -> None:
    recording = gradwalk.record(entry.program)
    _, error = run(entry.program)
    failure = failures(recording)[0]
    assert error is not None
    if not isinstance(error, SyntaxError):  # PyTorch and Python are the oracle of what was recorded
        assert (failure.type, failure.message, failure.span.line) == (type(error).__name__, str(error), line_of(error))
    found = diagnose(recording, failure)
    assert found is not None
    assert found.key == entry.cause
    blamed = found.event.span if found.event is not None else None
    assert (failure.span if blamed is None else blamed).line == (entry.line or failure.span.line)
    said = explained(failure, found)
    assert [way for way in entry.ways if way not in said.way_out] == []
    assert entry.why in said.why
    new = fix(entry.program, found.remedy)
    assert (new is not None) == bool(entry.same), new
    if new is not None and (change := edit(entry.program, found.remedy)):
        trial = tried(recording, failure, change, gradwalk.record(new))
        assert trial.mends, trial.said
        assert trial.said.startswith("Tried: with this change the program runs to its end.")
        check_trains_as(new, entry)
    assert not [one for one in findings(recording) if one.kind.startswith("no-gradient")]  # the pass did not come there
    check_silence(entry)


def check_trains_as(new: str, entry: Entry) -> None:
    """The changed program runs to its end, and gives what the right program gives."""
    changed, error = run(new)
    assert error is None, new
    right, failed = run(entry.right)
    assert failed is None
    assert repr(eval(entry.same, changed)) == repr(eval(entry.same, right)), new  # noqa: S307


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if not entry.cause], ids=_named)
def test_a_program_that_runs(entry: Entry) -> None:
    recording = gradwalk.record(entry.program)
    assert failures(recording) == []
    found = findings(recording)
    assert [finding.kind for finding in found] == [entry.finding] * bool(entry.finding)
    for finding in found:
        assert finding.span is not None
        assert finding.span.line == (entry.line or finding.span.line)
        assert [way for way in entry.ways if way not in finding.text] == []
    check_silence(entry)


def check_silence(entry: Entry) -> None:
    """Nothing is said of the right program."""
    if entry.right:
        recording = gradwalk.record(entry.right)
        assert failures(recording) == []
        assert [finding.kind for finding in findings(recording)] == []
