"""try, except and raise, for the errors that lessons meet. A refusal cannot be caught."""

from __future__ import annotations

import ast
from typing import Any

from gradwalk.language.printing import printed
from gradwalk.language.run import Break, Continue, Return, Run, statement
from gradwalk.program import ProgramError

_PASSING = (ProgramError, Return, Break, Continue)
"""What travels as an exception and is none."""


@statement(ast.Try)
def _try(run: Run, node: ast.Try) -> None:
    place = run.scope, run.line, run.depth
    try:
        _attempt(run, node, place)
    except ProgramError:
        raise  # the program is over, and nothing of it runs any more
    except BaseException:
        run.block(node.finalbody)
        raise
    run.block(node.finalbody)


def _attempt(run: Run, node: ast.Try, place: tuple[Any, int, int]) -> None:
    try:
        run.block(node.body)
    except _PASSING:
        raise
    except Exception as error:
        failed_at = run.scope, run.line, run.depth, run.at
        run.scope, run.line, run.depth = place
        handler = next((item for item in node.handlers if _catches(run, item, error)), None)
        if handler is None:
            run.scope, run.line, run.depth, run.at = failed_at
            raise
        _handle(run, handler, error)
    else:
        run.block(node.orelse)


def _handle(run: Run, handler: ast.ExceptHandler, error: Exception) -> None:
    if handler.name:
        run.scope.names[handler.name] = error
    run.handling.append(error)
    try:
        run.block(handler.body)
    finally:
        run.handling.pop()
        if handler.name:
            run.scope.names.pop(handler.name, None)


def _catches(run: Run, handler: ast.ExceptHandler, error: Exception) -> bool:
    if handler.type is None:
        return True
    kinds = run.value(handler.type)
    for given in kinds if isinstance(kinds, tuple) else (kinds,):
        kind = getattr(given, "kind", given)
        if not (isinstance(kind, type) and issubclass(kind, Exception)):
            raise TypeError("catching classes that do not inherit from BaseException is not allowed")
        if isinstance(error, kind):
            return True
    return False


@statement(ast.Raise)
def _raise(run: Run, node: ast.Raise) -> None:
    if node.exc is None:
        raise run.handling[-1] if run.handling else RuntimeError("No active exception to reraise")
    error = run.value(node.exc)
    error = getattr(error, "kind", error)
    if isinstance(error, type) and issubclass(error, Exception):
        error = error()
    if not isinstance(error, Exception):
        raise TypeError("exceptions must derive from BaseException")
    raise error


def make(kind: type[Exception], args: tuple[Any, ...]) -> Exception:
    """ValueError("…"), with arguments that are text or numbers."""
    return kind(*(item if isinstance(item, str | int | float) else printed(item) for item in args))
