"""Notebook files (.ipynb) ↔ programs in the percent format."""

from __future__ import annotations

from gradwalk.notebook import Notebook
from gradwalk.notebook.percent import pieces_from, pieces_of, program_of
from gradwalk.notebook.reading import read_notebook
from gradwalk.notebook.writing import write_notebook


def to_program(text: str) -> str:
    """The cells of a notebook as one program. Raises ProgramError when the text is no notebook."""
    return program_of(pieces_from(read_notebook(text).cells))


def to_notebook(program: str) -> str:
    """A program as a notebook file, without outputs."""
    return write_notebook(Notebook(tuple(piece.cell for piece in pieces_of(program) if piece.cell.source.strip())))
