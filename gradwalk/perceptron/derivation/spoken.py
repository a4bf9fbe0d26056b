"""Formulas and derivatives as short text for a sentence: ``y_pred*(1 - y_pred)`` → ŷ · (1 − ŷ)."""

from __future__ import annotations

import re

from gradwalk.notation import MINUS, SUPERSCRIPTS, layer_name, typeset

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_POWER = re.compile(r"\s*\*\*\s*(\d+)")
_TENS = re.compile(r"\b\d+(?:\.\d+)?e[-+]?\d+")
_CLASS = re.compile(r"where\(y == (\d), 1, 0\)")
_NAME = re.compile(r"[A-Za-z_]\w*")
_KEY = re.compile(r"d([A-Za-z]\w*?)_d([A-Za-z]\w*)")
_DEEP = re.compile(r"([wbzh])(\d)_(\d{1,2})")
_INDEXED = re.compile(r"([A-Za-z]|y_pred)(\d{1,2})")


def spoken(code: str) -> str:
    """A formula with the signs of mathematics."""
    text = _CLASS.sub(r"[y = \1]", code)
    text = _TENS.sub(lambda match: typeset(match[0]), text)
    text = _NAME.sub(lambda match: said(match[0]), text)
    text = _POWER.sub(lambda match: match[1].translate(SUPERSCRIPTS), text)
    return re.sub(r"\s*\*\s*", " · ", text).replace("-", MINUS)


def said(name: str) -> str:
    """A name, or the key of a derivative: ``y_pred`` → ŷ, ``w1_21`` → w₂₁⁽¹⁾, ``dL_dw`` → dL/dw."""
    key = _KEY.fullmatch(name)
    if key is not None:
        return f"d{said(key[1])}/d{said(key[2])}"
    deep = _DEEP.fullmatch(name)
    if deep is not None:
        return layer_name(*deep.groups())
    indexed = _INDEXED.fullmatch(name)
    stem, index = indexed.groups() if indexed else (name, "")
    return ("ŷ" if stem == "y_pred" else stem) + index.translate(_SUBSCRIPTS)
