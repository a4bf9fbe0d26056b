"""Where a piece of syntax stands, and which word was probably meant."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable
from typing import Any

from gradwalk.program import Span


def span_of(node: ast.AST, first_line: int) -> Span:
    """Where a node stands in the whole source, given the line on which its cell starts."""
    placed: Any = node
    before = first_line - 1
    try:
        return Span(
            placed.lineno + before, placed.col_offset + 1, placed.end_lineno + before, placed.end_col_offset + 1
        )
    except AttributeError:  # an operator, say, has no place of its own
        return Span(first_line, 1, first_line, 1)


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The listed word that was probably meant."""
    found = difflib.get_close_matches(word, list(words), n=1, cutoff=0.6)
    return found[0] if found else None
