"""What a program may be, and what one recording keeps of it."""

from __future__ import annotations

from dataclasses import dataclass

from gradwalk.program import ProgramError
from gradwalk.settings import SETTINGS


@dataclass(frozen=True)
class Limits:
    """At its limits a recording ends, or keeps less; the program goes on.

    Those that whoever runs a server may set stand in ``settings``, as does what holds the program itself: time, memory.
    """

    characters: int = SETTINGS.characters
    """Of the text: a longer one is refused."""
    output: int = SETTINGS.output
    """Characters shown by all cells together; what comes later is cut off."""
    watched_steps: int = SETTINGS.watched_steps
    """Statements that are recorded."""
    watched_operations: int = SETTINGS.watched_operations
    numbers: int = SETTINGS.numbers
    """Elements of arrays that one recording keeps; of those that come later it keeps shape and dtype."""
    local_gradients: int = 1 << 18
    """Entries of all Jacobians that one recording keeps."""
    kept_bytes: int = 1 << 30
    """What large tensors may take that only a recording keeps alive."""
    backward_nodes: int = 100_000
    """Nodes that all backward passes that are recorded run through together."""


LIMITS = Limits()


class LimitError(ProgramError):
    """A refusal because something would be too much."""

    reason = "limit"
