"""The typed text with its syntax tree: sizes are checked first, and each node knows its piece of the text."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence

from gradwalk.expression import mistakes
from gradwalk.expression.spelling import check_depth, plain_braces, plain_signs, plain_spaces, span_of
from gradwalk.program import ProgramError, Span, python_parser

MAX_CHARACTERS = 2_000
MAX_LINES = 40
MAX_NODES = 1_000

_CELL_MARK = re.compile(r"\s*#\s*%%")
_JOINERS = "\u200c\u200d"
"""Invisible, but part of how Hindi and others are written; they may stand in comments."""


def one_kind_of_end(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def normal(text: str) -> str:
    """The text with one kind of line end and space, and with the keyboard's signs outside comments: ``−`` is ``-``."""
    lines = plain_spaces(one_kind_of_end(text)).split("\n")
    return "\n".join(
        plain_braces(plain_signs(code)) + mark + comment
        for code, mark, comment in (line.partition("#") for line in lines)
    )


class Source:
    """Normal text, its tree, and the way from one to the other."""

    def __init__(self, text: str, typed: Callable[[Span], str] | None = None) -> None:
        """Raises ProgramError for a text that is too large or that is no Python, with the place. ``typed``: what was
        typed where the text has a piece, for sentences."""
        check_size(text)
        self.text = text
        mistakes.check(text, typed)
        self.tree = _tree(text)
        if not self.tree.body:
            raise ProgramError("There is nothing here yet; write an expression such as z = sin(x**2).")
        if check_depth(self.tree) > MAX_NODES:
            raise ProgramError("This has too many parts; a shorter expression works.")
        self._starts = list(_line_starts(text))

    def place(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Where a node starts and ends, as positions in the text."""
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return self._starts[node.lineno - 1] + node.col_offset, self._starts[end_line - 1] + end_column

    def of(self, node: ast.expr | ast.stmt) -> str:
        """A node's own text."""
        start, end = self.place(node)
        return self.text[start:end]

    def spliced(self, node: ast.expr | ast.stmt, changed: Sequence[tuple[ast.expr, str]]) -> str:
        """A node's own text with some of its parts rewritten; spaces, parentheses and comments between them stay."""
        return self._replaced(*self.place(node), changed)

    def inside(self, call: ast.Call, changed: Sequence[tuple[ast.expr, str]]) -> str:
        """What stands between a call's parentheses, with some of its parts rewritten."""
        end_of_name, end = self.place(call.func)[1], self.place(call)[1]
        arguments = self.text[end_of_name:end].lstrip()
        if not arguments.startswith("("):
            raise ProgramError("A function's name stands without parentheses around it.", span_of(call.func))
        return self._replaced(end - len(arguments) + 1, end - 1, changed)

    def _replaced(self, start: int, end: int, changed: Sequence[tuple[ast.expr, str]]) -> str:
        parts = []
        for node, text in changed:
            first, last = self.place(node)
            parts += [self.text[start:first], text]
            start = last
        return "".join(parts) + self.text[start:end]


def check_size(text: str) -> None:
    """Raise ProgramError for a text that is too large, or that has signs in it that cannot be seen."""
    if len(text) > MAX_CHARACTERS:
        raise ProgramError(f"The expression has {len(text):,} characters; at most {MAX_CHARACTERS:,} fit here.")
    lines = text.split("\n")
    if len(lines) > MAX_LINES:
        raise ProgramError(f"The expression has {len(lines)} lines; at most {MAX_LINES} fit here.")
    for number, line in enumerate(lines, 1):
        if _CELL_MARK.match(line):
            raise ProgramError(
                "Cells (# %%) have no place here; leave this line out.", Span(number, 1, number, len(line) + 1)
            )
        _check_visible(line, number)


def _check_visible(line: str, number: int) -> None:
    for column, sign in enumerate(line, 1):
        if not (sign.isprintable() or sign == "\t" or (sign in _JOINERS and "#" in line[:column])):
            span = Span(number, column, number, column + 1)
            raise ProgramError(f"There is an invisible character (U+{ord(sign):04X}) here; delete it.", span)


def _line_starts(text: str) -> Iterator[int]:
    start = 0
    for line in text.split("\n"):
        yield start
        start += len(line) + 1


def _tree(text: str) -> ast.Module:
    """The syntax tree, in the text's own columns. There are no blocks here, so spaces before a line mean nothing."""
    lines = text.split("\n")
    indents = [len(line) - len(line.lstrip(" \t")) for line in lines]
    try:
        tree = python_parser.module("\n".join(line.lstrip(" \t") for line in lines))
    except SyntaxError as error:
        raise _not_read(error, indents) from None
    except (ValueError, MemoryError, RecursionError):
        raise ProgramError("The expression is nested too deeply; shorter lines work.") from None
    for node in ast.walk(tree):
        if isinstance(node, ast.expr | ast.stmt | ast.keyword):
            node.col_offset += indents[node.lineno - 1]
            if node.end_lineno is not None and node.end_col_offset is not None:
                node.end_col_offset += indents[node.end_lineno - 1]
    return tree


def _not_read(error: SyntaxError, indents: Sequence[int]) -> ProgramError:
    line = min(max(error.lineno or 1, 1), len(indents))
    column = max(error.offset or 1, 1) + indents[line - 1]
    end = error.end_offset if error.end_lineno == line and error.end_offset else 0
    span = Span(line, column, line, max(column + 1, end + indents[line - 1]))
    if "too many nested" in error.msg:
        return ProgramError("There are too many parentheses inside each other; shorter lines work.", span)
    return ProgramError("This cannot be read as an expression; z = sin(x**2) is one.", span)
