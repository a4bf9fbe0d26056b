"""Jacobians of reductions, products of matrices and softmax in textbook notation, for elements in row-major order.

SymPy differentiates what happens to one element; these mix elements, and their matrices are written out here. The
sources are the definitions themselves: vec(AXB) = (A ⊗ Bᵀ) vec(X) in row-major order (Magnus and Neudecker, Matrix
Differential Calculus, chapter 2, give it for columns).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

Shape = tuple[int, ...]


class Case(NamedTuple):
    """One operand of one operation: LaTeX names and shapes of all arguments and of ``result``, and constants."""

    names: Mapping[str, str]
    shapes: Mapping[str, Shape]
    constants: Mapping[str, str]

    def size(self, argument: str) -> int:
        return math.prod(self.shapes[argument])

    def element(self, argument: str, index: str = "i") -> str:
        name = self.names[argument]
        return f"{name}_{index}" if len(name) == 1 else f"{{{name}}}_{index}"

    def scaled(self, form: str) -> str | None:
        """With addmm's factor alpha in front; only 1 is written."""
        return form if self.constants.get("alpha", "1") in ("1", "1.0") else None


def jacobian(
    kernel: str, argument: str, names: Mapping[str, str], shapes: Mapping[str, Shape], constants: Mapping[str, str]
) -> str | None:
    """The LaTeX of ∂result/∂argument; the empty text where there is no short one, None where elements do not mix."""
    case = Case(names, shapes, constants)
    if kernel in _UNWRITTEN:
        return ""
    form = _FORMS.get((kernel, argument))
    return None if form is None else form(case) or ""


def _mean(case: Case) -> str:
    return rf"\frac{{1}}{{{case.size('self') // max(1, case.size('result'))}}}"


def _transposed(name: str) -> str:
    return f"{name}^{{\\top}}"


def _left(left: str, right: str) -> Callable[[Case], str | None]:
    """∂(AB)/∂A = I ⊗ Bᵀ, with as many ones as A has rows."""

    def form(case: Case) -> str | None:
        rows, factor = case.shapes[left][0], _transposed(case.names[right])
        return case.scaled(factor if rows == 1 else rf"I_{{{rows}}} \otimes {factor}")

    return form


def _right(left: str, right: str) -> Callable[[Case], str | None]:
    """∂(AB)/∂B = A ⊗ I, with as many ones as B has columns; a vector B is one column."""

    def form(case: Case) -> str | None:
        columns = case.shapes[right][1] if len(case.shapes[right]) > 1 else 1
        return case.scaled(case.names[left] if columns == 1 else rf"{case.names[left]} \otimes I_{{{columns}}}")

    return form


def _norm(case: Case) -> str | None:
    plain = case.constants.get("ord", "2") in ("2", "2.0") and case.size("result") == 1
    return rf"\frac{{{case.element('self')}}}{{{case.names['result']}}}" if plain else None


def _product(case: Case) -> str | None:
    return rf"\frac{{{case.names['result']}}}{{{case.element('self')}}}"


def _largest(word: str) -> Callable[[Case], str]:
    return lambda case: rf"1 \text{{ at the {word}, }} 0 \text{{ elsewhere}}"


def _softmax(case: Case) -> str:
    return rf"{case.element('result')} (\delta_{{ij}} - {case.element('result', 'j')})"


def _log_softmax(case: Case) -> str:
    return rf"\delta_{{ij}} - e^{{{case.element('result', 'j')}}}"


def _negative_log_likelihood(case: Case) -> str | None:
    if (
        case.constants.get("reduction", "1") == "0"
        or case.constants.get("weight", "None") != "None"
        or "weight" in case.names
    ):
        return None
    count = case.shapes["self"][0] if len(case.shapes["self"]) > 1 else 1
    mean = case.constants.get("reduction", "1") == "1" and count > 1
    return (rf"-\frac{{1}}{{{count}}}" if mean else "-1") + r" \text{ at the target, } 0 \text{ elsewhere}"


_FORMS: dict[tuple[str, str], Callable[[Case], str | None]] = {
    ("sum", "self"): lambda case: "1",
    ("mean", "self"): _mean,
    ("prod", "self"): _product,
    ("linalg_vector_norm", "self"): _norm,
    ("logsumexp", "self"): lambda case: rf"e^{{{case.element('self')} - {case.names['result']}}}",
    **{(kernel, "self"): _largest("maximum") for kernel in ("max", "amax")},
    **{(kernel, "self"): _largest("minimum") for kernel in ("min", "amin")},
    ("dot", "self"): lambda case: _transposed(case.names["tensor"]),
    ("dot", "tensor"): lambda case: _transposed(case.names["self"]),
    ("mv", "self"): _left("self", "vec"),
    ("mv", "vec"): lambda case: case.names["self"],
    ("mm", "self"): _left("self", "mat2"),
    ("mm", "mat2"): _right("self", "mat2"),
    ("addmm", "self"): lambda case: "1" if case.constants.get("beta", "1") == "1" else None,
    ("addmm", "mat1"): _left("mat1", "mat2"),
    ("addmm", "mat2"): _right("mat1", "mat2"),
    ("_softmax", "self"): _softmax,
    ("_log_softmax", "self"): _log_softmax,
    ("nll_loss_forward", "self"): _negative_log_likelihood,
}

_UNWRITTEN = frozenset({"permute", "t", "transpose", "numpy_T"})
"""Elementwise in name only: the derivative is a permutation matrix, which has no short name."""
