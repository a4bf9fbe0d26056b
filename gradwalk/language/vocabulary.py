"""Checks the names of a program against the library before anything runs."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from gradwalk.language import library, objects
from gradwalk.language.existing import EVERYWHERE, PRIVATE
from gradwalk.language.library import Absent, Silence
from gradwalk.language.modules import MODULES
from gradwalk.language.standard import Standard
from gradwalk.parse import broken, nearest, span_of
from gradwalk.parse.checks import refuse_builtin
from gradwalk.parse.listed import DUNDERS, METHODS_WITH_UNDERSCORES
from gradwalk.program import Program, ProgramCell, ProgramError, Span

_ATTRIBUTES = frozenset(library.METHODS) | library.ATTRIBUTES | objects.ATTRIBUTES


_Imports = dict[str, Any]


def check_vocabulary(program: Program) -> Program:
    """Check each attribute, keyword and builtin against the lists.

    Raises ProgramError, with the nearest listed name, for what is not listed. In a program of several cells the cell
    is refused, and the others go on.
    """
    cells = [_with_imports(cell, len(program.cells) > 1) for cell in program.cells]
    nodes = [(node, cell.line) for cell, _ in cells for node in cell.nodes]
    modules: _Imports = {}
    for _, imports in cells:
        modules |= imports
    own = _Own(nodes)
    return replace(program, cells=tuple(_checked(cell, modules, own, len(cells) > 1) for cell, _ in cells))


def _with_imports(cell: ProgramCell, among_others: bool) -> tuple[ProgramCell, _Imports]:
    try:
        return cell, dict(_imports(cell))
    except ProgramError as refusal:
        if not among_others:
            raise
        return broken(cell.source, cell.line, refusal), {}


def _checked(cell: ProgramCell, modules: _Imports, own: _Own, among_others: bool) -> ProgramCell:
    try:
        _check(cell, modules, own)
    except ProgramError as refusal:
        if not among_others:
            raise
        return broken(cell.source, cell.line, refusal)
    return cell


def _check(cell: ProgramCell, modules: _Imports, own: _Own) -> None:
    known = own.names | set(modules)
    line = cell.line
    for node in cell.nodes:
        if isinstance(node, ast.Attribute):
            if node.attr != "setter" and not (isinstance(node.value, ast.Name) and node.value.id not in known):
                _check_attribute(node, modules, own.attributes, line)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if isinstance(module := _module(node.func.value, modules), library.Module):
                _check_attribute(node.func, modules, own.attributes, line)  # what is called, before how
                if not isinstance(module.names.get(node.func.attr), Standard):
                    for keyword in node.keywords:
                        _check_keyword(keyword, line)
        elif isinstance(node, ast.Name) and node.id not in known and node.id not in _PYTHON:
            refuse_builtin(node.id, span_of(node, line), library.BUILTINS)


_PYTHON = (
    library.BUILTINS
    | frozenset(library.EXCEPTIONS)
    | {"staticmethod", "classmethod", "property", "__name__", "NotImplemented", "Ellipsis"}
    | METHODS_WITH_UNDERSCORES
)


class _Own:
    """The names and attributes that a program brings itself."""

    def __init__(self, nodes: list[tuple[ast.AST, int]]) -> None:
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        for node, _ in nodes:
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                self.names.add(node.id)
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                self.names.add(node.name)
                self.attributes.add(node.name)
            elif isinstance(node, ast.arg):
                self.names.add(node.arg)
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                if node.attr not in PRIVATE:
                    self.attributes.add(node.attr)
            elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
                self.names.add(node.name)
        self.attributes |= self.names
        """A class's own plain values are attributes too."""


def _imports(cell: ProgramCell) -> Iterator[tuple[str, Any]]:
    """Each imported name; None beside it when it is no module."""
    for node in cell.nodes:
        if isinstance(node, ast.Import):
            for item in node.names:
                yield item.asname or item.name.partition(".")[0], imported_module(item)
        elif isinstance(node, ast.ImportFrom):
            for name, found in imported_names(node, cell.line):
                yield name, found if isinstance(found, library.Module | Silence | Absent) else None


def imported_module(item: ast.alias) -> Any:
    """What ``import torch.nn`` or ``import torch.nn as nn`` binds."""
    first = item.name.partition(".")[0]
    if item.name not in MODULES and first not in MODULES:
        return Absent(item.name if item.asname else first)
    if item.name not in MODULES and item.asname:
        return Absent(item.name)
    return MODULES[item.name if item.asname else first]


def imported_names(node: ast.ImportFrom, line: int) -> Iterator[tuple[str, Any]]:
    """What ``from module import a, b as c`` binds; a star brings everything that is listed."""
    module = "." * node.level + (node.module or "")
    for item in node.names:
        if item.name != "*":
            yield item.asname or item.name, imported(module, item.name, span_of(item, line))
        elif isinstance(source := MODULES.get(module), library.Module):
            yield from ((name, value) for name, value in source.names.items() if not name.startswith("_"))


def imported(module: str, name: str, span: Span) -> object:
    """What ``from module import name`` brings."""
    if (whole := f"{module}.{name}") in MODULES:
        return MODULES[whole]
    source = MODULES.get(module)
    if isinstance(source, Silence):
        return source
    if source is None:
        return Absent(f"{module}.{name}")
    names = source.names if source else {}
    if name not in names:
        raise _unknown(f"{module}.{name}", name, names, span)
    return names[name]


def _check_attribute(node: ast.Attribute, modules: _Imports, own: set[str], line: int) -> None:
    module = _module(node.value, modules)
    if isinstance(module, Silence | Absent):
        return
    names = module.names if module else _ATTRIBUTES
    if node.attr in names or (module is None and node.attr in own) or node.attr in DUNDERS:
        return
    if node.attr not in _existing(module) and not node.attr.startswith("_"):
        return  # PyTorch has no such thing either, and says so when the cell runs
    whole = span_of(node, line)
    if (advice := _PROCESS_WIDE.get(node.attr)) is not None:
        raise ProgramError(f"{node.attr} holds for the whole process, so for others too. {advice}", whole)
    span = Span(whole.end_line, whole.end_column - len(node.attr), whole.end_line, whole.end_column)
    raise _unknown(f"{module.name}.{node.attr}" if module else f".{node.attr}", node.attr, names, span)


_PROCESS_WIDE = {
    "set_num_threads": "It can be left out.",
    "use_deterministic_algorithms": "It can be left out.",
}
"""Settings of PyTorch's that a program cannot have for itself, and what works instead."""


def _existing(module: library.Module | None) -> frozenset[str]:
    """What the real module has, or else what any object of Python's and PyTorch's has."""
    if module is None:
        return EVERYWHERE
    real = sys.modules.get(module.name)
    return EVERYWHERE if real is None else frozenset(dir(real))


def _module(node: ast.AST, modules: _Imports) -> Any:
    """The module that an expression such as ``torch`` or ``torch.nn.functional`` names, if it names one."""
    path: list[str] = []
    while isinstance(node, ast.Attribute | ast.Call):
        if isinstance(node, ast.Attribute):
            path.append(node.attr)
            node = node.value
        else:
            node = node.func
    found: object = modules.get(node.id) if isinstance(node, ast.Name) else None
    for name in reversed(path):
        if isinstance(found, Silence | Absent):
            return found
        found = found.names.get(name) if isinstance(found, library.Module) else None
    return found if isinstance(found, library.Module | Silence | Absent) else None


def _unknown(shown: str, name: str, names: object, span: Span) -> ProgramError:
    meant = nearest(name, names) if isinstance(names, dict | frozenset) else None
    advice = f" Did you mean {meant}?" if meant else ""
    return ProgramError(f"{shown} is not part of this language.{advice}", span, meant)


def _check_keyword(node: ast.keyword, line: int) -> None:
    if node.arg is not None and node.arg not in library.KEYWORDS and not library.is_mistyped(node.arg):
        span = span_of(node, line)
        raise _unknown(f"The keyword {node.arg}", node.arg, library.KEYWORDS, span)
