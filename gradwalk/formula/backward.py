"""The formulas of the backward pass: seeds, contributions, their sums, and what is added to ``.grad``."""

from __future__ import annotations

import math
from collections.abc import Iterable

from gradwalk.analysis.index import Index
from gradwalk.analysis.lookups import Arrival
from gradwalk.formula.arrays import array_or_start, derivative, gradient
from gradwalk.formula.contributions import MOST_TERMS, several_lines, way_lines
from gradwalk.formula.letters import element_letters, named
from gradwalk.formula.mathml import Formula, Tree, filled, name_tree
from gradwalk.formula.way import Way
from gradwalk.notation import pretty, summands
from gradwalk.recording import Accumulate, Backward, BackwardCall, Operation


def seed_lines(index: Index, event: BackwardCall) -> tuple[Formula, ...]:
    """``∂z/∂z = 1``; with a seed v, what L is and that its gradient at the root is v; of several roots their sum."""
    target, root = name_tree(index.target(event.call)), name_tree(index.names[event.root])
    left = derivative("#0", "#1")
    seed = array_or_start(event.seed)
    if not index.weighed(event.call):
        return (filled(f"{left} = #2", [target, root, seed or ["mn", "1"]]),)
    if event.more:
        return (_sum_of_roots(index, event, target),)
    if math.prod(event.seed.shape) == 1 and seed is not None:
        return filled(r"#0 = #1 \cdot #2", [target, seed, root]), filled(f"{left} = #2", [target, root, seed])
    vector = name_tree(seed_name(index))
    written = element_letters(index, event.seed.shape)
    elements = [named(tree, written) for tree in (vector, root)]
    meaning = filled(rf"#0 = \sum_{{{written}}} #1 \, #2", [target, *elements])
    if seed is None:
        return meaning, filled(f"{left} = #2", [target, root, vector])
    return meaning, filled(f"{left} = #2 = #3", [target, root, vector, seed])


def _sum_of_roots(index: Index, event: BackwardCall, target: Tree) -> Formula:
    """``L = y + 3 · z + Σᵢ vᵢ wᵢ``, of many roots the first and the last."""
    roots = event.roots if len(event.roots) <= MOST_TERMS else (event.roots[0], event.roots[-1])
    trees, terms = [target], []
    for number, root in enumerate(roots, start=1):
        written = element_letters(index, root.seed.shape)
        name, seed = named(name_tree(index.names[root.root]), written), array_or_start(root.seed)
        place = len(trees)
        if root.seed.numbers == (1.0,):
            trees.append(name)
            terms.append(f"#{place}")
        elif math.prod(root.seed.shape) == 1 and seed is not None:
            trees += [seed, name]
            terms.append(rf"#{place} \cdot #{place + 1}")
        else:
            vector: Tree = ["msub", ["mi", seed_name(index)], ["mi", f"{number}{written}"]]
            trees += [vector, name]
            terms.append(rf"\sum_{{{written}}} #{place} \, #{place + 1}")
    joint = " + " if len(roots) == len(event.roots) else r" + \cdots + "
    return filled(f"#0 = {joint.join(terms)}", trees)


def seed_name(index: Index) -> str:
    """The v of ``backward(v)``, under a name that the program has not taken."""
    return next(name for name in ("v", "u", "v_0", "seed_v") if name not in index.names.values())


def contribution_lines(index: Index, event: Backward, operation: Operation, arrival: Arrival) -> tuple[Formula, ...]:
    """Upstream × local = contribution, in symbols and then in numbers; the last of several uses adds their sum."""
    way = Way(index, event.call, operation, arrival)
    arriving = index.arriving(event)
    alone = arriving == operation.results[:1] or index.own(operation)
    lines = way_lines(way) if alone else several_lines(way, arriving)
    return (*lines, *_sum_lines(index, event.call, arrival))


def _sum_lines(index: Index, call: int, arrival: Arrival) -> tuple[Formula, ...]:
    """``∂z/∂x = 6 + 1 = 7``, once the last contribution to a value with several uses has arrived."""
    total = index.gradients.get((call, arrival.value))
    if arrival.uses == 1 or arrival.position < arrival.uses or total is None or not index.adds_up(call, arrival.value):
        return ()
    arrays = index.contributions[call, arrival.value]
    parts = [array_or_start(part) for part in arrays]
    if not total.shape and total.numbers and len(parts) <= MOST_TERMS:
        numbers = [part.numbers[0] for part in arrays if part.numbers]
        parts = [["mn", text] for text in summands(numbers, [1] * len(numbers), total.numbers[0])]
    whole = array_or_start(total)
    names = [name_tree(index.target(call)), name_tree(index.names[arrival.value])]
    left = gradient(index, call, arrival.value, "#1")
    if whole is None or any(part is None for part in parts):
        return ()
    shown = [part for part in parts if part is not None]
    if len(shown) > MOST_TERMS:
        return (filled(rf"{left} = #2 + \cdots + #3 = #4", [*names, shown[0], shown[-1], whole]),)
    terms = " + ".join(f"#{number}" for number in range(2, 2 + len(shown)))
    return (filled(f"{left} = {terms} = #{2 + len(shown)}", [*names, *shown, whole]),)


def accumulate_lines(index: Index, event: Accumulate) -> tuple[Formula, ...]:
    """``x.grad = ∂z/∂x = −7.6613`` the first time, later ``x.grad ← x.grad + ∂z/∂x`` and ``= 4 + 4 = 8``."""
    name = index.names[event.leaf]
    grad: Tree = ["mtext", f"{pretty(name)}.grad"]
    trees = [grad, name_tree(index.target(event.call)), name_tree(name)]
    after, arrived = array_or_start(event.after), gradient(index, event.call, event.leaf, "#2", "#1")
    if event.before is None:
        return filled(f"#0 = {arrived}", trees), *_equals(after)
    first = filled(rf"#0 \leftarrow #0 + {arrived}", trees)
    numbers = [array_or_start(event.before), array_or_start(event.added), after]
    shown = [tree for tree in numbers if tree is not None]
    return (first, filled("= #0 + #1 = #2", shown)) if len(shown) == len(numbers) else (first, *_equals(after))


def _equals(tree: Tree | None) -> Iterable[Formula]:
    return () if tree is None else (Formula("= #0", (tree,)),)
