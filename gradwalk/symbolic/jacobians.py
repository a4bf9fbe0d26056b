"""Jacobians of reductions, products of matrices and softmax in textbook notation.

SymPy differentiates what happens to one element; these mix elements, and their derivatives are written out here: of
products as whole matrices for elements in row-major order, of the others by one entry. The sources are the definitions
themselves: vec(AXB) = (A ⊗ Bᵀ) vec(X) in row-major order (Magnus and Neudecker, Matrix Differential Calculus,
chapter 2, give it for columns).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from gradwalk.notation import Form, Kernel

Shape = tuple[int, ...]


class Case(NamedTuple):
    """One operand of one operation: LaTeX names and shapes of all arguments and of ``result``, and constants.

    Where the formula is one of an entry, names carry the letters of their elements already. ``pieces`` holds ``there``,
    the result's element at the operand's place; ``here`` and ``other``, the two letters along the dimension in which
    elements mix; and ``class``, the letter of the operand's last dimension.
    """

    names: Mapping[str, str]
    shapes: Mapping[str, Shape]
    constants: Mapping[str, str]
    pieces: Mapping[str, str]

    def size(self, argument: str) -> int:
        return math.prod(self.shapes[argument])

    def plain(self, name: str) -> bool:
        """Whether a factor such as addmm's alpha is 1, which is not written."""
        return self.constants.get(name, "1") in ("1", "1.0")

    def matrices(self, *arguments: str) -> bool:
        """Whether these are matrices or vectors, and no batch of them."""
        return all(len(self.shapes[argument]) <= 2 for argument in arguments)


def jacobian(known: Kernel, argument: str, case: Case) -> str | None:
    """The LaTeX of ∂result/∂argument; the empty text where there is no short one, None where SymPy has it."""
    if known.form is Form.PRODUCT:
        return _product(known, argument, case)
    if known.form in (Form.ORDER, Form.EXPAND):
        return "1" if case.pieces else ""
    if argument != "self" or known.name not in _ENTRIES:
        return None
    return _ENTRIES[known.name](case)


def _product(known: Kernel, argument: str, case: Case) -> str:
    if known.name == "dot":
        return rf"{case.names['tensor' if argument == 'self' else 'self']}^{{\top}}"
    if argument in known.added:
        return (case.constants.get("beta", "1") if case.pieces else "").removesuffix(".0")
    if known.factors is None or argument not in known.factors or not case.matrices(*known.factors):
        return ""
    left, right = known.factors
    if not case.plain("alpha") or not {left, right} <= case.names.keys():
        return ""
    if argument == left:  # ∂(AB)/∂A = I ⊗ Bᵀ, with as many ones as A has rows
        rows, factor = case.shapes[left][0], rf"{case.names[right]}^{{\top}}"
        return factor if rows == 1 else rf"I_{{{rows}}} \otimes {factor}"
    # ∂(AB)/∂B = A ⊗ I, with as many ones as B has columns; a vector B is one column
    columns = case.shapes[right][1] if len(case.shapes[right]) > 1 else 1
    if len(case.shapes[right]) > 1 and case.size("result") == 1 and case.size(right) > 1:
        return rf"{case.names[left]}^{{\top}}"  # one row, which is written as the column that B is
    return case.names[left] if columns == 1 else rf"{case.names[left]} \otimes I_{{{columns}}}"


def _mean(case: Case) -> str:
    return rf"\frac{{1}}{{{case.size('self') // max(1, case.size('result'))}}}"


def _norm(case: Case) -> str:
    plain = case.constants.get("ord", "2") in ("2", "2.0")
    return rf"\frac{{{case.names['self']}}}{{{case.names['result']}}}" if plain else ""


def _extreme(case: Case) -> str:
    return rf"1 \text{{ if }} {case.names['self']} = {case.names['result']} \text{{ else }} 0"


def _softmax(case: Case) -> str:
    if not case.pieces:
        return ""
    delta = rf"\delta_{{{case.pieces['here']}{case.pieces['other']}}}"
    return rf"{case.names['result']} \left({delta} - {case.pieces['there']}\right)"


def _log_softmax(case: Case) -> str:
    if not case.pieces:
        return ""
    return rf"\delta_{{{case.pieces['here']}{case.pieces['other']}}} - e^{{{case.pieces['there']}}}"


def _running_sum(case: Case) -> str:
    if not case.pieces:
        return ""
    return rf"1 \text{{ if }} {case.pieces['other']} \le {case.pieces['here']} \text{{ else }} 0"


def _negative_log_likelihood(case: Case) -> str:
    """Each row has a class as its target: −1 there (or its share of a mean), 0 elsewhere."""
    weighted = case.constants.get("weight", "None") != "None" or "weight" in case.names
    if weighted or not case.pieces or "target" not in case.names:
        return ""
    rows = case.shapes["self"][0] if len(case.shapes["self"]) > 1 else 1
    mean = case.constants.get("reduction", "1") == "1" and rows > 1
    slope = rf"-\frac{{1}}{{{rows}}}" if mean else "-1"
    return rf"{slope} \text{{ if }} {case.pieces['class']} = {case.names['target']} \text{{ else }} 0"


_ENTRIES: dict[str, Callable[[Case], str]] = {
    "sum": lambda case: "1",
    "mean": _mean,
    "prod": lambda case: rf"\frac{{{case.names['result']}}}{{{case.names['self']}}}",
    "linalg_vector_norm": _norm,
    "logsumexp": lambda case: rf"e^{{{case.names['self']} - {case.names['result']}}}",
    **dict.fromkeys(("max", "amax", "min", "amin"), _extreme),
    "_softmax": _softmax,
    "_log_softmax": _log_softmax,
    "cumsum": _running_sum,
    "nll_loss_forward": _negative_log_likelihood,
}
"""By the operand ``self``."""
