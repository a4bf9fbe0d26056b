"""Functions that SymPy lacks, or whose textbook form it would take apart, each with its derivative and its LaTeX."""

from __future__ import annotations

from typing import ClassVar

from sympy import Expr, Function, Integer
from sympy.printing.latex import LatexPrinter


class Named(Function):  # type: ignore[misc] # SymPy carries no types
    """A function of ours. SymPy asks ``fdiff`` for its derivative and ``_latex`` for how it is written."""

    is_extended_real = True

    latex_form: ClassVar[str]
    """Its LaTeX, with ``%s`` where the argument stands."""

    def _latex(self, printer: LatexPrinter, exp: str | None = None) -> str:
        return powered(self.latex_form % printer._print(self.args[0]), exp)


def powered(text: str, exp: str | None) -> str:
    return text if exp is None else f"{{{text}}}^{{{exp}}}"


class Sigmoid(Named):
    """The logistic function σ(z) = 1 / (1 + e⁻ᶻ), kept whole: its derivative is σ(z)(1 − σ(z))."""

    nargs = 1

    @classmethod
    def class_key(cls) -> tuple[int, int, str]:
        return 2, 1, cls.__name__  # sorted right after symbols, so that σ(z) stands before (1 − σ(z))

    def fdiff(self, argindex: int = 1) -> Expr:
        return self * (1 - self)

    def _latex(self, printer: LatexPrinter, exp: str | None = None) -> str:
        power = "" if exp is None else f"^{{{exp}}}"
        return rf"\sigma{power}{{\left({printer._print(self.args[0])} \right)}}"


class Softplus(Named):
    """log(1 + eᶻ), whose derivative is the sigmoid."""

    nargs = 1
    latex_form = r"\operatorname{softplus}{\left(%s \right)}"

    def fdiff(self, argindex: int = 1) -> Expr:
        return Sigmoid(self.args[0])


class Stair(Named):
    """A function that is constant between its steps: PyTorch gives it the derivative 0 everywhere."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Expr:
        return Integer(0)


class Floor(Stair):
    latex_form = r"\lfloor %s \rfloor"


class Ceil(Stair):
    latex_form = r"\lceil %s \rceil"


class Round(Stair):
    latex_form = r"\operatorname{round}{\left(%s \right)}"


class Trunc(Stair):
    latex_form = r"\operatorname{trunc}{\left(%s \right)}"


class Truth(Stair):
    """A condition that came as a tensor of True and False."""

    latex_form = "%s"
