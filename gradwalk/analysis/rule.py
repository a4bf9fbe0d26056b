"""Whether a contribution is upstream × local, in the numbers that a recording holds."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gradwalk.recording import Array, LocalGradient, Number


def follows(upstream: Array, local: LocalGradient, contribution: Array) -> bool:
    """Whether it is the product but for rounding; also where numbers are missing or are not finite."""
    found = contribution.numbers
    if upstream.numbers is None or local.numbers is None or found is None:
        return True
    width = 1 if local.form == "diagonal" else local.columns
    products, sizes = [0.0] * len(found), [0.0] * len(found)
    for place, slope in enumerate(local.numbers):
        row, column = (place, place) if local.form == "diagonal" else divmod(place, width)
        product = upstream.numbers[row] * slope
        products[column] += product
        sizes[column] += abs(product)
    if not all(map(math.isfinite, (*products, *found))):
        return True
    close = (abs(one - other) <= 2e-2 * size + 1e-6 for one, other, size in zip(products, found, sizes, strict=True))
    return all(close)


def multiplied(upstream: Sequence[Number], local: LocalGradient, contribution: Sequence[Number]) -> bool:
    """Whether the contribution can be the product: not where 0 · inf is nan and PyTorch, which chose, has a number."""
    slopes, width = local.numbers or (), 1 if local.form == "diagonal" else local.columns
    if all(map(math.isfinite, slopes)) and all(map(math.isfinite, upstream)):
        return True
    for place, slope in enumerate(slopes):
        row, column = (place, place) if local.form == "diagonal" else divmod(place, width)
        if math.isnan(upstream[row] * slope) and not math.isnan(contribution[column]):
            return False
    return True
