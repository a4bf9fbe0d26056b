"""The formulas of the chain rule: local gradients, seeds, contributions and their sums, in symbols and in numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable

from gradwalk.formula import (
    LARGEST_MATRIX,
    SLOTS,
    Formula,
    Tree,
    array_tree,
    filled,
    matrix_tree,
    name_tree,
    number_tree,
    row_tree,
)
from gradwalk.index import Arrival, Index
from gradwalk.notation import array_text, call_name, short, summands
from gradwalk.recording import Accumulate, Array, Backward, BackwardCall, LocalGradient, Number, Operation, Value
from gradwalk.symbolic import local_derivative

_WHOLE = frozenset(("dot", "mv", "mm", "bmm", "addmm"))
"""Their Jacobian is written as a matrix, not for one element."""
_MIXING = frozenset(("_softmax", "_log_softmax"))
_REDUCTIONS = frozenset(
    ("sum", "mean", "prod", "max", "min", "amax", "amin", "logsumexp", "linalg_vector_norm", "nll_loss_forward")
)
MOVES = frozenset(
    (
        "view",
        "_unsafe_view",
        "reshape",
        "t",
        "transpose",
        "permute",
        "numpy_T",
        "unsqueeze",
        "squeeze",
        "expand",
        "cat",
        "stack",
        "flatten",
        "movedim",
    )
)
"""They move numbers and compute none; their Jacobian has no short form."""
_EXTREMES = frozenset(("max", "min", "amax", "amin"))
_LETTERS = "ijk"
MOST_TERMS = 4


def derivative(above: str, below: str) -> str:
    """LaTeX of ∂above/∂below."""
    return rf"\frac{{\partial {above}}}{{\partial {below}}}"


def number_text(shape: tuple[int, ...], numbers: tuple[Number, ...] | None) -> str | None:
    """An array in one line of text; None where it takes more."""
    lines = array_text(shape, numbers)
    return lines[0] if len(lines) == 1 and numbers is not None and len(shape) < 2 else None


def array_or_start(array: Array | Value) -> Tree | None:
    """An array as a tree; of a long vector its start and its length."""
    tree = array_tree(array.shape, array.numbers)
    text = number_text(array.shape, array.numbers) if tree is None else None
    return ["mn", text] if text is not None else tree


# Local gradients


def local_lines(index: Index, event: LocalGradient) -> tuple[Formula, ...]:
    """``∂v/∂x = 2x`` and ``= 2 · 4 = 8``; of vectors the diagonal, of small operands the Jacobian as a matrix."""
    operation = index.operations[event.operation]
    result, operand = index.values[operation.results[0]], index.values[operation.edges[event.edge].value]
    slots = _slots(operation)
    symbols = local_derivative(index.recording, operation, event.edge, slots)
    scalar = event.rows == event.columns == 1
    if symbols is None or _tied(operation, event) or (not scalar and call_name(operation) in MOVES):
        return _only_number(index, event, operation, scalar)
    if scalar:
        return _scalar_lines(index, event, operation, slots, symbols)
    first = _indexed_line(index, event, operation, slots, symbols)
    tree = _jacobian_tree(event, result, operand)
    return (first,) if tree is None else (first, Formula("= #0", (tree,)))


def _tied(operation: Operation, event: LocalGradient) -> bool:
    """Whether a maximum is shared, so that "1 at the maximum, 0 elsewhere" would be false."""
    return call_name(operation) in _EXTREMES and not set(event.numbers or ()) <= {0.0, 1.0}


def _slots(operation: Operation) -> dict[int, str]:
    """A slot's character in place of each value's name: the result is slot 0, the operands follow."""
    slots = {operation.results[0]: SLOTS[0]}
    for edge in operation.edges:
        slots.setdefault(edge.value, SLOTS[len(slots) % len(SLOTS)])
    return slots


def _target(index: Index, operation: Operation, edge: int, slot: str) -> str:
    """The operand below the ∂: one that stands at several places carries its place as x⁽¹⁾."""
    copy = index.copies(operation, edge)
    return rf"{{{slot}}}^{{({copy})}}" if copy else slot


def _only_number(index: Index, event: LocalGradient, operation: Operation, scalar: bool) -> tuple[Formula, ...]:
    edge = operation.edges[event.edge]
    names = [name_tree(index.names[operation.results[0]]), name_tree(index.names[edge.value])]
    left = derivative("#0", _target(index, operation, event.edge, "#1"))
    if scalar and event.numbers is not None:
        return (filled(f"{left} = #2", [*names, number_tree(event.numbers[0])]),)
    tree = _jacobian_tree(event, index.values[operation.results[0]], index.values[edge.value])
    if tree is not None:
        return (filled(f"{left} = #2", [*names, tree]),)
    size: list[Tree] = [["mn", str(event.rows)], ["mn", str(event.columns)]]
    return (filled(rf"{left} \in ℝ^{{#2 \times #3}}", [*names, *size]),)


def _scalar_lines(
    index: Index, event: LocalGradient, operation: Operation, slots: dict[int, str], symbols: str
) -> tuple[Formula, ...]:
    value = operation.edges[event.edge].value
    left = derivative(SLOTS[0], _target(index, operation, event.edge, slots[value]))
    first = filled(f"{left} = {symbols}", [name_tree(index.names[value]) for value in slots])
    number = (event.numbers or (math.nan,))[0]
    if symbols == short(number).replace("−", "-"):
        return (first,)
    if symbols in SLOTS or not any(slot in symbols for slot in slots.values()):
        return (first, Formula("= #0", (number_tree(number),)))
    inputs: list[Tree] = [_first_number(index.values[value]) for value in slots]
    return (first, filled(f"= {symbols} = {SLOTS[len(slots)]}", [*inputs, number_tree(number)], dotted=True))


def _first_number(value: Value) -> Tree:
    return number_tree(value.numbers[0] if value.numbers else math.nan)


def _indexed_line(
    index: Index, event: LocalGradient, operation: Operation, slots: dict[int, str], symbols: str
) -> Formula:
    """The symbols for one element, ``∂vᵢ/∂xᵢ = 2xᵢ``, or for the whole matrix."""
    kernel = call_name(operation)
    result, operand = index.values[operation.results[0]], index.values[operation.edges[event.edge].value]
    names = [name_tree(index.names[value]) for value in slots]
    above, below = SLOTS[0], _target(index, operation, event.edge, slots[operand.id])
    if kernel in _WHOLE:
        pass
    elif kernel in _MIXING:
        above, below = above + "_i", below + "_j"
    elif kernel in _REDUCTIONS:
        below += "_i"
    else:
        rank = max(len(result.shape), len(operand.shape))
        names = [_element(tree, index.values[value], rank) for tree, value in zip(names, slots, strict=True)]
    return filled(f"{derivative(above, below)} = {symbols}", names)


def _element(name: Tree, value: Value, rank: int) -> Tree:
    """The name with the letters of its own dimensions: in ``X + b`` the bias is ``b_j`` beside ``X_ij``."""
    if rank > len(_LETTERS) or math.prod(value.shape) == 1:
        return name
    letters = _LETTERS[:rank][rank - len(value.shape) :]
    places = (letter if size > 1 else "1" for letter, size in zip(letters, value.shape, strict=True))
    return ["msub", name, ["mi", "".join(places)]]


def _jacobian_tree(event: LocalGradient, result: Value, operand: Value) -> Tree | None:
    if event.numbers is None:
        return None
    if event.form == "diagonal":
        return array_or_start(Array(result.shape, result.dtype, event.numbers))
    if event.rows == 1:
        return array_or_start(Array(operand.shape, operand.dtype, event.numbers))
    if max(event.rows, event.columns) > LARGEST_MATRIX:
        return None
    return matrix_tree(event.rows, event.columns, event.numbers)


# The backward pass


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


def contribution_lines(index: Index, event: Backward, operation: Operation, arrival: Arrival) -> tuple[Formula, ...]:
    """Upstream × local = contribution, in symbols and then in numbers; the last of several uses adds their sum."""
    names = [name_tree(index.names[operation.results[0]]), name_tree(index.names[arrival.value])]
    trees = [name_tree(index.target(event.call)), *names]
    local = index.locals.get((event.call, operation.id, arrival.edge))
    result = index.values[operation.results[0]]
    upstream, slope = derivative("#0", "#1"), derivative("#1", _target(index, operation, arrival.edge, "#2"))
    if not result.shape or math.prod(result.shape) == 1:
        product = rf"{upstream} \cdot {slope}"
    elif local is not None and local.form == "diagonal":
        product = rf"{upstream} \odot {slope}"
    else:
        product = rf"{{{upstream}}}^\top {slope}"
    left = f"{derivative('#0', '#2')} = " if arrival.uses == 1 else ""
    numbers = _product_numbers(index, event, operation, arrival, local)
    return (filled(left + product, trees), *([numbers] if numbers else []), *_sum_lines(index, event.call, arrival))


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
    slope = _jacobian_tree(local, index.values[operation.results[0]], index.values[arrival.value])
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
