"""Tells which names a program's statements bind: a call is put behind each of them before IPython compiles a cell.

``y = x * x`` becomes ``y = x * x`` and ``if __gradwalk__ is not None: __gradwalk__(17, y)``. The callable lives among
the builtins, so that the program's own names stay its own, and is None while nobody listens: then there is no call.
Nothing is read but the names that the statement has just bound. A function that binds names tells in a ``finally`` when
they are gone with it.
"""

from __future__ import annotations

import ast
import builtins
import itertools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any, NamedTuple, Protocol

import torch

from gradwalk.cells.bindings import arguments, bound_by, bound_by_block, declared, deleted_by
from gradwalk.cells.texts import Text
from gradwalk.program import Span

HOOK = "__gradwalk__"

_NUMBERS = itertools.count(1)
"""Of all calls in this process: what one run has left behind is nothing to the next."""

setattr(builtins, HOOK, None)  # what outlives its run, such as a thread, still looks for it


class Listener(Protocol):
    """Who is told. ``frame`` numbers the calls of functions whose variables the names are; 0 is the module."""

    def statement(self, span: Span, bindings: list[tuple[str, Any]], frame: int = 0) -> None: ...
    def gone(self, span: Span, names: tuple[str, ...], frame: int = 0) -> None: ...
    def returned(self, span: Span | None, frame: int) -> None: ...
    def stop(self, reason: str, text: str) -> None: ...

    @property
    def stopped(self) -> bool: ...


class Told(NamedTuple):
    """What one call tells."""

    span: Span
    names: tuple[str, ...]
    kind: str
    """``bound``, ``given`` (a function's arguments), ``deleted``, or ``returned``: the function is done."""
    inside: Function | None
    """The function whose statement it is; None for the module's."""


class Function:
    """A function of the program's: which of the names that it binds are not its own."""

    def __init__(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.shared = declared(node, ast.Global)
        self.outer = declared(node, ast.Nonlocal)
        self.tells = False


class Statements:
    """An AST transformer of IPython's shell, and the other end of the calls that it writes."""

    def __init__(self) -> None:
        self.text: Text | None = None
        """What is being compiled; None when it is no text of the program."""
        self.shows_assigned = False
        """Whether a cell shows what its last statement assigns: a setting of IPython's."""
        self._told: dict[int, Told] = {}

    def listen(self, listener: Listener, most: int) -> None:
        """From here on ``listener`` is told of each statement, of so many at most."""
        told: dict[int, Told] = {}
        self._told = told
        hear = Hearing(listener).hear
        left = most

        def heard(number: int, values: Any) -> None:
            nonlocal left
            if (one := told.get(number)) is None:
                return
            left -= 1
            if left < 0:
                listener.stop("statements", f"Recording ends here: it has {most:,} statements. The program goes on.")
            try:
                hear(one, values, sys._getframe(1))
            except RecursionError:
                return  # so near to Python's limit that telling is too much; the program itself may still go on
            if listener.stopped:
                self.stop()

        setattr(builtins, HOOK, heard)

    def stop(self) -> None:
        """Nobody listens any more."""
        setattr(builtins, HOOK, None)

    @contextmanager
    def pause(self) -> Iterator[None]:
        """A stretch in which nobody is told anything, and nothing is slower for it."""
        heard = getattr(builtins, HOOK)
        self.stop()
        try:
            yield
        finally:
            setattr(builtins, HOOK, heard)

    # The tree

    def visit(self, tree: ast.Module) -> ast.Module:
        """Put the calls into a tree. Called by IPython, for each cell and for what some magics run."""
        if self.text is not None:
            shown = _assigned(tree.body[-1]) if self.shows_assigned and tree.body else []
            tree.body = [*(self._outermost(statement, self.text) for statement in tree.body), *shown]
        return tree

    def _outermost(self, statement: ast.stmt, text: Text) -> ast.stmt:
        """IPython compiles each statement of a cell alone, and shows the last one if it is an expression: so the call
        and its statement become one statement, of a kind that shows nothing and costs nothing."""
        self._inside(statement, text)
        calls = [] if isinstance(statement, ast.Expr) else self._calls(statement, text, None)
        if not calls:
            return statement
        both = ast.If(test=ast.copy_location(ast.Constant(True), statement), body=[statement, *calls], orelse=[])
        return ast.copy_location(both, statement)

    def _inside(self, outer: ast.AST, text: Text) -> None:
        """Put calls into all blocks below a statement, but those of a class; found with a stack."""
        stack: list[tuple[ast.AST, bool, Function | None]] = [(outer, False, None)]
        functions: list[tuple[ast.FunctionDef | ast.AsyncFunctionDef, Function]] = []
        while stack:
            node, in_class, function = stack.pop()
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                in_class, function = False, Function(node)
                functions.append((node, function))
            in_class = in_class or isinstance(node, ast.ClassDef)
            for field in _BLOCKS:
                if isinstance(block := getattr(node, field, None), list):
                    stack += ((child, in_class, function) for child in block)
                    if not in_class and field not in _PARTS:
                        setattr(node, field, self._block(node, field, block, text, function))
        for node, function in functions:
            self._around(node, function, text)

    def _block(
        self, owner: ast.AST, field: str, block: list[ast.stmt], text: Text, inside: Function | None
    ) -> list[ast.stmt]:
        """A block with a call at its beginning, for what its owner binds, and after each statement that binds."""
        first = self._call(bound_by_block(owner), owner, text, "bound", inside) if field == "body" else []
        return [*first, *(part for statement in block for part in (statement, *self._calls(statement, text, inside)))]

    def _calls(self, statement: ast.stmt, text: Text, inside: Function | None) -> list[ast.stmt]:
        gone = self._call(deleted_by(statement), statement, text, "deleted", inside)
        return gone or self._call(bound_by(statement), statement, text, "bound", inside)

    def _around(self, node: ast.FunctionDef | ast.AsyncFunctionDef, function: Function, text: Text) -> None:
        """The function tells what it was given, and that it is done. Its docstring stays where Python looks for it."""
        given = self._call(arguments(node), node.args, text, "given", function)
        documented = ast.get_docstring(node, clean=False) is not None
        doc, body = node.body[:documented], node.body[documented:]
        if not function.tells or not body:
            return
        done = self._call(("",), body[-1], text, "returned", function)
        node.body = [*doc, ast.copy_location(ast.Try([*given, *body], [], [], done), body[0])]

    def _call(
        self, names: tuple[str, ...], where: ast.AST, text: Text, kind: str, inside: Function | None
    ) -> list[ast.stmt]:
        if not names:
            return []
        place = _head(where)
        span = text.locate(place.lineno, place.col_offset, place.end_lineno, place.end_col_offset)
        number = next(_NUMBERS)
        self._told[number] = Told(span, names, kind, inside)
        if inside is not None:
            inside.tells = True
        told = _written(number, names if kind in ("bound", "given") else ())
        for node in ast.walk(told):
            ast.copy_location(node, place)
        return [told]


def _assigned(statement: ast.stmt) -> list[ast.stmt]:
    """The name that a statement assigns, to be shown, where it is one: IPython looks for no more either."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AugAssign(target=ast.Name(id=name)):
            return [ast.Expr(ast.Name(name, ast.Load()))]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [ast.Expr(ast.Name(name, ast.Load()))]
        case _:
            return []


def _head(where: Any) -> Any:
    """The part of a compound statement that binds; a simple statement itself."""
    match where:
        case ast.For(target=part) | ast.AsyncFor(target=part) | ast.While(test=part) | ast.If(test=part):
            return part
        case ast.match_case(pattern=part):
            return part
        case ast.With(items=items) | ast.AsyncWith(items=items):
            return next((item.optional_vars for item in items if item.optional_vars), where)
        case ast.arguments():
            return next(part for part in ast.iter_child_nodes(where) if isinstance(part, ast.arg))
        case _:
            return where


_PARTS = ("handlers", "cases")
_BLOCKS = ("body", "orelse", "finalbody", *_PARTS)


def _written(number: int, names: tuple[str, ...]) -> ast.If:
    """``if __gradwalk__ is not None: __gradwalk__(number, (a, b))``"""
    values: list[ast.expr] = [ast.Name(name, ast.Load()) for name in names]
    given = ast.Constant(None) if not names else values[0] if len(names) == 1 else ast.Tuple(values, ast.Load())
    call = ast.Expr(ast.Call(ast.Name(HOOK, ast.Load()), [ast.Constant(number), given], []))
    return ast.If(ast.Compare(ast.Name(HOOK, ast.Load()), [ast.IsNot()], [ast.Constant(None)]), [call], [])


class Hearing:
    """Hears the calls of one run, and tells whose variables each is about."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._running: dict[int, tuple[int, CodeType]] = {}
        """Calls of functions that have bound something: by the frame's address, its number and its code."""
        self._calls = 0

    def hear(self, told: Told, values: Any, frame: FrameType) -> None:
        span, names, kind, function = told
        if kind == "returned":
            if (mine := self._running.pop(id(frame), None)) is not None:
                self._listener.returned(span, mine[0])
        elif kind == "deleted":
            for owner, gone in self._by_owner([(name, None) for name in names], function, frame).items():
                self._listener.gone(span, tuple(name for name, _ in gone), owner)
        else:
            bindings = [(names[0], values)] if len(names) == 1 else list(zip(names, values, strict=True))
            if kind == "given":  # a module keeps the name that it has outside
                bindings = [one for one in bindings if not isinstance(one[1], torch.nn.Module)]
            if function is None:
                self._listener.statement(span, bindings)
                return
            for owner, bound in self._by_owner(bindings, function, frame).items():
                self._listener.statement(span, bound, owner)

    def _by_owner(
        self, bindings: list[tuple[str, Any]], function: Function | None, frame: FrameType
    ) -> dict[int, list[tuple[str, Any]]]:
        """Bindings by whose variables they are."""
        found: dict[int, list[tuple[str, Any]]] = {}
        for name, value in bindings:
            found.setdefault(self._owner(name, function, frame), []).append((name, value))
        return found

    def _owner(self, name: str, function: Function | None, frame: FrameType) -> int:
        if function is None or name in function.shared:
            return 0
        if name in function.outer:
            for number, code in reversed(self._running.values()):
                if name in code.co_cellvars:
                    return number
        if (known := self._running.get(id(frame))) is not None:
            return known[0]
        self._calls += 1
        self._running[id(frame)] = self._calls, frame.f_code
        return self._calls
