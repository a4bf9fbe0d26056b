"""Statements that failed, as the failures' own room explains them."""

from __future__ import annotations

from collections.abc import Iterator

from gradwalk.clinic.chart import Chart
from gradwalk.clinic.finding import Finding
from gradwalk.failures.explanation import diagnose, explained
from gradwalk.recording import Failure


def failures(chart: Chart) -> Iterator[Finding]:
    for event in chart.all(Failure):
        found = diagnose(chart.recording, event)
        said = explained(event, found)
        values = event.operands if found is None else found.values
        at = chart.at[id(event)]
        yield Finding("failure", said.title, said.why, "", said.way_out, at, event.cell, event.span, tuple(values))
