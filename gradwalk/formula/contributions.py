"""What a node hands to an operand, as a formula: upstream × local = contribution, in the form that fits the operation.

A vector is a column; a gradient has the shape of its value. So a product of matrices reads ``G Bᵀ``, a transpose
``Gᵀ``, a sum over copies ``Σᵢ ∂L/∂vᵢⱼ``; where an operation has no form of its own it is ``vᵀJ``, elements in a row.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from gradwalk.analysis.index import Index
from gradwalk.analysis.rule import multiplied
from gradwalk.formula.arrays import array_or_start, derivative
from gradwalk.formula.letters import Letters, alphabet, dimensions, letters, named, permutation
from gradwalk.formula.local import jacobian_tree, target
from gradwalk.formula.mathml import LARGEST_MATRIX, Formula, Tree, array_tree, filled, name_tree, row_tree
from gradwalk.formula.way import Way
from gradwalk.notation import Form, kernel_of
from gradwalk.recording import Array, Operation

MOST_TERMS = 4


def way_lines(way: Way) -> tuple[Formula, ...]:
    """The lines of one contribution that comes from the operation's first result alone."""
    if any(value.dtype.startswith("complex") for value in (way.result, way.operand)):
        return ()  # of complex numbers gradients are conjugates, and their numbers are not kept
    if not way.by_rule:
        return ()  # the sentence says what it got
    if way.operation.edges[-1].name == "base":  # through a view, of which the node knows more than its kernel
        return _as_a_row(way)
    if way.known.told == "overwritten" and way.operation.edges[way.arrival.edge].name == "self":
        return _given(way)
    return _product(way) or _moved(way) or _scalar(way) or _by_letters(way) or _as_a_row(way)


def several_lines(way: Way, arriving: Sequence[int]) -> tuple[Formula, ...]:
    """``(∂L/∂x)ᵀ = (∂L/∂a)ᵀ ∂a/∂x + (∂L/∂b)ᵀ ∂b/∂x``, where gradients arrive at other results than the first alone."""
    if len({math.prod(way.index.values[value].shape) == 1 for value in arriving}) > 1:
        return ()  # one line for both forms of a gradient would be read wrongly
    chosen = arriving if len(arriving) <= MOST_TERMS else (arriving[0], arriving[-1])
    names = [name_tree(way.index.target(way.call)), name_tree(way.index.names[way.operand.id])]
    names += [name_tree(way.index.names[value]) for value in chosen]
    below = target(way.index, way.operation, way.arrival.edge, "#1")
    terms = [
        f"{row(way.gradient(value, f'#{slot}'), way.index.values[value].shape)} {derivative(f'#{slot}', below)}"
        for slot, value in enumerate(chosen, start=2)
    ]
    middle = " + " if len(chosen) == len(arriving) else r" + \cdots + "
    single = math.prod(way.index.values[arriving[0]].shape) == 1
    gained = way.gradient(way.operand.id, "#1")
    left = gained if single else row(gained, way.operand.shape)
    right = middle.join(terms)
    first = filled(f"{left} = {right}" if way.whole else right, names)
    return first, *_equals(array_or_start(way.arrival.array) if single else _flat(way.arrival.array))


def row(gradient: str, shape: tuple[int, ...]) -> str:
    """A gradient as one row: what stands left of a Jacobian."""
    if math.prod(shape) == 1:
        return gradient
    return rf"\left({gradient}\right)^\top" if len(shape) == 1 else rf"{{\text{{vec}}\left({gradient}\right)}}^\top"


def matrix_product(operation: Operation, edge: int) -> tuple[str, ...] | None:
    """What of C = A B goes to an operand, as G and the argument whose transpose stands beside it: G Bᵀ, Aᵀ G.

    G is the gradient at C. Source: Petersen and Pedersen, The Matrix Cookbook, section 2.5. None where it is no factor
    of a product.
    """
    factors = kernel_of(operation).factors
    names = [other.name for other in operation.edges]
    if factors is None or not set(factors) <= set(names):
        return None
    left, right = factors
    return {left: ("G", right), right: (left, "G")}.get(names[edge])


def transposed_of(index: Index, value: int) -> int | None:
    """The matrix whose transpose a value is."""
    made = index.values[value].operation
    operation = None if made is None else index.operations[made]
    if operation is None or operation.in_place or kernel_of(operation).form is not Form.ORDER:
        return None
    shape = index.values[operation.edges[0].value].shape
    constants = {constant.name: constant.text for constant in operation.constants}
    turned = permutation(kernel_of(operation).name, len(shape), constants) == (1, 0)
    return operation.edges[0].value if turned else None


def _product(way: Way) -> tuple[Formula, ...]:
    """``∂L/∂A = G Bᵀ`` with ``G = ∂L/∂C``, of a batch for each of its matrices; ``= G W`` where B is Wᵀ."""
    product = matrix_product(way.operation, way.arrival.edge)
    if product is None:
        return ()
    other = next(e.value for e in way.operation.edges if e.name in product)
    batch = alphabet(way.index)[:1] if len(way.result.shape) == 3 else ""
    trees = way.trees(Letters(batch, batch), named(name_tree(way.index.names[other]), batch))
    upstream = rf"\left({way.upstream}\right)"
    order = r"{#3}^\top" if not batch else r"{{#3}}^\top"
    right = rf"{upstream} \, {order}" if product[0] == "G" else rf"{order} \, {upstream}"
    plain = transposed_of(way.index, other)
    if plain is not None:
        trees.append(name_tree(way.index.names[plain]))
        again = rf"{upstream} \, #4" if product[0] == "G" else rf"#4 \, {upstream}"
        right = rf"{right} = {way.factor('alpha')}{again}"
    line = way.line(way.factor("alpha") + right, trees)
    return line, *_equals(array_or_start(way.arrival.array))


def _moved(way: Way) -> tuple[Formula, ...]:
    """What only moves numbers moves the gradient back."""
    gradient = way.upstream
    if math.prod(way.result.shape) == 1:
        return ()
    if way.known.form is Form.VIEW:
        shape: Tree = ["mn", f"[{', '.join(map(str, way.operand.shape))}]"]
        line = way.line(rf"\text{{reshape}}\left({gradient}, #3\right)", way.trees(None, shape))
    elif transposed_of(way.index, way.result.id) is not None:
        line = _transposed(way, gradient)
    elif way.known.form is Form.JOIN and (part := joined_part(way.index, way.operation, way.arrival.edge)):
        line = way.line(rf"\left({gradient}\right)[#3]", way.trees(None, ["mn", part]))
    else:
        return ()
    return line, *_equals(array_or_start(way.arrival.array))


def _transposed(way: Way, gradient: str) -> Formula:
    """``∂L/∂W = (∂L/∂v)ᵀ``, and ``= Gᵀ X`` where all of it comes from one product ``C = X v``."""
    right, trees = rf"\left({gradient}\right)^\top", way.trees()
    product = product_behind(way.index, way.call, way.result.id)
    if product is not None:
        operation, other, is_right = product
        trees += [name_tree(way.index.names[operation.results[0]]), name_tree(way.index.names[other])]
        turned = rf"\left({way.gradient(operation.results[0], '#3')}\right)^\top"
        scale = Way(way.index, way.call, operation, way.arrival).factor("alpha")
        right += rf" = {scale}{turned} \, #4" if is_right else rf" = {scale}#4 \, {turned}"
    return way.line(right, trees)


def product_behind(index: Index, call: int, value: int) -> tuple[Operation, int, bool] | None:
    """The one product of matrices that a value's whole gradient comes from, the other factor, and whether the value is
    the right one."""
    users = [(o, e) for o, e in index.users.get(value, ()) if o.node is not None and (call, o.node) in index.arrivals]
    if len(users) != 1 or len(index.contributions.get((call, value), ())) != 1:
        return None
    [(operation, edge)] = users
    product = matrix_product(operation, edge)
    if product is None or len(index.values[operation.results[0]].shape) > 2:
        return None
    other = next(e.value for e in operation.edges if e.name in product)
    return operation, other, product[1] == "G"


def joined_part(index: Index, operation: Operation, edge: int) -> str:
    """Where a piece stands in what ``cat`` or ``stack`` made, in square brackets: ``2:4`` or ``:, 0``."""
    shapes = [index.values[other.value].shape for other in operation.edges]
    text = next((c.text for c in operation.constants if c.name == "dim"), "0")
    along = dimensions(text, len(index.values[operation.results[0]].shape))
    if along is None or len(along) != 1:
        return ""
    [place] = along
    if kernel_of(operation).name == "stack":
        return ", ".join([*[":"] * place, str(edge)])
    if len({len(shape) for shape in shapes}) > 1:
        return ""
    begin = sum(shape[place] for shape in shapes[:edge])
    return ", ".join([*[":"] * place, f"{begin}:{begin + shapes[edge][place]}"])


def _scalar(way: Way) -> tuple[Formula, ...]:
    """Of a result with one number, and element by element."""
    slope = derivative("#1", target(way.index, way.operation, way.arrival.edge, "#2"))
    if math.prod(way.result.shape) == 1:
        sign = r"\cdot"
    elif way.known.form is Form.ELEMENTWISE and way.operand.shape == way.result.shape:
        sign = r"\odot"
    else:
        return ()
    line = way.line(f"{way.upstream} {sign} {slope}", way.trees())
    return line, *_numbers(way, sign)


def _by_letters(way: Way) -> tuple[Formula, ...]:
    """By elements: ``∂L/∂bⱼ = Σᵢ ∂L/∂vᵢⱼ · ∂vᵢⱼ/∂bⱼ``."""
    elements = letters(way.index, way.operation, way.arrival.edge)
    if elements is None:
        return ()
    below = target(way.index, way.operation, way.arrival.edge, "#2")
    slope = "" if _handed_on(way) else rf" \cdot {derivative('#1', below)}"
    total = rf"\sum_{{{elements.summed}}} " if elements.summed else ""
    scale = way.factor("beta") if way.known.added else ""
    line = way.line(f"{scale}{total}{way.upstream}{slope}", way.trees(elements))
    return line, *_equals(array_or_start(way.arrival.array))


def _handed_on(way: Way) -> bool:
    """Whether every slope is 1 (or the factor in front)."""
    return way.known.form in (Form.EXPAND, Form.ORDER, Form.PRODUCT) or way.known.name == "sum"


def _as_a_row(way: Way) -> tuple[Formula, ...]:
    """``(∂L/∂x)ᵀ = (∂L/∂v)ᵀ ∂v/∂x``: the vector-Jacobian product itself."""
    slope = derivative("#1", target(way.index, way.operation, way.arrival.edge, "#2"))
    left = row(way.gained, way.operand.shape)
    right = f"{row(way.upstream, way.result.shape)} {slope}"
    line = way.line(right, way.trees(), left)
    numbers = _numbers(way, r"\cdot")
    if len(way.operand.shape) < 2 or not way.whole:
        return line, *numbers
    whole = array_tree(way.arrival.array.shape, way.arrival.array.numbers)
    return (line, *numbers) if whole is None else (line, *numbers, way.line("#3", way.trees(None, whole)))


def _numbers(way: Way, sign: str) -> tuple[Formula, ...]:
    """``= 3 · 4 = 12``, as far as the numbers are short enough to read."""
    dense = way.local is not None and way.local.form == "matrix" and way.local.rows > 1
    contribution = _flat(way.arrival.array) if dense else array_or_start(way.arrival.array)
    if contribution is None:
        return ()
    upstream = way.index.gradients.get((way.call, way.result.id))
    if way.local is None or upstream is None or upstream.numbers is None:
        return _equals(contribution) if not dense else ()
    if not multiplied(upstream.numbers, way.local, way.arrival.array.numbers or ()):
        return _equals(contribution)
    slope = jacobian_tree(way.local, way.result, way.operand)
    arriving = _row(upstream) if dense else array_tree(upstream.shape, upstream.numbers)
    if slope is None or arriving is None or "…" in str(slope[-1]):
        return _equals(contribution)
    return (filled(f"= #0 {sign} #1 = #2", [arriving, slope, contribution]),)


def _row(array: Array) -> Tree | None:
    return row_tree(array.numbers) if array.numbers is not None and len(array.numbers) <= LARGEST_MATRIX else None


def _flat(array: Array) -> Tree | None:
    """All elements in one row, as far as they can be read; a single number as it is."""
    size = math.prod(array.shape)
    return array_or_start(Array((size,) if size != 1 else (), array.dtype, array.numbers))


def _given(way: Way) -> tuple[Formula, ...]:
    """What goes to an operand that has no part in the result: no product, but the numbers themselves."""
    numbers = array_or_start(way.arrival.array)
    return () if numbers is None else (way.line("#3", way.trees(None, numbers)),)


def _equals(tree: Tree | None) -> tuple[Formula, ...]:
    return () if tree is None else (Formula("= #0", (tree,)),)
