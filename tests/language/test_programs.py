"""Notebook programs run unchanged: each cell shows what it shows in Jupyter, and fails as it fails there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gradwalk.lessons import __file__ as lessons
from gradwalk.program.notebook import to_notebook, to_program
from tests.cells.alike import ours, theirs
from tests.cells.oracle import Oracle

PROGRAMS = sorted((Path(__file__).parent / "programs").glob("*.ipy"))
LESSONS = sorted((Path(lessons).parent / "programs").glob("*.py"))


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    with Oracle() as started:
        yield started


@pytest.mark.parametrize("path", [*PROGRAMS, *LESSONS], ids=lambda path: path.stem)
def test_a_program_shows_what_jupyter_shows(
    path: Path, oracle: Oracle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # for what programs write
    source = path.read_text(encoding="utf-8")
    assert ours(source) == theirs(oracle, source)


@pytest.mark.parametrize("path", PROGRAMS[:5], ids=lambda path: path.stem)
def test_a_notebook_file_is_the_same_program(path: Path, oracle: Oracle) -> None:
    source = to_program(to_notebook(path.read_text(encoding="utf-8")))
    assert ours(source) == theirs(oracle, source)
