"""What cells show and how they fail is what Jupyter shows, whatever IPython has to offer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gradwalk.cells import record
from gradwalk.cells.outputs import steady_svg
from gradwalk.parse import split_cells
from gradwalk.recording import Output, Recording
from tests.cells.oracle import Oracle, Shown, steady


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    with Oracle() as started:
        yield started


def ours(recording: Recording) -> list[Shown]:
    pictures: list[list[str]] = [[] for _ in recording.cells]
    for event in recording.events:
        if isinstance(event, Output) and event.mime != "text/plain":
            pictures[event.cell].append(event.text)
    return [
        Shown(
            steady(cell.shown),
            cell.failure and (cell.failure.type, steady(cell.failure.message), cell.failure.line - cell.line + 1),
            tuple(pictures[number]),
        )
        for number, cell in enumerate(recording.cells)
    ]


def theirs(oracle: Oracle, source: str) -> list[Shown]:
    return [
        Shown(
            steady(text),
            failure and (failure[0], steady(failure[1]), failure[2]),
            tuple(steady_svg(picture) if picture.lstrip().startswith("<") else picture for picture in pictures),
        )
        for text, failure, pictures in oracle.run([cell for cell, _ in split_cells(source)])
    ]


PROGRAMS = sorted((Path(__file__).parent / "programs").glob("*.ipy"))


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_shows_what_jupyter_shows(
    path: Path, oracle: Oracle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = path.read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)  # for what programs write
    for run in range(2):  # the second time in a process that has run it before
        assert ours(record(source)) == theirs(oracle, source), run
