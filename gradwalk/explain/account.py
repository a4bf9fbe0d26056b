"""What is said about one event, and how sentences and lists of names are joined."""

from __future__ import annotations

from typing import NamedTuple

from gradwalk.explain.rules import Rule
from gradwalk.explain.wording import START
from gradwalk.formula import Formula


class Account(NamedTuple):
    """What is said about one event."""

    title: str
    sentence: str
    formula: tuple[Formula, ...] = ()
    rule: Rule | None = None
    learn: str = ""
    """The sentence in the density Learn, where it is another one."""
    learn_title: str = ""


def joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def listed(items: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return START["and"].join(filter(None, (", ".join(items[:-1]), *items[-1:])))
