"""The recorded function as something that can be computed again: at other values, and in float64."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from gradwalk.expression.expression import Expression, Variable, forward_program, program
from gradwalk.program import ProgramError
from gradwalk.recording import Accumulate, Array, BackwardCall, Recording, Value

MOST_ELEMENTS = 1 << 18
"""Of all values together: a difference computes the function again, some twenty times for each row."""


class Leaf(NamedTuple):
    variable: Variable
    value: Value
    gradient: Array | None


class Experiment:
    """The recorded function as something that can be computed again at other values, in float64."""

    def __init__(self, recording: Recording, expression: Expression, backward: BackwardCall) -> None:
        self.recording = recording
        self.expression = expression
        self.root = recording.values[backward.root]
        self.seed = backward.seed.numbers
        leaves = _leaf_values(recording)
        self._numbers = {name: list(map(float, value.numbers)) for name, value in leaves.items() if value.numbers}
        self._shapes = {name: value.shape for name, value in leaves.items()}
        gradients = _gradients(recording)
        self.leaves = [
            Leaf(variable, leaves[variable.name], gradients.get(leaves[variable.name].tensor))
            for variable in expression.variables
            if variable.requires_grad and variable.name in leaves
        ]
        self.elements = sum(math.prod(value.shape) for value in recording.values)
        self.middle = self._compute({})

    @property
    def root_name(self) -> str:
        return self.root.names[-1] if self.root.names else self.expression.root

    @property
    def large(self) -> bool:
        """Whether it would take too long to compute it again and again."""
        return self.elements > MOST_ELEMENTS

    @property
    def scale(self) -> float:
        """The size of the largest number that was recorded."""
        numbers = (abs(number) for value in self.recording.values for number in value.numbers or ())
        return float(max((number for number in numbers if math.isfinite(number)), default=0))

    def along(self, leaf: str, position: int) -> tuple[Callable[[float], float], float]:
        """The function of one element of a leaf alone, and that element's value."""
        numbers = self._numbers[leaf]

        def function(x: float) -> float:
            return self._compute({leaf: [*numbers[:position], x, *numbers[position + 1 :]]})

        return function, numbers[position]

    def _compute(self, changed: dict[str, list[float]]) -> float:
        """The seed times the root; nan where the forward pass fails, or would take too long."""
        if self.large:
            return math.nan
        numbers = self._numbers | changed
        source = forward_program(self.expression, {name: nested(numbers[name], self._shapes[name]) for name in numbers})
        return self._weighed(_evaluate(source))

    def _weighed(self, root: Sequence[float]) -> float:
        if self.seed is None or len(root) != len(self.seed):
            return math.nan
        return sum(v * z for v, z in zip(self.seed, root, strict=True) if v != 0)

    def finer(self, leaf: str, position: int) -> float:
        """The same gradient by autograd in float64, at the very same values; nan where there is none."""
        variables = tuple(
            replace(variable, text=repr(nested(self._numbers[variable.name], self._shapes[variable.name])))
            for variable in self.expression.variables
        )
        doubled = replace(self.expression, variables=variables, dtype="float64")
        gradient = _evaluate(f"{program(doubled, self.root.shape)}\n{leaf}.grad\n")
        return gradient[position] if position < len(gradient) else math.nan


def _evaluate(source: str) -> Sequence[float]:
    """Run a program of the page's own. The view itself stays importable without torch."""
    from gradwalk.cells import evaluate

    try:
        return evaluate(source)
    except (ProgramError, RuntimeError, ArithmeticError, ValueError, TypeError, IndexError):
        return ()


def _leaf_values(recording: Recording) -> dict[str, Value]:
    """The value that each variable started with."""
    values: dict[str, Value] = {}
    for value in recording.values:
        for name in value.names:
            if value.operation is None:
                values.setdefault(name, value)
    return values


def _gradients(recording: Recording) -> dict[int, Array]:
    """The last ``.grad`` of each leaf, by its tensor."""
    return {
        recording.values[event.leaf].tensor: event.after for event in recording.events if isinstance(event, Accumulate)
    }


Nested = float | list["Nested"]


def nested(numbers: Sequence[float], shape: Sequence[int]) -> Nested:
    """Flat numbers in row-major order as nested lists of this shape; the number itself for the shape ``()``."""
    if not shape:
        return numbers[0]
    size = len(numbers) // shape[0] if shape[0] else 0
    return [nested(numbers[row * size : (row + 1) * size], shape[1:]) for row in range(shape[0])]
