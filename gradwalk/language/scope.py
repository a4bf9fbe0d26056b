"""Names and what they are bound to, by Python's own rules: a function sees its own names, then those around it."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any


class Scope:
    """The names of a module, a function, a class body or a comprehension."""

    __slots__ = ("local", "names", "outer", "parent", "procedure", "shared")

    def __init__(self, parent: Scope | None = None, local: frozenset[str] = frozenset()) -> None:
        self.names: dict[str, Any] = {}
        self.parent = parent
        self.local = local
        """Names that are bound somewhere in this function, so that they are never looked up outside of it."""

        self.procedure: Any = None
        """The function whose call this is."""
        self.shared: frozenset[str] = frozenset()
        """Names that a global statement shares with the module."""
        self.outer: frozenset[str] = frozenset()
        """Names that a nonlocal statement shares with the function around."""

    def bind(self, name: str, value: Any) -> None:
        scope = self
        if name in self.shared:
            while scope.parent is not None:
                scope = scope.parent
        elif name in self.outer:
            scope = self._around(name)
        scope.names[name] = value

    def _around(self, name: str) -> Scope:
        """The function around that has the name."""
        scope: Scope = self
        while scope.parent is not None:
            scope = scope.parent
            if name in scope.local and name not in scope.outer:
                return scope
        return self

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
        elif isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            continue
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {item.asname or item.name for item in node.names}
        stack.extend(ast.iter_child_nodes(node))
    return frozenset(found)
