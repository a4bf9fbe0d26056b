"""The way of a gradient through one operation, from its first result to an operand, and whether it is by the rule."""

from __future__ import annotations

from dataclasses import dataclass

from gradwalk.analysis.index import Index
from gradwalk.analysis.lookups import Arrival
from gradwalk.formula.arrays import gradient
from gradwalk.formula.letters import Letters, named
from gradwalk.formula.mathml import Formula, Tree, filled, name_tree
from gradwalk.notation import Kernel, kernel_of
from gradwalk.recording import LocalGradient, Operation, Value


@dataclass(frozen=True)
class Way:
    """From the first result of an operation to one operand.

    In its formulas #0 is the target, #1 the result and #2 the operand.
    """

    index: Index
    call: int
    operation: Operation
    arrival: Arrival

    @property
    def upstream(self) -> str:
        """LaTeX of the gradient that arrives at the result."""
        return self.gradient(self.result.id, "#1")

    @property
    def gained(self) -> str:
        """LaTeX of the gradient at the operand."""
        return self.gradient(self.operand.id, "#2")

    def gradient(self, value: int, slot: str) -> str:
        return gradient(self.index, self.call, value, slot)

    @property
    def by_rule(self) -> bool:
        return self.index.by_rule(self.call, self.operation, self.arrival)

    @property
    def known(self) -> Kernel:
        return kernel_of(self.operation)

    @property
    def result(self) -> Value:
        return self.index.values[self.operation.results[0]]

    @property
    def operand(self) -> Value:
        return self.index.values[self.arrival.value]

    @property
    def local(self) -> LocalGradient | None:
        return self.index.locals.get((self.call, self.operation.id, self.arrival.edge))

    @property
    def whole(self) -> bool:
        """Whether the contribution is all that the operand gets: nothing else adds to it, and no hook changes it."""
        through_view = self.operation.edges[-1].name == "base"
        return self.arrival.uses == 1 and not through_view and self.index.adds_up(self.call, self.arrival.value)

    def constant(self, name: str) -> str | None:
        return next((c.text for c in self.operation.constants if c.name == name), None)

    def factor(self, name: str) -> str:
        """A factor such as addmm's alpha, as the start of a product."""
        text = self.constant(name) or "1"
        return "" if text in ("1", "1.0") else rf"{text} \cdot "

    def trees(self, elements: Letters | None = None, *more: Tree) -> list[Tree]:
        names = [name_tree(self.index.names[value.id]) for value in (self.result, self.operand)]
        if elements is not None:
            names = [named(names[0], elements.result), named(names[1], elements.operand)]
        return [name_tree(self.index.target(self.call)), *names, *more]

    def line(self, right: str, trees: list[Tree], left: str | None = None) -> Formula:
        """``∂L/∂x = right``; without a left side where it is one of several contributions, or not all of them."""
        left = self.gained if left is None else left
        return filled(f"{left} = {right}" if self.whole else right, trees)
