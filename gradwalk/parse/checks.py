"""What is checked of each piece of syntax, beside that it is listed."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Iterable

from gradwalk.parse.listed import DUNDERS, FORMAT, METHODS_WITH_UNDERSCORES, MODULES, NODES
from gradwalk.parse.places import nearest, span_of
from gradwalk.program import ProgramError, Span
from gradwalk.program.limits import Limits

_BUILTINS = frozenset(dir(builtins))


def check_yields(body: Iterable[ast.stmt], line: int) -> None:
    """yield belongs into a function, as a statement or alone behind an assignment."""
    stack: list[tuple[ast.AST, bool]] = [(node, False) for node in body]
    while stack:
        node, inside = stack.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            where = "in a statement of its own here: yield x, or x = yield" if inside else "outside of a function"
            raise ProgramError(f"yield stands {where}.", span_of(node, line))
        inside = isinstance(node, ast.FunctionDef) or (inside and not isinstance(node, ast.ClassDef | ast.Lambda))
        alone = inside and isinstance(node, ast.Expr | ast.Assign) and isinstance(node.value, ast.Yield | ast.YieldFrom)
        parts = ast.iter_child_nodes(node.value if alone else node)  # type: ignore[attr-defined]
        stack += [(part, inside) for part in parts]


def check_jumps(body: Iterable[ast.AST], line: int) -> None:
    """break and continue belong into loops; the parser leaves that to a later stage of Python."""
    stack = [*body]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Break | ast.Continue):
            word = "break" if isinstance(node, ast.Break) else "continue"
            raise ProgramError(f"{word} stands outside of a loop; it works inside for and while.", span_of(node, line))
        if isinstance(node, ast.If | ast.With):
            stack += node.body
        if isinstance(node, ast.If | ast.For | ast.While):
            stack += node.orelse


def plain_name(kind: type[ast.AST]) -> str:
    words = re.findall("[A-Z][a-z]*", kind.__name__)
    return " ".join(words).capitalize()


def _check_name(node: ast.Name, line: int, limits: Limits) -> None:
    if node.id not in METHODS_WITH_UNDERSCORES and (node.id != "__name__" or not isinstance(node.ctx, ast.Load)):
        _check_identifier(node.id, span_of(node, line))


def _check_pattern(node: ast.MatchAs | ast.MatchStar, line: int, limits: Limits) -> None:
    if node.name:
        _check_identifier(node.name, span_of(node, line))


def _check_identifier(name: str, span: Span) -> None:
    if not name.isascii():
        raise ProgramError(f"The name {name!r} has letters outside a–z; plain letters work.", span)
    if name.startswith("__"):
        raise ProgramError(
            f"Names that start with two underscores, such as {name}, are not part of this language.", span
        )
    if len(name) > 60:
        raise ProgramError("A name may have at most 60 characters.", span)


def _check_attribute(node: ast.Attribute, line: int, limits: Limits) -> None:
    if isinstance(node.value, ast.Attribute) and node.value.attr == "__class__" and node.attr != "__name__":
        raise ProgramError("After .__class__ only .__name__ is part of this language.", _attribute_span(node, line))
    if node.attr in DUNDERS:
        return
    if not node.attr.isascii() or node.attr.startswith("__"):
        raise ProgramError(f"The attribute {node.attr} is not part of this language.", _attribute_span(node, line))


def _check_definition(node: ast.FunctionDef | ast.ClassDef, line: int, limits: Limits) -> None:
    if node.name not in METHODS_WITH_UNDERSCORES:
        _check_identifier(node.name, span_of(node, line))


def _check_argument(node: ast.arg, line: int, limits: Limits) -> None:
    _check_identifier(node.arg, span_of(node, line))


def _check_handler(node: ast.ExceptHandler, line: int, limits: Limits) -> None:
    if node.name:
        _check_identifier(node.name, span_of(node, line))


def _attribute_span(node: ast.Attribute, line: int) -> Span:
    whole = span_of(node, line)
    return Span(whole.end_line, whole.end_column - len(node.attr), whole.end_line, whole.end_column)


def _check_constant(node: ast.Constant, line: int, limits: Limits) -> None:
    value, span = node.value, span_of(node, line)
    if isinstance(value, bytes | complex):
        raise ProgramError(f"{type(value).__name__} values are not part of this language; real numbers work.", span)
    if isinstance(value, int) and abs(value) >= 10**limits.digits:
        raise ProgramError(f"This whole number is too long; at most {limits.digits} digits fit here.", span)
    if isinstance(value, str) and len(value) > limits.items:
        raise ProgramError(f"This text is too long; at most {limits.items:,} characters fit here.", span)
    if isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
        raise ProgramError("This text has half a character (a lone surrogate) in it; plain text works.", span)


def _check_items(node: ast.List | ast.Tuple, line: int, limits: Limits) -> None:
    if len(node.elts) > limits.items:
        raise ProgramError(f"This list is too long; at most {limits.items:,} items fit here.", span_of(node, line))


def _check_operator(node: ast.BinOp | ast.AugAssign, line: int, limits: Limits) -> None:
    if type(node.op) not in NODES:
        raise ProgramError("This operator is not part of this language; + - * / // % ** @ are.", span_of(node, line))


def _check_import(node: ast.Import, line: int, limits: Limits) -> None:
    for item in node.names:
        _check_identifier(item.asname or item.name.partition(".")[0], span_of(item, line))


def _check_import_from(node: ast.ImportFrom, line: int, limits: Limits) -> None:
    for item in node.names:
        if item.name != "*":
            _check_identifier(item.asname or item.name, span_of(item, line))


def _check_module(node: ast.Import, line: int, limits: Limits) -> None:
    """A program of one cell is refused for a module that is not here; a notebook may do without it."""
    for item in node.names:
        if item.name not in MODULES:
            raise _no_module(item.name, span_of(item, line))


def _check_module_from(node: ast.ImportFrom, line: int, limits: Limits) -> None:
    whole = f"{node.module}.{node.names[0].name}"
    if node.level or (node.module not in MODULES and whole not in MODULES):
        raise _no_module(node.module or ".", span_of(node, line))


def _no_module(name: str, span: Span) -> ProgramError:
    return ProgramError(f"The module {name} is not available; {', '.join(MODULES)} are.", span, nearest(name, MODULES))


def _check_format(node: ast.FormattedValue, line: int, limits: Limits) -> None:
    spec = node.format_spec
    if spec is None:
        return
    parts = spec.values if isinstance(spec, ast.JoinedStr) else [spec]
    if any(isinstance(part, ast.FormattedValue) for part in parts):
        return  # checked when it is known
    plain = all(isinstance(part, ast.Constant) and re.fullmatch(FORMAT, str(part.value)) for part in parts)
    if not plain:
        raise ProgramError("This format is not part of this language; :.4f and :>8.3f work.", span_of(node, line))


CHECKS: dict[type[ast.AST], Callable[..., None]] = {
    ast.Name: _check_name,
    ast.Attribute: _check_attribute,
    ast.Constant: _check_constant,
    ast.List: _check_items,
    ast.Tuple: _check_items,
    ast.FunctionDef: _check_definition,
    ast.ClassDef: _check_definition,
    ast.arg: _check_argument,
    ast.MatchAs: _check_pattern,
    ast.MatchStar: _check_pattern,
    ast.ExceptHandler: _check_handler,
    ast.Import: _check_import,
    ast.ImportFrom: _check_import_from,
    ast.FormattedValue: _check_format,
    ast.BinOp: _check_operator,
    ast.AugAssign: _check_operator,
}


ALONE: dict[type[ast.AST], Callable[..., None]] = {ast.Import: _check_module, ast.ImportFrom: _check_module_from}
"""What is checked only where a program is one single cell."""


def refuse_builtin(name: str, span: Span, known: Iterable[str]) -> None:
    """Python's own names that are not listed, such as ``open`` or ``eval``, are refused rather than undefined."""
    if name in _BUILTINS:
        meant = nearest(name, known)
        advice = f"Did you mean {meant}?" if meant else "print, len, range, sum and some fifty others are."
        raise ProgramError(f"{name} is not part of this language{'.' if meant else ';'} {advice}", span, meant)
