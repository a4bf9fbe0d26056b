"""super(), and __init__ called through it."""

from __future__ import annotations

import ast
from typing import Any

from torch import nn

from gradwalk.language.calls.later import Args
from gradwalk.language.classes import ClassObject, Member, Parent
from gradwalk.language.objects import Plain
from gradwalk.language.run import Run
from gradwalk.program import ProgramError


def start_of_super(run: Run, node: ast.expr) -> Any:
    """``super().__init__`` and ``super(Net, self).__init__``."""
    if not (isinstance(node, ast.Attribute) and node.attr == "__init__"):
        return None
    base = run.value(node.value)
    if isinstance(base, ClassObject):
        return _class_start(base)
    if base is nn.Module:
        return Plain(nn.Module.__init__)
    if not isinstance(base, Parent):
        raise ProgramError("__init__ is called through super() here.", run.span(node))
    return Plain(base.start)


def _class_start(kind: ClassObject) -> Any:
    found = kind.find("__init__")
    return found.procedure if isinstance(found, Member) else Plain(lambda *_: None)


def super_of(run: Run, args: Args, node: ast.expr) -> Parent:
    """``super()`` in a method, and ``super(Net, self)``."""
    procedure = run.scope.procedure
    if args:
        return Parent(args[0], args[1])
    if procedure is None or procedure.owner is None:
        raise RuntimeError("super(): no arguments")
    return Parent(procedure.owner, run.scope.names[procedure.positional[0]])
