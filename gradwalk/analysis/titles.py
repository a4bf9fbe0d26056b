"""What a group of several things is called."""

from __future__ import annotations

import re

_BETWEEN = re.compile(r"([ .])")


def from_to(first: str, last: str) -> str:
    """``net.blocks.0 … 7`` and ``turn 1 … 4 of 9``: what both have is said once."""
    if first == last:
        return first
    one, other = _BETWEEN.split(first), _BETWEEN.split(last)
    differ = [at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]]
    if len(one) != len(other) or len(differ) != 1 or differ == [0]:
        return f"{first} … {last}"
    (at,) = differ
    return "".join([*one[:at], f"{one[at]} … {other[at]}", *one[at + 1 :]])
