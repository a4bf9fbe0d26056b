"""A program's text with its syntax: its pieces, as offsets into the text, and changes of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

from gradwalk.program import Span
from gradwalk.program.cells import split_cells

_Node = TypeVar("_Node", bound=ast.AST)
_ONLY_IPYTHON = re.compile(r"(\s*)(?:[%!?]|[\w.]+\?\??\s*$)")
"""A line that IPython runs and Python cannot read."""


class Change(NamedTuple):
    """Put ``text`` in place of a piece; where it starts and ends, as offsets into the source."""

    start: int
    end: int
    text: str


class Code:
    """A program's text with its syntax, and places in it as offsets. Cells that are no Python have no syntax."""

    def __init__(self, source: str) -> None:
        self.text = source.replace("\r\n", "\n").replace("\r", "\n")
        self.lines = self.text.split("\n")
        self._starts = [0]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self.cells = [line for _, line in split_cells(self.text)]
        """The first line of each cell."""
        trees = [tree for text, line in split_cells(self.text) if (tree := _tree(text, line)) is not None]
        self._nodes = [node for tree in trees for node in ast.walk(tree) if hasattr(node, "lineno")]
        self._nodes.sort(key=lambda node: (self.start(node), -self.end(node)))
        self.parents = {
            child: node for tree in trees for node in ast.walk(tree) for child in ast.iter_child_nodes(node)
        }

    # Places

    def offset(self, line: int, column: int) -> int:
        """Of a line and a column that count from 1, in characters."""
        return self._starts[line - 1] + column - 1

    def has(self, span: Span) -> bool:
        """Whether the text goes as far as a place."""
        return span.end_line <= len(self.lines) and span.column <= len(self.lines[span.line - 1]) + 1

    def start(self, node: ast.AST) -> int:
        return self._at(node.lineno, node.col_offset)  # type: ignore[attr-defined]

    def end(self, node: ast.AST) -> int:
        return self._at(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def _at(self, line: int, column: int) -> int:
        """ast counts columns in UTF-8 bytes."""
        text = self.lines[line - 1]
        return self._starts[line - 1] + (
            column if text.isascii() else len(text.encode()[:column].decode(errors="ignore"))
        )

    def piece(self, node: ast.AST) -> str:
        return self.text[self.start(node) : self.end(node)]

    def indent(self, node: ast.stmt) -> str:
        return " " * (self.start(node) - self._starts[node.lineno - 1])

    def alone(self, node: ast.stmt) -> bool:
        """Whether a statement has its lines for itself."""
        before = self.text[self._starts[node.lineno - 1] : self.start(node)]
        after = self.text[self.end(node) :].partition("\n")[0].strip()
        return not before.strip() and (not after or after.startswith("#"))

    # Syntax

    def block(self, node: ast.stmt) -> list[ast.stmt]:
        """The statements among which one stands."""
        parent = self.parents.get(node)
        found = [getattr(parent, name, None) for name in ("body", "orelse", "finalbody")]
        return next((block for block in found if isinstance(block, list) and node in block), [node])

    def all(self, *kinds: type[_Node]) -> Iterator[_Node]:
        """All nodes of some kinds, as they stand in the text."""
        return (node for node in self._nodes if isinstance(node, kinds))

    def at(self, span: Span, *kinds: type[_Node]) -> _Node | None:
        """The outermost node of some kinds within a place, else the innermost around it."""
        start, end = self._range(span)
        inner = [node for node in self.all(*kinds) if start <= self.start(node) and self.end(node) <= end]
        outer = [node for node in self.all(*kinds) if self.start(node) <= start and end <= self.end(node)]
        return inner[0] if inner else outer[-1] if outer else None

    def within(self, span: Span, *kinds: type[_Node]) -> list[_Node]:
        start, end = self._range(span)
        return [node for node in self.all(*kinds) if start <= self.start(node) and self.end(node) <= end]

    def statement(self, span: Span) -> ast.stmt | None:
        """The innermost statement around a place."""
        start, end = self._range(span)
        around = [node for node in self.all(ast.stmt) if self.start(node) <= start and end <= self.end(node)]
        return around[-1] if around else None

    def _range(self, span: Span) -> tuple[int, int]:
        return self.offset(span.line, span.column), self.offset(span.end_line, span.end_column)

    def call(self, span: Span, *methods: str) -> ast.Call | None:
        """The call of one of these methods or functions, ``anything.method(…)``, at a place."""
        start, end = self._range(span)
        calls = [node for node in self.all(ast.Call) if name_of(node.func) in methods]
        inner = [node for node in calls if start <= self.start(node) and self.end(node) <= end]
        outer = [node for node in calls if self.start(node) <= start and end <= self.end(node)]
        return inner[0] if inner else outer[-1] if outer else None

    def changed(self, changes: Iterable[Change]) -> str:
        text = self.text
        for start, end, new in sorted(changes, reverse=True):
            text = text[:start] + new + text[end:]
        return text


def _tree(text: str, line: int) -> ast.Module | None:
    """The syntax of a cell, with the lines of the whole text; lines of IPython's are passed over."""
    passed = "\n".join(f"{found[1]}pass" if (found := _ONLY_IPYTHON.match(part)) else part for part in text.split("\n"))
    for readable in (text, passed):
        try:
            tree = ast.parse(readable)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        ast.increment_lineno(tree, line - 1)
        return tree
    return None


def name_of(function: ast.expr) -> str:
    """The last name of ``a.b.c``, or of ``c``."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def with_argument(code: Code, call: ast.Call, argument: str) -> Change:
    """The call with one more argument at its end."""
    at = code.end(call) - 1
    before = code.text[:at].rstrip()
    comma = "" if before.endswith(("(", ",")) else ", "
    return Change(len(before), at, (" " if before.endswith(",") else comma) + argument)


def has(call: ast.Call, keyword: str) -> bool:
    return any(item.arg == keyword for item in call.keywords)


def behind(code: Code, node: ast.expr, text: str) -> list[Change]:
    """``text`` behind an expression, in parentheses where it would else belong to its last piece only."""
    end = code.end(node)
    if isinstance(node, ast.Name | ast.Call | ast.Attribute | ast.Subscript):
        return [Change(end, end, text)]
    return [Change(code.start(node), end, f"({code.piece(node)}){text}")]
