"""The budget of one run: what it may cost, charged before the work is done."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from gradwalk.program import ProgramError, Span
from gradwalk.settings import SETTINGS


@dataclass(frozen=True)
class Limits:
    """What one program may cost. Sizes count elements of tensors, an expanded view at its full size.

    Those that whoever runs a server may set stand in ``settings``.
    """

    characters: int = SETTINGS.characters
    lines: int = 12_000
    syntax_nodes: int = 120_000
    depth: int = 80
    digits: int = 40
    """The longest whole number a program may write down."""
    steps: int = SETTINGS.steps
    """Pieces of syntax evaluated, loops included."""
    watched_steps: int = SETTINGS.watched_steps
    watched_operations: int = SETTINGS.watched_operations
    """What a recording keeps. A longer program runs on unwatched, and its cells still show what they print."""
    calls: int = 800
    """How deep a program's own functions may call each other."""
    operations: int = SETTINGS.operations
    elements: int = SETTINGS.elements
    """Elements of one tensor."""
    dimensions: int = 64
    """Dimensions of one tensor; PyTorch's own kernels take no more."""
    total_elements: int = SETTINGS.total_elements
    """Elements of all tensors that are alive together; while a program is watched, none is let go."""
    least_elements: int = 128
    """What the smallest tensor counts as: a node of the graph, and its names, take memory too."""
    work: int = SETTINGS.work
    """Multiplications of one matrix product."""
    items: int = 10_000
    """Items of one list, tuple or range, and characters of one string."""
    total_items: int = 20_000_000
    """Items of all lists and texts that a program makes."""
    bits: int = 1024
    """Size of a whole number that arithmetic may reach."""
    output: int = SETTINGS.output
    """Characters shown by all cells together."""
    seconds: float = SETTINGS.seconds
    """Of one core's work, so that a busy machine stops nobody; three times as many by the clock."""
    numbers: int = SETTINGS.numbers
    """Elements of arrays that one recording keeps; of those that come later it keeps shape and dtype."""
    local_gradients: int = 1 << 18
    """Entries of all Jacobians that one recording keeps."""
    kept_bytes: int = 1 << 30
    """What large tensors may take that only a recording keeps alive."""
    backward_nodes: int = 100_000
    """Nodes that all backward() calls of a program run through together."""


LIMITS = Limits()
_PATIENCE = 3
_BEAT = 32
"""Steps between two looks at the clock, which cost as much as a step."""


class LimitError(ProgramError):
    """A refusal because something would be too much."""

    reason = "limit"


class TimeLimitError(LimitError):
    """A program that was stopped when its time was up."""

    reason = "time"


class Budget:
    """What is left of the limits in one run."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self.limits = limits
        self._steps = limits.steps
        self._beat = (limits.steps - 1) % _BEAT
        self._operations = limits.operations
        self._elements = limits.total_elements
        self._watched_steps, self._watched_operations = limits.watched_steps, limits.watched_operations
        self._items = limits.total_items
        self._output = limits.output
        self._start = time.thread_time()
        self._deadline = time.monotonic() + _PATIENCE * limits.seconds

    def pause(self) -> float:
        """How much of a core's time the program has taken: it goes on in another thread."""
        return time.thread_time() - self._start

    def go_on(self, used: float) -> None:
        """The program goes on in this thread, and has taken so much time before."""
        self._start = time.thread_time() - used

    def step(self, span: Span) -> None:
        """One statement, one turn of a loop."""
        self._steps -= 1
        self._watched_steps -= 1
        if self._steps < 0:
            raise LimitError(
                f"This program takes more than {self.limits.steps:,} steps. A loop with fewer turns would work.", span
            )
        if self._steps % _BEAT == self._beat:
            self.check_time(span)

    def check_time(self, span: Span) -> None:
        """Called before any piece of work that can take long."""
        if time.thread_time() - self._start > self.limits.seconds or time.monotonic() > self._deadline:
            raise TimeLimitError(
                f"This program ran for {self.limits.seconds:g} seconds and was stopped. "
                "Fewer turns or smaller tensors would work.",
                span,
            )

    def operation(self, elements: int, work: int, span: Span) -> None:
        """One operation whose largest tensor has so many elements and that multiplies so often."""
        limits = self.limits
        if elements > limits.elements:
            raise LimitError(
                f"This would make a tensor of {count(elements)} elements; at most {limits.elements:,} fit here.", span
            )
        self._operations -= 1
        self._watched_operations -= 1
        self._elements -= elements
        if self._operations < 0:
            raise LimitError(
                f"This program runs more than {limits.operations:,} operations. Fewer turns would work.", span
            )
        if self._elements < 0:
            raise LimitError(
                f"The tensors of this program have more than {limits.total_elements:,} elements together. "
                "Smaller tensors would work.",
                span,
            )
        if work > limits.work:
            raise LimitError("This matrix product is too large. Smaller matrices would work.", span)
        self.check_time(span)

    @property
    def long(self) -> bool:
        """Whether the program has run for so long that a recording of it ends here."""
        return (
            self._watched_steps < 0 or self._watched_operations < 0 or self._elements < self.limits.total_elements // 2
        )

    def alive(self, elements: int) -> None:
        """Tensors of so many elements, charged already, take at least this."""
        self._elements -= max(0, self.limits.least_elements - elements)

    def let_go(self, elements: int) -> None:
        """Tensors of so many elements are gone."""
        self._elements += max(self.limits.least_elements, elements)

    def items(self, made: int, span: Span) -> None:
        """A list, a tuple or a text with so many items was made."""
        self._items -= made
        if self._items < 0:
            raise LimitError(
                f"The lists of this program have more than {self.limits.total_items:,} items together. "
                "Shorter lists would work.",
                span,
            )

    def output(self, characters: int, span: Span) -> None:
        self._output -= characters
        if self._output < 0:
            raise LimitError(
                f"This program shows more than {self.limits.output:,} characters. Showing less would work.", span
            )


def count(number: int) -> str:
    """A whole number for a sentence: with commas, and as a power of ten when it is huge."""
    return f"{number:,}" if number < 10**15 else f"about 10^{int(math.log10(number))}"
