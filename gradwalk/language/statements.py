"""What each statement does in a run."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.autograd.forward_ad import dual_level

from gradwalk.language import library
from gradwalk.language.library import Absent, Silence
from gradwalk.language.modules import SILENT
from gradwalk.language.objects import set_attribute
from gradwalk.language.run import SET_ATTRIBUTE, Break, Continue, Return, Run, statement
from gradwalk.language.torch_tools import Anomaly
from gradwalk.language.vocabulary import imported_module, imported_names
from gradwalk.program import ProgramError


@statement(ast.Expr)
def _expression(run: Run, node: ast.Expr) -> Any:
    return run.value(node.value)


@statement(ast.Assign)
def _assign(run: Run, node: ast.Assign) -> None:
    value = run.value(node.value)
    for target in node.targets:
        bind(run, target, value)


@statement(ast.AugAssign)
def _augmented(run: Run, node: ast.AugAssign) -> None:
    """``w -= …`` changes a tensor or a list in place; a plain number is bound anew."""
    if (read := run.loaded.get(node.target)) is None:
        read = run.loaded[node.target] = _loaded(node.target)
    old = run.value(read)
    new = run.value(node.value)
    bind(run, node.target, run.apply(library.IN_PLACE[type(node.op).__name__], (old, new), node))


def bind(run: Run, target: ast.expr, value: Any) -> None:
    """Put a value where an assignment points."""
    run.at = target
    if isinstance(target, ast.Name):
        run.scope.bind(target.id, value)
        run.bound.append(target.id)
    elif isinstance(target, ast.Tuple | ast.List):
        _unpack(run, target, value)
    elif isinstance(target, ast.Subscript):
        base = run.value(target.value)
        if isinstance(base, Silence):
            return
        run.apply(library.STORE, (base, run.value(target.slice), value), target)
        run.grown(base, target)
    elif isinstance(target, ast.Attribute):
        run.set_attribute(run.value(target.value), target.attr, value, target)


def _unpack(run: Run, target: ast.Tuple | ast.List, value: Any) -> None:
    if isinstance(value, int | float | None):
        raise TypeError(f"cannot unpack non-iterable {type(value).__name__} object")
    if isinstance(value, Silence):
        value = [value] * len(target.elts)
    items = list(itertools.islice(run.items(value, target), run.budget.limits.items))
    wanted = len(target.elts)
    star = next((index for index, part in enumerate(target.elts) if isinstance(part, ast.Starred)), None)
    if star is not None:
        items = _gathered(items, star, wanted)
    if len(items) < wanted:
        raise ValueError(f"not enough values to unpack (expected {wanted}, got {len(items)})")
    if len(items) > wanted:
        raise ValueError(f"too many values to unpack (expected {wanted})")
    for part, item in zip(target.elts, items, strict=True):
        bind(run, part.value if isinstance(part, ast.Starred) else part, item)


def _gathered(items: list[Any], star: int, wanted: int) -> list[Any]:
    """``a, *rest = …``: what the star takes, as one list."""
    if len(items) < wanted - 1:
        raise ValueError(f"not enough values to unpack (expected at least {wanted - 1}, got {len(items)})")
    end = len(items) - (wanted - star - 1)
    return [*items[:star], items[star:end], *items[end:]]


def _set_attribute(run: Run, base: Any, name: str, value: Any, node: ast.AST) -> None:
    if isinstance(base, Silence):
        return
    if not isinstance(base, torch.Tensor) or name not in library.SETTABLE:
        set_attribute(base, name, value)
    elif name == "data":
        run.listener.replace_data(base, value, run.span(node))
    else:
        setattr(base, name, value)


SET_ATTRIBUTE.append(_set_attribute)


def _loaded(target: ast.Name | ast.Attribute | ast.Subscript) -> ast.expr:
    """The same place, to be read."""
    if isinstance(target, ast.Name):
        read: ast.expr = ast.Name(target.id, ast.Load())
    elif isinstance(target, ast.Attribute):
        read = ast.Attribute(target.value, target.attr, ast.Load())
    else:
        read = ast.Subscript(target.value, target.slice, ast.Load())
    return ast.copy_location(read, target)


@statement(ast.If)
def _if(run: Run, node: ast.If) -> None:
    run.block(node.body if run.value(node.test) else node.orelse)


@statement(ast.For)
def _for(run: Run, node: ast.For) -> None:
    for item in run.items(run.value(node.iter), node.iter):
        run.budget.step(run.span(node))
        bind(run, node.target, item)
        if not _turn(run, node.body):
            return
    run.block(node.orelse)


@statement(ast.While)
def _while(run: Run, node: ast.While) -> None:
    while run.value(node.test):
        run.budget.step(run.span(node))
        if not _turn(run, node.body):
            return
    run.block(node.orelse)


def _turn(run: Run, body: list[ast.stmt]) -> bool:
    """One turn of a loop; False after a break."""
    try:
        run.block(body)
    except Continue:
        return True
    except Break:
        return False
    return True


@statement(ast.Break)
def _break(run: Run, node: ast.Break) -> None:
    raise Break


@statement(ast.Continue)
def _continue(run: Run, node: ast.Continue) -> None:
    raise Continue


@statement(ast.With)
def _with(run: Run, node: ast.With) -> None:
    _within(run, contexts_of(run, node), node)


def contexts_of(run: Run, node: ast.With) -> list[Any]:
    """What a with statement enters, in order."""
    contexts = [run.value(item.context_expr) for item in node.items]
    for context, item in zip(contexts, node.items, strict=True):
        if not isinstance(context, (*library.CONTEXT_KINDS, Silence, Anomaly, dual_level)) and not _is_own_context(
            context
        ):
            raise ProgramError(
                "Only with torch.no_grad():, torch.enable_grad():, torch.set_grad_enabled(…): and "
                "torch.inference_mode(): work here, and classes with __enter__ and __exit__.",
                run.span(item.context_expr),
            )
    return contexts


def _is_own_context(context: Any) -> bool:
    own = getattr(type(context), "_gradwalk_class", None)
    return own is not None and all(own.find(name) is not None for name in ("__enter__", "__exit__"))


@contextmanager
def entered(run: Run, context: Any) -> Iterator[Any]:
    """One context at work. An object of the program's own is told of errors, and may keep them to itself."""
    if isinstance(context, Silence):
        yield context
    elif not _is_own_context(context):
        with context as value:
            yield value
    else:
        own = type(context)._gradwalk_class
        enter, leave = (own.member(name, context, None) for name in ("__enter__", "__exit__"))
        place = run.scope, run.line, run.depth
        value = run.call(enter, (), run.at)
        try:
            yield value
        except (ProgramError, GeneratorExit):
            raise
        except (Return, Break, Continue):
            run.scope, run.line, run.depth = place
            run.call(leave, (None, None, None), run.at)
            raise
        except Exception as error:
            run.scope, run.line, run.depth = place
            if not run.call(leave, (type(error), error, None), run.at):
                raise
        else:
            run.call(leave, (None, None, None), run.at)


def _within(run: Run, contexts: list[Any], node: ast.With) -> None:
    if not contexts:
        run.block(node.body)
        return
    with entered(run, contexts[0]) as value:
        if (name := node.items[-len(contexts)].optional_vars) is not None:
            bind(run, name, value)
        _within(run, contexts[1:], node)


@statement(ast.Assert)
def _assert(run: Run, node: ast.Assert) -> None:
    if not run.value(node.test):
        raise AssertionError(*([run.text(run.value(node.msg), node)] if node.msg else []))


@statement(ast.Import)
def _import(run: Run, node: ast.Import) -> None:
    for item in node.names:
        found = imported_module(item)
        run.scope.bind(item.asname or item.name.partition(".")[0], found)
        if item.name in SILENT:
            run.show(node, "notice", f"{item.name} is passed over here: nothing is drawn.")
        _tell_absent(run, node, found)


@statement(ast.ImportFrom)
def _import_from(run: Run, node: ast.ImportFrom) -> None:
    for name, found in imported_names(node, run.line):
        run.scope.bind(name, found)
        _tell_absent(run, node, found)


def _tell_absent(run: Run, node: ast.stmt, found: Any) -> None:
    if isinstance(found, Absent):
        run.show(node, "notice", f"{found.name} is not available here: what uses it fails.")


@statement(ast.AnnAssign)
def _annotated(run: Run, node: ast.AnnAssign) -> None:
    if node.value is not None:
        bind(run, node.target, run.value(node.value))


@statement(ast.Global)
def _global(run: Run, node: ast.Global) -> None:
    """Names that this function shares with the module."""
    run.scope.local -= set(node.names)
    run.scope.shared |= set(node.names)


@statement(ast.Nonlocal)
def _nonlocal(run: Run, node: ast.Nonlocal) -> None:
    """Names that this function shares with the one around it."""
    run.scope.local -= set(node.names)
    run.scope.outer |= set(node.names)


@statement(ast.Delete)
def _delete(run: Run, node: ast.Delete) -> None:
    for target in node.targets:
        if isinstance(target, ast.Name):
            if run.scope.names.pop(target.id, run) is run:
                raise NameError(f"name '{target.id}' is not defined")
        elif isinstance(target, ast.Subscript) and isinstance(base := run.value(target.value), list | dict):
            del base[run.value(target.slice)]
        else:
            raise ProgramError("del takes names and items of lists and dicts here.", run.span(target))


@statement(ast.Pass)
def _pass(run: Run, node: ast.Pass) -> None:
    pass
