"""Python's own parser, asked by one thread at a time.

Python 3.11 counts the depth of a tree that it hands out in a place that all threads share, so two that parse at once
can get a ``SystemError`` (``AST constructor recursion depth mismatch``) for texts with nothing wrong in them.
"""

from __future__ import annotations

import ast
import threading

_turn = threading.Lock()


def module(text: str) -> ast.Module:
    """The tree of a program. Raises what ``ast.parse`` raises."""
    with _turn:
        return ast.parse(text)


def expression(text: str) -> ast.Expression:
    """The tree of one expression. Raises what ``ast.parse`` raises."""
    with _turn:
        return ast.parse(text, mode="eval")
