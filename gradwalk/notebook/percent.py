"""A program in the percent format (``# %%``), which editors and jupytext share, as cells; and cells as such a program.

Code stands as it is. A text stands after ``# %% [markdown]``, in comments or, as jupytext also writes it, in a string.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gradwalk.notebook import Cell, Kind
from gradwalk.program.cells import CELL_MARK, kind_of_mark

MARKS: dict[Kind, str] = {"code": "# %%\n", "markdown": "# %% [markdown]\n", "raw": "# %% [raw]\n"}
_STRING = re.compile(
    r'(?P<before>\s*[rR]?(?P<quotes>"""|\'\'\')\n?)(?P<source>.*?)(?P<after>\n?(?P=quotes)\s*)', re.DOTALL
)


class Piece(NamedTuple):
    """A cell, and what stands around its source in the program. All pieces, joined by line ends, are the program."""

    cell: Cell
    before: str = ""
    after: str = ""
    commented: bool = False
    """Whether each line of the source stands in a comment."""
    raw: str | None = None
    """The piece as it is, where it cannot be made from the rest."""

    @property
    def text(self) -> str:
        source = commented(self.cell.source) if self.commented else self.cell.source
        return self.raw if self.raw is not None else f"{self.before}{source}{self.after}"


def pieces_of(program: str) -> tuple[Piece, ...]:
    """The cells of a program; joined again, they are the same program."""
    lines = program.split("\n")
    starts = [number for number, line in enumerate(lines) if CELL_MARK.match(line)]
    ends = [*starts, len(lines)]
    head = lines[: ends[0]]
    if not any(line.strip() for line in head) and starts:
        starts[0] = 0  # empty lines before the first mark belong to its cell
    else:
        starts, ends = [0, *starts], [0, *ends]
    return tuple(_piece(lines[start:end]) for start, end in zip(starts, ends[1:], strict=True))


def _piece(lines: Sequence[str]) -> Piece:
    mark = next((number for number, line in enumerate(lines) if CELL_MARK.match(line)), -1)
    kind: Kind = kind_of_mark(lines[mark]) if mark >= 0 else "code"
    body, text = lines[mark + 1 :], "\n".join(lines)
    written = [number for number, line in enumerate(body) if line.strip()]
    if not written:
        before = "".join(f"{line}\n" for line in lines[: mark + 1])
        return _checked(Piece(Cell(kind, ""), before, "\n".join(body), commented=kind != "code"), text)
    first, last = written[0], written[-1] + 1
    before = "".join(f"{line}\n" for line in lines[: mark + 1 + first])
    source = "\n".join(body[first:last])
    after = "".join(f"\n{line}" for line in body[last:])
    if kind == "code":
        return _checked(Piece(Cell(kind, source), before, after), text)
    if found := _STRING.fullmatch(source):
        piece = Piece(Cell(kind, found["source"]), before + found["before"], found["after"] + after)
    else:
        piece = Piece(Cell(kind, _uncommented(source)), before, after, commented=True)
    return _checked(piece, text)


def _checked(piece: Piece, text: str) -> Piece:
    return piece if piece.text == text else piece._replace(raw=text)


def pieces_from(cells: Sequence[Cell]) -> tuple[Piece, ...]:
    """The cells of a notebook as pieces of a program, which ends with its last line."""
    ends = ["" for _ in cells[1:]] + ["\n"]
    return tuple(
        Piece(cell, MARKS[cell.kind], end, commented=cell.kind != "code")
        for cell, end in zip(cells, ends, strict=False)
    )


def program_of(pieces: Iterable[Piece]) -> str:
    return "\n".join(piece.text for piece in pieces)


def commented(text: str) -> str:
    """Each line in a comment."""
    return "\n".join(f"# {line}" if line else "#" for line in text.split("\n"))


def _uncommented(text: str) -> str:
    """One mark is taken off each line, and the space after it: a heading keeps its own."""
    return "\n".join(re.sub(r"#[ ]?", "", line, count=1) if line.startswith("#") else line for line in text.split("\n"))
