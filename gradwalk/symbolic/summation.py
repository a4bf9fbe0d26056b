"""A sum over the elements of vectors, which differentiates as textbooks do it: ∂/∂xᵢ Σⱼ f(xⱼ) = f'(xᵢ)."""

from __future__ import annotations

import sympy
from sympy import Expr, Symbol
from sympy.printing.latex import LatexPrinter

from gradwalk.symbolic.functions import Named, powered
from gradwalk.symbolic.symbols import elements, is_element, real, summed


class Summation(Named):
    """``Summation(f, n)``: f, a function of elements, summed over all n of them; factors outside are drawn out."""

    nargs = 2

    @classmethod
    def class_key(cls) -> tuple[int, int, str]:
        return 9, 0, cls.__name__  # the last factor of a product

    @classmethod
    def eval(cls, term: Expr, count: Expr) -> Expr | None:
        inside = elements(term)
        if not inside:
            return count * term
        outside, rest = term.as_independent(*inside, as_Add=False)
        content, rest = rest.primitive() if rest.is_Add else (1, rest)
        return None if outside * content == 1 else outside * content * cls(rest, count)

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        derivative = sympy.diff(self.args[0], symbol)
        return derivative if is_element(symbol) else Summation(derivative, self.args[1])

    def _latex(self, printer: LatexPrinter, exp: str | None = None) -> str:
        term = self.args[0].xreplace({symbol: summed(symbol) for symbol in elements(self.args[0])})
        inside = printer._print(term)
        text = rf"\sum_{{{printer._settings['symbol_names'][SUM_INDEX]}}} "
        text += rf"\left({inside}\right)" if term.is_Add else inside
        return text if exp is None else powered(rf"\left({text}\right)", exp)


SUM_INDEX = real("j")
"""Its name is the letter under the sign of the sum."""
