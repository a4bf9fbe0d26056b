"""What products of matrices hand on: ``X gets G W``, ``W gets Gᵀ X``, a bias the sum of each column of G.

Source: Goodfellow, Bengio and Courville, Deep Learning, section 6.5.6.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradwalk.analysis.index import Index
from gradwalk.analysis.lookups import Arrival
from gradwalk.explain.account import listed
from gradwalk.explain.pass_through import Pass
from gradwalk.explain.pieces import gist
from gradwalk.explain.wording import BACKWARD
from gradwalk.formula.contributions import matrix_product, product_behind, transposed_of
from gradwalk.formula.letters import broadcast
from gradwalk.notation import constant_text, kernel_of
from gradwalk.recording import Constant


def product(seen: Pass) -> str:
    """Each operand of a product, with what it gets of the gradient G."""
    parts = [_part(seen, arrival) for arrival in seen.arrivals]
    if not all(parts):
        return ""
    key = "matrix batch" if len(seen.result.shape) == 3 else "matrix"
    return seen.say(key, parts=listed([part for part in parts if part]), letter=_letter(seen.index))


def dot(seen: Pass) -> str:
    if seen.single():
        return ""
    upstream = gist(seen.upstream)
    return seen.say("dot") if upstream == "1" else seen.say("dot times", upstream=upstream)


def transpose(seen: Pass) -> str:
    """``The gradient is transposed as well: W gets Gᵀ X``, where all of it came from one product."""
    if transposed_of(seen.index, seen.result.id) is None:
        return seen.say("order")
    found = product_behind(seen.index, seen.call, seen.result.id)
    if found is None:
        return seen.say("transposed")
    operation, other, is_right = found
    name = seen.index.shown[other]
    scale = _factor(operation.constants, "alpha")
    letter = _letter(seen.index)
    text = f"{scale}{letter}ᵀ {name}" if is_right else f"{scale}{name} {letter}ᵀ"
    return seen.say("transposed product", product=text, letter=letter, source=seen.index.shown[operation.results[0]])


def _letter(index: Index) -> str:
    """What the gradient of the product is called: G, but for programs that have a G of their own, as many a GAN."""
    return next(letter for letter in ("G", "Γ", "Ĝ") if letter not in index.heads)


def _part(seen: Pass, arrival: Arrival) -> str | None:
    index, operation = seen.index, seen.operation
    name = index.shown[arrival.value]
    if operation.edges[arrival.edge].name in kernel_of(operation).added:
        return _added(seen, arrival)
    found = matrix_product(operation, arrival.edge)
    if found is None:
        return None
    values = {edge.name: edge.value for edge in operation.edges}
    factors = []
    for factor in found:
        plain = None if factor == "G" else transposed_of(index, values[factor])
        if factor == "G":
            factors.append(_letter(index))
        elif plain is not None:
            factors.append(index.shown[plain])
        else:
            factors.append(f"{index.shown[values[factor]]}ᵀ")
    text = _factor(operation.constants, "alpha") + " ".join(factors)
    return BACKWARD["matrix part"].format(operand=name, product=text)


def _added(seen: Pass, arrival: Arrival) -> str | None:
    """What is added to a product may be broadcast: a bias is copied to each row."""
    result, operand = seen.result.shape, seen.index.values[arrival.value].shape
    if broadcast(result, operand) is None:
        return None
    name = seen.index.shown[arrival.value]
    scale, letter = _factor(seen.operation.constants, "beta"), _letter(seen.index)
    if operand == result:
        return BACKWARD["matrix part"].format(operand=name, product=f"{scale}{letter}")
    if len(result) == 2 and operand in ((result[1],), (1, result[1])):
        return BACKWARD["column sums"].format(operand=name, scale=scale, letter=letter)
    return BACKWARD["copy sums"].format(operand=name, scale=scale, letter=letter)


def _factor(constants: Sequence[Constant], name: str) -> str:
    text = next((constant.text for constant in constants if constant.name == name), "1")
    return "" if text in ("1", "1.0") else f"{constant_text(text)} · "
