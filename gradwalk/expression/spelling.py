"""What holds for every typed text: the keyboard's signs, a bounded depth, and a node's place."""

from __future__ import annotations

import ast

from gradwalk.program import ProgramError, Span

MAX_DEPTH = 60

_SIGNS = str.maketrans({"−": "-", "×": "*", "·": "*", "⋅": "*", "∙": "*", "•": "*", "∗": "*", "÷": "/", "∕": "/"})
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u2002\u2003\u2009\u202f", " "))


def plain_signs(text: str) -> str:
    """The signs of screens and papers as the keyboard has them: ``−`` is ``-``. Positions stay as they were."""
    return text.translate(_SIGNS)


def plain_braces(text: str) -> str:
    """Braces around what is raised as parentheses: ``x^{2}`` is x^(2). Positions stay as they were."""
    signs, opened = list(text), list[int]()
    for place, sign in enumerate(text):
        if sign == "{":
            opened.append(place)
        elif sign == "}" and opened:
            start = opened.pop()
            if text[:start].rstrip().endswith(("^", "**")):
                signs[start], signs[place] = "(", ")"
    return "".join(signs)


def plain_spaces(text: str) -> str:
    """The spaces of word processors and web pages as the keyboard has them. Positions stay as they were."""
    return text.translate(_SPACES)


def check_depth(tree: ast.AST, limit: int = MAX_DEPTH) -> int:
    """How many nodes a tree has. Raises ProgramError when it is nested deeper than ``limit``; walks with a stack."""
    stack, count = [(tree, 0)], 0
    while stack:
        node, depth = stack.pop()
        count += 1
        if depth > limit:
            sentence = f"It is nested more than {limit} deep; shorter expressions on more lines work."
            raise ProgramError(sentence, span_of(node))
        stack.extend((child, depth + 1) for child in ast.iter_child_nodes(node))
    return count


def span_of(node: ast.AST) -> Span | None:
    """Where a node stands in its text; None for nodes without a place. Code is ASCII, comments need not be."""
    if not isinstance(node, ast.expr | ast.stmt | ast.keyword | ast.alias):
        return None
    end_line = node.lineno if node.end_lineno is None else node.end_lineno
    end_column = node.col_offset if node.end_col_offset is None else node.end_col_offset
    return Span(node.lineno, node.col_offset + 1, end_line, end_column + 1)
