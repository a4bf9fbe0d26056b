"""The answer's rows as the texts and formulas of a table, ready for JSON: the numbers, and how far they are apart."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from gradwalk.comparison.rows import Row
from gradwalk.expression.expression import Variable
from gradwalk.expression.numbers import Numbers, read_numbers
from gradwalk.formula.exactness import signed
from gradwalk.formula.mathml import SLOTS, Formula, Tree, filled, name_tree, number_tree
from gradwalk.notation import pretty, short, split_power
from gradwalk.symbolic.latex import latex_element, latex_name

Json = dict[str, Any]
_AGREEING = 2
_NOTHING = 1e-6
"""So little is no difference worth a number."""


def table(rows: Sequence[Row], target: str, variables: Sequence[Variable]) -> Json:
    """``columns`` (their headings), and ``leaves``: for each its ``rows`` and the lines of its ``formula``.

    ``target`` is the name of what was differentiated: the root, or L where a seed weighs it.
    A row is ``label`` (a tree), ``name`` (the same as text), ``cells`` ([number, how far it agrees with autograd], a
    dash with its reason, or None where the remark has the reason) and ``remark``.
    """
    leaves = [_leaf(list(group), target, variables) for _, group in groupby(rows, key=lambda row: row.leaf)]
    return {"columns": ["autograd", "by hand", "central difference"], "leaves": leaves}


def _leaf(rows: Sequence[Row], target: str, variables: Sequence[Variable]) -> Json:
    return {"rows": [_row(row, target) for row in rows], "formula": _formula(rows[0], target, variables)}


def _row(row: Row, target: str) -> Json:
    autograd = ["None" if row.autograd is None else short(row.autograd), ""]
    return {
        "label": _label(row, target),
        "name": f"∂{pretty(target)}/∂{pretty(row.leaf)}{list(row.element) or ''}",
        "cells": [autograd, _by_hand(row), _cell(row.difference, row.autograd)],
        "remark": row.remark,
    }


def _by_hand(row: Row) -> list[str] | None:
    if row.symbol is None and row.remark is None:
        return ["–", "no short formula"]
    return _cell(row.symbol, row.autograd)


def _cell(number: float | None, autograd: float | None) -> list[str] | None:
    return None if number is None else [short(number), agreement(number, autograd)]


def agreement(number: float, autograd: float | None) -> str:
    """``4 digits agree``, ``all digits agree`` of those that are shown, or ``Δ 0.5`` where not even two do.

    Beside a 0, of which no digit can agree, ``0 to 20 decimals``.

    Nothing where one of them is no number.
    """
    distance = math.nan if autograd is None else abs(number - autograd)
    if autograd is None or math.isnan(distance):
        return ""
    if distance == 0:
        return "all digits agree"
    if distance < _NOTHING and 0 in (number, autograd):
        return f"0 to {math.floor(-math.log10(2 * distance))} decimals"
    digits = -math.log10(distance / max(abs(number), abs(autograd))) if math.isfinite(distance) else 0
    if digits < _AGREEING:
        return f"Δ {short(float(f'{distance:.2g}'))}"
    return f"{math.floor(digits)} digits agree" if digits < _shown_digits(number) else "all digits agree"


def _shown_digits(number: float) -> int:
    """How many significant digits of a number are shown."""
    text = short(number)
    digits = re.sub(r"\D", "", (split_power(text) or (text,))[0]).lstrip("0")
    return max(len(digits), _AGREEING)


def _label(row: Row, target: str) -> Tree:
    """∂z/∂x, or ∂z/∂x[0] for an element."""
    index: list[Tree] = []
    if row.element:
        index = [["mo", "["], ["mn", ", ".join(map(str, row.element))], ["mo", "]"]]
    return ["mrow", ["mi", "∂"], name_tree(target), ["mtext", "/"], ["mi", "∂"], name_tree(row.leaf), *index]


# The formula, in symbols and with its numbers


def _formula(row: Row, target: str, variables: Sequence[Variable]) -> list[list[Any]]:
    if row.symbol_latex is None or row.symbol is None or 2 * len(variables) > len(SLOTS) - 2:
        return []
    numbers = {variable.name: read_numbers(variable.text) for variable in variables}
    scalars = [number for number in numbers.values() if isinstance(number, float)]
    lines = [_in_symbols(row, row.symbol_latex, target, numbers)]
    if len(scalars) == len(numbers) and (line := _with_numbers(row.symbol_latex, row.symbol, list(numbers), scalars)):
        lines.append(line)
    return [[tree, *arguments] for tree, arguments in map(signed, lines)]


def _in_symbols(row: Row, latex: str, target: str, numbers: Mapping[str, Numbers]) -> Formula:
    """``∂z/∂x = 2x cos(x²)``, every name written as it is everywhere on the page."""
    vectors = [name for name, number in numbers.items() if not isinstance(number, float)]
    trees = [name_tree(target), _element(row.leaf) if row.element else name_tree(row.leaf)]
    trees += [name_tree(name) for name in numbers] + [_element(name) for name in vectors]
    written = [latex_name(name) for name in numbers] + [latex_element(name, "i") for name in vectors]
    slots = dict(zip(written, SLOTS[2:], strict=False))
    return filled(rf"\frac{{\partial {SLOTS[0]}}}{{\partial {SLOTS[1]}}} = {_replaced(latex, slots)}", trees)


def _element(name: str) -> Tree:
    return ["msub", name_tree(name), ["mi", "i"]]


def _with_numbers(latex: str, number: float, names: Sequence[str], values: Sequence[float]) -> Formula | None:
    """``= 2 · 4 · cos(4²) = −7.6613``; None where no variable is left in the formula."""
    slots = dict(zip(map(latex_name, names), SLOTS[1:], strict=False))
    replaced = _replaced(latex, slots)
    trees = [number_tree(value) for value in (number, *values)]
    if replaced in SLOTS:
        return filled(f"= {SLOTS[0]}", trees)
    return None if replaced == latex else filled(f"= {_braced(replaced)} = {SLOTS[0]}", trees, dotted=True)


def _braced(latex: str) -> str:
    """``1 if x > 0 else 0`` under a brace, so that what follows is not read as part of its last branch."""
    branch = re.fullmatch(r"(.*?) \\text\{ if \} (.*?) \\text\{ else \} (.*)", latex)
    if branch is None:
        return rf"\left({latex}\right)" if r"\text{ if }" in latex else latex
    above, condition, rest = branch.groups()
    if any(part.count("(") != part.count(")") for part in branch.groups()) or r"\text{ if }" in condition + rest:
        return rf"\left({latex}\right)"
    return rf"\begin{{cases}} {above} & \text{{if }} {condition} \\ {rest} & \text{{else}} \end{{cases}}"


def _replaced(latex: str, slots: Mapping[str, str]) -> str:
    """The formula with names in slots; commands and words such as ``\\cos`` and ``\\text{ if }`` stay whole."""
    names = "|".join(map(re.escape, sorted(slots, key=len, reverse=True)))
    pieces = re.compile(rf"({names})|\\(?:text|mathrm|operatorname)\{{[^}}]*\}}|\\[A-Za-z]+|.", re.DOTALL)
    return pieces.sub(lambda match: slots[match[1]] if match[1] else match[0], latex)
