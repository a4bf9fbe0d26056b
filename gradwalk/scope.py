"""Names and what they are bound to, by Python's own rules: a function sees its own names, then those around it."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any


class Scope:
    """The names of a module, a function, a class body or a comprehension."""

    __slots__ = ("local", "names", "parent", "procedure", "shared")

    def __init__(self, parent: Scope | None = None, local: frozenset[str] = frozenset()) -> None:
        self.names: dict[str, Any] = {}
        self.parent = parent
        self.local = local
        """Names that are bound somewhere in this function, so that they are never looked up outside of it."""

        self.procedure: Any = None
        """The function whose call this is."""
        self.shared: frozenset[str] = frozenset()
        """Names that a global statement shares with the module."""

    def bind(self, name: str, value: Any) -> None:
        scope = self
        while name in self.shared and scope.parent is not None:
            scope = scope.parent
        scope.names[name] = value

    def find(self, name: str) -> Any:
        """What a name is bound to. Raises KeyError, or UnboundLocalError as Python does."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            if name in scope.local:
                raise UnboundLocalError(
                    f"cannot access local variable '{name}' where it is not associated with a value"
                )
            scope = scope.parent
        raise KeyError(name)


def bound_names(body: Iterable[ast.AST]) -> frozenset[str]:
    """The names that a function's body binds itself: what is inside other functions and classes is theirs."""
    found: set[str] = set()
    stack = list(body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
            continue
        elif isinstance(node, ast.Lambda | ast.ListComp | ast.DictComp | ast.GeneratorExp):
            continue
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {item.asname or item.name for item in node.names}
        stack.extend(ast.iter_child_nodes(node))
    return frozenset(found)
