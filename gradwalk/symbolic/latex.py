"""SymPy expressions as short LaTeX in the reader's names: ``2 x \\cos(x^{2})``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sympy import Expr, Float, Function, Symbol
from sympy.printing.latex import LatexPrinter

from gradwalk.symbolic.functions import Ceil, Compare, Floor, Round, Sigmoid, Softplus, Trunc

GREEK = frozenset(
    "alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi rho sigma tau phi chi psi omega".split()
)

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
    return _SIGN.sub(r"\1-", _light_brackets(printer.whole(expression)))


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


class _Printer(LatexPrinter):
    """SymPy's printer with the functions of ours, whole numbers without a point, and positive terms first."""

    def whole(self, expression: Expr) -> str:
        """A comparison that is the whole expression stands without brackets."""
        text = str(self.doprint(expression))
        return self._cases(expression) if isinstance(expression, Compare) and text.startswith(r"\left(") else text

    def _print_Float(self, expr: Float) -> str:
        number = float(expr)
        if abs(number) < 1e15 and number == int(number):
            return str(int(number))
        return str(super()._print_Float(expr)).removeprefix(r"1.0 \cdot ")

    def _as_ordered_terms(self, expr: Expr, order: str | None = None) -> list[Expr]:
        terms: list[Expr] = super()._as_ordered_terms(expr, order=order)
        return sorted(terms, key=lambda term: bool(term.could_extract_minus_sign())) if _starts_low(terms) else terms

    def _print_atan2(self, expr: Function, exp: str | None = None) -> str:
        return self._call(r"\operatorname{atan2}", expr, exp)

    def _print_Sigmoid(self, expr: Sigmoid, exp: str | None = None) -> str:
        return self._call(r"\sigma", expr, exp)

    def _print_Softplus(self, expr: Softplus, exp: str | None = None) -> str:
        return self._call(r"\operatorname{softplus}", expr, exp)

    def _print_Round(self, expr: Round, exp: str | None = None) -> str:
        return self._call(r"\operatorname{round}", expr, exp)

    def _print_Trunc(self, expr: Trunc, exp: str | None = None) -> str:
        return self._call(r"\operatorname{trunc}", expr, exp)

    def _call(self, name: str, expr: Function, exp: str | None) -> str:
        power = "" if exp is None else f"^{{{exp}}}"
        return rf"{name}{power}{{\left({', '.join(self._print(argument) for argument in expr.args)} \right)}}"

    def _print_Floor(self, expr: Floor, exp: str | None = None) -> str:
        return _powered(rf"\lfloor {self._print(expr.args[0])} \rfloor", exp)

    def _print_Ceil(self, expr: Ceil, exp: str | None = None) -> str:
        return _powered(rf"\lceil {self._print(expr.args[0])} \rceil", exp)

    def _print_Compare(self, expr: Compare, exp: str | None = None) -> str:
        first, second, *branches = expr.args
        if second == 0 and branches == [first, 0, -first]:
            return _powered(rf"|{self._print(first)}|", exp)
        if second == 0 and branches in ([1, 0, -1], [-1, 0, 1]):
            inner = self._print(first if branches[0] == 1 else -first)
            return _powered(rf"\operatorname{{sgn}}{{\left({inner} \right)}}", exp)
        return _powered(rf"\left({self._cases(expr)}\right)", exp)

    def _cases(self, expr: Compare) -> str:
        """``1 \\text{ if } x > 0 \\text{ else } 0``; with more branches each has its condition."""
        cases: list[tuple[Expr, str]] = []
        rest: Expr = expr
        while isinstance(rest, Compare):
            found, rest = self._split(rest)
            cases += found
        written = [self._case(value, condition, rest) for value, condition in cases]
        if len(written) == 1:
            return rf"{written[0]} \text{{ else }} {self._print(rest)}"
        return rf"{', '.join(written)}, \text{{ else }} {self._print(rest)}"

    def _case(self, value: Expr, condition: str, rest: Expr) -> str:
        """One branch; a comparison inside it that falls to the same remainder is a second condition."""
        if isinstance(value, Compare):
            found, inner = self._split(value)
            if len(found) == 1 and inner == rest:
                return self._case(found[0][0], rf"{found[0][1]} \text{{ and }} {condition}", rest)
        return rf"{self._print(value)} \text{{ if }} {condition}"

    def _split(self, expr: Compare) -> tuple[list[tuple[Expr, str]], Expr]:
        """The branches that need a condition, and the one left over; a branch that is 0 comes last."""
        first, second, above, tied, below = expr.args
        left, right = self._print(first), self._print(second)
        if above == below:
            return ([(above, rf"{left} \ne {right}")], tied) if tied == 0 else ([(tied, f"{left} = {right}")], above)
        if above == 0:
            found = [(below, rf"{left} \le {right}" if tied == below else f"{left} < {right}")]
            rest = above
        else:
            found = [(above, rf"{left} \ge {right}" if tied == above else f"{left} > {right}")]
            rest = below
        return (found if tied in (above, below) else [*found, (tied, f"{left} = {right}")]), rest


def _starts_low(terms: list[Expr]) -> bool:
    return bool(terms[0].could_extract_minus_sign())


def _powered(text: str, exp: str | None) -> str:
    return text if exp is None else rf"{{{text}}}^{{{exp}}}"
