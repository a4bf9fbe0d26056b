"""Functions with yield: the statements of a generator's body, run up to the next yield whenever somebody asks.

Only statements that have a yield inside them need rules of their own; the others are run as everywhere.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Generator, Iterable
from typing import TYPE_CHECKING, Any

from gradwalk.language.run import Break, Continue, Return, Run
from gradwalk.language.statements import bind, contexts_of, entered
from gradwalk.program import ProgramError

if TYPE_CHECKING:
    from gradwalk.language.procedures import Procedure
    from gradwalk.language.scope import Scope

Steps = Generator[Any, Any, None]


class GeneratorObject:
    """What calling a function with yield gives."""

    gradwalk_items = True
    """A loop can go over it."""

    def __init__(self, procedure: Procedure, scope: Scope) -> None:
        self.name = procedure.name
        self._run = procedure.run
        self._line = procedure.line
        self._scope = scope
        body = procedure.body if isinstance(procedure.body, list) else []
        self._steps: Steps | None = _steps(procedure.run, body)

    def __repr__(self) -> str:
        return f"<generator object {self.name} at {hex(id(self))}>"

    def __iter__(self) -> GeneratorObject:
        return self

    def __next__(self) -> Any:
        return self.send(None)

    def send(self, value: Any) -> Any:
        """Go on up to the next yield, in the generator's own scope."""
        run, steps = self._run, self._steps
        if steps is None:
            raise StopIteration
        before = run.scope, run.line, run.bound
        run.scope, run.line, run.bound = self._scope, self._line, []
        run.enter()
        try:
            found = steps.send(value)
        except (StopIteration, Return) as end:
            self._steps = None
            run.scope, run.line, run.bound = before
            raise StopIteration(end.value) from None
        except BaseException:
            self._steps = None
            raise
        finally:
            run.depth -= 1
        run.scope, run.line, run.bound = before
        return found

    def close(self) -> None:
        """Nothing more comes."""
        self._steps = None


def yields(body: Iterable[ast.AST]) -> bool:
    """Whether there is a yield in a function's own body."""
    stack = list(body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda):
            stack.extend(ast.iter_child_nodes(node))
    return False


def _steps(run: Run, body: list[ast.stmt]) -> Steps:
    for node in body:
        if not yields([node]):
            run.execute(node)
            continue
        run.at = node
        run.budget.step(run.span(node))
        rule = _RULES.get(type(node))
        if rule is None:
            raise ProgramError("yield stands in a statement of its own here: yield x, or x = yield.", run.span(node))
        yield from rule(run, node)


def _yielded(run: Run, node: ast.expr) -> Generator[Any, Any, Any]:
    """``yield x`` and ``yield from x``."""
    if isinstance(node, ast.YieldFrom):
        yield from run.items(run.value(node.value), node)
        return None
    if not isinstance(node, ast.Yield):
        raise ProgramError("yield stands in a statement of its own here: yield x, or x = yield.", run.span(node))
    return (yield None if node.value is None else run.value(node.value))


def _expression(run: Run, node: ast.Expr) -> Steps:
    yield from _yielded(run, node.value)


def _assign(run: Run, node: ast.Assign) -> Steps:
    value = yield from _yielded(run, node.value)
    for target in node.targets:
        bind(run, target, value)


def _if(run: Run, node: ast.If) -> Steps:
    yield from _steps(run, node.body if run.value(node.test) else node.orelse)


def _for(run: Run, node: ast.For) -> Steps:
    for item in run.items(run.value(node.iter), node.iter):
        run.budget.step(run.span(node))
        bind(run, node.target, item)
        try:
            yield from _steps(run, node.body)
        except Continue:
            continue
        except Break:
            return
    yield from _steps(run, node.orelse)


def _while(run: Run, node: ast.While) -> Steps:
    while run.value(node.test):
        run.budget.step(run.span(node))
        try:
            yield from _steps(run, node.body)
        except Continue:
            continue
        except Break:
            return
    yield from _steps(run, node.orelse)


def _with(run: Run, node: ast.With) -> Steps:
    yield from _within(run, contexts_of(run, node), node)


def _within(run: Run, contexts: list[Any], node: ast.With) -> Steps:
    if not contexts:
        yield from _steps(run, node.body)
        return
    with entered(run, contexts[0]) as value:
        if (name := node.items[-len(contexts)].optional_vars) is not None:
            bind(run, name, value)
        yield from _within(run, contexts[1:], node)


def _try(run: Run, node: ast.Try) -> Steps:
    """Only with finally: what is closed before its end leaves its finally clause alone."""
    if node.handlers or node.orelse:
        raise ProgramError("A yield inside try and except is not part of this language.", run.span(node))
    try:
        yield from _steps(run, node.body)
    except (ProgramError, GeneratorExit):
        raise
    except BaseException:
        run.block(node.finalbody)
        raise
    run.block(node.finalbody)


_RULES: dict[type[ast.stmt], Callable[[Run, Any], Steps]] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.If: _if,
    ast.For: _for,
    ast.While: _while,
    ast.With: _with,
    ast.Try: _try,
}
