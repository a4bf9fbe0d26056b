"""What cells show and how they fail is what a real kernel of Jupyter's sends to a notebook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gradwalk import record
from tests.cells.jupyter.kernel import Warm, here, in_jupyter
from tests.cells.jupyter.shown import recorded, steady

PROGRAMS = sorted((Path(__file__).parent / "kernel").glob("*.ipy"))


@pytest.fixture(scope="module")
def kernels() -> Iterator[Warm]:
    with Warm("kernel") as warm:
        yield warm


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_shows_what_a_kernel_shows(
    path: Path, kernels: Warm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # for what programs write
    source = path.read_text(encoding="utf-8")
    tracebacks = path.stem == "who_failed"
    expected = [steady(cell, tracebacks=tracebacks) for cell in in_jupyter(kernels, source, 120)]
    for run in range(2):  # the second time in a process that has run it before
        assert [steady(cell, tracebacks=tracebacks) for cell in recorded(record(source).to_json())] == expected, run


def test_so_it_does_in_a_new_process(kernels: Warm) -> None:
    source = (Path(__file__).parent / "kernel" / "past_python.ipy").read_text(encoding="utf-8")
    with Warm("record") as runs:
        ours = here(runs, source, 120)
    assert list(map(steady, ours)) == list(map(steady, in_jupyter(kernels, source, 120)))
