"""Writes the arguments of a call: how many, of which kind, and which keywords."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from gradwalk.expression.draft import Draft, Piece
from gradwalk.expression.spelling import span_of
from gradwalk.expression.table import Function, nearest
from gradwalk.program import ProgramError

_Changed = list[tuple[ast.expr, str]]

_COUNTS = ("no value", "one value", "two values", "three values", "four values")


def check_count(node: ast.Call, entry: Function, count: int) -> None:
    most = len(entry.takes)
    if entry.least <= count <= most and not any(isinstance(argument, ast.Starred) for argument in node.args):
        return
    wanted = _COUNTS[most] if entry.least == most else f"{_COUNTS[entry.least].split()[0]} to {_COUNTS[most]}"
    raise ProgramError(
        f"{entry.name} takes {wanted}, as in {entry.example}; here it gets {_number(count)}.", span_of(node)
    )


def _number(count: int) -> str:
    return "none" if count == 0 else _COUNTS[count].split()[0] if count < len(_COUNTS) else str(count)


def pieces_of(draft: Draft, node: ast.Call, takes: str) -> list[Piece]:
    """The arguments written anew, each as its position asks."""
    return [_piece(draft, argument, kind) for argument, kind in zip(node.args, takes, strict=False)]


def _piece(draft: Draft, argument: ast.expr, kind: str) -> Piece:
    if kind == "i":
        check_whole(argument)
        return Piece(draft.source.of(argument))
    return draft.write(argument)


def arguments_text(draft: Draft, node: ast.Call, entry: Function, takes: str, pieces: Sequence[Piece]) -> str:
    """The arguments with the person's own spacing; a number where PyTorch insists on a tensor is wrapped."""
    changed: _Changed = [
        (argument, draft.as_tensor(piece) if kind == "t" else piece.text)
        for argument, kind, piece in zip(node.args, takes, pieces, strict=False)
    ]
    inner = draft.source.inside(node, changed + _keywords(draft, node, entry))
    if not entry.needs_dim or len(node.args) == len(takes) or any(word.arg == "dim" for word in node.keywords):
        return inner
    return f"{inner}, dim=-1" if inner.strip() else "dim=-1"


def _keywords(draft: Draft, node: ast.Call, entry: Function) -> _Changed:
    return [changed for word in node.keywords for changed in _keyword(draft, word, entry)]


def _keyword(draft: Draft, word: ast.keyword, entry: Function) -> _Changed:
    name, value = word.arg or "**", word.value
    if name not in entry.keywords:
        known = f"it takes {', '.join(sorted(entry.keywords))}" if entry.keywords else f"write {entry.example}"
        raise ProgramError(f"{entry.name} has no {name} here; {known}.", span_of(word), nearest(name, entry.keywords))
    if name in ("dim", "correction"):
        for part in value.elts if isinstance(value, ast.Tuple) else [value]:
            check_whole(part)
    elif name in ("keepdim", "unbiased"):
        if not (isinstance(value, ast.Constant) and isinstance(value.value, bool)):
            raise ProgramError(f"{name} is True or False.", span_of(word))
    else:
        piece = draft.write(value)
        if piece.number is None:
            raise ProgramError(f"{name} is a plain number here.", span_of(word))
        return [(value, piece.text)]
    return []


def check_whole(node: ast.expr) -> None:
    """Raise ProgramError unless this is a whole number that is written down: an index, a dim, a size."""
    inner = node.operand if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) else node
    if not (isinstance(inner, ast.Constant) and type(inner.value) is int and inner.value < 10_000):
        raise ProgramError("Here stands a whole number such as 0, 1 or -1.", span_of(node))
