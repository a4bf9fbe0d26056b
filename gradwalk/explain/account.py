"""What is said about one event, and the pieces of which it is made."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from gradwalk import derivatives
from gradwalk.explain.wording import (
    START,
)
from gradwalk.formula import (
    Formula,
)
from gradwalk.formula.arrays import number_text
from gradwalk.index import Index
from gradwalk.notation import constant_text, shape_text
from gradwalk.recording import (
    Node,
    Operation,
    Saved,
    Value,
)


class Rule(NamedTuple):
    """PyTorch's formula for a node, and what the node saved for it."""

    node: str
    text: str
    saved: str


class Account(NamedTuple):
    """What is said about one event."""

    title: str
    sentence: str
    formula: tuple[Formula, ...] = ()
    rule: Rule | None = None


def joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def listed(items: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return START["and"].join(filter(None, (", ".join(items[:-1]), *items[-1:])))


def named(index: Index, value: Value) -> str:
    """``x = 4``; what is too large to write out goes by its shape: ``W (64×10)``."""
    number = number_text(value.shape, value.numbers)
    key = "shape" if number is None else "value"
    return START[key].format(name=index.shown[value.id], number=number, shape=shape_text(value.shape))


def rule_of(index: Index, node: Node, wanted: list[tuple[Operation, str]]) -> Rule | None:
    """PyTorch's formulas for these arguments of the node's kernel, and what they use of what was saved."""
    found = [(name, derivatives.rule(operation.kernel, name)) for operation, name in wanted]
    texts = [(name, text) for name, text in found if text is not None]
    if not texts:
        return None
    text = texts[0][1] if len(texts) == 1 else "; ".join(f"{name}: {text}" for name, text in texts)
    used = _words(text)
    saved = [saved_text(index, item) for item in node.saved if item.name in used and item.text != "None"]
    return Rule(node.name, text, ", ".join(saved))


@lru_cache(maxsize=1024)
def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text))


def saved_text(index: Index, saved: Saved) -> str:
    """``self = 4``: under which name a node saved what; a large tensor by its own name and shape."""
    if saved.value is None:
        return f"{saved.name} = {constant_text(saved.text)}"
    value = index.values[saved.value]
    number = number_text(value.shape, value.numbers)
    return f"{saved.name} = {named(index, value) if number is None else number}"
