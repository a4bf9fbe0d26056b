"""Notebook programs run unchanged: each cell shows what it shows in Jupyter, and fails as it fails there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from gradwalk import record
from gradwalk.program.cells import split_cells
from gradwalk.program.notebook import to_notebook, to_program
from tests.language.jupyter import Jupyter, Shown, without_addresses

PROGRAMS = sorted((Path(__file__).parent / "programs").glob("*.ipy"))


@pytest.fixture(scope="module")
def jupyter() -> Iterator[Jupyter]:
    torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)  # the first one takes seconds
    with Jupyter() as started:
        yield started


def ours(source: str) -> list[Shown]:
    """What our run shows under each cell."""
    return [
        Shown(tidy(cell.shown), (cell.failure.type, cell.failure.message) if cell.failure else None)
        for cell in record(source).cells
    ]


def theirs(jupyter: Jupyter, source: str) -> list[Shown]:
    return [Shown(tidy(text), failure) for text, failure in jupyter.run([cell for cell, _ in split_cells(source)])]


def tidy(text: str) -> str:
    return without_addresses(text).rstrip("\n")


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_shows_what_jupyter_shows(path: Path, jupyter: Jupyter) -> None:
    source = path.read_text(encoding="utf-8")
    assert ours(source) == theirs(jupyter, source)


@pytest.mark.parametrize("path", PROGRAMS[:5], ids=lambda path: path.stem)
def test_a_notebook_file_is_the_same_program(path: Path, jupyter: Jupyter) -> None:
    source = to_program(to_notebook(path.read_text(encoding="utf-8")))
    assert ours(source) == theirs(jupyter, source)
