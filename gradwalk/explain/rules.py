"""PyTorch's own formula for a node, as it stands in PyTorch's table, without what only a compiler needs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from gradwalk.analysis.index import Index
from gradwalk.explain import pytorch_rules
from gradwalk.explain.saved import saved_text
from gradwalk.recording import Node, Operation


class Rule(NamedTuple):
    """PyTorch's formula for a node, and what the node saved for it."""

    node: str
    text: str
    saved: str
    math: str = ""
    """What the function that ``text`` calls computes, where a line can say it."""


def rule_of(index: Index, node: Node, wanted: Iterable[tuple[Operation, str]]) -> Rule | None:
    """PyTorch's formulas for these arguments of the node's kernel, and what they use of what was saved.

    None where the table has none, or none that says more than that some function of PyTorch's own does it.
    """
    found = [(name, pytorch_rules.rule(operation.kernel, name)) for operation, name in wanted]
    raw = [(name, text) for name, text in found if text is not None]
    texts = [(name, plain(text), meaning(text)) for name, text in raw]
    if not texts or any(text is None for _, text, _ in texts):
        return None
    used = frozenset(word for _, text in raw for word in _words(text))
    saved = [saved_text(index, item) for item in node.saved if item.name in used and item.text != "None"]
    if len(texts) == 1:
        [(_, text, math)] = texts
        return Rule(node.name, text or "", ", ".join(saved), math)
    return Rule(node.name, "; ".join(f"{name}: {math or text}" for name, text, math in texts), ", ".join(saved))


@lru_cache(maxsize=1024)
def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text))


_NOISE = ("scalar_type", "options()", "sym_strides", "layout()", "to_args_", "?", "/*", "GradMode")
_SHORTER = (
    (re.compile(r"\.conj\(\)"), ""),  # of a real number, the number itself
    (re.compile(r"_symint\b"), ""),
    (re.compile(r"\.sym_sizes\(\)"), ".shape"),
    (re.compile(r"\.sym_numel\(\)"), ".numel()"),
    (re.compile(r"\bat::"), ""),
)


@lru_cache(maxsize=1024)
def plain(text: str) -> str | None:
    """A formula of the table for real numbers: no conjugates, no casts. None where the rest is no readable formula.

    ``handle_r_to_c(self.scalar_type(), grad)`` becomes ``grad``.
    """
    cast = _call(text, "handle_r_to_c")
    if cast is not None and len(cast) == 2:
        return plain(cast[1])
    scaled = _call(text, "maybe_multiply")
    if scaled is not None and len(scaled) == 2:
        return plain(f"{scaled[0]} * {scaled[1]}")
    for pattern, shorter in _SHORTER:
        text = pattern.sub(shorter, text)
    found = re.fullmatch(r"(\w+)\((.*)\)", text)
    if found and found[1].endswith("_backward"):  # the casts among its arguments say nothing of the formula
        kept = [argument for argument in _arguments(found[2]) if not any(noise in argument for noise in _NOISE)]
        text = f"{found[1]}({', '.join(kept)})"
    return None if any(noise in text for noise in _NOISE) else text


_MEANINGS = {
    "mul_tensor_backward": "{0} * {1}",
    "div_tensor_self_backward": "{0} / {1}",
    "div_tensor_other_backward": "-{0} * {1} / ({2} * {2})",
    "pow_backward": "{0} * {2} * {1} ** ({2} - 1)",
    "sigmoid_backward": "{0} * {1} * (1 - {1})",
    "tanh_backward": "{0} * (1 - {1} * {1})",
    "mm_mat1_backward": "{0} @ {1}.t()",
    "mm_mat2_backward": "{1}.t() @ {0}",
}
"""What these functions of PyTorch compute for real numbers (torch/csrc/autograd/FunctionsManual.cpp); a test computes
them beside PyTorch."""


def meaning(text: str) -> str:
    """What the function in a formula computes: ``grad * result * (1 - result)``; empty where no line can say it."""
    name = text.partition("(")[0]
    arguments = _call(text, name)
    return _MEANINGS[name].format(*arguments) if arguments is not None and name in _MEANINGS else ""


def _call(text: str, name: str) -> list[str] | None:
    """The arguments where the whole text is one call of this function."""
    if not text.startswith(f"{name}(") or not text.endswith(")"):
        return None
    return _arguments(text[len(name) + 1 : -1])


def _arguments(text: str) -> list[str]:
    """Split at the commas that stand in no brackets."""
    found, depth = [""], 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        if character == "," and depth == 0:
            found.append("")
        else:
            found[-1] += character
    return [argument.strip() for argument in found]
