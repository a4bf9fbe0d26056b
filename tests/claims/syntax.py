"""Formulas as they stand on the screen, read back: a tree of MathML becomes an expression that can be computed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from gradwalk.formula import Formula, template

Tree = list[Any]
Expression = tuple[Any, ...]
"""A tag and its parts: ``("number", "2.5")``, ``("sum", [(1, a), (-1, b)])``, ``("apply", "sin", a)`` …"""


class UnreadableError(Exception):
    """A formula that this reader does not know how to compute."""


class Token(NamedTuple):
    kind: str
    """``op``, ``word``, ``number``, ``array``, ``value``, ``letters``, ``text``, ``ready`` (an expression)."""
    what: Any


def whole(formula: Formula) -> Tree:
    """The formula's tree with its arguments in their slots."""
    tree = _filled(template(formula.latex, formula.dotted).tree, formula.arguments)
    assert isinstance(tree, list)
    return tree


def _filled(tree: Any, arguments: Sequence[Any]) -> Any:
    if isinstance(tree, int):
        return arguments[tree]
    return [_filled(child, arguments) for child in tree] if isinstance(tree, list) else tree


def key_of(tree: Tree) -> str:
    return json.dumps(tree, ensure_ascii=False)


class Reader:
    """Reads lines in which the trees of ``names`` stand for values."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        """The tree of a name, as ``key_of`` writes it → the plain name."""

    def line(self, formula: Formula) -> list[tuple[str, Expression | None]]:
        """The sides of a line, each with the relation before it: ``[("", left), ("=", right)]``.

        A side is None where there is nothing before the first relation, as in ``= 2 · 4 = 8``.
        """
        tokens = self._tokens(whole(formula))
        sides: list[tuple[str, list[Token]]] = [("", [])]
        depth = 0
        for token in tokens:
            depth += (token == Token("op", "(")) - (token == Token("op", ")"))
            relation = token.what if token.kind in ("op", "text") and token.what in _RELATIONS else None
            if relation and depth == 0 and not self._in_condition(sides[-1][1]):
                sides.append((_RELATIONS[relation], []))
            else:
                sides[-1][1].append(token)
        read = [(relation, _Side(found).read() if found else None) for relation, found in sides]
        if not any(token == Token("op", "←") for token in tokens):
            return read
        return [read[0], *((relation, ("before", side)) for relation, side in read[1:])]

    @staticmethod
    def _in_condition(before: Sequence[Token]) -> bool:
        """Whether an equals sign comes after an ``if`` whose condition is not over."""
        words = [token.what for token in before if token.kind == "text" or token == Token("op", ",")]
        return bool(words) and words[-1] in ("if", "and")

    def _tokens(self, tree: Tree) -> list[Token]:
        if len(tree) == 3 and tree[:2] == ["mrow", ["mtext", "gradient\xa0at\xa0"]]:
            return [Token("ready", ("slope", ("", ""), _one(self._tokens_of(tree[2]))))]
        name = self._names.get(key_of(tree))
        if name is not None:
            return [Token("value", (name, ""))]
        tag, *children = tree
        if tag in ("math", "mrow", "mtd"):
            if matrix := _matrix(tree):
                return [Token("matrix", matrix)]
            return [token for child in children for token in self._tokens_of(child)]
        return getattr(self, f"_{tag}")(children)  # type: ignore[no-any-return]

    def _tokens_of(self, child: Any) -> list[Token]:
        return self._tokens(child) if isinstance(child, list) else [Token("text", child.strip())]

    def _side(self, tree: Any) -> Expression:
        return _Side(self._tokens_of(tree)).read()

    def _mn(self, children: Sequence[Any]) -> list[Token]:
        text = "".join(children)
        if text == "[]":
            raise UnreadableError("nothing to compute with")
        if text.startswith("[") and "…" in text:
            return [Token("ready", ("start", text[1:].partition(", …")[0].split(", ")))]
        if text.startswith("["):
            return [Token("array", [text[1:-1].split(", ")])]
        if text.startswith("(") and text.endswith(")"):
            text = text[1:-1]
        if _NUMBER.fullmatch(text):
            return [Token("number", text)]
        if " " in text and (terms := _TERMS.findall(text)):  # 1 + 2 − 3, written as one text
            return [token for sign, term in terms for token in (Token("op", sign or "+"), Token("number", term))]
        return [Token("text", text)]

    def _mi(self, children: Sequence[Any]) -> list[Token]:
        text = "".join(children).strip()
        known = text in _FUNCTIONS or not _LETTERS.fullmatch(text)
        return [Token("word" if known else "letters", text)]

    def _mo(self, children: Sequence[Any]) -> list[Token]:
        return [Token("op", "".join(children).strip())] if children else []

    def _mtext(self, children: Sequence[Any]) -> list[Token]:
        text = "".join(children).replace("\xa0", " ").strip()
        if text.endswith(".grad"):
            return [Token("ready", ("grad", text))]
        return [Token("word" if text.isidentifier() and text not in _WORDS else "text", text)]

    def _mfrac(self, children: Sequence[Any]) -> list[Token]:
        above, below = (self._tokens_of(child) for child in children)
        if above[:1] == [Token("op", "∂")]:
            return [Token("ready", ("slope", _one(above[1:]), _one(below[1:])))]
        return [Token("ready", ("ratio", _Side(above).read(), _Side(below).read()))]

    def _msqrt(self, children: Sequence[Any]) -> list[Token]:
        inside = [token for child in children for token in self._tokens_of(child)]
        return [Token("ready", ("apply", "sqrt", _Side(inside).read()))]

    def _msub(self, children: Sequence[Any]) -> list[Token]:
        base, below = (self._tokens_of(child) for child in children)
        index = "".join(str(token.what) for token in below)
        if base == [Token("op", "∑")]:
            return [Token("op", f"∑{index}")]
        if len(base) == 1 and base[0].kind in ("value", "word", "letters", "number"):
            if base[0].kind == "value":
                name, before = base[0].what
                return [Token("value", (name, before + index))]
            return [Token("ready", ("indexed", str(base[0].what), index)) if base[0].what in "δI1" else
                    Token("word", f"{base[0].what}_{index}")]  # fmt: skip
        raise UnreadableError(children)

    _munder = _msub

    def _mtable(self, children: Sequence[Any]) -> list[Token]:
        raise UnreadableError("a matrix without elements", children)

    def _mover(self, children: Sequence[Any]) -> list[Token]:
        return [Token("word", "".join(str(token.what) for child in children for token in self._tokens_of(child)))]

    def _msup(self, children: Sequence[Any]) -> list[Token]:
        base, above = (self._tokens_of(child) for child in children)
        if above == [Token("op", "⊤")]:
            return [Token("ready", ("transposed", _Side(base).read()))]
        if len(base) == 1 and base[0].kind == "value" and [t.what for t in above][:1] == ["("]:
            name, index = base[0].what
            return [Token("value", (name, index, int(above[1].what)))]
        if len(base) == 1 and base[0].kind == "word" and base[0].what in _FUNCTIONS:
            return [Token("power of", (base[0].what, _Side(above).read()))]
        return [Token("ready", ("power", self._base(base), _Side(above).read()))]

    def _msubsup(self, children: Sequence[Any]) -> list[Token]:
        base, below, above = children
        return self._msup([["msub", base, below], above])

    @staticmethod
    def _base(tokens: list[Token]) -> Expression:
        if tokens == [Token("letters", "e")] or tokens == [Token("word", "e")]:
            return ("number", "2.718281828459045")
        return _Side(tokens).read()


_RELATIONS = {"=": "=", "←": "=", "∈": "in", ", element by element:": "=", "element by element:": "="}
_NUMBER = re.compile(r"[−-]?10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+|[−-]?\d+(\.\d+)?(e[−-]?\d+|·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?|[−-]?inf|nan|True|False")
_TERMS = re.compile(r"(?:^|([+−]) )([−-]?[\d.]\S*)(?= |$)")
_LETTERS = re.compile(r"[a-z1]{1,4}")
_FUNCTIONS = frozenset(
    "sin cos tan sinh cosh tanh log log_2 log_10 exp sgn erf softplus σ max min round vec reshape arcsin arccos arctan "
    "sum mean sqrt diag arsinh arcosh artanh asinh acosh atanh asin acos atan".split()
)
_WORDS = frozenset("if else and not at elsewhere as".split())
_SIGNS = {"+": 1, "−": -1, "-": -1}
_PRODUCTS = ("·", "⋅", "⊙", "⊗", "×")
_COMPARISONS = (">", "<", "=", "≥", "≤", "≠")
_ENDS = {")", "]", ",", "|", "⌋", "⌉", "}", "+", "−", "-", "‖", *_COMPARISONS}


def _matrix(tree: Tree) -> list[list[str]] | None:
    if len(tree) != 4 or tree[1] != ["mo", "["] or tree[2][0] != "mtable":
        return None
    return [["".join(cell[1][1:]) for cell in row[1:]] for row in tree[2][1:]]


def _one(tokens: list[Token]) -> tuple[Any, ...]:
    """What stands above or below in ∂v/∂x: a value, with its letters and its place."""
    if len(tokens) == 1 and tokens[0].kind == "value":
        return tuple(tokens[0].what)
    if len(tokens) == 1 and tokens[0].kind in ("word", "letters"):
        return (str(tokens[0].what), "")
    raise UnreadableError(tokens)


class _Side:
    """One side of a line, by recursive descent."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def read(self) -> Expression:
        found = self._choice()
        if self._at < len(self._tokens):
            raise UnreadableError(self._tokens[self._at :], self._tokens)
        return found

    def _peek(self) -> Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else Token("end", "")

    def _next(self) -> Token:
        token = self._peek()
        self._at += 1
        return token

    def _word(self, *words: str) -> bool:
        token = self._peek()
        if token.kind in ("text", "op") and token.what in words:
            self._at += 1
            return True
        return False

    def _choice(self) -> Expression:
        """``a if x > 0, b if x = 0, else c``."""
        first = self._sum()
        branches: list[tuple[Expression, list[Expression]]] = []
        while self._word("if"):
            conditions = [self._condition()]
            while self._word("and"):
                conditions.append(self._condition())
            branches.append((first, conditions))
            self._word(",")
            if self._word("else", ", else"):
                return ("choice", branches, self._choice())
            first = self._sum()
        return first

    def _condition(self) -> Expression:
        negated = self._word("not")
        left = self._sum()
        if self._peek().kind == "op" and self._peek().what in _COMPARISONS:
            return ("compare", self._next().what, left, self._sum())
        return ("compare", "=" if negated else "≠", left, ("number", "0"))

    def _sum(self) -> Expression:
        terms: list[tuple[int, Expression]] = []
        while True:
            sign = 1
            while self._peek().kind == "op" and self._peek().what in _SIGNS:
                sign *= _SIGNS[self._next().what]
            terms.append((sign, self._product()))
            if not (self._peek().kind == "op" and self._peek().what in _SIGNS):
                return terms[0][1] if terms == [(1, terms[0][1])] else ("sum", terms)

    def _product(self) -> Expression:
        token = self._peek()
        if token.kind == "op" and str(token.what).startswith("∑"):
            self._at += 1
            return ("over", token.what[1:], self._product())
        found = self._factor()
        while True:
            token = self._peek()
            if token.kind == "op" and token.what in _PRODUCTS:
                self._at += 1
                sign = "·" if token.what == "⋅" else token.what
                if self._peek().kind == "op" and str(self._peek().what).startswith("∑"):
                    return ("product", sign, found, self._product())
                negative = self._word("−", "-")
                right = self._factor()
                found = ("product", sign, found, ("sum", [(-1, right)]) if negative else right)
            elif token.kind == "op" and str(token.what).startswith("∑"):
                return ("product", "", found, self._product())
            elif token.kind in ("end", "text") or (token.kind == "op" and token.what in _ENDS):
                return found
            else:
                found = ("product", "", found, self._factor())

    def _factor(self) -> Expression:
        token = self._next()
        if token.kind == "ready":
            return self._selected(token.what)
        if token.kind == "number":
            return ("number", token.what)
        if token.kind in ("array", "matrix"):
            return self._selected(("array", token.what, *(["matrix"] * (token.kind == "matrix"))))
        if token.kind == "value":
            return self._selected(("value", *token.what))
        if token.kind == "power of":
            name, exponent = token.what
            return ("power", self._call(name), exponent)
        if token.kind == "word" and token.what in _FUNCTIONS:
            return self._call(token.what)
        if token.kind in ("word", "letters"):
            if self._peek() == Token("op", "("):
                return self._call(token.what)
            return ("letter", token.what)
        if token.kind == "op" and token.what in ("(", "|", "⌊", "⌈", "‖"):
            return self._fenced(token.what)
        raise UnreadableError(token, self._tokens)

    def _fenced(self, opened: str) -> Expression:
        inside = self._comparison() if opened == "(" else self._choice()
        closing = {"(": ")", "|": "|", "⌊": "⌋", "⌈": "⌉", "‖": "‖"}[opened]
        if not self._word(closing):
            raise UnreadableError(closing, self._tokens)
        named = {"|": "abs", "⌊": "floor", "⌈": "ceil", "‖": "norm"}.get(opened)
        return ("apply", named, inside) if named else self._selected(inside)

    def _comparison(self) -> Expression:
        inside = self._choice()
        if self._peek().kind == "op" and self._peek().what in _COMPARISONS:
            return ("compare", self._next().what, inside, self._sum())
        return inside

    def _selected(self, found: Expression) -> Expression:
        """What stands in square brackets after it: ``x[1]``, ``x[0:2]``."""
        if self._peek() != Token("op", "["):
            return found
        self._at += 1
        inside: list[str] = []
        while not self._word("]"):
            if self._peek().kind == "end":
                raise UnreadableError(self._tokens)
            inside.append(str(self._next().what))
        return ("part", found, "".join(inside))

    def _call(self, name: str) -> Expression:
        if name == "diag":
            return ("apply", "diag", self._factor())
        if not self._word("("):
            return ("apply", name, self._factor())
        arguments: list[Expression | str] = []
        while True:
            try:
                arguments.append(self._choice())
            except UnreadableError:
                raise
            if self._word(")"):
                return ("apply", name, *arguments)
            if not self._word(","):
                raise UnreadableError(self._tokens[self._at :], self._tokens)
