"""What a call does in a run: a listed function, a method of a tensor, or one of Python's own functions."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from gradwalk import library
from gradwalk.library import Builtin, Function, Method
from gradwalk.program import ProgramError
from gradwalk.run import Run, expression


@expression(ast.Call)
def _call(run: Run, node: ast.Call) -> Any:
    target = run.value(node.func)
    args = tuple([run.value(item) for item in node.args])
    kwargs = {item.arg: run.value(item.value) for item in node.keywords if item.arg} if node.keywords else {}
    run.at = node
    if isinstance(target, Method):
        return run.apply(target.function, (target.base, *args), node, kwargs)
    if isinstance(target, Function):
        return run.apply(target, args, node, kwargs)
    if isinstance(target, Builtin):
        return _builtin(run, target.name, args, kwargs, node)
    if isinstance(target, library.Context):
        return target.make(*args)
    if isinstance(target, library.Seed):
        run.generator.manual_seed(*args)
        return None
    raise TypeError(f"'{type(target).__name__}' object is not callable")


def _builtin(run: Run, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], node: ast.Call) -> Any:
    if (rule := _WITH_TENSORS.get(name)) is not None:
        return rule(run, node, *args, **kwargs)
    limit = run.budget.limits.items
    if name in _ITERATING or (name in ("min", "max") and len(args) == 1):
        args = tuple(run.opened(item, node) for item in args)
    if any(isinstance(item, range | list | tuple) and item[limit:] for item in args):
        raise ProgramError(f"{name}() takes at most {limit:,} items here.", run.span(node))
    return run.checked(_PLAIN[name](*args, **kwargs), node)


def _print(run: Run, node: ast.Call, *args: Any, sep: str | None = " ", end: str | None = "\n") -> None:
    between, last = " " if sep is None else sep, "\n" if end is None else end
    texts: list[str] = []
    room = run.budget.limits.output
    for item in args:
        texts.append(run.text(item, node))
        room -= len(texts[-1]) + len(between)
        if room < 0:
            break  # show refuses it
    run.show(node, "print", between.join(texts) + last)


def _abs(run: Run, node: ast.Call, number: Any) -> Any:
    return run.apply(library.ABS, (number,), node)


def _sum(run: Run, node: ast.Call, items: Any, start: Any = 0) -> Any:
    total = start
    for item in run.items(items, node):
        total = run.apply(library.OPERATORS["Add"], (total, item), node)
    return total


def _range(run: Run, node: ast.Call, *args: Any) -> range:
    made = range(*args)
    most = run.budget.limits.steps
    if made[most:]:
        raise ProgramError(f"A range may have at most {most:,} items here.", run.span(node))
    return made


def _list(run: Run, node: ast.Call, items: Any = ()) -> list[Any]:
    return list(_items(run, node, items))


def _tuple(run: Run, node: ast.Call, items: Any = ()) -> tuple[Any, ...]:
    return tuple(_items(run, node, items))


def _items(run: Run, node: ast.Call, items: Any) -> list[Any]:
    limit = run.budget.limits.items
    if isinstance(items, range) and items[limit:]:
        raise ProgramError(f"A list may have at most {limit:,} items here.", run.span(node))
    return list(run.checked(list(run.items(items, node)), node))


def _str(run: Run, node: ast.Call, value: Any = "") -> str:
    return str(run.checked(run.text(value, node), node))


def _round(number: Any, ndigits: int | None = None) -> Any:
    """round(1, -10**9) would compute 10**(10**9)."""
    return round(number, None if ndigits is None else max(-400, min(400, ndigits)))


_WITH_TENSORS: dict[str, Callable[..., Any]] = {
    "print": _print,
    "abs": _abs,
    "sum": _sum,
    "range": _range,
    "list": _list,
    "tuple": _tuple,
    "str": _str,
}
"""Python's functions that may meet a tensor, or that grow."""

_PLAIN: dict[str, Callable[..., Any]] = {
    "float": float,
    "int": int,
    "bool": bool,
    "round": _round,
    "len": len,
    "min": min,
    "max": max,
    "zip": zip,
    "enumerate": enumerate,
}
"""Python's functions that are what they are."""

_ITERATING = frozenset(("zip", "enumerate"))
"""Those that go through their arguments: the rows of a tensor are operations of their own."""
