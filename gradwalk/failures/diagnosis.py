"""What made a statement fail, as far as a recording knows it: plain data for sentences, the picture and an edit."""

from __future__ import annotations

from typing import NamedTuple

from gradwalk.program import Span
from gradwalk.recording import Event


class Remedy(NamedTuple):
    """A way out that an edit of the program makes: which one, where, and with which names."""

    kind: str
    """A key of ``fixes.REMEDIES``."""
    span: Span
    """What it is about: the call, expression or statement that changes, as the recording has it."""
    names: tuple[str, ...] = ()
    more: tuple[Span, ...] = ()
    """Further places."""


class Diagnosis(NamedTuple):
    key: str
    """Of the sentences in ``wording.FAILURES``."""
    pieces: tuple[tuple[str, str], ...] = ()
    """What the sentences speak of, by name."""
    event: Event | None = None
    """The earlier event that is to blame."""
    nodes: tuple[int, ...] = ()
    """The nodes that it is about."""
    values: tuple[int, ...] = ()
    """The values that it is about."""
    remedy: Remedy | None = None
    here: str = ""
    """What the operands were in this run, as a sentence."""


def diagnosis(key: str, remedy: Remedy | None = None, event: Event | None = None, /, **pieces: object) -> Diagnosis:
    """A diagnosis with its pieces as keywords."""
    return Diagnosis(key, tuple((name, str(piece)) for name, piece in pieces.items()), event, (), (), remedy)
