"""How each operation is written in LaTeX on its operands: in symbols with their names, or with their numbers put in."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache

from gradwalk.formula.mathml import SLOTS, Formula, Tree, array_tree, filled, name_tree
from gradwalk.notation import (
    MINUS,
    SHOWN_IN_VECTOR,
    call_name,
    constant_text,
    default_constant,
    function_name,
    index_text,
    is_number,
    kernel_of,
    scaled,
    short,
    summands,
)
from gradwalk.notation import kernel as known_kernel
from gradwalk.recording import Operation, Value


@lru_cache(maxsize=1024)
def _latex(
    kernel: str, edges: tuple[str, ...], constants: tuple[str, ...], arrays: bool
) -> tuple[str, tuple[str, ...]]:
    """The operation's LaTeX with slots from 1 on, and the arguments that stand in them, in their order.

    Between ``arrays`` a multiplication is ⊙. What the kernel's own form leaves out makes it a call.
    """
    known = known_kernel(kernel)
    form = known.latex
    if kernel == "mul" and "other" in constants:
        form = r"{other} \cdot {self}"
    if kernel == "mul" and arrays:
        form = form.replace(r"\cdot", r"\odot")
    if form:
        form = scaled(known, form, constants, r" \cdot ")
    names = (*edges, *(name for name in constants if name != "dtype" or not form or "{dtype}" in form))
    used = tuple(name for name in names if form and f"{{{name}}}" in form)
    overwritten = known.told == "overwritten" and "base" not in edges  # and so has nothing of what was there
    unused = len(used) < len(names) and not overwritten
    if not form or unused or len(names) >= len(SLOTS):
        used = (*edges, *constants)[: len(SLOTS) - 1]
        inside = ", ".join(f"{{{name}}}" if name in (*edges, *_PLACED) else _keyword(name) for name in used)
        form = rf"\text{{{function_name(kernel)}}}\left({inside}\right)"
    for slot, name in zip(SLOTS[1:], used, strict=False):
        form = form.replace(f"{{{name}}}", f"{{{slot}}}")
    return form, used


_PLACED = ("self", "other")


def _keyword(name: str) -> str:
    return rf"\text{{{name}=}}{{{name}}}"


def symbol_line(operation: Operation, names: Mapping[int, str], operands: Sequence[Value]) -> Formula:
    """``v = x^2``: the result's name and the operation on its operands' names.

    ``operands`` are the values of ``operation.edges``, in their order.
    """
    latex, used = _call_latex(operation, operands)
    trees: dict[str, Tree] = {edge.name: name_tree(names[edge.value]) for edge in operation.edges}
    result = names[operation.results[0]]
    sign = r"\leftarrow" if operation.in_place and any(names[e.value] == result for e in operation.edges) else "="
    return _line(f"#0 {sign} {latex}", name_tree(result), used, trees, operation)


def number_line(operation: Operation, operands: Sequence[Value], result: Value, shown: Tree) -> Formula:
    """``= 4^2 = 16``: the operation on its operands' numbers, and the result; a short sum or mean is written out.

    ``shown`` is the result as a tree. Numbers too many to read are left out.
    """
    if (written := _written_out(operation, operands, shown)) is not None:
        return written
    if kernel_of(operation).told == "overwritten":
        return Formula("= #0", (shown,))
    latex, used = _call_latex(operation, operands)
    trees: dict[str, Tree] = {}
    for edge, operand in zip(operation.edges, operands, strict=True):
        tree = array_tree(operand.shape, operand.numbers)
        if tree is None:
            return Formula("= #0", (shown,))
        trees[edge.name] = tree
    trees |= _aligned(operation, operands, result)
    return _line(f"= {latex} = #0", shown, used, trees, operation)


def _aligned(operation: Operation, operands: Sequence[Value], result: Value) -> dict[str, Tree]:
    """The terms of a scalar sum or difference with the decimals that its result shows."""
    signs = dict(kernel_of(operation).signs)
    inputs = {edge.name: value.numbers for edge, value in zip(operation.edges, operands, strict=True)}
    if not signs or result.shape or not result.numbers or any(c.name == "alpha" for c in operation.constants):
        return {}
    constants = {c.name: (float(c.text),) for c in operation.constants if c.name in signs and is_number(c.text)}
    terms = [(inputs.get(name) or constants.get(name) or (math.nan,))[0] for name in signs]
    texts = summands(terms, list(signs.values()), result.numbers[0])
    return {name: ["mn", text] for name, text in zip(signs, texts, strict=True) if name in inputs}


def _call_latex(operation: Operation, operands: Sequence[Value]) -> tuple[str, tuple[str, ...]]:
    kernel = call_name(operation)
    if kernel in ("select", "slice"):
        return _latex(kernel, ("self",), ("range",), False)
    if kernel == "t" and len(operands[0].shape) == 2:  # of a vector it is the vector, which is no row
        return _latex(kernel, ("self",), (), False)
    kernel = "transpose" if kernel == "t" else kernel
    silent = known_kernel(kernel).silent
    plain = tuple(c.name for c in operation.constants if not default_constant(c) and c.name not in silent)
    arrays = sum(math.prod(value.shape) != 1 for value in operands) > 1
    return _latex(kernel, tuple(edge.name for edge in operation.edges), plain, arrays)


def _line(latex: str, result: Tree, used: Sequence[str], trees: Mapping[str, Tree], operation: Operation) -> Formula:
    constants: dict[str, Tree] = {c.name: _constant(constant_text(c.text)) for c in operation.constants}
    if call_name(operation) in ("select", "slice"):
        constants["range"] = ["mn", index_text(operation)]
    return filled(latex, [result, *(trees.get(name) or constants[name] for name in used)])


def _constant(text: str) -> Tree:
    return ["mi", text] if text in ("e", "π") else ["mn", text]


def _written_out(operation: Operation, operands: Sequence[Value], result: Tree) -> Formula | None:
    """``(1 + 4 + 9) / 3`` for the mean of a short vector, ``1 + 4 + 9`` for its sum."""
    latex = _WRITTEN_OUT.get(operation.kernel)
    if latex is None or len(operands) != 1 or len(operands[0].shape) != 1:
        return None
    numbers = operands[0].numbers
    if numbers is None or not 1 < len(numbers) <= SHOWN_IN_VECTOR:
        return None
    first, *rest = (short(number) for number in numbers)
    terms = " ".join([first, *(f"− {text[1:]}" if text.startswith(MINUS) else f"+ {text}" for text in rest)])
    return Formula(f"= {latex} = #0", (result, terms, str(len(numbers)))[: 1 + latex.count("@")])


_WRITTEN_OUT = {"sum": "@1", "mean": r"\frac{@1}{@2}"}
