"""Points of one's own: rows of a CSV, checked one by one. A refusal names the row and the column."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

MOST_ROWS = 500
LARGEST = 1000.0
"""The largest coordinate: the picture has to show all points."""
Row = tuple[float, ...]


class PointsError(ValueError):
    """A text that gives no points: what is wrong, where, and what would work."""


class OwnPoints(NamedTuple):
    """Rows ``(x₁, x₂, class)`` with class 0 or 1, or, for a line, ``(x, y)``."""

    rows: tuple[Row, ...]

    @property
    def columns(self) -> int:
        return len(self.rows[0])


def read_points(text: str) -> OwnPoints:
    """The points in a CSV: commas, semicolons, tabs or spaces between numbers; a first row of names is passed over.

    Raises PointsError for a text without points, a word, nan, a class that is neither 0 nor 1, too many rows.
    """
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    lines = lines[_has_names([line for _, line in lines]) :]
    if not lines:
        raise PointsError("There are no points yet. Click in the plane, or write one row for each: 0.5, 1, 0.")
    if len(lines) > MOST_ROWS:
        raise PointsError(f"These are {len(lines):,} rows. At most {MOST_ROWS} points fit here.")
    rows = [_row(number, line) for number, line in lines]
    width = len(rows[0])
    for (number, _), row in zip(lines, rows, strict=True):
        if len(row) != width:
            raise PointsError(
                f"Row {number} has {len(row)} numbers, and row {lines[0][0]} has {width}. "
                "Either all have three (x₁, x₂ and the class), or all have two (x and y)."
            )
    return OwnPoints(tuple(rows))


def _row(number: int, line: str) -> Row:
    cells = _cells(line)
    if len(cells) not in (2, 3):
        raise PointsError(
            f"Row {number} has {len(cells)} {'number' if len(cells) == 1 else 'numbers'}. "
            "A row is x₁, x₂ and the class (0 or 1), or x and y for a line."
        )
    row = tuple(_number(number, column, cell) for column, cell in enumerate(cells, 1))
    if len(row) == 3 and row[2] not in (0.0, 1.0):
        raise PointsError(f"Row {number}, column 3: a class is 0 or 1, and not {cells[2]}.")
    return row


def _number(row: int, column: int, cell: str) -> float:
    place = f"Row {row}, column {column}:"
    try:
        value = float(cell)
    except ValueError:
        raise PointsError(f"{place} {_no_number(cell)}") from None
    if not math.isfinite(value):
        raise PointsError(f"{place} {cell} is no place in the plane. Write a number, such as 0.5.")
    if abs(value) > LARGEST:
        raise PointsError(f"{place} {cell} lies too far out. Numbers from −{LARGEST:,.0f} to {LARGEST:,.0f} fit here.")
    return value


def _no_number(cell: str) -> str:
    if re.fullmatch(r"[+-]?\d+,\d+", cell):
        return f"{cell} has a comma. Write {cell.replace(',', '.')}."
    if not cell:
        return "here is nothing. Write a number, such as 0.5."
    shown = cell if len(cell) <= 20 else cell[:19] + "…"
    return f"“{shown}” is no number. Write one, such as 0.5."


def _cells(line: str) -> list[str]:
    """Semicolons and tabs part cells before commas do, so that a decimal comma can be told as one."""
    for separator in (";", "\t", ","):
        if separator in line:
            return [cell.strip() for cell in line.strip(separator).split(separator)]
    return line.split()


def _is_word(cell: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z_]\w*", cell)) and cell.lower() not in ("nan", "inf", "infinity")


def _has_names(lines: Sequence[str]) -> bool:
    """Whether the first row is one of names."""
    return bool(lines) and all(_is_word(cell) for cell in _cells(lines[0]))


def with_point(text: str, x: float, y: float, label: int) -> str:
    """The CSV with a row more; one of two columns gets x and y alone. The rows before it stay as they were typed."""
    lines = text.rstrip().splitlines()
    row = f"{x:g}, {y:g}" if lines and len(_cells(lines[-1].strip())) == 2 else f"{x:g}, {y:g}, {label}"
    return "\n".join([*lines, row])


def without_point(text: str, place: int) -> str:
    """The CSV without the row of one point, counted from 0."""
    lines = [line for line in text.splitlines() if line.strip()]
    at = place + _has_names(lines)
    return "\n".join([*lines[:at], *lines[at + 1 :]])


def to_csv(points: OwnPoints) -> str:
    return "\n".join(", ".join(f"{number:g}" for number in row) for row in points.rows)
