"""class: what stands in a body, what stands above it, and what a dataclass writes by itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import torch

from gradwalk.language import library
from gradwalk.language.classes import ClassObject, Member
from gradwalk.language.containers import DataField
from gradwalk.language.objects import Instance, Plain
from gradwalk.language.printing import shown
from gradwalk.language.procedures import Procedure, decorated, define, docstring
from gradwalk.language.run import Run, statement
from gradwalk.language.scope import Scope
from gradwalk.program import ProgramError

_KINDS = frozenset(("staticmethod", "classmethod", "property"))
"""What makes a method another kind of member."""
_PASSED = frozenset(("abstractmethod", "override", "final"))
"""What only says something of a method."""


@statement(ast.ClassDef)
def _class(run: Run, node: ast.ClassDef) -> None:
    made = ClassObject(run, node.name, _base(run, node), _members(run, node), docstring(node.body))
    for member in made.members.values():
        if isinstance(member, Member):
            member.procedure.owner = made
            if member.setter is not None:
                member.setter.owner = made
    made.fields = _fields(run, node, made)
    run.scope.bind(node.name, _decorated(run, made, node.decorator_list))
    run.bound.append(node.name)


def _base(run: Run, node: ast.ClassDef) -> Any:
    """The one class that it stands on, if it is not a plain one."""
    bases = [base for base in map(run.value, node.bases) if not _is_plain(base)]
    if len(bases) > 1:
        raise ProgramError("A class may have one base here.", run.span(node))
    base = bases[0] if bases else None
    own = isinstance(base, ClassObject) or (isinstance(base, type) and issubclass(base, Exception))
    if base is not None and not own and base not in library.BASES:
        raise ProgramError(
            "A class may stand on torch.nn.Module, torch.autograd.Function or another class of the program.",
            run.span(node.bases[0]),
        )
    return base


def _is_plain(base: Any) -> bool:
    """Bases that add nothing here: object, ABC, Dataset."""
    if isinstance(base, library.Builtin | library.Silence):
        return base.name in ("object", "ABC", "typing")
    return base is torch.utils.data.Dataset


def _members(run: Run, node: ast.ClassDef) -> dict[str, Any]:
    """What the body binds. Methods do not see the names of the body, other statements do."""
    around, body = run.scope, Scope(run.scope)
    run.scope = body
    try:
        for item in node.body:
            if isinstance(item, ast.FunctionDef):
                body.names[item.name] = _method(run, node.name, item, around, body)
            elif not (isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant)):
                run.execute(item)
    finally:
        run.scope, run.bound = around, []
    return body.names


def _method(run: Run, owner: str, node: ast.FunctionDef, around: Scope, body: Scope) -> Any:
    names = [item.id for item in node.decorator_list if isinstance(item, ast.Name)]
    kind = next((name for name in names if name in _KINDS), None)
    accessor = next((item for item in node.decorator_list if isinstance(item, ast.Attribute)), None)
    procedure = define(run, node, f"{owner}.{node.name}")
    procedure.scope = around
    if accessor is not None and accessor.attr == "setter":
        before = body.names.get(node.name)
        if isinstance(before, Member):
            return Member(before.procedure, before.decorator, procedure)
    rest = [item for item in node.decorator_list if not (isinstance(item, ast.Name) and item.id in _KINDS | _PASSED)]
    made = decorated(run, procedure, rest)
    return Member(made, kind) if isinstance(made, Procedure) else made


# Dataclasses


def _fields(run: Run, node: ast.ClassDef, made: ClassObject) -> dict[str, Any]:
    """The annotated names of a body, each with its default: those of the class below first."""
    found = dict(made.base.fields) if made.base is not None else {}
    for item in node.body:
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            found[item.target.id] = made.members.get(item.target.id, MISSING)
    return found


MISSING = object()
"""What a field without a default has."""


def _decorated(run: Run, made: ClassObject, nodes: list[ast.expr]) -> Any:
    value: Any = made
    for node in reversed(nodes):
        decorator = run.value(node)
        value = run.call(decorator, (value,), node)
    return value


def write_methods(made: ClassObject) -> ClassObject:
    """__init__, __repr__ and __eq__ of a dataclass, unless the class has its own."""
    for name, default in made.fields.items():
        if isinstance(default, DataField) and default.default is DataField.NOTHING:
            made.members.pop(name, None)
    written = {"__init__": _start(made), "__repr__": _text, "__eq__": _equal}
    for name, method in written.items():
        if name not in made.members:
            made.members[name] = Plain(method, name=name)
            if name != "__init__":  # the real class has its own
                setattr(made.kind, name, method)
    return made


def _start(made: ClassObject) -> Any:
    def start(self: Instance, *args: Any, **kwargs: Any) -> None:
        run = made.run
        for name, value in _given(made, args, kwargs):
            self.fields[name] = _fresh(run, value) if isinstance(value, DataField) else value
        after = made.find("__post_init__")
        if isinstance(after, Member):
            after.procedure(self)

    return start


def _given(made: ClassObject, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each field with its argument or its default, in Python's words where one is missing."""
    names = list(made.fields)
    if len(args) > len(names):
        fewest = 1 + sum(default is MISSING for default in made.fields.values())
        most = len(names) + 1
        takes = f"{most}" if fewest == most else f"from {fewest} to {most}"
        raise TypeError(f"{made.name}.__init__() takes {takes} positional arguments but {len(args) + 1} were given")
    found = dict(zip(names, args, strict=False))
    for name, value in kwargs.items():
        if name not in made.fields:
            raise TypeError(f"{made.name}.__init__() got an unexpected keyword argument '{name}'")
        if name in found:
            raise TypeError(f"{made.name}.__init__() got multiple values for argument '{name}'")
        found[name] = value
    missing = [name for name in names if name not in found and made.fields[name] is MISSING]
    if missing:
        quoted = [f"'{name}'" for name in missing]
        listed = (
            quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + "," * (len(quoted) > 2) + f" and {quoted[-1]}"
        )
        plural = "s" if len(missing) > 1 else ""
        raise TypeError(f"{made.name}.__init__() missing {len(missing)} required positional argument{plural}: {listed}")
    for name in names:
        yield name, found.get(name, made.fields[name])


def _fresh(run: Run, field: DataField) -> Any:
    return field.default if field.factory is None else run.call(field.factory, (), run.at)


def _text(self: Instance) -> str:
    fields = ", ".join(f"{name}={shown(self.fields[name])}" for name in self.kind.fields if name in self.fields)
    return f"{self.kind.name}({fields})"


def _equal(self: Instance, other: Any) -> Any:
    if not isinstance(other, Instance) or other.kind is not self.kind:
        return NotImplemented
    return all(bool(self.fields[name] == other.fields[name]) for name in self.kind.fields)
