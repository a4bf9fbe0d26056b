"""Which slip made a formula: those with a name are computed at the same points, and the one that agrees is it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from gradwalk.perceptron.chain.factors import LOSS, Factor, Factors
from gradwalk.perceptron.derivation import slips
from gradwalk.perceptron.derivation.mutations import Slip
from gradwalk.perceptron.derivation.points import Point, asked, points
from gradwalk.perceptron.derivation.typed import candidates
from gradwalk.perceptron.settings.reading import Network, Row

EXACT = 1e-6
"""How far two numbers may be apart, relative to the larger one, and still agree."""
NEAR = 1e-4
"""The same at the present point, where a saturated ŷ makes an epsilon of 1e-8 felt."""
_BATCH = 40


def tolerance(point: Point) -> float:
    return NEAR if point.kind == "here" else EXACT


def key_of(leaf: str) -> str:
    return f"d{LOSS}_d{leaf}"


@lru_cache(maxsize=512)
def chains(network: Network, leaf: str) -> Mapping[str, tuple[Factor, ...]]:
    """For each gradient that is asked for the factors of its path, where there is only one."""
    factors = Factors(network)
    return {
        key_of(each.name): factors.paths(each, 1)[0].factors
        for each in asked(network, leaf)[1]
        if factors.path_count(each) == 1
    }


@lru_cache(maxsize=512)
def right_formulas(network: Network, leaf: str) -> Mapping[str, str]:
    """A right formula for each derivative that is asked for, as far as one fits in a line."""
    found = {factor.key: factor.code for factor in asked(network, leaf)[0]}
    for key, chain in chains(network, leaf).items():
        code = " * ".join(f"({factor.code})" for factor in chain)
        found[key] = f"sum({code})" if network.rows > 1 else code
    return found


def recognised(network: Network, leaf: str, seed: int, key: str, numbers: Sequence[Row]) -> Slip | None:
    """The first known slip that gives these numbers at every point; None for a formula that is wrong in its own way."""
    known = _slips(network, leaf, key)
    places = points(network, leaf, seed)
    for start in range(0, len(known), _BATCH):
        fitting = set(range(min(_BATCH, len(known) - start)))
        for place, (point, mine) in enumerate(zip(places, numbers, strict=True)):
            found = _computed(network, leaf, seed, key, start, place)
            fitting &= {each for each, row in enumerate(found) if slips.agree(row, mine, tolerance(point))}
            if not fitting:
                break
        if fitting:
            return known[start + min(fitting)]
    return None


@lru_cache(maxsize=512)
def _slips(network: Network, leaf: str, key: str) -> tuple[Slip, ...]:
    """Of slips that come to the same formula the first one."""
    right = right_formulas(network, leaf)
    factors, leaves = asked(network, leaf)
    factor = next((each for each in factors if each.key == key), None)
    if factor is not None:
        found = list(slips.of_factor(factor, network, right))
    elif key in chains(network, leaf):
        target = next(each for each in leaves if key_of(each.name) == key)
        found = list(slips.of_gradient(target, chains(network, leaf)[key], network, right))
    else:
        found = []
    first: dict[str, Slip] = {}
    for slip in found:
        first.setdefault(slip.code, slip)
    return tuple(first.values())[: slips.MOST]


@lru_cache(maxsize=4096)
def _computed(network: Network, leaf: str, seed: int, key: str, start: int, place: int) -> tuple[Row, ...]:
    """The numbers of one batch of slips at one point; they are the same whatever the learner typed."""
    codes = [slip.code for slip in _slips(network, leaf, key)[start : start + _BATCH]]
    per_row = any(factor.key == key for factor in asked(network, leaf)[0])
    return tuple(candidates(codes, points(network, leaf, seed)[place], {}, per_row))
