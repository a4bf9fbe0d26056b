"""Values as people type them: ``4``, ``-1e-3``, ``1/3``, ``pi/2``, ``[1, 2, 3]``, as floats in a tensor's shape."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator, Sequence

from gradwalk.expression.arithmetic import evaluate
from gradwalk.expression.spelling import check_depth, plain_signs, plain_spaces
from gradwalk.program import ProgramError, python_parser

MAX_CHARACTERS = 2_000
MAX_ELEMENTS = 256
MAX_DIMENSIONS = 3

_CHARACTERS = re.compile(r"[A-Za-z0-9_+\-*/%.,()\[\] \t\n]*")

Numbers = float | tuple["Numbers", ...]
"""A float, or nested tuples of floats in the shape of the tensor."""


def read_numbers(text: str) -> Numbers:
    """What a person typed into a value's field. Raises ProgramError with one sentence that says what would work.

    Nothing is handed to Python's ``eval``: the text is parsed, and a closed evaluator computes what is arithmetic.
    """
    text = plain_spaces(plain_signs(text)).strip()
    if not text:
        raise ProgramError("It is empty; a number such as 2.0 or a vector such as [1, 2, 3] works.")
    if len(text) > MAX_CHARACTERS:
        raise ProgramError(f"It has {len(text):,} characters; at most {MAX_CHARACTERS:,} fit here.")
    numbers = _nested(_parse(text), 0)
    if sum(1 for _ in flat(numbers)) > MAX_ELEMENTS:
        raise ProgramError(f"It has more than {MAX_ELEMENTS} elements; a smaller one works.")
    shape_of(numbers)
    return numbers


def is_numbers(text: str) -> bool:
    """Whether ``read_numbers`` accepts the text."""
    try:
        read_numbers(text)
    except ProgramError:
        return False
    return True


def shape_of(numbers: Numbers) -> tuple[int, ...]:
    """The shape of nested numbers; ``()`` for one number. Raises ProgramError when the rows differ in length."""
    if not isinstance(numbers, tuple):
        return ()
    inner = [shape_of(row) for row in numbers]
    if any(shape != inner[0] for shape in inner):
        raise ProgramError("Its rows have different lengths; every row of a matrix needs the same number of elements.")
    return (len(numbers), *inner[0])


def flat(numbers: Numbers) -> Iterator[float]:
    """All elements, in row-major order."""
    if isinstance(numbers, tuple):
        for row in numbers:
            yield from flat(row)
    else:
        yield numbers


def literal(numbers: float | Sequence[object]) -> str:
    """The text that Python reads as the same floats: ``4.0``, ``[1.0, 2.0]``, ``math.inf``."""
    if isinstance(numbers, int | float):
        value = float(numbers)
        if math.isfinite(value):
            return repr(value)
        return "math.nan" if math.isnan(value) else "math.inf" if value > 0 else "-math.inf"
    return "[" + ", ".join(literal(row) for row in numbers if isinstance(row, int | float | Sequence)) + "]"


def _parse(text: str) -> ast.expr:
    problem = "It cannot be read as a number; 2.0, -1e-3, 1/3, pi/2, [1, 2, 3] and [[1, 2], [3, 4]] work."
    if not _CHARACTERS.fullmatch(text):
        raise ProgramError(problem)
    try:
        tree = python_parser.expression(text).body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise ProgramError(problem) from None
    check_depth(tree)
    if isinstance(tree, ast.Tuple):
        sentence = "A comma stands between elements; write [1, 2] for a vector, and a point for decimals (1.5)."
        raise ProgramError(sentence)
    return tree


def _nested(node: ast.expr, depth: int) -> Numbers:
    if not isinstance(node, ast.List):
        return _value(node)
    if depth == MAX_DIMENSIONS:
        raise ProgramError(f"It has more than {MAX_DIMENSIONS} dimensions; {MAX_DIMENSIONS} work.")
    if not node.elts:
        raise ProgramError("It has an empty list; at least one number works.")
    return tuple(_nested(item, depth + 1) for item in node.elts)


def _value(node: ast.expr) -> float:
    try:
        return float(evaluate(node))
    except OverflowError:
        raise ProgramError("It is too large for a float.") from None
