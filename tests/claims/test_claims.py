"""Every step's sentences and formulas are claims: each is read as it is shown, and held against recorded numbers."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings

from gradwalk import lessons
from tests.claims import formulas, gradients, sentences, values
from tests.claims.corpus import PROGRAMS, START, expressions, program_of
from tests.claims.generated import networks
from tests.claims.steps import steps_of
from tests.programs import programs
from tests.recorder.live import record

LESSONS = sorted((Path(lessons.__file__).parent / "programs").glob("*.py"))

CHECKERS = (gradients, values)

PLAIN = {
    "LOCAL: not stored",
    "SEED: retain",
}
"""Sentences on PyTorch itself, true of every program."""


def faults(source: str, seen: Counter[str] | None = None) -> Iterator[str]:
    """What a program's steps claim and does not hold."""
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings(action="ignore"):
        recording = record(source)
    for step in steps_of(recording):
        for line in formulas.check(step):
            if line.verdict == "fails" or (line.verdict == "unread" and step.kind not in ("forward", "update")):
                yield f"{step.account.title}: {line.line}: {line.why}"
            elif seen is not None:
                seen[f"formula {line.verdict}"] += 1
        for said, why in sentences.check(step):
            if why == "unchecked" and said.name not in PLAIN:
                yield f"nobody checks {said.name}"
            elif why and why not in ("unknown", "unchecked"):
                yield f"{step.account.title}: {said.name} {dict(said.pieces)}: {why}"
            elif seen is not None:
                seen["sentence unknown" if why == "unknown" else said.name] += 1


@pytest.mark.parametrize("expression", expressions())
def test_each_operation_is_told_as_it_is(expression: str) -> None:
    seen: Counter[str] = Counter()
    assert list(faults(program_of(expression), seen)) == []
    assert seen["formula holds"] > 5


@pytest.mark.parametrize("about", PROGRAMS)
def test_programs_are_told_as_they_are(about: str) -> None:
    assert list(faults(START + PROGRAMS[about])) == []


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_lessons_are_told_as_they_are(path: Path) -> None:
    assert list(faults(path.read_text(encoding="utf-8"))) == []


@settings(max_examples=60, deadline=None)
@given(programs())
def test_generated_programs_are_told_as_they_are(source: str) -> None:
    assert list(faults(source)) == []


@settings(max_examples=60, deadline=None)
@given(networks())
def test_generated_networks_are_told_as_they_are(source: str) -> None:
    assert list(faults(source)) == []
