"""Checks the names of a program against the library before anything runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gradwalk import library
from gradwalk.parse import nearest, refuse_builtin, span_of
from gradwalk.program import Program, ProgramError, Span

_ATTRIBUTES = frozenset(library.METHODS) | library.ATTRIBUTES


def check_vocabulary(program: Program) -> None:
    """Raise ProgramError, with the nearest listed name, for an attribute, keyword or builtin that is not listed."""
    nodes = [(node, cell.line) for cell in program.cells for node in cell.nodes]
    modules = dict(_imports(nodes))
    assigned = {node.id for node, _ in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    known = assigned | set(modules)
    for node, line in nodes:
        if isinstance(node, ast.Attribute) and not (isinstance(node.value, ast.Name) and node.value.id not in known):
            _check_attribute(node, modules, line)
        elif isinstance(node, ast.keyword):
            _check_keyword(node, line)
        elif isinstance(node, ast.Name) and node.id not in known and node.id not in library.BUILTINS:
            refuse_builtin(node.id, span_of(node, line), library.BUILTINS)


def _imports(nodes: list[tuple[ast.AST, int]]) -> Iterator[tuple[str, library.Module | None]]:
    """Each imported name; None beside it when it is no module."""
    for node, line in nodes:
        if isinstance(node, ast.Import):
            for item in node.names:
                yield item.asname or item.name, library.MODULES[item.name]
        elif isinstance(node, ast.ImportFrom):
            for item in node.names:
                found = imported(node.module or "", item.name, span_of(item, line))
                yield item.asname or item.name, found if isinstance(found, library.Module) else None


def imported(module: str, name: str, span: Span) -> object:
    """What ``from module import name`` brings."""
    if (whole := f"{module}.{name}") in library.MODULES:
        return library.MODULES[whole]
    names = library.MODULES[module].names if module in library.MODULES else {}
    if name not in names:
        raise _unknown(f"{module}.{name}", name, names, span)
    return names[name]


def _check_attribute(node: ast.Attribute, modules: dict[str, library.Module | None], line: int) -> None:
    module = _module(node.value, modules)
    names = module.names if module else _ATTRIBUTES
    if node.attr not in names:
        whole = span_of(node, line)
        span = Span(whole.end_line, whole.end_column - len(node.attr), whole.end_line, whole.end_column)
        raise _unknown(f"{module.name}.{node.attr}" if module else f".{node.attr}", node.attr, names, span)


def _module(node: ast.AST, modules: dict[str, library.Module | None]) -> library.Module | None:
    """The module that an expression such as ``torch`` or ``torch.nn.functional`` names, if it names one."""
    path: list[str] = []
    while isinstance(node, ast.Attribute):
        path.append(node.attr)
        node = node.value
    found: object = modules.get(node.id) if isinstance(node, ast.Name) else None
    for name in reversed(path):
        found = found.names.get(name) if isinstance(found, library.Module) else None
    return found if isinstance(found, library.Module) else None


def _unknown(shown: str, name: str, names: object, span: Span) -> ProgramError:
    meant = nearest(name, names) if isinstance(names, dict | frozenset) else None
    advice = f" Did you mean {meant}?" if meant else ""
    return ProgramError(f"{shown} is not part of this language.{advice}", span, meant)


def _check_keyword(node: ast.keyword, line: int) -> None:
    if node.arg is None:
        raise ProgramError("** in a call is not part of this language; name the arguments.", span_of(node, line))
    if node.arg not in library.KEYWORDS:
        span = span_of(node, line)
        raise _unknown(f"The keyword {node.arg}", node.arg, library.KEYWORDS, span)
