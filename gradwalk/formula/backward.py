"""The formulas of the backward pass: seeds, contributions, their sums, and what is added to ``.grad``."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from gradwalk.analysis.index import Arrival, Index
from gradwalk.formula.arrays import array_or_start, derivative
from gradwalk.formula.local import jacobian_tree, target
from gradwalk.formula.mathml import (
    LARGEST_MATRIX,
    Formula,
    Tree,
    array_tree,
    filled,
    name_tree,
    row_tree,
)
from gradwalk.notation import kernel_of, summands
from gradwalk.recording import Accumulate, Backward, BackwardCall, LocalGradient, Operation

MOST_TERMS = 4


def seed_lines(index: Index, event: BackwardCall) -> tuple[Formula, ...]:
    """``∂z/∂z = 1``; with a seed v, what L is and that its gradient at the root is v."""
    target, root = name_tree(index.target(event.call)), name_tree(index.names[event.root])
    left = derivative("#0", "#1")
    seed = array_or_start(event.seed)
    if not index.weighed(event.call):
        return (filled(f"{left} = #2", [target, root, seed or ["mn", "1"]]),)
    if not event.seed.shape and seed is not None:
        return filled(r"#0 = #1 \cdot #2", [target, seed, root]), filled(f"{left} = #2", [target, root, seed])
    meaning = filled(r"#0 = \sum_i v_i \, {#1}_i", [target, root])
    if seed is None:
        return meaning, filled(f"{left} = v", [target, root])
    return meaning, filled(f"{left} = v = #2", [target, root, seed])


def matrix_product(operation: Operation, edge: int) -> tuple[str, ...] | None:
    """What of C = A B goes to an operand, as G and the argument whose transpose stands beside it: G Bᵀ, Aᵀ G.

    G is the gradient at C. Source: Petersen and Pedersen, The Matrix Cookbook, section 2.5. None where it is no product
    of matrices, or one with a factor of its own.
    """
    factors = kernel_of(operation).factors
    if factors is None or any(c.name in ("alpha", "beta") and c.text != "1" for c in operation.constants):
        return None
    left, right = factors
    names = {other.name for other in operation.edges}
    if left not in names or right not in names:
        return None
    return {left: ("G", right), right: (left, "G")}.get(operation.edges[edge].name)


def contribution_lines(index: Index, event: Backward, operation: Operation, arrival: Arrival) -> tuple[Formula, ...]:
    """Upstream × local = contribution, in symbols and then in numbers; the last of several uses adds their sum."""
    names = [name_tree(index.names[operation.results[0]]), name_tree(index.names[arrival.value])]
    trees = [name_tree(index.target(event.call)), *names]
    if (arriving := index.arriving(event)) != operation.results[:1]:
        return (*_several_lines(index, operation, arrival, trees, arriving), *_sum_lines(index, event.call, arrival))
    local = index.locals.get((event.call, operation.id, arrival.edge))
    result = index.values[operation.results[0]]
    if (matrices := _matrix_lines(index, event, operation, arrival, trees)) is not None:
        return (*matrices, *_sum_lines(index, event.call, arrival))
    upstream, slope = derivative("#0", "#1"), derivative("#1", target(index, operation, arrival.edge, "#2"))
    if not result.shape or math.prod(result.shape) == 1:
        product = rf"{upstream} \cdot {slope}"
    elif local is not None and local.form == "diagonal":
        product = rf"{upstream} \odot {slope}"
    else:
        product = rf"\left({upstream}\right)^\top {slope}"
    left = f"{derivative('#0', '#2')} = " if arrival.uses == 1 else ""
    numbers = _product_numbers(index, event, operation, arrival, local)
    return (filled(left + product, trees), *([numbers] if numbers else []), *_sum_lines(index, event.call, arrival))


def _several_lines(
    index: Index, operation: Operation, arrival: Arrival, trees: list[Tree], arriving: Sequence[int]
) -> tuple[Formula, ...]:
    """``∂L/∂x = (∂L/∂a)ᵀ ∂a/∂x + (∂L/∂b)ᵀ ∂b/∂x``, where gradients arrive at other results than the first alone."""
    chosen = arriving if len(arriving) <= MOST_TERMS else (arriving[0], arriving[-1])
    names = [trees[0], trees[2], *(name_tree(index.names[value]) for value in chosen)]
    below = target(index, operation, arrival.edge, "#1")
    terms = [
        rf"\left({derivative('#0', f'#{slot}')}\right)^\top {derivative(f'#{slot}', below)}"
        for slot in range(2, 2 + len(chosen))
    ]
    middle = " + " if len(chosen) == len(arriving) else r" + \cdots + "
    left = f"{derivative('#0', '#1')} = " if arrival.uses == 1 else ""
    return filled(left + middle.join(terms), names), *_equals(array_or_start(arrival.array))


def _matrix_lines(
    index: Index, event: Backward, operation: Operation, arrival: Arrival, trees: list[Tree]
) -> tuple[Formula, ...] | None:
    """``∂L/∂A = G Bᵀ`` with ``G = ∂L/∂C``, and with their numbers where they are short enough to read."""
    product = matrix_product(operation, arrival.edge)
    if product is None:
        return None
    operands = {other.name: other.value for other in operation.edges}
    other = next(operands[part] for part in product if part != "G")
    upstream = rf"\left({derivative('#0', '#1')}\right)"
    order = r"%s \, {#3}^\top" if product[0] == "G" else r"{#3}^\top %s"
    left = f"{derivative('#0', '#2')} = " if arrival.uses == 1 else ""
    return (
        filled(left + order % upstream, [*trees, name_tree(index.names[other])]),
        *_equals(array_or_start(arrival.array)),
    )


def _product_numbers(
    index: Index, event: Backward, operation: Operation, arrival: Arrival, local: LocalGradient | None
) -> Formula | None:
    contribution = array_or_start(arrival.array)
    if contribution is None:
        return None
    factors = _factors(index, event, operation, arrival, local)
    if factors is None:
        return Formula("= #0", (contribution,))
    sign, upstream, slope = factors
    return filled(f"= #0 {sign} #1 = #2", [upstream, slope, contribution])


def _factors(
    index: Index, event: Backward, operation: Operation, arrival: Arrival, local: LocalGradient | None
) -> tuple[str, Tree, Tree] | None:
    """The sign of the product and both factors' numbers, where they are short enough to read."""
    upstream = index.gradients.get((event.call, operation.results[0]))
    if local is None or upstream is None or upstream.numbers is None:
        return None
    slope = jacobian_tree(local, index.values[operation.results[0]], index.values[arrival.value])
    if local.form != "matrix" or local.rows == 1:
        arriving = array_tree(upstream.shape, upstream.numbers)
    else:
        arriving = row_tree(upstream.numbers) if len(upstream.numbers) <= LARGEST_MATRIX else None
    if slope is None or arriving is None or "…" in str(slope[-1]):
        return None
    return (r"\odot" if local.form == "diagonal" else r"\cdot", arriving, slope)


def _sum_lines(index: Index, call: int, arrival: Arrival) -> tuple[Formula, ...]:
    """``∂z/∂x = 6 + 1 = 7``, once the last contribution to a value with several uses has arrived."""
    total = index.gradients.get((call, arrival.value))
    if arrival.uses == 1 or arrival.position < arrival.uses or total is None:
        return ()
    arrays = index.contributions[call, arrival.value]
    parts = [array_or_start(part) for part in arrays]
    if not total.shape and total.numbers and len(parts) <= MOST_TERMS:
        numbers = [part.numbers[0] for part in arrays if part.numbers]
        parts = [["mn", text] for text in summands(numbers, [1] * len(numbers), total.numbers[0])]
    whole = array_or_start(total)
    names = [name_tree(index.target(call)), name_tree(index.names[arrival.value])]
    if whole is None or any(part is None for part in parts):
        return ()
    shown = [part for part in parts if part is not None]
    if len(shown) > MOST_TERMS:
        return (filled(rf"{derivative('#0', '#1')} = #2 + \cdots + #3 = #4", [*names, shown[0], shown[-1], whole]),)
    terms = " + ".join(f"#{number}" for number in range(2, 2 + len(shown)))
    return (filled(f"{derivative('#0', '#1')} = {terms} = #{2 + len(shown)}", [*names, *shown, whole]),)


def accumulate_lines(index: Index, event: Accumulate) -> tuple[Formula, ...]:
    """``x.grad = ∂z/∂x = −7.6613`` the first time, later ``x.grad ← x.grad + ∂z/∂x`` and ``= 4 + 4 = 8``."""
    name = index.names[event.leaf]
    grad: Tree = ["mtext", f"{name}.grad"]
    trees = [grad, name_tree(index.target(event.call)), name_tree(name)]
    after = array_or_start(event.after)
    if event.before is None:
        return filled(f"#0 = {derivative('#1', '#2')}", trees), *_equals(after)
    first = filled(rf"#0 \leftarrow #0 + {derivative('#1', '#2')}", trees)
    numbers = [array_or_start(event.before), array_or_start(event.added), after]
    shown = [tree for tree in numbers if tree is not None]
    return (first, filled("= #0 + #1 = #2", shown)) if len(shown) == len(numbers) else (first, *_equals(after))


def _equals(tree: Tree | None) -> Iterable[Formula]:
    return () if tree is None else (Formula("= #0", (tree,)),)
