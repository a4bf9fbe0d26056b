"""What an address may cost: how long it is, of how many parts, and how much a page says about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

MAX_CHARACTERS = 40_000
"""Of all parameters together, their names included."""
MAX_PARAMETERS = 80
MAX_ITEMS = 64
"""Of a parameter that is a list."""
MAX_NOTICES = 5
MAX_SHOWN = 40
"""Characters of an address that a notice repeats."""


def too_long(params: Mapping[str, str]) -> bool:
    """Whether nobody reads it."""
    return (
        len(params) > MAX_PARAMETERS or sum(len(name) + len(value) for name, value in params.items()) > MAX_CHARACTERS
    )


def items(text: str, separator: str, notices: list[str]) -> list[str]:
    """The items of a list; a sentence to ``notices`` where they are too many, which are left out."""
    found = text.split(separator, MAX_ITEMS) if text else []
    if len(found) > MAX_ITEMS:
        notices.append(f"A list in the address has more than {MAX_ITEMS} items; the rest was left out.")
    return found[:MAX_ITEMS]


def few(notices: Sequence[str]) -> tuple[str, ...]:
    """Each notice once, and not more of them than somebody reads."""
    once = list(dict.fromkeys(notices))
    if len(once) <= MAX_NOTICES:
        return tuple(once)
    more = len(once) - MAX_NOTICES + 1
    return (*once[: MAX_NOTICES - 1], f"{more:,} more parts of the address could not be used either.")


def shown(text: str) -> str:
    """A piece of an address for a sentence."""
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
