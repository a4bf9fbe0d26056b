"""Where a None comes from: a function that ends without return, or a variable that was set to it."""

from __future__ import annotations

import ast

from gradwalk.failures.diagnosis import Diagnosis, Remedy, diagnosis
from gradwalk.failures.history import History, in_program
from gradwalk.program import Span
from gradwalk.program.syntax import Code, name_of
from gradwalk.recording import Left, Statement


def none(history: History, key: str, **pieces: object) -> Diagnosis | None:
    """The function that gave it, else the line that set the variable; ``key`` where neither is known."""
    variable = next(iter(history.facts("object")), None)
    statement = None if variable is None else _set_to_none(history, variable)
    if (found := _without_return(history, statement)) is not None:
        return found
    if statement is not None and variable is not None:
        return diagnosis("none-object", None, statement, object=variable, line=statement.span.line)
    return None if variable is not None and key == "none-nameless" else diagnosis(key, **pieces)


def _set_to_none(history: History, variable: str) -> Statement | None:
    """The statement that last set a variable, if to None."""
    statement = history.last_binding(variable)
    bound = [one for one in statement.bindings if one.name == variable] if statement is not None else []
    return statement if bound and bound[-1].value is None and bound[-1].text == "None" else None


def _without_return(history: History, statement: Statement | None) -> Diagnosis | None:
    """The program's own function, or forward(), that the None came out of."""
    place = history.failure.span if statement is None else statement.span
    if in_program(place) is None:
        return None
    code = Code(history.recording.source)
    module = _module(history, place, named=statement is not None)
    if module is not None:
        methods = [n for one in code.all(ast.ClassDef) if one.name == module for n in one.body if _is(n, "forward")]
        function = methods[-1] if methods else None
        name = f"forward() of {module}"
    else:
        called = _called(code, place, whole=statement is not None)
        defined = [node for node in code.all(ast.FunctionDef) if node.name == called]
        function = defined[-1] if len(defined) == 1 and not _returns(defined[0]) else None
        name = f"{called}()"
    if not isinstance(function, ast.FunctionDef):
        return None
    last = function.body[-1]
    end = code.lines[(last.end_lineno or last.lineno) - 1]
    span = Span(last.lineno, last.col_offset + 1, last.end_lineno or last.lineno, len(end) + 1, "")
    remedy = None if _returns(function) else Remedy("return", span)
    return diagnosis("none-returned", remedy, statement, function=name, line=place.line, end=span.line)


def _module(history: History, place: Span, *, named: bool) -> str | None:
    """The type of the module that gave the None, if it ran at this place last."""
    given = history.facts("none-given")
    module = next((module for module in history.recording.modules if str(module.id) in given), None)
    if module is None:
        return None
    left = [event for event in history.all(Left) if event.module == module.id]
    inner = None if not left else left[-1].span
    outermost = history.all(Left)[-1:] == left[-1:]
    is_here = inner is not None and not inner.file and place[:2] <= inner[:2] and inner[2:4] <= place[2:4]
    inside_another = module.parent is not None and outermost and not named
    return module.type if is_here or inside_another else None


def _called(code: Code, place: Span, *, whole: bool) -> str:
    """The one function of the program's own that is called at a place, by its name."""
    if whole:
        statement = code.statement(place)
        made = statement.value if isinstance(statement, ast.Assign) else None
        return made.func.id if isinstance(made, ast.Call) and isinstance(made.func, ast.Name) else ""
    names = {name_of(call.func) for call in code.within(place, ast.Call) if isinstance(call.func, ast.Name)}
    defined = {node.name for node in code.all(ast.FunctionDef) if not _returns(node)}
    found = names & defined
    return found.pop() if len(found) == 1 else ""


def _is(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name == name


def _returns(function: ast.FunctionDef) -> bool:
    """Whether it may give something: a value behind a return, or one by one, as a generator does."""
    inner = {node for one in ast.walk(function) if isinstance(one, _FUNCTIONS) and one is not function
             for node in ast.walk(one)}  # fmt: skip
    kinds = (ast.Return, ast.Yield, ast.YieldFrom)
    return any(isinstance(node, kinds) and node.value is not None for node in ast.walk(function) if node not in inner)


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
