"""The slips that a learner's formula is compared with: other derivatives, missing factors, signs, + for ·."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from gradwalk.perceptron.chain.factors import LOSS, Factor, Factors, Leaf
from gradwalk.perceptron.derivation.mutations import Slip, mutations
from gradwalk.perceptron.derivation.spoken import said, spoken
from gradwalk.perceptron.settings.reading import Network

MOST = 160
"""So many slips of one formula are tried."""
TINY = 1e-4
"""A number up to here that is added or subtracted is an epsilon."""


def of_factor(factor: Factor, network: Network, right: Mapping[str, str]) -> Iterator[Slip]:
    """What a factor may have been mistaken for; ``right`` are all derivatives that are asked for, as formulas."""
    yield from _whole(factor.code, factor.key, network)
    if factor.above == LOSS:
        yield from _of_mean(factor.code, network)
        yield from _already_in_it(factor, right)
    yield from _others(factor.key, right)
    yield from _sibling_sums(factor, network)
    yield from mutations(factor.code)
    if factor.above != LOSS:
        yield from _other_operand(factor)
    yield from _values(factor)


def of_gradient(leaf: Leaf, factors: Sequence[Factor], network: Network, right: Mapping[str, str]) -> Iterator[Slip]:
    """What the gradient of a weight may have been mistaken for; ``factors`` are those of its only path."""
    key = f"d{LOSS}_d{leaf.name}"
    rows = network.rows > 1
    yield from _others(key, right)
    yield from _siblings(leaf, network)
    yield from _partial(factors, rows)
    yield from _whole(right[key], key, network)
    yield from _of_mean(right[key], network)
    if rows:
        yield Slip(
            "1/N",
            f"({right[key]}) / {network.rows}",
            f"The gradients of all {network.rows} rows add up; this is their mean.",
        )
    for place, factor in enumerate(factors):
        for slip in (*mutations(factor.code), *_other_operand(factor)):
            parts = [f"({slip.code if here == place else each.code})" for here, each in enumerate(factors)]
            yield Slip(slip.kind, _summed(" * ".join(parts), rows), f"In {said(factor.key)}: {_lower(slip.sentence)}")
    yield from _sums(factors, rows)
    for name in (LOSS, leaf.name, factors[0].below):
        sentence = f"This is {said(name)}, a value, and not how the loss changes with {said(leaf.name)}."
        yield Slip("value", name, sentence)


def epsilon(tree: ast.expr) -> str | None:
    """What is wrong with the sign of an epsilon in a formula that is right otherwise; None where nothing is."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("clamp"):
            *_, low, high = [ast.unparse(argument) for argument in node.args] or [""]
            if "+" in high:
                return (
                    f"The epsilon has the wrong sign: clamp up to {spoken(high)} lets a 1 through, and log(0) with it."
                )
            if low.startswith("-"):
                return f"The epsilon has the wrong sign: clamp from {spoken(low)} lets a 0 through, and log(0) with it."
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and _is_tiny(node.right):
            part = spoken(ast.unparse(node.left))
            return (
                f"The epsilon has the wrong sign: {part} − ε is 0 or negative just where {part} is close to 0. "
                "It is added there."
            )
    return None


def _is_tiny(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float) and 0 < node.value <= TINY


# The slips


def _whole(code: str, key: str, network: Network) -> Iterator[Slip]:
    square = key.startswith(f"d{LOSS}_") and network.loss in ("squared_error", "mse")
    half = "The factor 2 is missing, which a square brings with it." if square else "It is half of what is right."
    yield Slip("sign", f"-({code})", "The sign is wrong.")
    yield Slip("factor 2", f"({code}) / 2", half)
    yield Slip("factor 2", f"2 * ({code})", "There is a factor 2 too many.")


def _others(key: str, right: Mapping[str, str]) -> Iterator[Slip]:
    mine = said(key)
    for other, code in right.items():
        if other == key or code in ("0", "1"):  # which many things are
            continue
        if not key.startswith(f"d{LOSS}_") or not other.startswith(f"d{LOSS}_"):
            part = "only one factor of the chain" if key.startswith(f"d{LOSS}_") else "another derivative"
            yield Slip("wrong thing", code, f"This is {said(other)}, {part}, and not {mine}.")
        else:
            yield Slip("wrong thing", code, f"This is {said(other)}: the derivative with respect to {_below(other)}.")


def _below(key: str) -> str:
    return said(key.rpartition("_d")[2])


def _other_operand(factor: Factor) -> Iterator[Slip]:
    """dz/dx for dz/dw, and the value itself for its derivative."""
    if factor.code_form == "{x}" and factor.names:
        weight, given = factor.below, factor.names[0]
        sentence = (
            f"This is the derivative with respect to {said(given)}; with respect to {said(weight)} it is {said(given)}."
        )
        yield Slip("wrong thing", weight, sentence)
    elif factor.code_form == "{w}" and factor.names:
        sentence = f"This is the derivative with respect to {said(factor.names[0])}."
        yield Slip("wrong thing", factor.below, sentence)


def _values(factor: Factor) -> Iterator[Slip]:
    above = "loss" if factor.above == LOSS else factor.above
    for name in dict.fromkeys((factor.above, factor.below, *factor.names)):
        kind = "the value" if name in (factor.above, factor.below) else "a part of it"
        yield Slip(
            "value", name, f"This is {said(name)}, {kind}, and not how {said(above)} changes with {said(factor.below)}."
        )
    yield Slip("zero", "0", f"It is not 0: {said(above)} changes with {said(factor.below)}.")
    yield Slip("one", "1", f"It is not 1: {said(above)} does not change as much as {said(factor.below)}.")


def _partial(factors: Sequence[Factor], rows: bool) -> Iterator[Slip]:
    """The chain with one factor left out, or only its start."""
    if len(factors) < 2:
        return
    for place, factor in enumerate(factors):
        rest = [each for here, each in enumerate(factors) if here != place]
        code = " * ".join(f"({each.code})" for each in rest)
        yield Slip("missing factor", _summed(code, rows), f"The factor {said(factor.key)} is missing.")


def _sums(factors: Sequence[Factor], rows: bool) -> Iterator[Slip]:
    """The chain with + in place of some of its ·."""
    if len(factors) > 5:
        return
    for signs in product("*+", repeat=len(factors) - 1):
        if "+" in signs:
            code = f"({factors[0].code})"
            for sign, factor in zip(signs, factors[1:], strict=True):
                code += f" {sign} ({factor.code})"
            chain = " · ".join(said(factor.key) for factor in factors)
            yield Slip("plus for times", _summed(code, rows), f"There is a + where the chain rule multiplies: {chain}.")


def _of_mean(code: str, network: Network) -> Iterator[Slip]:
    divisor = Factors(network).divisor
    if divisor > 1:
        yield Slip("1/N", f"({code}) * {divisor}", f"The 1/N is missing: the loss is a mean over {divisor}.")
        yield Slip("1/N", f"({code}) / {divisor}", "There is one 1/N too many.")


def _already_in_it(factor: Factor, right: Mapping[str, str]) -> Iterator[Slip]:
    """dL/dz for dL/dŷ: ŷ − y is the short cut."""
    for key, code in right.items():
        if key.startswith(f"d{factor.below}_d"):
            z = _below(key)
            sentence = f"This is dL/d{z}: the factor {said(key)} is in it already."
            yield Slip("wrong thing", f"({factor.code}) * ({code})", sentence)


def _siblings(leaf: Leaf, network: Network) -> Iterator[Slip]:
    """The gradients of the other weights of the same layer."""
    factors = Factors(network)
    for other in factors.leaves:
        if other.layer == leaf.layer and other != leaf and factors.path_count(other) == 1:
            code = " * ".join(f"({factor.code})" for factor in factors.paths(other, 1)[0].factors)
            sentence = f"This is dL/d{said(other.name)}: the derivative with respect to {said(other.name)}."
            yield Slip("wrong thing", _summed(code, network.rows > 1), sentence)


def _sibling_sums(factor: Factor, network: Network) -> Iterator[Slip]:
    """dz/dw₂ for dz/dw₁."""
    factors = Factors(network)
    for other in factors.leaves:
        found = factors.of_leaf(other)
        if found.above == factor.above and found.key != factor.key:
            yield Slip("wrong thing", found.code, f"This is {said(found.key)}, and not {said(factor.key)}.")


def _summed(code: str, rows: bool) -> str:
    return f"sum({code})" if rows else code


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:] if sentence[:4] in ("The ", "Ther", "It d", "It m") else sentence


def agree(first: Sequence[float], second: Sequence[float], tolerance: float) -> bool:
    """Whether numbers are the same up to rounding; nan agrees with nan."""
    return len(first) == len(second) and all(
        a == b or (math.isnan(a) and math.isnan(b)) or abs(a - b) <= tolerance * max(abs(a), abs(b)) + 1e-9
        for a, b in zip(first, second, strict=True)
    )
