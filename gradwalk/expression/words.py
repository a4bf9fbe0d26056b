"""Mathematics in words, or of another kind: what is said where ``integral of x^2`` or ``dy/dx`` is typed."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from itertools import pairwise

from gradwalk.expression.tokens import Token, tokens
from gradwalk.program import ProgramError, Span

_INTEGRAL = "Integrals are not part of this page; it finds derivatives. Write the function alone, such as x**2."
_DERIVATIVE = "The derivatives are worked out for you; write the function alone, such as z = sin(x)."
_LIMIT = "Limits are not part of this page; write the function alone, and move x near to the place with its slider."
_FORMULA = "Words are not read here; write the formula, such as sqrt(x), x**2 or x + 1."
_VALUE = "A value is set in its field below the text; write the formula alone."

_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("integral", "integrate", "antiderivative", "int"), _INTEGRAL),
    **dict.fromkeys(("derivative", "differentiate", "derive", "gradient", "slope", "diff", "grad"), _DERIVATIVE),
    **dict.fromkeys(("lim", "limit", "lim_"), _LIMIT),
    **dict.fromkeys("of to the plus minus times over divided by power root cube squared cubed per".split(), _FORMULA),
    **dict.fromkeys(("at", "where", "when", "let", "given"), _VALUE),
    "mod": "Words are not read here; the remainder is x % 2.",
    "factorial": "There is no factorial here; write the product out.",
    "cosec": "cosec is not here; write 1/sin(x).",
    "ctg": "ctg is not here; write 1/tan(x).",
    "cotan": "cotan is not here; write 1/tan(x).",
}
"""Words that stand beside an operand with no sign between; called, or as a name of one's own, each may be meant."""
_DIFFERENTIALS = frozenset(f"d{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")
_COMMA = "A decimal number is written with a point, {number}; several numbers with brackets, [1, 2, 3]."


def check(text: str, given: Container[str] = ()) -> None:
    """Raise ProgramError for the first word that is no name: ``given`` are names that have a value of their own."""
    found = tokens(text)
    assigned = {before.text for before, after in pairwise(found) if after.text == "="}
    depth = 0
    for place, token in enumerate(found):
        depth += (token.kind == "open") - (token.kind == "close")
        if token.kind == "name" and token.text not in assigned and token.text not in given:
            _check_word(found, place)
            _check_derivative(found, place, assigned, given)
        if token.text == "," and not depth:
            _check_comma(found, place)


def _check_word(found: Sequence[Token], place: int) -> None:
    token = found[place]
    sentence = _WORDS.get(token.text.lower())
    if sentence is None:
        return
    before, after = _at(found, place - 1), _at(found, place + 1)
    beside = before is not None and before.kind in ("number", "name", "close")
    beside = beside or (after is not None and (after.kind in ("number", "name") or after.text in ("{", "|", "√")))
    if beside:
        raise ProgramError(sentence, token.span)


def _check_derivative(found: Sequence[Token], place: int, assigned: Container[str], given: Container[str]) -> None:
    """``d/dx x**2`` and ``dy/dx``."""
    sign, under, after = (_at(found, place + by) for by in (1, 2, 3))
    if sign is None or under is None or sign.text != "/" or under.text not in _DIFFERENTIALS:
        return
    if under.text in assigned or under.text in given:
        return
    operator = (
        found[place].text == "d" and after is not None and (after.kind in ("name", "number") or after.text == "(")
    )
    if operator or found[place].text in _DIFFERENTIALS:
        raise ProgramError(_DERIVATIVE, _across(found[place], under))


def _check_comma(found: Sequence[Token], place: int) -> None:
    before, after = _at(found, place - 1), _at(found, place + 1)
    if before is None or after is None or (before.kind, after.kind) != ("number", "number"):
        return
    span = _across(before, after)
    if span.end_column - span.column == len(before.text) + 1 + len(after.text) and "." not in before.text + after.text:
        number = f"{before.text}.{after.text}"
        raise ProgramError(_COMMA.format(number=number), span, number)


def _at(found: Sequence[Token], place: int) -> Token | None:
    return found[place] if 0 <= place < len(found) and found[place].kind != "end" else None


def _across(first: Token, last: Token) -> Span:
    start, end = first.span, last.span
    return Span(start.line, start.column, end.end_line, end.end_column)
