"""The budget of one run: what it may cost, charged before the work is done."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from gradwalk.program import ProgramError, Span


@dataclass(frozen=True)
class Limits:
    """What one program may cost. Sizes count elements of tensors, an expanded view at its full size."""

    characters: int = 60_000
    lines: int = 12_000
    syntax_nodes: int = 120_000
    depth: int = 80
    digits: int = 40
    """The longest whole number a program may write down."""
    steps: int = 200_000
    """Pieces of syntax evaluated, loops included."""
    calls: int = 40
    """How deep a program's own functions may call each other."""
    operations: int = 20_000
    elements: int = 1 << 20
    """Elements of one tensor."""
    dimensions: int = 64
    """Dimensions of one tensor; PyTorch's own kernels take no more."""
    total_elements: int = 1 << 24
    work: int = 1 << 30
    """Multiplications of all matrix products together."""
    items: int = 10_000
    """Items of one list, tuple or range, and characters of one string."""
    bits: int = 1024
    """Size of a whole number that arithmetic may reach."""
    output: int = 100_000
    """Characters shown by all cells together."""
    seconds: float = 10.0
    """Of one core's work, so that a busy machine stops nobody; three times as many by the clock."""
    numbers: int = 1 << 20
    """Elements of arrays that one recording keeps; of those that come later it keeps shape and dtype."""
    local_gradients: int = 1 << 18
    """Entries of all Jacobians that one recording keeps."""
    backward_nodes: int = 100_000
    """Nodes that all backward() calls of a program run through together."""


LIMITS = Limits()
_PATIENCE = 3


class Budget:
    """What is left of the limits in one run."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self.limits = limits
        self._steps = limits.steps
        self._operations = limits.operations
        self._elements = limits.total_elements
        self._work = limits.work
        self._output = limits.output
        self._start = time.thread_time()
        self._deadline = time.monotonic() + _PATIENCE * limits.seconds

    def step(self, span: Span) -> None:
        """One statement, one turn of a loop."""
        self._steps -= 1
        if self._steps < 0:
            raise ProgramError(
                f"This program takes more than {self.limits.steps:,} steps. A loop with fewer turns would work.", span
            )
        self.check_time(span)

    def check_time(self, span: Span) -> None:
        """Called before any piece of work that can take long."""
        if time.thread_time() - self._start > self.limits.seconds or time.monotonic() > self._deadline:
            raise ProgramError(
                f"This program ran for {self.limits.seconds:g} seconds and was stopped. "
                "Fewer turns or smaller tensors would work.",
                span,
            )

    def operation(self, elements: int, work: int, span: Span) -> None:
        """One operation whose largest tensor has so many elements and that multiplies so often."""
        limits = self.limits
        if elements > limits.elements:
            raise ProgramError(
                f"This would make a tensor of {count(elements)} elements; at most {limits.elements:,} fit here.", span
            )
        self._operations -= 1
        self._elements -= elements
        self._work -= work
        if self._operations < 0:
            raise ProgramError(
                f"This program runs more than {limits.operations:,} operations. Fewer turns would work.", span
            )
        if self._elements < 0:
            raise ProgramError(
                f"The tensors of this program have more than {limits.total_elements:,} elements together. "
                "Smaller tensors would work.",
                span,
            )
        if self._work < 0:
            raise ProgramError("The matrix products of this program are too large. Smaller matrices would work.", span)
        self.check_time(span)

    def output(self, characters: int, span: Span) -> None:
        self._output -= characters
        if self._output < 0:
            raise ProgramError(
                f"This program shows more than {self.limits.output:,} characters. Showing less would work.", span
            )


def count(number: int) -> str:
    """A whole number for a sentence: with commas, and as a power of ten when it is huge."""
    return f"{number:,}" if number < 10**15 else f"about 10^{int(math.log10(number))}"
