"""What cells show and how they fail is what a real kernel of Jupyter's sends to a notebook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gradwalk import record
from tests.cells.jupyter.kernel import Warm, here, in_jupyter
from tests.cells.jupyter.shown import Shown, recorded, steady

PATIENCE = 1.0
"""Seconds for what comes to a kernel through a pipe, where a busy machine had no time for it in less."""
PROGRAMS = sorted((Path(__file__).parent / "kernel").glob("*.ipy"))


@pytest.fixture(scope="module")
def kernels() -> Iterator[Warm]:
    with Warm("kernel") as warm:
        yield warm


def expect_same(ours: list[list[Shown]], kernels: Warm, source: str, *, tracebacks: bool = False) -> None:
    """A new kernel shows what each of our runs shows. Where it seems not to, one is asked again, with more patience."""

    def steadily(shown: list[Shown]) -> list[Shown]:
        return [steady(cell, tracebacks=tracebacks) for cell in shown]

    found = [steadily(shown) for shown in ours]
    if found != [steadily(in_jupyter(kernels, source, 120))] * len(found):
        expected = steadily(in_jupyter(kernels, source, 120, PATIENCE))
        for run, shown in enumerate(found):
            assert shown == expected, run


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_shows_what_a_kernel_shows(
    path: Path, kernels: Warm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # for what programs write
    source = path.read_text(encoding="utf-8")
    runs = [recorded(record(source).to_json()) for _ in range(2)]  # the second in a process that has run it before
    expect_same(runs, kernels, source, tracebacks=path.stem == "who_failed")


def test_so_it_does_in_a_new_process(kernels: Warm) -> None:
    source = (Path(__file__).parent / "kernel" / "past_python.ipy").read_text(encoding="utf-8")
    with Warm("record") as runs:
        ours = here(runs, source, 120)
    expect_same([ours], kernels, source)
