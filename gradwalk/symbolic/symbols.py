"""The symbols that stand for values, all real: about complex ones SymPy asks itself questions without end."""

from __future__ import annotations

from sympy import Expr, Symbol


def real(name: str) -> Symbol:
    return Symbol(name, real=True)


def scalar(position: int) -> Symbol:
    """The symbol of a source of one element. SymPy sorts by name, so sources stand in the order of their positions."""
    return real(f"s{position:03}")


def element(position: int) -> Symbol:
    """The symbol of one element of a source, the same one for all elements."""
    return real(f"t{position:03}_i")


def summed(symbol: Symbol) -> Symbol:
    """The symbol that stands for an element under a sum, so that its index is another letter."""
    return real(symbol.name[:-1] + "j")


def is_element(symbol: Symbol) -> bool:
    return bool(symbol.name.endswith("_i"))


def elements(expression: Expr) -> set[Symbol]:
    return {symbol for symbol in expression.free_symbols if is_element(symbol)}
