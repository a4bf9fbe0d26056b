"""What the clinic has to say: findings, each at an event of the recording, and measurements in rows."""

from __future__ import annotations

from typing import NamedTuple

from gradwalk.program import Span


class Row(NamedTuple):
    """One line of a measurement."""

    name: str
    text: str
    share: float | None = None
    """How long its bar is, from 0 to 1; None for a row without one."""


class Finding(NamedTuple):
    kind: str
    """A key of ``wording.SENTENCES``; for a failure, ``failure``."""
    title: str
    what: str
    """What is so, in a sentence or two."""
    why: str
    """Why, with this run's numbers; empty where ``what`` says it all."""
    way_out: str
    """What would work; empty for a measurement."""
    event: int
    """The place in the recording's ``events``."""
    cell: int
    span: Span | None
    values: tuple[int, ...] = ()
    """The values that it is about, by their ids."""
    names: tuple[str, ...] = ()
    """The names that it speaks of."""
    rows: tuple[Row, ...] = ()
    measured: bool = False
    """It only measures: nothing is wrong."""

    @property
    def text(self) -> str:
        """All its sentences, one after the other."""
        return " ".join(filter(None, (self.what, self.why, self.way_out)))
