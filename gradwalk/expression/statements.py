"""Writes the typed lines in PyTorch's form, and finds their variables and their root.

The person's own spelling, spacing and comments are kept wherever possible, so that the program looks like their own.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass

from gradwalk.expression import terms
from gradwalk.expression.blackboard import reading
from gradwalk.expression.closed import check_written
from gradwalk.expression.defaults import defaults
from gradwalk.expression.draft import Draft, check_name
from gradwalk.expression.reading import Hint, Reading, piece_at
from gradwalk.expression.source import Source, check_size, normal, one_kind_of_end
from gradwalk.expression.spelling import check_depth, span_of
from gradwalk.program import ProgramError, python_parser

MAX_VARIABLES = 16
MAX_WRITTEN_DEPTH = 70
"""PyTorch's form nests deeper than the short one: ``max(a, b, c)`` is a maximum in a maximum."""
ROOTS = ("z", "y", "f", "u", "L", "loss", "out", "result")
"""Names for a last line that has none; the first free one is taken."""


@dataclass(frozen=True)
class Translation:
    lines: str
    """The typed lines in PyTorch's form."""
    root: str
    variables: tuple[str, ...]
    """Names that no line assigns, in order of appearance."""
    modules: frozenset[str]
    """``math`` and ``F``, where the lines need them."""
    defaults: tuple[str, ...]
    """For each variable, the value that it has where nobody gave one."""
    reading: Reading
    """How the typed lines were read."""


def translate(text: str, given: Container[str] = (), tensor_options: str = "") -> Translation:
    """Read text, check it, and write it in PyTorch's form. Raises ProgramError with the place in ``text``.

    ``given`` are names that are variables even where they name a constant or run two words together;
    ``tensor_options`` follows the numbers in ``torch.tensor(…)``.
    """
    typed, text = one_kind_of_end(text), normal(text)
    check_size(text)
    read = reading(text, given)
    try:
        return _translated(read, typed, given, tensor_options)
    except ProgramError as error:
        place = error.span and read.place(error.span)
        raise ProgramError(error.message, place, error.suggestion, error.choices) from None


def _translated(read: Reading, typed: str, given: Container[str], tensor_options: str) -> Translation:
    source = Source(read.text, lambda span: piece_at(typed, read.place(span)))
    draft = Draft(source, given, tensor_options, terms.write)
    lines, root = _written(draft)
    _check_root(draft, root)
    _check_modules(draft)
    names = tuple(draft.variables)
    written = python_parser.module(lines)
    check_depth(written, MAX_WRITTEN_DEPTH)
    check_written(written, {*names, *draft.values})
    read = read._replace(hints=(*read.hints, *_in_another_case(draft, read, root)))
    return Translation(lines, root, names, frozenset(draft.modules), defaults(draft.source.tree, names), read)


def _in_another_case(draft: Draft, read: Reading, root: str) -> Iterator[Hint]:
    """A line's name that nothing uses, where a variable has it in the other case: ``y = x**2; z = log(Y)``."""
    nodes = ast.walk(draft.source.tree)
    used = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    for name in draft.values:
        other = next((each for each in draft.variables if each.casefold() == name.casefold()), None)
        place = span_of(draft.variables[other]) if other is not None else None
        if place is not None and name != root and name not in used:
            message = f"{other} is a variable of its own, and nothing uses {name}: small and capital letters differ."
            yield Hint(message, read.place(place), name)


def _written(draft: Draft) -> tuple[str, str]:
    """The lines in PyTorch's form, with all that stands between them, and the name of the last one."""
    text, body = draft.source.text, draft.source.tree.body
    lines, root, written, end = "", "", "", 0
    for statement in body:
        start, stop = draft.source.place(statement)
        root, written = _statement(draft, statement, statement is body[-1])
        # Spaces before a line would be an indentation to Python.
        lines += re.sub(r"(^|\n)[ \t]+$", r"\1", text[end:start]) + written
        end = stop
    if written:
        return (lines + text[end:]).strip(), root
    return (lines.rstrip("; \t") + text[end:].lstrip("; \t")).strip(), root


def _statement(draft: Draft, statement: ast.stmt, last: bool) -> tuple[str, str]:
    """The name that a line sets, and the line in PyTorch's form."""
    match statement:
        case ast.Assign(targets=[ast.Name() as target], value=value):
            return target.id, _assignment(draft, statement, target, value)
        case ast.Expr(value=ast.Compare(left=ast.Name(), ops=[ast.Eq(), *_]) as value):
            raise ProgramError("== compares; to give a name to a value write a single =.", span_of(value))
        case ast.Expr(value=ast.Name() as value) if last:
            draft.name(value)
            return value.id, ""
        case ast.Expr(value=value) if last:
            return _named(draft, statement, value)
        case ast.Expr(value=value):
            draft.write(value)
            raise ProgramError("Only the last line may stand without a name; write z = in front of it.", span_of(value))
    raise ProgramError("A line here gives a name to a value, such as z = sin(x**2).", span_of(statement))


def _assignment(draft: Draft, statement: ast.stmt, target: ast.Name, value: ast.expr) -> str:
    check_name(target)
    piece = draft.write(value)
    if target.id in draft.variables:
        raise _used_before(draft.variables[target.id], target)
    draft.values[target.id] = piece.number
    return draft.source.spliced(statement, [(value, piece.text)])


def _used_before(use: ast.Name, target: ast.Name) -> ProgramError:
    name, span = target.id, span_of(target)
    if use.lineno < target.lineno:
        return ProgramError(
            f"{name} is used on line {use.lineno}, before it gets its value here; move this line up.", span
        )
    other = f"{name}2"
    sentence = (
        f"{name} on the right is a variable with a value of its own; give the result another name, such as {other}."
    )
    return ProgramError(sentence, span, other)


def _named(draft: Draft, statement: ast.stmt, value: ast.expr) -> tuple[str, str]:
    piece = draft.write(value)
    root = next(name for name in (*ROOTS, *(f"z{k}" for k in range(1, 100))) if name not in draft.operands)
    draft.values[root] = piece.number
    return root, f"{root} = {draft.source.spliced(statement, [(value, piece.text)])}"


def _check_root(draft: Draft, root: str) -> None:
    if root in draft.variables or (draft.variables and draft.values[root] is None):
        return
    others = [(name, number) for name, number in draft.values.items() if name != root]
    fixed = next((name for name, number in others if number is not None or not draft.variables), None)
    if fixed is not None:
        what = "a number" if draft.values[fixed] is not None else "its numbers"
        hint = (
            f"{fixed} is fixed to {what}; leave the line {fixed} = … out, and {fixed} becomes a variable with a "
            "field of its own"
        )
    else:
        hint = "a name such as x becomes a variable, with a value and a gradient"
    raise ProgramError(f"Nothing varies here; {hint}.", span_of(_line_of(draft, fixed)))


def _line_of(draft: Draft, name: str | None) -> ast.stmt:
    """The line that gave a name its value last; the last one of all where no name is meant."""
    lines = draft.source.tree.body
    found = (line for line in reversed(lines) if isinstance(line, ast.Assign) and _sets(line, name))
    return next(found, lines[-1])


def _sets(line: ast.Assign, name: str | None) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in line.targets)


def _check_modules(draft: Draft) -> None:
    if len(draft.variables) > MAX_VARIABLES:
        raise ProgramError(f"There are {len(draft.variables)} variables; at most {MAX_VARIABLES} fit here.")
    if "F" in draft.modules and ("F" in draft.values or "F" in draft.variables):
        raise ProgramError("F is PyTorch's torch.nn.functional here; choose another name for your own F.")
