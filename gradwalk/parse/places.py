"""Where a piece of syntax stands, and which word was probably meant."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable
from typing import Any

from gradwalk.program import Span


def span_of(node: ast.AST, first_line: int) -> Span:
    """Where a node stands in the whole source, given the line on which its cell starts.

    A node of a program keeps it: in a loop, each turn asks.
    """
    kept: dict[str, Any] = node.__dict__
    line = kept.get("lineno")
    if line is None:  # an operator, say, has no place of its own, and is one object for all programs
        return Span(first_line, 1, first_line, 1)
    line += first_line - 1
    span: Span | None = kept.get(_KEPT)
    if span is None or span.line != line:
        end = kept["end_lineno"] + first_line - 1
        span = kept[_KEPT] = Span(line, kept["col_offset"] + 1, end, kept["end_col_offset"] + 1)
    return span


_KEPT = "gradwalk_span"


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The listed word that was probably meant."""
    found = difflib.get_close_matches(word, list(words), n=1, cutoff=0.6)
    return found[0] if found else None
