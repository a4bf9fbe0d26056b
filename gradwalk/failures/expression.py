"""Why an expression's program stopped, told on the text that a person typed: its place, the sizes, what would work."""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

from gradwalk.expression.expression import Expression
from gradwalk.expression.reading import Reading, span_between
from gradwalk.failures.explanation import diagnose, explained, message_only
from gradwalk.notation import shape_text
from gradwalk.program import Span, python_parser
from gradwalk.recording import Failure, Forward, Recording, Value

_MODULE = re.compile(r"\b(?:torch|math|F)\.(?=[A-Za-z])")
_DETACH = re.compile(r"\.detach\(\)")
_SIZES = ("shape-mismatch", "matrix-shapes", "vector-shapes", "dot-shapes")
_ASKS_DIMENSIONS = ("at least 1D", "1D tensors expected", "0-dim tensor", "must be a matrix", "vector")


class Failing(NamedTuple):
    message: str
    """PyTorch's own words."""
    sentence: str
    """What is wrong in this expression, and what would work."""
    span: Span | None
    """The place in the typed text, where it can be found there."""
    field: str
    """Where the way out is: ``text`` or ``seed``."""
    computed: bool
    """Whether the expression has a value all the same: only backward() failed."""


def failing(recording: Recording, expression: Expression) -> Failing | None:
    """The first failure of the expression's recorded program; None where it ran to its end."""
    failure = next((event for event in recording.events if isinstance(event, Failure)), None)
    if failure is None:
        return None
    if failure.cause == "nothing-requires-grad":
        return _without_gradient(recording, failure, expression)
    values = _named_values(recording)
    if failure.cause == "seed-shape":
        sentence = _seed_sentence(expression, values)
        return Failing(failure.message, sentence, None, "seed", computed=True)
    piece = _piece(recording.source, failure.span)
    sentence = _sentence(failure, piece, values)
    return Failing(failure.message, sentence, _place(expression.reading, piece), "text", computed=False)


def _without_gradient(recording: Recording, failure: Failure, expression: Expression) -> Failing:
    names = [variable.name for variable in expression.variables]
    ticked = any(variable.requires_grad for variable in expression.variables)
    cut = _DETACH.search(expression.reading.text)
    sentence, span = _general(failure), None
    if not ticked:
        sentence = f"Nothing here requires a gradient; tick “∇ gradient” (requires_grad) beside {' or '.join(names)}."
    elif cut is not None:
        sentence = "detach() cuts the way back, so no gradient reaches a variable; leave detach() out."
        span = _span(expression.reading, *cut.span())
    elif (stepped := _stepped(recording, failure)) is not None:
        sentence, piece = stepped
        span = _place(expression.reading, piece)
    return Failing(failure.message, sentence, span, "text", computed=True)


def _stepped(recording: Recording, failure: Failure) -> tuple[str, str] | None:
    """What is said of a comparison into which something went that requires a gradient, and its piece."""
    found = diagnose(recording, failure)
    if found is None or found.key != "cut-by-integers" or not isinstance(found.event, Forward):
        return None
    pieces, span = dict(found.pieces), found.event.span
    if pieces["kind"] != "true or false":
        return None
    sentence = (
        f"{pieces['kernel']} gives True or False, which cannot change a little: there is no slope, so no gradient "
        "goes back through it. Use something smooth in its place, such as sigmoid."
    )
    return sentence, "" if span is None else _piece(recording.source, span)


def _seed_sentence(expression: Expression, values: dict[str, Value]) -> str:
    root = values[expression.root]
    return f"{_size(expression.root, root.shape)}; give v one number for each, in the same shape."


def _sentence(failure: Failure, piece: str, values: dict[str, Value]) -> str:
    """Names of scalars that ought to be vectors; otherwise the sizes, and how they have to fit."""
    names = [name for name in _names(piece) if name in values]
    numbers = [name for name in names if not values[name].shape]
    if numbers and any(words in failure.message for words in _ASKS_DIMENSIONS):
        which = f"{' and '.join(numbers)} {'are numbers' if len(numbers) > 1 else 'is a number'}"
        return f"{which} here, and this takes a vector; try {numbers[0]} = [1, 2]."
    sizes = ", ".join(_size(name, values[name].shape) for name in names)
    if failure.cause in _SIZES and sizes:
        return f"The sizes do not fit: {sizes}. {_rule(piece)}"
    if failure.type == "IndexError" and sizes:
        return f"{sizes}; counting starts at 0, so the index has to be smaller than that."
    return f"{_general(failure)} {sizes}{'.' if sizes else ''}".strip()


def _rule(piece: str) -> str:
    if re.search(r"@|\b(?:matmul|mm|mv)\b", piece):
        return "In a product of matrices the left one has as many columns as the right one has rows."
    return "Give them the same number of elements."


def _general(failure: Failure) -> str:
    found = message_only(failure)
    if found is None:
        return "PyTorch cannot compute this piece."
    told = explained(failure, found)
    return f"{told.why} {told.way_out}"


def _size(name: str, shape: tuple[int, ...]) -> str:
    """``x has 3 elements``, ``X is 2×3``, ``b is a number``."""
    if not shape:
        return f"{name} is a number"
    if len(shape) > 1:
        return f"{name} is {shape_text(shape)}"
    return f"{name} has {shape[0]} element{'' if shape[0] == 1 else 's'}"


# The piece of the program, and its place in what was typed


def _named_values(recording: Recording) -> dict[str, Value]:
    return {name: value for value in recording.values for name in value.names}


def _piece(source: str, span: Span) -> str:
    lines = source.split("\n")[span.line - 1 : span.end_line]
    if not lines:
        return ""
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return "\n".join(lines)


def _names(piece: str) -> list[str]:
    """The names in a piece of the program, each once, in order of appearance."""
    try:
        tree = python_parser.expression(piece.strip())
    except SyntaxError:
        return []
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    return list(dict.fromkeys(node.id for node in sorted(found, key=lambda node: (node.lineno, node.col_offset))))


def _place(reading: Reading, piece: str) -> Span | None:
    """Where the piece stands in the typed text, which may name the functions with or without their module."""
    for wanted in (piece, _MODULE.sub("", piece)):
        if wanted and (found := re.search(rf"(?<![\w.]){re.escape(wanted)}(?!\w)", reading.text)):
            return _span(reading, *found.span())
    return None


def _span(reading: Reading, start: int, end: int) -> Span:
    return reading.place(span_between(reading.text, start, end))
