"""Python's own functions that a program may call, bounded where they grow."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Callable
from typing import Any

import torch

from gradwalk.language import library
from gradwalk.language.existing import EVERYWHERE
from gradwalk.language.printing import displayed, formatted, shown
from gradwalk.language.run import Run
from gradwalk.parse.listed import DUNDERS, FORMAT
from gradwalk.program import ProgramError

Again = Callable[..., Any]
"""Calls a function of the program's own."""


def call_builtin(
    run: Run, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], node: ast.expr, again: Again
) -> Any:
    """Call one of Python's functions by its name in ``library.BUILTINS``."""
    if (rule := _WITH_TENSORS.get(name)) is not None:
        return rule(run, node, *args, **kwargs)
    if (rule := _WITH_FUNCTIONS.get(name)) is not None:
        return run.checked(rule(run, node, again, *args, **kwargs), node)
    limit = run.budget.limits.items
    if any(isinstance(item, range | list | tuple) and item[limit:] for item in args):
        raise ProgramError(f"{name}() takes at most {limit:,} items here.", run.span(node))
    if name in ("any", "all", "zip", "enumerate", "dict") and any(isinstance(item, torch.Tensor) for item in args):
        args = tuple(list(run.items(item, node)) if isinstance(item, torch.Tensor) else item for item in args)
    return run.checked(_PLAIN[name](*args, **kwargs), node)


def _print(run: Run, node: ast.expr, *args: Any, sep: str | None = " ", end: str | None = "\n", **_: Any) -> None:
    for name, given in (("sep", sep), ("end", end)):
        if not isinstance(given, str | None):
            raise TypeError(f"{name} must be None or a string, not {type(given).__name__}")
    between, last = " " if sep is None else sep, "\n" if end is None else end
    texts: list[str] = []
    room = run.budget.limits.output
    for item in args:
        texts.append(run.text(item, node))
        room -= len(texts[-1]) + len(between)
        if room < 0:
            break  # show refuses it
    run.show(node, "print", between.join(texts) + last)


def _abs(run: Run, node: ast.expr, number: Any) -> Any:
    return run.apply(library.ABS, (number,), node)


def _sum(run: Run, node: ast.expr, items: Any, start: Any = 0) -> Any:
    total = start
    for item in run.items(items, node):
        total = run.apply(library.OPERATORS["Add"], (total, item), node)
    return total


def _range(run: Run, node: ast.expr, *args: Any) -> range:
    made = range(*args)
    most = run.budget.limits.steps
    if made[most:]:
        raise ProgramError(f"A range may have at most {most:,} items here.", run.span(node))
    return made


def _list(run: Run, node: ast.expr, items: Any = ()) -> list[Any]:
    return list(_items(run, node, items))


def _tuple(run: Run, node: ast.expr, items: Any = ()) -> tuple[Any, ...]:
    return tuple(_items(run, node, items))


def _items(run: Run, node: ast.expr, items: Any) -> list[Any]:
    limit = run.budget.limits.items
    if isinstance(items, range) and items[limit:]:
        raise ProgramError(f"A list may have at most {limit:,} items here.", run.span(node))
    return list(run.checked(list(itertools.islice(run.items(items, node), limit + 1)), node))


def _str(run: Run, node: ast.expr, value: Any = "") -> str:
    return str(run.checked(run.text(value, node), node))


def _repr(run: Run, node: ast.expr, value: Any) -> str:
    return str(run.checked(run.text(value, node, shown), node))


def _pow(run: Run, node: ast.expr, base: Any, exponent: Any) -> Any:
    from gradwalk.language.arithmetic import check_plain

    check_plain("Pow", (base, exponent), run.budget.limits, run.span(node))
    return run.apply(library.OPERATORS["Pow"], (base, exponent), node)


def _isinstance(run: Run, node: ast.expr, value: Any, kinds: Any) -> bool:
    from gradwalk.language.classes import ClassObject

    for kind in kinds if isinstance(kinds, tuple) else (kinds,):
        real = real_class(kind)
        if isinstance(kind, ClassObject) and getattr(value, "kind", None) is kind:
            return True
        if isinstance(real, type) and isinstance(value, real):
            return True
    return False


def type_of(value: Any) -> Any:
    """The class of a value as a program sees it: what stands for something of Python's has Python's type."""
    kind = type(value)
    return getattr(kind, "_gradwalk_class", None) or STANDS_FOR.get(kind.__name__, kind)


def _nothing() -> None:
    pass


STANDS_FOR: dict[str, type] = {
    "Procedure": type(_nothing),
    "Builtin": type(len),
    "Function": type(len),
    "Method": type([].append),
    "Plain": type("".join),
    "Module": type(torch),
    "ClassObject": type,
    "Context": type,
    "Layer": type,
    "OptimizerClass": type,
    "ParameterClass": type,
    "Engine": type(_nothing),
}
"""Classes of this library whose objects stand for something of Python's, by name."""


def _type(run: Run, node: ast.expr, value: Any) -> Any:
    return type_of(value)


def _set(run: Run, node: ast.expr, items: Any = ()) -> set[Any]:
    return set(_items(run, node, items))


def _id(run: Run, node: ast.expr, value: Any) -> int:
    return run.address(id(value))


def _hash(run: Run, node: ast.expr, value: Any) -> int:
    """Of what is hashed by its place in memory, a number that is the same in every run."""
    found = hash(value)
    return run.address(id(value)) if type(value).__hash__ in _BY_PLACE else found


_BY_PLACE: tuple[Any, ...] = (object.__hash__, torch.Tensor.__hash__)


def _next(run: Run, node: ast.expr, items: Any, *default: Any) -> Any:
    if isinstance(items, list):  # a generator expression, or an iterator of PyTorch's, which is a list here
        if items:
            return items[0]
        items = iter(())
    return next(items, *default)


def _iter(run: Run, node: ast.expr, items: Any) -> Any:
    return run.items(items, node)


def _getattr(run: Run, node: ast.expr, base: Any, name: str, *default: Any) -> Any:
    """getattr by the rules of ``base.name``: through the closed lists, never Python's own."""
    _check_attribute(run, node, name)
    try:
        return run.attribute(base, name, node)
    except AttributeError:
        if name in EVERYWHERE and not default:
            raise ProgramError(f"The attribute {name} is not part of this language.", run.span(node)) from None
        if default:
            return default[0]
        raise


def _hasattr(run: Run, node: ast.expr, base: Any, name: str) -> bool:
    missing = object()
    return _getattr(run, node, base, name, missing) is not missing


def _setattr(run: Run, node: ast.expr, base: Any, name: str, value: Any) -> None:
    _check_attribute(run, node, name)
    run.set_attribute(base, name, value, node)


def _check_attribute(run: Run, node: ast.expr, name: Any) -> None:
    """A name as text is held to what a name in the program is held to."""
    if not isinstance(name, str):
        raise TypeError(f"attribute name must be string, not '{type(name).__name__}'")
    if not name.isascii() or (name.startswith("__") and name not in DUNDERS) or len(name) > 60:
        raise ProgramError(f"The attribute {name[:60]} is not part of this language.", run.span(node))


def _issubclass(run: Run, node: ast.expr, kind: Any, kinds: Any) -> bool:
    real = real_class(kind)
    if not isinstance(real, type):
        raise TypeError("issubclass() arg 1 must be a class")
    return any(
        isinstance(other := real_class(item), type) and issubclass(real, other)
        for item in (kinds if isinstance(kinds, tuple) else (kinds,))
    )


def real_class(value: Any) -> Any:
    """The class that a value stands for, if it stands for one."""
    if isinstance(value, library.Builtin):
        return TYPES.get(value.name, value)
    if type(value).__name__ in _CLASSES:
        return _CLASSES[type(value).__name__]
    return value.kind if type(value).__name__ in ("Layer", "OptimizerClass", "ClassObject") else value


_CLASSES: dict[str, type] = {
    "ParameterClass": torch.nn.Parameter,
    "DeviceClass": torch.device,
}
"""Classes of PyTorch that are called by rules of their own here."""


def _format(run: Run, node: ast.expr, value: Any, spec: str = "") -> str:
    if not re.fullmatch(FORMAT, spec):
        raise ProgramError("This format is not part of this language; .4f and >8.3f work.", run.span(node))
    return run.text(value, node, lambda item: formatted(item, spec))


def _frozenset(run: Run, node: ast.expr, items: Any = ()) -> frozenset[Any]:
    return frozenset(_items(run, node, items))


def _display(run: Run, node: ast.expr, *values: Any, **_: Any) -> None:
    for value in values:
        if not isinstance(value, library.Silence):
            run.show(node, "result", run.text(value, node, displayed))


def _zip(run: Run, node: ast.expr, *args: Any, **kwargs: Any) -> Any:
    """zip; what draws goes along with everything."""
    opened = [itertools.repeat(item) if isinstance(item, library.Silence) else item for item in args]
    if len(opened) == sum(isinstance(item, library.Silence) for item in args):
        return iter(())
    return zip(
        *(list(run.items(i, node)) if isinstance(i, torch.Tensor) else i for i in opened),
        strict=bool(kwargs.get("strict")),
    )


def _callable(run: Run, node: ast.expr, value: Any) -> bool:
    return callable(value) or isinstance(value, library.Function | library.Method | library.Builtin)


def _sorted(run: Run, node: ast.expr, again: Again, items: Any, key: Any = None, reverse: bool = False) -> list[Any]:
    return sorted(_items(run, node, items), key=None if key is None else lambda item: again(key, item), reverse=reverse)


def _map(run: Run, node: ast.expr, again: Again, function: Any, *items: Any) -> list[Any]:
    return [again(function, *parts) for parts in zip(*(_items(run, node, item) for item in items), strict=False)]


def _filter(run: Run, node: ast.expr, again: Again, function: Any, items: Any) -> list[Any]:
    return [item for item in _items(run, node, items) if (item if function is None else again(function, item))]


def _extreme(pick: Callable[..., Any]) -> Callable[..., Any]:
    def choose(run: Run, node: ast.expr, again: Again, *args: Any, key: Any = None, **kwargs: Any) -> Any:
        if not args:
            raise TypeError(f"{pick.__name__} expected at least 1 argument, got 0")
        items = _items(run, node, args[0]) if len(args) == 1 else args
        return pick(items, key=None if key is None else lambda item: again(key, item), **kwargs)

    return choose


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
    "repr": _repr,
    "pow": _pow,
    "isinstance": _isinstance,
    "type": _type,
    "set": _set,
    "id": _id,
    "hash": _hash,
    "next": _next,
    "iter": _iter,
    "callable": _callable,
    "getattr": _getattr,
    "hasattr": _hasattr,
    "setattr": _setattr,
    "issubclass": _issubclass,
    "format": _format,
    "frozenset": _frozenset,
    "display": _display,
    "zip": _zip,
}
"""Python's functions that may meet a tensor, or that grow."""

_WITH_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sorted": _sorted,
    "map": _map,
    "filter": _filter,
    "min": _extreme(min),
    "max": _extreme(max),
}
"""Those that may be given a function of the program's own."""

_PLAIN: dict[str, Callable[..., Any]] = {
    "object": object,
    "divmod": divmod,
    "float": float,
    "int": int,
    "bool": bool,
    "round": _round,
    "len": len,
    "chr": chr,
    "ord": ord,
    "bin": bin,
    "hex": hex,
    "oct": oct,
    "slice": slice,
    "enumerate": enumerate,
    "dict": dict,
    "any": any,
    "all": all,
    "reversed": lambda items: list(items)[::-1],
}
"""Python's functions that are what they are."""

TYPES: dict[str, type] = {kind.__name__: kind for kind in (float, int, bool, str, list, tuple, dict, set, type)}
