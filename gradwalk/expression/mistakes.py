"""Slips of the keyboard and the blackboard, found before Python's parser sees the text, with their place and a way out.

An open parenthesis, a missing operand, ``x!``, ``{x}``, words of Python's own. Every check here refuses only text that
no later step could accept. Mathematics that could be read (``blackboard``) is no longer in it; what is left of its
signs stands in a line with something else that is wrong, and that is said first.
"""

from __future__ import annotations

import keyword
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence

from gradwalk.expression.table import ELSEWHERE, function_named
from gradwalk.expression.tokens import SUBSCRIPTS, SUPERSCRIPTS, Token, greek, tokens
from gradwalk.program import ProgramError, Span

_SIGNS: Mapping[str, tuple[str, str | None]] = {
    "!": ("There is no ! here; for a factorial write the product out.", None),
    "'": ("There are no quotes and no primes here; derivatives are worked out for you.", None),
    '"': ("There is no text here, only numbers; leave the quotes out.", None),
    "{": ("Braces are not used here; write ( ) around a part, and [1, 2, 3] for a vector.", None),
    "}": ("Braces are not used here; write ( ) around a part, and [1, 2, 3] for a vector.", None),
    "\\": ("A backslash has no meaning here; write sin(x), not \\sin, and break long lines inside ( ).", None),
    "$": ("Dollar signs have no meaning here; write the formula alone.", None),
    "∑": ("The sum sign is not read; write sum(x).", "sum"),
    "∫": ("Integrals are not part of this page; it finds derivatives. Write the function alone, such as x**2.", None),
    "∛": ("The cube root is not read; write x**(1/3).", None),
    "?": ("There is no ? here; where(x > 0, a, b) chooses between two values.", None),
    "‖": ("These bars are not read; write norm(x).", None),
    "ᵀ": ("A raised T is not read; write x.T for the transpose.", ".T"),
    "⊤": ("A raised T is not read; write x.T for the transpose.", ".T"),
    "→": ("Arrows are not read; write the function alone.", None),
    "\u0302": ("A hat is written behind the name: x_hat.", "_hat"),
    "∂": ("The derivatives are worked out for you; write the function alone.", None),
}
_READABLE: Mapping[str, tuple[str, str | None]] = {
    "^": ("This ^ cannot be read; write **, as in x**2.", "**"),
    "|": ("This | has no partner; write |x| or abs(x).", None),
    "√": ("Something is missing after √, as in √x.", None),
    **dict.fromkeys("½⅓⅔¼¾", ("This fraction cannot be read; write it in parentheses, such as (1/2).", None)),
    "∞": ("This ∞ cannot be read; write inf.", "inf"),
    "≤": ("This ≤ cannot be read; write <=.", "<="),
    "≥": ("This ≥ cannot be read; write >=.", ">="),
    "≠": ("This ≠ cannot be read; write !=.", "!="),
    **dict.fromkeys(SUPERSCRIPTS, ("This raised number cannot be read; write **2 behind a value.", None)),
    **dict.fromkeys(SUBSCRIPTS, ("This lowered number cannot be read; write x1 for x₁.", None)),
}
"""Signs of the blackboard, and what is said where one of them is left over and nothing else is wrong."""

_PYTHON: Mapping[str, str] = {
    "import": "The imports are written for you; leave this line out.",
    "from": "The imports are written for you; leave this line out.",
    "if": "There is no if here; where(x > 0, a, b) chooses between two values.",
    "else": "There is no else here; where(x > 0, a, b) chooses between two values.",
    "def": "Functions are not defined here; write the formula itself, such as z = sin(x**2).",
    "return": "Functions are not defined here; the last line is the result.",
    "for": "There are no loops here; a vector such as [1, 2, 3] holds many values at once.",
    "while": "There are no loops here; write the steps one after another.",
    "with": "There are no blocks here; the ∇ switch of a variable turns its gradient off.",
    "lambda": "lambda is a word of Python's own and cannot be a name; write lam.",
    "and": "and is not a function of numbers; where(x > 0, a, b) chooses by one comparison.",
    "or": "or is not a function of numbers; where(x > 0, a, b) chooses by one comparison.",
}
_ALLOWED_WORDS = frozenset(("True", "False", "None"))
"""Python's words that can stand in a call, or that the tree's check refuses with a better sentence."""


def check(text: str, typed: Callable[[Span], str] | None = None) -> None:
    """Raise ProgramError for the first slip that can be told from the sequence of signs alone.

    Its sentence speaks of what was ``typed`` where ``text`` has another sign for it.
    """
    found = tokens(text)

    def called(token: Token) -> str:
        return (typed(token.span) if typed is not None else "") or token.text

    for token in found:
        _check_token(token)
    _check_brackets(found)
    for statement in _statements(found):
        _check_equals(statement)
        _check_neighbours(statement, called)
    for token in found:
        if token.kind == "unknown":
            raise ProgramError(*_left_over(token))


def _left_over(token: Token) -> tuple[str, Span, str | None]:
    sentence, suggestion = _READABLE.get(token.text) or _foreign(token.text)
    return sentence, token.span, suggestion


def _across(first: Token, last: Token) -> Span:
    start, end = first.span, last.span
    return Span(start.line, start.column, end.end_line, end.end_column)


def _check_token(token: Token) -> None:
    if token.kind == "unknown" and token.text not in _READABLE and greek(token.text) is None:
        sentence, suggestion = _SIGNS.get(token.text) or _foreign(token.text)
        raise ProgramError(sentence, token.span, suggestion)
    if token.text == "->":
        raise ProgramError("Arrows are not read; write the function alone, such as z = sin(x)/x.", token.span)
    if token.kind == "change":
        raise ProgramError(f"{token.text} changes a value; write z = z {token.text[:-1]} … with a plain =.", token.span)
    if token.text == "//":
        raise ProgramError("// has no gradient; write / for a division, floor(x / y) to round down.", token.span)
    if token.kind == "name" and keyword.iskeyword(token.text) and token.text not in _ALLOWED_WORDS:
        general = f"{token.text} is a word of Python's own and cannot be a name; choose another."
        raise ProgramError(_PYTHON.get(token.text, general), token.span)


def _foreign(sign: str) -> tuple[str, str | None]:
    """A letter or sign from outside ASCII: a Greek letter has a name, an accent can be left off."""
    words = unicodedata.name(sign, "").split()
    if words[:1] == ["GREEK"] and "LETTER" in words:
        name = words[words.index("LETTER") + 1].lower()
        name = "lam" if name in ("lamda", "lambda") else name
        return f"Names are made of the letters a–z; write {name} for {sign}.", name
    parts = unicodedata.normalize("NFKD", sign)
    base, marks = parts[0], parts[1:]
    if marks == "\u0302" and base.isascii():
        return f"Names are made of the letters a–z; write {base}_hat for {sign}.", f"{base}_hat"
    if sign.isalpha():
        plain = base if base.isascii() and base.isalpha() else None
        return f"Names are made of the letters a–z; {sign} is none of them.", plain
    return f"The sign {sign} has no meaning here; + - * / ** @ and functions such as sin(x) do.", None


def _check_brackets(found: Sequence[Token]) -> None:
    opened: list[Token] = []
    for token in found:
        if token.kind == "open":
            opened.append(token)
        elif token.kind == "close":
            if not opened:
                raise ProgramError(f"This {token.text} closes nothing; delete it or open it before.", token.span)
            if opened.pop().text + token.text not in ("()", "[]"):
                raise ProgramError(
                    f"This {token.text} closes a bracket of the other kind; ( ) and [ ] go in pairs.", token.span
                )
    if opened:
        closing = ")" if opened[-1].text == "(" else "]"
        raise ProgramError(f"This {opened[-1].text} is never closed; a {closing} is missing.", opened[-1].span)


def _statements(found: Sequence[Token]) -> Iterator[list[Token]]:
    statement: list[Token] = []
    for token in found:
        statement.append(token)
        if token.kind == "end":
            yield statement
            statement = []
    if statement:
        last = statement[-1]
        yield [*statement, Token("end", "", last.line, last.column + len(last.text))]


def _check_equals(statement: Sequence[Token]) -> None:
    """One ``=`` a line, and one plain name on its left."""
    depth, places = 0, []
    for index, token in enumerate(statement):
        depth += (token.kind == "open") - (token.kind == "close")
        if depth == 0 and token.text == "=":
            places.append(index)
    if not places:
        return
    first = places[0]
    if first == 0:
        raise ProgramError("A name is missing before =, as in z = sin(x).", statement[0].span)
    if first > 1 or statement[0].kind != "name":
        raise _wrong_left_side(statement[:first])
    if len(places) > 1:
        raise ProgramError("One = a line; write a second line for the second name.", statement[places[1]].span)


def _wrong_left_side(left: Sequence[Token]) -> ProgramError:
    start, end = left[0].span, left[-1].span
    span = Span(start.line, start.column, end.end_line, end.end_column)
    if len(left) > 2 and left[0].kind == "name" and left[1].text == "(":
        name = left[0].text
        return ProgramError(f"A function is written by its name alone: {name} = …, not {name}(x) = …", span, name)
    return ProgramError("On the left of = stands one plain name, as in z = sin(x).", span)


def _check_neighbours(statement: Sequence[Token], called: Callable[[Token], str]) -> None:
    for before, after, following in zip([None, *statement], statement, [*statement[1:], None], strict=False):
        if before is not None and _ends_operand(before) and after.kind in ("number", "name"):
            raise _no_operator(before, after, following)
        if _lacks_left(before, after):
            raise ProgramError(f"Something is missing before {called(after)}.", after.span)
        if before is not None and _lacks_right(before, after):
            sign, example = called(before), _PATTERN.get(before.text, "x + 1")
            example = example.replace(before.text, sign)
            raise ProgramError(f"Something is missing after {sign}, as in {example}.", before.span)


_PATTERN: Mapping[str, str] = {
    "=": "z = sin(x)",
    "**": "x**2",
    "*": "2*x",
    "/": "1/x",
    "@": "X @ w",
    ".": "x.sin()",
    ",": "max(x, y)",
}


def _ends_operand(token: Token) -> bool:
    return token.kind in ("number", "name", "close")


def _starts_operand(token: Token) -> bool:
    return token.kind in ("number", "name", "open") or token.text in ("+", "-")


def _lacks_left(before: Token | None, after: Token) -> bool:
    binary = after.kind in ("sign", "compare") and after.text not in ("+", "-")
    return (binary or after.text == ",") and (before is None or not _ends_operand(before))


def _lacks_right(before: Token, after: Token) -> bool:
    if before.text == ".":
        return after.kind != "name"
    if before.text == ",":
        return after.kind == "end"
    return (before.kind in ("sign", "compare") or before.text == "=") and not _starts_operand(after)


def _no_operator(before: Token, after: Token, following: Token | None) -> ProgramError:
    span = Span(before.line, before.column, after.line, after.column + len(after.text))
    if before.kind == "name" and function_named(before.text):
        text = f"{before.text}({after.text})"
        # In sin x**2 and sin 2x the argument goes on, and only the person knows how far.
        whole = following is None or following.kind == "end" or following.text in ("+", "-", ")", ",")
        sentence = f"A function's argument stands in parentheses: {before.text}(…)."
        return ProgramError(sentence, span, text if whole else None)
    if before.text in ELSEWHERE:
        return ProgramError(ELSEWHERE[before.text], span)
    left = ")" if before.kind == "close" else before.text
    shown = f"(…)*{after.text}" if before.kind == "close" else f"{left}*{after.text}"
    return ProgramError(f"To multiply, write * between them: {shown}.", span, f"{left}*{after.text}")
