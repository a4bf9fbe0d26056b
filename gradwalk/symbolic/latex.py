"""SymPy expressions as short LaTeX in the reader's names: ``2 x \\cos(x^{2})``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sympy import Expr, Float, Symbol
from sympy.printing.latex import LatexPrinter

from gradwalk.symbolic.compare import Compare, cases
from gradwalk.symbolic.functions import powered
from gradwalk.symbolic.summation import Summation

GREEK = {
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda", "mu", "nu", "xi", "rho",
    "sigma", "tau", "phi", "chi", "psi", "omega",
}  # fmt: skip

_INDEXED = re.compile(r"([A-Za-z]+)_?(\d+)\Z")
_BRACKET = re.compile(r"\\left\(| \\right\)\}|\\right\)")
_SIGN = re.compile(r"(^|[({]|, |\\text\{ else \} )- ")


def latex_name(name: str) -> str:
    """A variable's name in LaTeX: ``v1`` → ``v_1``, ``y_pred`` → ``y_{pred}``, ``theta`` → ``\\theta``."""
    indexed = _INDEXED.match(name)
    stem, subscript = indexed.groups() if indexed else _parts(name)
    if not subscript:
        return _word(stem)
    return f"{_word(stem)}_{subscript}" if len(subscript) == 1 else f"{_word(stem)}_{{{subscript}}}"


def latex_element(name: str, index: str) -> str:
    """One element of a vector: ``x`` → ``x_i``, ``v1`` → ``v_{1,i}``."""
    stem, line, subscript = latex_name(name).partition("_")
    return f"{stem}_{{{subscript.strip('{}')},{index}}}" if line else f"{stem}_{index}"


def _parts(name: str) -> tuple[str, str]:
    stem, _, subscript = name.rstrip("_").partition("_")
    if not stem:
        return name.replace("_", r"\_"), ""
    return stem, subscript.replace("_", r"\_")


def _word(stem: str) -> str:
    if stem in GREEK:
        return "\\" + stem
    return stem if len(stem) == 1 else rf"\mathit{{{stem}}}"


def latex(expression: Expr, names: Mapping[Symbol, str]) -> str:
    """The expression in LaTeX; ``names`` gives each symbol's LaTeX."""
    words = any(r"\mathit" in name for name in names.values())
    printer = _Printer({"symbol_names": dict(names), "mul_symbol": r"\," if words else None, "inv_trig_style": "full"})
    text = str(printer.doprint(expression))
    if isinstance(expression, Compare) and text.startswith(r"\left("):
        text = cases(expression, printer)  # the whole formula needs no brackets
    return _SIGN.sub(r"\1-", _light_brackets(text))


def _light_brackets(text: str) -> str:
    """``{\\left(x \\right)}`` → ``(x)``, except around fractions, where the brackets have to grow."""
    pieces: list[str] = []
    opened: list[tuple[int, int]] = []
    position = 0
    for bracket in _BRACKET.finditer(text):
        pieces.append(text[position : bracket.start()])
        position = bracket.end()
        if bracket.group() == r"\left(":
            opened.append((len(pieces), position))
            pieces.append("(")
            continue
        index, start = opened.pop()
        if bracket.group() != r"\right)":  # a function's argument, which SymPy wraps in braces as well
            pieces[index - 1] = pieces[index - 1].removesuffix("{")
        tall = r"\frac" in text[start : bracket.start()]
        pieces[index], closing = (r"\left(", r"\right)") if tall else ("(", ")")
        pieces.append(closing)
    return "".join([*pieces, text[position:]])


class _Printer(LatexPrinter):  # type: ignore[misc] # SymPy carries no types
    """SymPy's printer with whole numbers without a point, and positive terms first."""

    def _print_Abs(self, expr: Expr, exp: str | None = None) -> str:  # noqa: N802 - SymPy finds it by this name
        return powered(rf"|{self._print(expr.args[0])}|", exp)

    def _print_sign(self, expr: Expr, exp: str | None = None) -> str:
        return powered(rf"\operatorname{{sgn}}{{\left({self._print(expr.args[0])} \right)}}", exp)

    def _print_Float(self, expr: Float) -> str:  # noqa: N802
        number = float(expr)
        if abs(number) < 1e15 and number == int(number):
            return str(int(number))
        return str(super()._print_Float(expr)).removeprefix(r"1.0 \cdot ")

    def _needs_mul_brackets(self, expr: Expr, first: bool = False, last: bool = False) -> bool:
        if isinstance(expr, Summation):
            return not last
        return bool(super()._needs_mul_brackets(expr, first=first, last=last))

    def _needs_add_brackets(self, expr: Expr) -> bool:
        return bool(expr.has(Summation) or super()._needs_add_brackets(expr))

    def _as_ordered_terms(self, expr: Expr, order: str | None = None) -> list[Expr]:
        terms: list[Expr] = super()._as_ordered_terms(expr, order=order)
        if not terms[0].could_extract_minus_sign():
            return terms
        return sorted(terms, key=lambda term: bool(term.could_extract_minus_sign()))
