"""The places in a program that an edit needs: its pieces of syntax, as offsets into its text."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, cast

from gradwalk.parse import parse, span_of
from gradwalk.program import Span
from gradwalk.recording import Failure


class Change(NamedTuple):
    """Put ``text`` in place of a piece; where it starts and ends, as offsets into the source."""

    start: int
    end: int
    text: str


class Code:
    """A program's text with its syntax, and places in it as offsets."""

    def __init__(self, source: str) -> None:
        program = parse(source)
        self.text = program.source
        starts = [0]
        for line in self.text.split("\n"):
            starts.append(starts[-1] + len(line) + 1)
        self._starts = starts
        self.nodes = [(node, cell.line) for cell in program.cells for node in cell.nodes if hasattr(node, "lineno")]
        self.nodes.sort(key=lambda item: span_of(*item)[:2])

    def start(self, node: ast.AST, line: int) -> int:
        span = span_of(node, line)
        return self._starts[span.line - 1] + span.column - 1

    def end(self, node: ast.AST, line: int) -> int:
        span = span_of(node, line)
        return self._starts[span.end_line - 1] + span.end_column - 1

    def offset(self, line: int, column: int) -> int:
        return self._starts[line - 1] + column - 1

    def piece(self, node: ast.AST, line: int) -> str:
        return self.text[self.start(node, line) : self.end(node, line)]

    def all(self, kind: Any) -> Iterator[tuple[Any, int]]:
        """All nodes of a kind with the first line of their cell, as they stand in the text."""
        return ((node, line) for node, line in self.nodes if isinstance(node, kind))

    def statement(self, span: Span) -> tuple[Any, int] | None:
        """The innermost statement around a place."""
        around = [item for item in self.all(ast.stmt) if contains(span_of(*item), span)]
        return around[-1] if around else None

    def calls(self, method: str) -> list[tuple[ast.Call, int]]:
        """Calls of a method, ``anything.method(…)``."""
        return [
            item
            for item in self.all(ast.Call)
            if isinstance(item[0].func, ast.Attribute) and item[0].func.attr == method
        ]

    def changed(self, changes: Iterable[Change]) -> str:
        text = self.text
        for start, end, new in sorted(changes, reverse=True):
            text = text[:start] + new + text[end:]
        return text


def contains(outer: Span, inner: Span) -> bool:
    return (outer.line, outer.column) <= (inner.line, inner.column) and (inner.end_line, inner.end_column) <= (
        outer.end_line,
        outer.end_column,
    )


def around(code: Code, failure: Failure, calls: list[tuple[ast.Call, int]]) -> tuple[ast.Call, int] | None:
    """The call at the place of the failure."""
    for item in reversed(calls):
        span = span_of(*item)
        if contains(span, failure.span) or contains(failure.span, span):
            return item
    return None


def with_argument(code: Code, call: ast.Call, line: int, argument: str) -> Change:
    """The call with one more argument at its end."""
    at = code.end(call, line) - 1
    before = code.text[:at].rstrip()
    comma = "" if before.endswith(("(", ",")) else ", "
    return Change(len(before), at, (" " if before.endswith(",") else comma) + argument)


def has(call: ast.Call, keyword: str) -> bool:
    return any(item.arg == keyword for item in call.keywords)


def attribute(call: ast.Call) -> ast.Attribute:
    """The ``y.backward`` of a call that ``Code.calls`` found."""
    return cast("ast.Attribute", call.func)
