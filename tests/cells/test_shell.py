"""What cells show and how they fail is what Jupyter shows, whatever IPython has to offer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cells.alike import ours, theirs
from tests.cells.oracle import Oracle


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    with Oracle() as started:
        yield started


PROGRAMS = sorted((Path(__file__).parent / "programs").glob("*.ipy"))


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_shows_what_jupyter_shows(
    path: Path, oracle: Oracle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = path.read_text(encoding="utf-8")
    expected = theirs(oracle, source)
    for run in ("first", "again"):  # the second time in a process that has run it before
        folder = tmp_path / run  # for what programs write
        folder.mkdir()
        monkeypatch.chdir(folder)
        assert ours(source) == expected, run
