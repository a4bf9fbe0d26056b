"""Numbers put into a formula, with as many digits as a reader needs who computes it again."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from gradwalk.notation import read_typeset, short, typeset
from gradwalk.perceptron.chain.by_hand import joined, translated
from gradwalk.perceptron.chain.evaluation import evaluated
from gradwalk.perceptron.chain.factors import Factor, latex_fields
from gradwalk.perceptron.chain.symbols import number_latex, unbracketed

MOST_DIGITS = 17
"""So many significant digits tell any two numbers of float64 apart."""
_FEWEST = 5
_ROUNDED = 2**-24
"""What float32 adds to a decimal at most, relative: 6.7 is 6.699999809265137 there, and is written 6.7."""


def filled_factor(factor: Factor, numbers: Sequence[float], gives: float) -> str:
    """The factor's formula in LaTeX with ``numbers`` for its names, of which ``gives`` comes out as it is shown.

    ``ŷ(1 − ŷ)`` is ``0.99877(1 − 0.99877)`` where four decimals would give another number than the one beside it.
    """
    names = dict(zip(factor.names, numbers, strict=True))
    texts = readable(numbers, gives, lambda columns: _computed(factor, columns))
    return unbracketed(latex_fields(factor, dict(zip(names, map(number_latex, texts), strict=True))))


def filled_product(numbers: Sequence[float], gives: float) -> str:
    """``a · b · c`` in LaTeX, with digits of which ``gives`` comes out as it is shown."""
    texts = readable(numbers, gives, lambda columns: list(map(math.prod, zip(*columns, strict=True))))
    return r" \cdot ".join(map(number_latex, texts))


def readable(
    numbers: Sequence[float], gives: float, compute: Callable[[Sequence[Sequence[float]]], Sequence[float]]
) -> list[str]:
    """The numbers as texts, with the fewest digits of which ``compute`` makes what is shown for ``gives``.

    ``compute`` takes for each number its roundings, from the coarsest on, and gives one result for each rounding. Where
    none of them gives it, the texts are those of four decimals.
    """
    kept = [short(number) for number in numbers]
    if not math.isfinite(gives) or not all(map(math.isfinite, numbers)):
        return kept
    roundings = [list(_roundings(number, text)) for number, text in zip(numbers, kept, strict=True)]
    results = compute([[read_typeset(text) for text in texts] for texts in roundings])
    wanted = _shown(gives)
    place = next((place for place, result in enumerate(results) if _shown(result) == wanted), 0)
    return [texts[place] for texts in roundings]


def _shown(number: float) -> float:
    """A number as it is read from the screen, where 2 and 2.0000 are the same."""
    return read_typeset(short(number))


def _roundings(number: float, kept: str) -> Iterator[str]:
    """From the coarsest on; the decimals that float32 rounded are given up last."""
    yield kept
    for tolerance in (_ROUNDED, 0.0):
        for digits in range(_FEWEST, MOST_DIGITS + 1):
            near = abs(read_typeset(kept) - number) <= tolerance * abs(number)
            yield kept if near else typeset(f"{number:.{digits}g}")


def _computed(factor: Factor, columns: Sequence[Sequence[float]]) -> Sequence[float]:
    """The factor's formula by PyTorch in float64, for each rounding of its numbers."""
    given = [
        f"{name} = torch.tensor({list(column)}, dtype=torch.float64)"
        for name, column in zip(factor.names, columns, strict=True)
    ]
    return evaluated(joined("import torch", [*given, *translated([f"found = {factor.code}"], "float64")], "found"))
