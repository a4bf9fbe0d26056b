"""LaTeX → MathML as nested lists, in templates with numbered slots, so that thousands of steps share a few conversions.

In a template ``#0`` … ``#9`` is a slot for a tree (a name, a matrix) and ``@0`` … ``@9`` one for a number's text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import unescape
from typing import NamedTuple
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element

from gradwalk.notation import GREEK, MINUS, index_parts, is_number_name, layer_parts, short, split_power
from gradwalk.recording import Number

# A tree is a list: the tag and then its children, each a text, a tree, or (in a template) the number of an argument.
Tree = list["Tree | str | int"]

_ROWS = ("math", "mrow", "mi", "mn", "mo", "mtext", "mfrac", "msqrt", "mroot", "mtable", "mtr", "mtd")
_SCRIPTS = ("msub", "msup", "msubsup", "mover", "munder", "munderover")
TAGS = frozenset((*_ROWS, *_SCRIPTS))
_CLEAR: list[Tree] = [["mo", sign] for sign in "(,=|[‖"]
_EMPTY: list[Tree] = [["mrow"], ["mo"], ["mi"]]
LARGEST_MATRIX = 4
_TREE_SLOT, _TEXT_SLOT = 0xE100, 0xE200
SLOTS = tuple(chr(_TREE_SLOT + number) for number in range(64))
"""The characters that stand for tree slots in LaTeX: usable as names where a formula is made elsewhere."""


class Template(NamedTuple):
    tree: Tree
    exposed: frozenset[int]
    """The slots in which a negative number needs brackets: beside an operator or under a power."""


class Formula(NamedTuple):
    """One line: the LaTeX of its template, and an argument for each slot."""

    latex: str
    arguments: tuple[Tree | str, ...]
    dotted: bool = False


@lru_cache(maxsize=4096)
def template(latex: str, dotted: bool = False) -> Template:
    """The MathML tree of ``latex`` and the slots that need brackets around negative numbers.

    ``dotted`` writes the dot of a product that LaTeX leaves out (2x), as numbers need it (2 · 4).
    """
    slotted = re.sub(r"([#@])(\d)", _slot_character, latex)
    inside = _tree(convert_to_element(slotted))
    tree: Tree = inside if isinstance(inside, list) and inside[0] == "math" else ["math", inside]
    if dotted:
        tree = _dotted(tree)
    exposed: set[int] = set()
    _expose(tree, exposed)
    return Template(tree, frozenset(exposed))


def _slot_character(match: re.Match[str]) -> str:
    return chr((_TREE_SLOT if match[1] == "#" else _TEXT_SLOT) + int(match[2]))


def _tree(element: Element) -> Tree | int:
    """The element without its attributes, or the slot that it is; a row of one is what it holds, spaces are dropped."""
    text = unescape(element.text or "")
    if element.tag != "mtext":
        text = text.strip()
    slot = ord(text) if len(text) == 1 else 0
    if _TREE_SLOT <= slot < _TREE_SLOT + len(SLOTS):
        return slot - _TREE_SLOT
    if _TEXT_SLOT <= slot < _TEXT_SLOT + len(SLOTS):
        return ["mn", slot - _TEXT_SLOT]
    tag = element.tag if element.tag in TAGS else "mrow"
    if tag == "mo" and text.isalpha() and text.isascii() and len(text) > 1:
        tag = "mi"
    if text and text in "⌊⌋⌈⌉|":
        tag = "mo"
    children = [child for child in map(_tree, element) if child not in _EMPTY]
    if tag == "mrow" and len(children) == 1 and not text:
        return children[0]
    return [tag, *([text] if text else []), *children]


def _dotted(tree: Tree) -> Tree:
    children = [_dotted(child) if isinstance(child, list) else child for child in tree[1:]]
    if tree[0] not in ("mrow", "math", "msqrt", "mtd"):
        return [tree[0], *children]
    row: Tree = [tree[0]]
    for child in children:
        starts = isinstance(child, list | int) and not _is_operator(child) and not _closes(child)
        if row[1:] and _is_factor(row[-1]) and starts:
            row.append(["mo", "·"])
        row.append(child)
    return row


def _is_factor(node: Tree | str | int) -> bool:
    """Whether what comes next multiplies it: numbers and powers are factors, an operator and the sin of sin(x) not."""
    if isinstance(node, int) or node == ["mo", ")"]:
        return True
    if isinstance(node, str) or _is_operator(node) or node[0] == "mtable":
        return False
    if node[0] == "mi":
        return len(str(node[1])) == 1 and node[1] != "σ"
    return _is_factor(node[1]) if node[0] in ("msup", "msub") else True


def _closes(node: Tree | int) -> bool:
    """Whether it is a closing bracket with a power."""
    return isinstance(node, list) and node[0] in ("msup", "msub") and node[1] == ["mo", ")"]


def _is_operator(node: Tree | int) -> bool:
    return isinstance(node, list) and node[0] in ("mo", "mtext")


def _expose(tree: Tree, exposed: set[int]) -> None:
    for place, child in enumerate(tree[1:], start=1):
        if isinstance(child, list):
            _expose(child, exposed)
        elif isinstance(child, int) and (_is_base(tree, place) or _beside(tree, place)):
            exposed.add(child)


def _is_base(tree: Tree, place: int) -> bool:
    return tree[0] in ("msup", "msub") and place == 1


def _beside(tree: Tree, place: int) -> bool:
    """Whether an operator or a factor stands right before it in a row; a bracket, a comma or ``=`` is none."""
    if tree[0] not in ("mrow", "math") or place == 1:
        return False
    before = tree[place - 1]
    return not (isinstance(before, list) and (before[0] == "mtext" or before in _CLEAR))


def filled(latex: str, trees: Iterable[Tree], dotted: bool = False) -> Formula:
    """The template with its slots filled in order; a negative number gets brackets where it needs them."""
    exposed = template(latex, dotted).exposed
    return Formula(latex, tuple(_fenced(tree) if slot in exposed else tree for slot, tree in enumerate(trees)), dotted)


def _fenced(tree: Tree) -> Tree:
    text = tree[1]
    if tree[0] != "mn" or not isinstance(text, str):
        return tree
    return ["mn", f"({text})"] if text.startswith(MINUS) or split_power(text) else tree


@lru_cache(maxsize=4096)
def name_tree(name: str) -> Tree:
    """A variable's name: ``v1`` and ``x_1`` with an index, ``w1_12`` with its layer above, ``sigma`` → σ.

    ``y_pred`` is y with the subscript pred; a number is itself.
    """
    if is_number_name(name):
        return ["mn", name.replace("-", MINUS)]
    if name.endswith("'"):
        stem = name.rstrip("'")
        return ["msup", name_tree(stem), ["mo", "′" * (len(name) - len(stem))]]
    if (of_a_layer := layer_parts(name)) is not None:
        letter, layer, index = of_a_layer
        above: Tree = ["mrow", ["mo", "("], ["mn", layer], ["mo", ")"]]
        return ["msubsup", ["mi", letter], ["mn", index], above]
    if (indexed := index_parts(name)) is not None:
        stem, index = indexed
        return ["msub", name_tree(stem), ["mn", index]]
    stem, _, rest = name.partition("_")
    if not rest or not (len(stem) == 1 or stem in GREEK):
        return ["mi", GREEK.get(name, name)]
    if rest == "hat":
        return ["mover", ["mi", GREEK.get(stem, stem)], ["mo", "^"]]
    return ["msub", ["mi", GREEK.get(stem, stem)], ["mi", rest]]


def number_tree(number: Number) -> Tree:
    """The number as ``short`` writes it."""
    return ["mn", short(number)]


def array_tree(shape: Sequence[int], numbers: Sequence[Number] | None) -> Tree | None:
    """A scalar, a vector of at most four elements or a matrix of at most 4×4; None for what is too large to read, and
    for a matrix without elements."""
    if numbers is None or len(shape) > 2 or any(size > LARGEST_MATRIX for size in shape):
        return None
    if len(shape) == 2 and not numbers:
        return None
    if not shape:
        return number_tree(numbers[0])
    return matrix_tree(shape[0], shape[1], numbers) if len(shape) == 2 else row_tree(numbers)


def row_tree(numbers: Sequence[Number]) -> Tree:
    return ["mn", f"[{', '.join(map(short, numbers))}]"]


def matrix_tree(rows: int, columns: int, numbers: Sequence[Number]) -> Tree:
    """Numbers (flat, row-major) in square brackets, ``rows`` by ``columns``."""
    table: Tree = ["mtable"]
    for row in range(rows):
        line: Tree = ["mtr"]
        line.extend(["mtd", number_tree(number)] for number in numbers[row * columns : (row + 1) * columns])
        table.append(line)
    return ["mrow", ["mo", "["], table, ["mo", "]"]]
