"""Text → Program: size limits first, then a closed list of syntax. Nothing is run, nothing is evaluated."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from gradwalk.parse.cells import NotPython, tree_without_magics
from gradwalk.parse.checks import ALONE, CHECKS, check_jumps, check_yields, plain_name
from gradwalk.parse.listed import NODES, REFUSED
from gradwalk.parse.places import nearest, span_of
from gradwalk.program import Broken, Program, ProgramCell, ProgramError, Span
from gradwalk.program.cells import CELL_MARK, split_cells
from gradwalk.program.limits import LIMITS, Limits

__all__ = ["CELL_MARK", "NODES", "broken", "nearest", "parse", "span_of", "split_cells"]


def parse(source: str, limits: Limits = LIMITS) -> Program:
    """Check source text and cut it into cells (``# %%``); a text without marks is one cell.

    Raises ProgramError, with the place, for whatever is not on the closed lists.
    """
    _check_size(source, limits)
    source = source.replace("\r\n", "\n").replace("\r", "\n")  # as Python reads it, and counts its lines
    texts = list(split_cells(source))
    cells = tuple(_cell_or_broken(text, line, limits, len(texts) > 1) for text, line in texts)
    checked = sum(len(cell.nodes) for cell in cells)
    if checked > limits.syntax_nodes:
        raise ProgramError(f"The program has {checked:,} pieces; at most {limits.syntax_nodes:,} fit here.")
    return Program(source, cells)


def _check_size(source: str, limits: Limits) -> None:
    if len(source) > limits.characters:
        raise ProgramError(f"The program has {len(source):,} characters; at most {limits.characters:,} fit here.")
    if source.count("\n") >= limits.lines:
        raise ProgramError(f"The program has more than {limits.lines:,} lines.")
    if "\0" in source:
        raise ProgramError("The program contains a null character; plain text works.")
    if not source.isascii() and any("\ud800" <= character <= "\udfff" for character in source):
        raise ProgramError("The program contains half a character (a lone surrogate); plain text works.")


def _cell_or_broken(text: str, line: int, limits: Limits, among_others: bool) -> ProgramCell:
    """Among others, a cell that is no Python, or is refused, is like one that fails; alone it is refused."""
    try:
        return _cell(text, line, limits, among_others)
    except ProgramError as refusal:
        if not among_others or refusal.span is None:
            raise
        return broken(text, line, refusal)


def broken(text: str, line: int, refusal: ProgramError) -> ProgramCell:
    """A cell of which nothing runs, and why."""
    place = refusal.span or Span(line, 1, line, 1)
    if isinstance(refusal, NotPython):
        return ProgramCell(text, line, (), (), broken=Broken(refusal.type, refusal.words, place))
    return ProgramCell(text, line, (), (), broken=Broken(REFUSAL, refusal.message, place))


REFUSAL = "Refused"
"""How a refusal is called where a failure has the name of its exception."""


def _cell(text: str, line: int, limits: Limits, among_others: bool) -> ProgramCell:
    tree, passed = tree_without_magics(text, line)
    nodes = _flat(tree.body, line, limits)
    if not text.isascii():
        _count_in_characters(nodes, text)
    for node in nodes:
        if (kind := type(node)) not in NODES:
            where = span_of(node, line) if hasattr(node, "lineno") else None
            raise ProgramError(REFUSED.get(kind, f"{plain_name(kind)} is not part of this language."), where)
        if (check := CHECKS.get(kind)) is not None:
            check(node, line, limits)
        if not among_others and (check := ALONE.get(kind)) is not None:
            check(node, line, limits)
    check_jumps(tree.body, line)
    check_yields(tree.body, line)
    return ProgramCell(text, line, tuple(tree.body), tuple(nodes), passed)


def _flat(body: Iterable[ast.AST], line: int, limits: Limits) -> list[ast.AST]:
    """Every node below, found with a stack, so that no text is too deep to be refused."""
    nodes: list[ast.AST] = []
    stack = [(node, 1) for node in reversed(list(body))]
    while stack:
        node, depth = stack.pop()
        if depth > limits.depth:
            where = span_of(node, line) if hasattr(node, "lineno") else None
            raise ProgramError(
                f"This is nested more than {limits.depth} deep; shorter expressions on more lines work.", where
            )
        nodes.append(node)
        for field in node._fields:
            child = getattr(node, field, None)
            if isinstance(child, ast.AST):
                if child._fields:
                    stack.append((child, depth + 1))
                elif type(child) not in NODES:
                    nodes.append(child)
            elif isinstance(child, list):
                stack.extend((item, depth + 1) for item in child if isinstance(item, ast.AST))
    return nodes


def _count_in_characters(nodes: Iterable[ast.AST], text: str) -> None:
    """ast counts columns in UTF-8 bytes; readers count characters."""
    lines = [part.encode() for part in text.split("\n")]

    def characters(line: int, column: int) -> int:
        return len(lines[line - 1][:column].decode(errors="ignore"))

    for node in nodes:
        if isinstance(node, ast.expr | ast.stmt | ast.keyword | ast.alias):
            node.col_offset = characters(node.lineno, node.col_offset)
            if node.end_lineno is not None and node.end_col_offset is not None:
                node.end_col_offset = characters(node.end_lineno, node.end_col_offset)
