"""Classes of a program's own: a torch.nn.Module, a torch.autograd.Function, or a plain one.

The first two become real classes of PyTorch whose methods lead back into the program, so that PyTorch itself calls
them, registers their parameters and prints them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from gradwalk.language.objects import LISTED, MODULE_METHODS, Instance, Plain
from gradwalk.language.procedures import Procedure
from gradwalk.language.run import Run


class ClassObject:
    """A class that a program has defined."""

    def __init__(self, run: Run, name: str, base: Any, members: dict[str, Any], doc: str | None = None) -> None:
        self.run = run
        self.name = name
        self.doc = doc
        self.fields: dict[str, Any] = {}
        """Of a dataclass: each field with its default, or MISSING."""
        self.base: ClassObject | None = base if isinstance(base, ClassObject) else None
        self.members = members
        self.kind: type = self._kind(base)

    def __repr__(self) -> str:
        return f"<class '__main__.{self.name}'>"

    def _kind(self, base: Any) -> type:
        """The real class behind it, so that Python's operators and PyTorch find its methods."""
        parent = base.kind if isinstance(base, ClassObject) else base or Instance
        namespace: dict[str, Any] = {"_gradwalk_class": self, "__module__": "__main__"}
        static = issubclass(parent, torch.autograd.Function)
        plain = issubclass(parent, Instance)
        for name, member in self.members.items():
            if name == "__del__":
                continue  # Python would call it whenever and wherever it likes
            if isinstance(member, Member) and not (plain and (name == "__init__" or not name.startswith("__"))):
                method = _iterating(member.procedure) if name == "__iter__" else _as_method(member.procedure)
                namespace[name] = staticmethod(member.procedure.__call__) if static else method
        return type(self.name, (parent,), namespace)

    def __deepcopy__(self, _: Any) -> ClassObject:
        return self

    def property_of(self, name: str) -> Member | None:
        """The property of that name, if the class has one."""
        found = self.find(name)
        return found if isinstance(found, Member) and found.decorator == "property" else None

    def find(self, name: str) -> Any:
        kind: ClassObject | None = self
        while kind is not None:
            if name in kind.members:
                return kind.members[name]
            kind = kind.base
        return None

    def member(self, name: str, owner: Any, missing: Any) -> Any:
        """``owner.name`` as its class has it: a method bound to the owner, or a value."""
        found = self.find(name)
        if found is None:
            return missing
        if not isinstance(found, Member):
            return found
        if found.decorator == "property":
            return found.procedure(owner)
        return (
            found.procedure
            if found.decorator == "staticmethod"
            else _bound(found.procedure, self if found.decorator else owner)
        )

    def static(self, run: Run, name: str, missing: Any) -> Any:
        """``Class.name``."""
        if name in ("__name__", "__qualname__"):
            return self.name
        if name == "__doc__":
            return self.doc
        if name == "apply" and issubclass(self.kind, torch.autograd.Function):
            return CustomFunction(self.name, self.kind)
        found = self.find(name)
        if isinstance(found, Member):
            return _bound(found.procedure, self) if found.decorator == "classmethod" else found.procedure
        return missing if found is None else found

    def create(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """``Class(…)``."""
        if not issubclass(self.kind, Instance):
            return self.kind(*args, **kwargs)
        made = self.kind(self)
        start = self.find("__init__")
        if isinstance(start, Member):
            start.procedure(made, *args, **kwargs)
        elif isinstance(start, Plain):
            start.call(made, *args, **kwargs)
        elif args or kwargs:
            raise TypeError(f"{self.name}() takes no arguments")
        return made


class Member:
    """A method in a class, with the name of its decorator if it has one."""

    def __init__(self, procedure: Procedure, decorator: str | None, setter: Procedure | None = None) -> None:
        self.procedure = procedure
        self.decorator = decorator
        self.setter = setter
        """Of a property: what an assignment calls."""


class CustomFunction:
    """``MyFunction.apply``: an operation with a backward of the program's own."""

    def __init__(self, name: str, kind: Any) -> None:
        self.name = name
        self.call: Callable[..., Any] = kind.apply

    def __call__(self, *args: Any) -> Any:
        """As PyTorch's own functions call it, gradcheck for one."""
        return self.call(*args)


class Parent:
    """``super()`` inside a method."""

    def __init__(self, kind: ClassObject, owner: Any) -> None:
        self.kind = kind
        self.owner = owner

    def start(self, *args: Any, **kwargs: Any) -> None:
        """``super().__init__(…)``."""
        inherited = self.kind.base.find("__init__") if self.kind.base else None
        if isinstance(inherited, Member):
            inherited.procedure(self.owner, *args, **kwargs)
        elif isinstance(inherited, Plain):
            inherited.call(self.owner, *args, **kwargs)
        elif isinstance(self.owner, torch.nn.Module):
            torch.nn.Module.__init__(self.owner)

    def member(self, name: str, missing: Any) -> Any:
        """``super().name``: as the class above has it."""
        found = self.kind.base.member(name, self.owner, missing) if self.kind.base else missing
        if found is missing and isinstance(self.owner, torch.nn.Module) and name in MODULE_METHODS:
            return Plain(getattr(super(_real(self.kind), self.owner), name), name in LISTED, name)
        return found


def _real(kind: ClassObject) -> type:
    """The class of a program's own that is nearest to PyTorch's."""
    while kind.base is not None:
        kind = kind.base
    return kind.kind


def _as_method(procedure: Procedure) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return procedure(self, *args, **kwargs)

    return method


def _iterating(procedure: Procedure) -> Callable[..., Any]:
    """``__iter__``: a generator expression is a list here."""

    def method(self: Any) -> Any:
        found = procedure(self)
        return iter(found) if isinstance(found, list) else found

    return method


def _bound(procedure: Procedure, owner: Any) -> Plain:
    def call(*args: Any, **kwargs: Any) -> Any:
        return procedure(owner, *args, **kwargs)

    return Plain(call, name=procedure.name)
