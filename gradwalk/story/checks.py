"""What the clinic finds in a program, each at the step at which it is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gradwalk.clinic import Finding, findings
from gradwalk.clinic.edits import edit_of
from gradwalk.notation.lines import line_of
from gradwalk.recording import Recording

MOST = 20
"""So many findings are listed, the first ones."""


def checks(recording: Recording, steps: Mapping[int, int]) -> list[dict[str, Any]]:
    """``steps`` has the step of each event, by the event's ``id``. A failure has a step of its own, which tells it."""
    return [_plain(recording, found, steps.get(id(recording.events[found.event]), 0)) for found in remarked(recording)]


def remarked(recording: Recording) -> list[Finding]:
    """The findings that are listed."""
    return [finding for finding in findings(recording) if finding.kind != "failure"][:MOST]


def _plain(recording: Recording, finding: Finding, step: int) -> dict[str, Any]:
    change = edit_of(recording, finding)
    return {
        "cell": finding.cell,
        "span": None if finding.span is None else finding.span.place,
        **({} if change is None else {"fix": change._asdict()}),
        "step": step,
        "kind": finding.kind,
        "title": finding.title,
        "place": "" if finding.span is None or finding.span.file else line_of(recording, finding.span),
        "what": finding.what,
        "why": finding.why,
        "way_out": finding.way_out,
    }
