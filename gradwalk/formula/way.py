"""The way of a gradient through one operation, from its first result to an operand, and whether it is by the rule."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gradwalk.analysis.index import Arrival, Index
from gradwalk.formula.arrays import derivative
from gradwalk.formula.letters import Letters, named
from gradwalk.formula.mathml import Formula, Tree, filled, name_tree
from gradwalk.notation import Kernel, kernel_of
from gradwalk.recording import LocalGradient, Number, Operation, Value

MODULE_HOOKS = "BackwardHookFunction"
"""What PyTorch puts around a module that has hooks for the way back: it hands on its input as it is."""


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
        left = derivative("#0", "#2") if left is None else left
        return filled(f"{left} = {right}" if self.whole else right, trees)


def own_function(index: Index, operation: Operation) -> bool:
    """Whether it is a torch.autograd.Function that the program wrote: what its backward() gives is its own affair."""
    return operation.node is not None and index.nodes[operation.node].name == f"{operation.kernel}Backward"


def by_its_rule(way: Way) -> bool:
    """Whether a contribution is upstream × local, where the recording has the numbers: a hook may have changed it."""
    upstream, local, found = way.index.gradients.get((way.call, way.result.id)), way.local, way.arrival.array.numbers
    if upstream is None or upstream.numbers is None or local is None or local.numbers is None or found is None:
        return True
    width = 1 if local.form == "diagonal" else local.columns
    products, sizes = [0.0] * len(found), [0.0] * len(found)
    for place, slope in enumerate(local.numbers):
        row, column = (place, place) if local.form == "diagonal" else divmod(place, width)
        products[column] += upstream.numbers[row] * slope
        sizes[column] += abs(upstream.numbers[row] * slope)
    if not all(map(math.isfinite, (*products, *found))):
        return True
    close = (abs(one - other) <= 2e-2 * size + 1e-6 for one, other, size in zip(products, found, sizes, strict=True))
    return all(close)


def multiplied(upstream: Sequence[Number], local: LocalGradient, contribution: Sequence[Number]) -> bool:
    """Whether the contribution can be the product: not where 0 · inf is nan and PyTorch, which chose, has a number."""
    slopes, width = local.numbers or (), 1 if local.form == "diagonal" else local.columns
    for place, slope in enumerate(slopes):
        row, column = (place, place) if local.form == "diagonal" else divmod(place, width)
        if math.isnan(upstream[row] * slope) and not math.isnan(contribution[column]):
            return False
    return True
