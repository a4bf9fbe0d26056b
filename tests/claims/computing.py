"""Formulas are computed again: every name stands for the numbers that the recording holds, shapes have to fit."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from tests.claims.syntax import Expression

Numbers = np.ndarray[Any, Any]


class ShapeError(AssertionError):
    """Shapes that do not multiply, add or equal."""


class UnknownError(Exception):
    """A number that the recording does not hold."""


class NotKeptError(UnknownError):
    """An array of which the recording keeps too few numbers."""


class Quantity(NamedTuple):
    """Numbers with what they are in a product: a vector is a column unless it is transposed.

    ``any`` is a vector that was written out in a line, which stands for a row as well; ``slopes`` is the diagonal of a
    Jacobian in the shape of the result.
    """

    numbers: Numbers
    kind: str


def quantity(numbers: Numbers, vector: str = "column") -> Quantity:
    if numbers.size == 1:
        return Quantity(numbers.reshape(()), "number")
    return Quantity(numbers, {1: vector, 2: "matrix"}.get(numbers.ndim, "block"))


class Meaning(Protocol):
    """What names and derivatives stand for."""

    def value(self, name: str) -> Numbers: ...

    def slope(self, above: Sequence[Any], below: Sequence[Any]) -> Quantity: ...

    def entry(self, above: Sequence[Any], below: Sequence[Any], places: Mapping[str, int]) -> Quantity: ...

    def shape(self, name: str) -> tuple[int, ...]: ...

    def grad(self, name: str) -> Numbers: ...

    def before(self) -> Meaning: ...


def indices(index: str) -> list[str]:
    """The letters of ``ij``; 1 stands where a dimension has one element."""
    return list(index)


class Computer:
    """Computes an expression. ``largest`` is the largest number that it met on the way."""

    def __init__(self, meaning: Meaning, literals: Sequence[float] = ()) -> None:
        self._meaning = meaning
        self._literals = literals
        self.largest = 1.0

    def compute(self, expression: Expression, places: Mapping[str, int] | None = None) -> Quantity:
        found: Quantity = getattr(self, f"_{expression[0]}")(places or {}, *expression[1:])
        finite = found.numbers[np.isfinite(found.numbers)]
        if finite.size:
            self.largest = max(self.largest, float(np.abs(finite).max(initial=0.0)))
        return found

    def _literal(self, places: Mapping[str, int], start: int, shape: tuple[int, ...]) -> Quantity:
        del places
        size = math.prod(shape)
        return quantity(np.array(self._literals[start : start + size], dtype=np.float64).reshape(shape), "any")

    def _opening(self, places: Mapping[str, int], start: int, count: int) -> Quantity:
        """The first elements of an array that is too long to be written out."""
        del places
        return Quantity(np.array(self._literals[start : start + count], dtype=np.float64), "start")

    def _value(self, places: Mapping[str, int], name: str, index: str, *_: Any) -> Quantity:
        numbers = self._meaning.value(name)
        if not index:
            return quantity(numbers)
        letters = indices(index)
        if len(letters) > numbers.ndim:
            raise ShapeError(f"{name}_{index} of {numbers.shape}")
        return quantity(np.asarray(numbers[tuple(_place(letter, places) for letter in letters)]))

    def _grad(self, places: Mapping[str, int], name: str) -> Quantity:
        del places
        return quantity(self._meaning.grad(name))

    def _before(self, places: Mapping[str, int], inside: Expression) -> Quantity:
        """The right side of x ← …, where names stand for what they were."""
        return Computer(self._meaning.before(), self._literals).compute(inside, places)

    def _slope(self, places: Mapping[str, int], above: Sequence[Any], below: Sequence[Any]) -> Quantity:
        if above[1] or below[1]:
            return self._meaning.entry(above, below, places)
        return self._meaning.slope(above, below)

    def _letter(self, places: Mapping[str, int], letter: str) -> Quantity:
        if letter == "π":
            return quantity(np.array(math.pi))
        if letter not in places:
            raise UnknownError(letter)
        return quantity(np.array(float(places[letter])))

    def _indexed(self, places: Mapping[str, int], base: str, index: str) -> Quantity:
        if base == "δ":
            first, second = (_place(letter, places) for letter in indices(index))
            return quantity(np.array(float(first == second)))
        size = int(index)
        return quantity(np.eye(size)) if base == "I" else quantity(np.ones((size, 1)))

    def _transposed(self, places: Mapping[str, int], inside: Expression) -> Quantity:
        found = self.compute(inside, places)
        if found.kind == "number":
            return found
        turned = {"column": "row", "row": "column", "matrix": "matrix", "any": "any"}.get(found.kind)
        if turned is None:
            raise ShapeError(f"a transposed {found.kind} of shape {found.numbers.shape}")
        return Quantity(found.numbers.T if turned == "matrix" else found.numbers, turned)

    def _over(self, places: Mapping[str, int], letters: str, inside: Expression) -> Quantity:
        sizes = ranges(inside, self._meaning)
        total: Quantity | None = None
        for numbers in itertools.product(*(range(sizes[letter]) for letter in letters)):
            term = self.compute(inside, {**places, **dict(zip(letters, numbers, strict=True))})
            total = term if total is None else Quantity(total.numbers + term.numbers, term.kind)
        return quantity(np.array(0.0)) if total is None else total  # of nothing

    def _sum(self, places: Mapping[str, int], terms: Sequence[tuple[int, Expression]]) -> Quantity:
        total: Quantity | None = None
        for sign, term in terms:
            found = self.compute(term, places)
            found = Quantity(sign * found.numbers, found.kind)
            total = found if total is None else _added(total, found)
        assert total is not None
        return total

    def _ratio(self, places: Mapping[str, int], above: Expression, below: Expression) -> Quantity:
        return _elementwise(np.divide, self.compute(above, places), self.compute(below, places))

    def _power(self, places: Mapping[str, int], base: Expression, exponent: Expression) -> Quantity:
        return _elementwise(np.power, self.compute(base, places), self.compute(exponent, places))

    def _product(self, places: Mapping[str, int], sign: str, left: Expression, right: Expression) -> Quantity:
        return _multiplied(sign, self.compute(left, places), self.compute(right, places))

    def _choice(
        self, places: Mapping[str, int], branches: Sequence[tuple[Expression, Sequence[Expression]]], rest: Expression
    ) -> Quantity:
        found = self.compute(rest, places)
        for expression, conditions in reversed(branches):
            holds = np.logical_and.reduce([self.compute(c, places).numbers != 0 for c in conditions])
            value = self.compute(expression, places)
            found = quantity(np.where(holds, value.numbers, found.numbers))
        return found

    def _compare(self, places: Mapping[str, int], sign: str, left: Expression, right: Expression) -> Quantity:
        compare = {
            ">": np.greater, "<": np.less, "≥": np.greater_equal, "≤": np.less_equal, "=": np.equal, "≠": np.not_equal,
        }[sign]  # fmt: skip
        return _elementwise(
            lambda a, b: compare(a, b).astype(np.float64), self.compute(left, places), self.compute(right, places)
        )

    def _part(self, places: Mapping[str, int], inside: Expression, where: str) -> Quantity:
        where = where.replace(" ", "")
        if not re.fullmatch(r"[\d:,…−]*", where):
            raise UnknownError(where)
        if inside[0] == "value" and not inside[2]:
            numbers = self._meaning.value(inside[1])
        else:
            numbers = self.compute(inside, places).numbers
        if numbers.ndim == 0:  # of a single element
            return quantity(numbers)
        chosen = tuple(_chosen(piece) for piece in where.split(","))
        return quantity(np.asarray(numbers[chosen]))

    def _apply(self, places: Mapping[str, int], name: str, *arguments: Expression) -> Quantity:
        if name == "reshape":
            inside = self.compute(arguments[0], places)
            shape = self.compute(arguments[1], places).numbers.reshape(-1).astype(int)
            return quantity(inside.numbers.reshape(tuple(shape)))
        found = [self.compute(argument, places) for argument in arguments]
        function = _FUNCTIONS.get(name)
        if function is not None and len(found) == 1:
            return Quantity(np.asarray(function(found[0].numbers)), found[0].kind)
        special = _SPECIAL.get((name, len(found)))
        if special is None:
            raise UnknownError(name)
        return special(*found)


def _place(letter: str, places: Mapping[str, int]) -> int:
    if letter == "1":
        return 0
    if letter not in places:
        raise UnknownError(letter)
    return places[letter]


def _chosen(piece: str) -> Any:
    piece = piece.replace("−", "-")
    if piece == "…":
        return Ellipsis
    if ":" not in piece:
        return int(piece)
    return slice(*(int(part) if part else None for part in piece.split(":")))


def _erf(x: Numbers) -> Numbers:
    return np.vectorize(math.erf)(x)  # type: ignore[no-any-return]


_FUNCTIONS: dict[str, Callable[[Numbers], Numbers]] = {
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "log": np.log,
    "log_2": np.log2, "log_10": np.log10, "sqrt": np.sqrt, "abs": np.abs, "exp": np.exp, "sgn": np.sign,
    "floor": np.floor, "trunc": np.trunc, "ceil": np.ceil, "round": np.round, "arcsin": np.arcsin, "arccos": np.arccos,
    "arctan": np.arctan, "asinh": np.arcsinh, "acosh": np.arccosh, "atanh": np.arctanh, "asin": np.arcsin,
    "acos": np.arccos, "atan": np.arctan, "erf": _erf, "σ": lambda x: 1 / (1 + np.exp(-x)),
    "softplus": lambda x: np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0),
}  # fmt: skip


def _flat(found: Quantity) -> Quantity:
    return quantity(found.numbers.reshape(-1))


_SPECIAL: dict[tuple[str, int], Callable[..., Quantity]] = {
    ("vec", 1): _flat,
    ("diag", 1): lambda found: found if found.kind == "start" else quantity(np.diag(found.numbers.reshape(-1))),
    ("norm", 1): lambda found: quantity(np.asarray(np.linalg.norm(found.numbers))),
    ("max", 2): lambda a, b: _elementwise(np.maximum, a, b),
    ("min", 2): lambda a, b: _elementwise(np.minimum, a, b),
    ("max", 1): lambda a: quantity(np.max(a.numbers)),
    ("min", 1): lambda a: quantity(np.min(a.numbers)),
    ("sum", 1): lambda a: quantity(np.sum(a.numbers)),
    ("mean", 1): lambda a: quantity(np.mean(a.numbers) if a.numbers.size else np.full((), np.nan)),
}


def _elementwise(function: Callable[[Numbers, Numbers], Numbers], left: Quantity, right: Quantity) -> Quantity:
    try:
        numbers = function(left.numbers, right.numbers)
    except ValueError as error:
        raise ShapeError(str(error)) from error
    kinds = {found.kind for found in (left, right) if found.kind not in ("number", "any")}
    return Quantity(numbers, kinds.pop()) if len(kinds) == 1 else quantity(numbers, "any")


def _added(left: Quantity, right: Quantity) -> Quantity:
    if {left.kind, right.kind} == {"row", "column"}:
        raise ShapeError("a row and a column are added")
    return _elementwise(np.add, left, right)


def _multiplied(sign: str, left: Quantity, right: Quantity) -> Quantity:
    if "number" in (left.kind, right.kind):
        other = right if left.kind == "number" else left
        return Quantity(left.numbers * right.numbers, other.kind)
    if sign == "⊙":
        if left.kind in ("row", "column") and right.kind in ("row", "column") and left.kind != right.kind:
            raise ShapeError("⊙ of a row and a column")
        return _elementwise(np.multiply, left, right)
    if sign == "⊗":
        return quantity(np.kron(_as_matrix(left), _as_matrix(right)))
    kinds = (left.kind, right.kind)
    if kinds in _VECTORS:
        _fits(left.numbers.shape[0], right.numbers.shape[0], kinds)
        return quantity(np.array(float(left.numbers @ right.numbers)))
    if kinds == ("column", "column") or kinds == ("any", "any"):
        if sign != "·":
            raise ShapeError("two columns beside each other")
        _fits(left.numbers.shape[0], right.numbers.shape[0], kinds)
        return quantity(np.array(float(left.numbers @ right.numbers)))
    if kinds in (("column", "row"), ("any", "row")):
        return quantity(np.outer(left.numbers, right.numbers))
    if "block" in kinds or "row" in kinds[1:] or kinds[0] == "column":
        raise ShapeError(f"a {left.kind} of {left.numbers.shape} times a {right.kind} of {right.numbers.shape}")
    first, second = _dense(left), _dense(right)
    _fits(first.shape[-1], second.shape[0], kinds)
    product = first @ second
    if product.ndim == 1:
        kind = "any" if "any" in kinds else "row" if left.kind == "row" else "column"
        return quantity(product, kind)
    return quantity(product)


_VECTORS = {("row", "column"), ("row", "any"), ("any", "column")}


def _fits(columns: int, rows: int, kinds: tuple[str, str]) -> None:
    if columns != rows:
        raise ShapeError(f"{kinds[0]} with {columns} columns times {kinds[1]} with {rows} rows")


def _dense(found: Quantity) -> Numbers:
    return np.diag(found.numbers.reshape(-1)) if found.kind == "slopes" else found.numbers


def _as_matrix(found: Quantity) -> Numbers:
    if found.kind in ("column", "any"):
        return found.numbers.reshape(-1, 1)
    return found.numbers.reshape(1, -1) if found.kind == "row" else _dense(found)


def ranges(expression: Any, meaning: Meaning) -> dict[str, int]:
    """How far each letter of an index runs; the same letter has to run as far everywhere."""
    found: dict[str, int] = {}
    for name, index in indexed(expression):
        shape = meaning.shape(name)
        if len(index) > len(shape):
            raise ShapeError(f"{name}_{index} of {shape}")
        for letter, size in zip(index, shape, strict=False):
            if letter == "1":
                if size != 1:
                    raise ShapeError(f"{name}_{index} of {shape}")
            elif found.setdefault(letter, size) != size:
                raise ShapeError(f"{letter} runs to {found[letter]} and to {size} in {name}_{index}")
    return found


def indexed(expression: Any) -> Iterator[tuple[str, str]]:
    """Each value with letters."""
    if not isinstance(expression, tuple | list):
        return
    if isinstance(expression, tuple) and expression[:1] == ("value",) and expression[2]:
        yield expression[1], expression[2]
        return
    if isinstance(expression, tuple) and expression[:1] == ("slope",):
        for side in expression[1:]:
            if side[1]:
                yield side[0], side[1]
        return
    for part in expression:
        yield from indexed(part)


def bound(expression: Any) -> set[str]:
    """The letters that a Σ sums over."""
    if not isinstance(expression, tuple | list):
        return set()
    own = set(expression[1]) if isinstance(expression, tuple) and expression[:1] == ("over",) else set()
    return own.union(*(bound(part) for part in expression))


def alike(left: Quantity, right: Quantity, tolerance: float) -> str:
    """Why two sides are not the same; an empty text where they are."""
    if "start" in (left.kind, right.kind):
        count = min(left.numbers.size, right.numbers.size)
        left, right = (quantity(q.numbers.reshape(-1)[:count], "any") for q in (left, right))
    if left.kind == "slopes" and right.kind == "matrix" and right.numbers.shape != left.numbers.shape:
        left = Quantity(_dense(left), "matrix")
    if {left.kind, right.kind} == {"row", "column"}:
        return "a row is said to be a column"
    first, second = left.numbers, right.numbers
    if {left.kind, right.kind} & {"row", "any"} and first.ndim != second.ndim:
        first, second = (n.reshape(1, -1) if n.ndim == 1 else n for n in (first, second))
    if left.kind == "column" and right.kind == "matrix":
        first = first.reshape(-1, 1)
    if right.kind == "column" and left.kind == "matrix":
        second = second.reshape(-1, 1)
    if first.shape != second.shape:
        return f"shapes {left.numbers.shape} and {right.numbers.shape}"
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        return ""
    off = float(np.abs(first - second).max(initial=0.0))
    return "" if off <= tolerance else f"{first} is not {second}: off by {off:.3g}, more than {tolerance:.3g}"


# Numbers as they are written


def numbered(expression: Any, texts: list[str]) -> Any:
    """The expression with a place in ``texts`` for each of its numbers."""
    if isinstance(expression, tuple) and expression[:1] == ("number",):
        texts.append(expression[1])
        return ("literal", len(texts) - 1, ())
    if isinstance(expression, tuple) and expression[:1] == ("start",):
        texts += expression[1]
        return ("opening", len(texts) - len(expression[1]), len(expression[1]))
    if isinstance(expression, tuple) and expression[:1] == ("array",):
        start, table = len(texts), expression[1]
        texts += [text for row in table for text in row]
        shape = (len(table), len(table[0])) if len(table) > 1 or expression[2:] else (len(table[0]),)
        return ("literal", start, shape)
    if isinstance(expression, tuple | list):
        return type(expression)(numbered(part, texts) for part in expression)
    return expression


_SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def written(text: str) -> tuple[float, float]:
    """The number that a text stands for, and by how much it may be rounded."""
    if text in ("True", "False"):
        return float(text == "True"), 0.0
    text = text.replace("−", "-").strip("()")
    ten = re.sub(r"(?<![\d.·])10(?=[⁻⁰¹²³⁴⁵⁶⁷⁸⁹])", "1·10", text)
    digits, power, exponent = ten.partition("·10")
    scale = 10.0 ** int(exponent.translate(_SUPERSCRIPTS)) if power else 1.0
    if not power and "e" in text:
        digits, _, exponent = text.partition("e")
        scale = 10.0 ** int(exponent)
    decimals = len(digits.partition(".")[2])
    return float(digits) * scale, (0.5 * 10.0**-decimals * scale if decimals or power else 0.0)


def computed(expression: Expression, texts: Sequence[str], meaning: Meaning) -> tuple[Quantity, float]:
    """The value of an expression with written numbers, and how far their rounding can move it."""
    pairs = [written(text) for text in texts]
    numbers = [number for number, _ in pairs]
    computer = Computer(meaning, numbers)
    found = computer.compute(expression)
    moved = np.zeros(found.numbers.shape)
    with np.errstate(all="ignore"):
        for place, (number, half) in enumerate(pairs):
            if half:  # a curve moves more to one side than to the other
                offs = ([*numbers[:place], number + by, *numbers[place + 1 :]] for by in (half, -half))
                sides = [np.abs(Computer(meaning, off).compute(expression).numbers - found.numbers) for off in offs]
                moved = moved + np.fmax(*sides)
    finite = moved[np.isfinite(moved)]
    return found, float(finite.max(initial=0.0)) * 1.1 if finite.size else 0.0
