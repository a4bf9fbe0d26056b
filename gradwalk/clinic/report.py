"""Findings and measurements as text, and as plain JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from gradwalk.clinic import findings, measurements
from gradwalk.clinic.finding import Finding, Row
from gradwalk.notation.lines import line_of, place_in_cell
from gradwalk.recording import Recording

WIDTH = 100
_BAR = 20
NOTHING = "Nothing was found that is surely wrong."


def report(recording: Recording) -> str:
    """All that the clinic has to say, as text for a terminal."""
    found = findings(recording)
    parts = [_finding(finding, recording) for finding in found]
    parts += [_measured(finding) for finding in measurements(recording)]
    if not found:
        parts.insert(0, NOTHING if recording.operations else "Nothing ran that could be looked at.")
    return "\n\n".join(parts)


def _finding(finding: Finding, recording: Recording) -> str:
    return "\n".join([_head(finding, recording), *_code(finding, recording), *_wrapped(finding)])


def _head(finding: Finding, recording: Recording) -> str:
    place = line_of(recording, finding.span) if finding.span is not None else ""
    return f"{finding.title}  ({place})" if place else finding.title


def _code(finding: Finding, recording: Recording) -> Iterator[str]:
    """The line that it is about, with the piece of it marked."""
    span, lines = finding.span, recording.source.split("\n")
    if span is None or span.file or not 1 <= span.line <= len(lines):
        return
    line = lines[span.line - 1]
    yield f"  {place_in_cell(recording, span.line)[1]:>4} | {line}"
    end = span.end_column if span.end_line == span.line else len(line) + 1
    mark = " " * (span.column - 1) + "^" * max(1, end - span.column)
    yield f"       | {mark}"


def _wrapped(finding: Finding) -> Iterator[str]:
    for text in (finding.what, finding.why, finding.way_out):
        yield from textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="  ")


def _measured(finding: Finding) -> str:
    return "\n".join([finding.title, *_wrapped(finding), *_rows(finding.rows)])


def _rows(rows: Sequence[Row]) -> Iterator[str]:
    width = max((len(row.name) for row in rows), default=0)
    for row in rows:
        bar = "" if row.share is None else "█" * max(1, round(row.share * _BAR)) + " "
        yield f"  {row.name:<{width}}  {bar}{row.text}".rstrip()


def as_json(recording: Recording) -> dict[str, Any]:
    """``findings`` and ``measurements``, each a list of objects with the fields of ``Finding``."""
    return {
        "findings": [_plain(finding) for finding in findings(recording)],
        "measurements": [_plain(finding) for finding in measurements(recording)],
    }


def _plain(finding: Finding) -> dict[str, Any]:
    plain = finding._asdict()
    plain["span"] = None if finding.span is None else finding.span._asdict()
    plain["rows"] = [row._asdict() for row in finding.rows]
    return plain
