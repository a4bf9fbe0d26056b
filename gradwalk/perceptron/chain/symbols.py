"""A network's names as LaTeX: ``y_pred`` → ŷ, ``w1_21`` → w₂₁⁽¹⁾."""

from __future__ import annotations

import re

from gradwalk.notation import in_latex, split_power

_DEEP = re.compile(r"([wbzh])(\d)(?:_(\d{1,2}))?")
_ALONE = re.compile(r"(\A|\\text\{ if \} )\((\{[^()]*\})\)(?=\Z| >)")
_PLAIN = re.compile(r"([a-zA-Z]|y_pred)(\d{0,2})")


def symbol(name: str, layers: int) -> str:
    """A name of the scalar program in LaTeX; ``layers`` is how many the network has."""
    deep = _DEEP.fullmatch(name) if layers > 1 else None
    if deep is not None:
        index = f"_{{{deep[3]}}}" if deep[3] else ""
        return f"{deep[1]}^{{({deep[2]})}}{index}"
    plain = _PLAIN.fullmatch(name)
    if plain is None:
        return name
    stem = r"\hat{y}" if plain[1] == "y_pred" else plain[1]
    return f"{stem}_{{{plain[2]}}}" if plain[2] else stem


def derivative(above: str, below: str) -> str:
    """LaTeX of ∂above/∂below, from LaTeX."""
    return rf"\frac{{\partial {above}}}{{\partial {below}}}"


def number_latex(text: str) -> str:
    """A number's text as LaTeX; a negative one in brackets, with its sign bound to it."""
    power = split_power(text)
    text = in_latex(text).replace("inf", r"\infty").replace("nan", r"\text{nan}")
    return f"({{{text}}})" if text.startswith("-") or power else text


def unbracketed(latex: str) -> str:
    """A formula with numbers put in, without the brackets of a number that stands alone or starts a condition."""
    return _ALONE.sub(r"\1\2", latex)
