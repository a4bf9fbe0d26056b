"""Methods of lists, dicts, tuples and texts that a program may call, and the formatting of text."""

from __future__ import annotations

import re
import string
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import torch

from gradwalk.language.printing import formatted, printed, printing_cost, shown
from gradwalk.parse.listed import FORMAT
from gradwalk.program import ProgramError
from gradwalk.program.limits import LIMITS


@dataclass(frozen=True)
class DataField:
    """``dataclasses.field(default=…)`` or ``field(default_factory=list)``."""

    default: Any = None
    factory: Any = None
    NOTHING: ClassVar[object] = object()


WIDEST = 200
"""The widest field that a text method may fill."""


def format_text(text: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """``"{:.4f} {name}".format(…)`` with plain fields: a number or a name, and a numeric format."""
    made, following = "", 0
    for literal, field, spec, conversion in string.Formatter().parse(text):
        made += literal
        if field is None:
            continue
        if field == "":
            field, following = str(following), following + 1
        if not re.fullmatch(r"\d{1,3}|[A-Za-z_]\w*", field) or not re.fullmatch(FORMAT, spec or ""):
            raise ValueError(
                f"the field {{{field}{':' + spec if spec else ''}}} is too much here; {{}} and {{:.4f}} work"
            )
        value = _argument(field, args, kwargs)
        _check_cost(value)
        made += formatted(shown(value) if conversion == "r" else value, spec or "")
        if len(made) > LIMITS.items:
            raise ProgramError(f"This text would have more than {LIMITS.items:,} characters.")
    return made


def _check_cost(value: Any) -> None:
    if printing_cost(value, LIMITS.items) > LIMITS.items:
        raise ProgramError("This is too much to write out. A part of it would work.")


def _argument(field: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if not field.isdigit():
        return kwargs[field]
    if int(field) >= len(args):
        raise IndexError(f"Replacement index {field} out of range for positional args tuple")
    return args[int(field)]


_PERCENT = re.compile(r"%(?:%|[-+ 0#]{0,3}\d{0,2}(?:\.\d{1,2})?[dfeEgGsri])")


def percent_text(text: str, right: Any) -> str:
    """``"%.4f" % x`` with plain numeric formats."""
    bare = _PERCENT.sub("", text)
    if "%" in bare:
        raise ValueError("this format is too much here; %d, %s and %.4f work")
    items = tuple(right) if isinstance(right, tuple) else (right,)
    kinds = [found[-1] for found in _PERCENT.findall(text) if found != "%%"]
    ready = tuple(_for_percent(item, kind) for item, kind in zip(items, kinds, strict=False))
    return text % (ready + items[len(kinds) :])


def _for_percent(item: Any, kind: str) -> Any:
    if kind in "sr":
        _check_cost(item)
        return shown(item) if kind == "r" else printed(item)
    return item


def _filled(name: str) -> Callable[..., str]:
    def fill(text: str, width: int, *rest: str) -> str:
        return str(getattr(str, name)(text, max(-WIDEST, min(WIDEST, width)), *rest))

    return fill


def _extend(items: list[Any], more: Any) -> None:
    """A list can be extended by itself."""
    if hasattr(more, "__len__") and len(items) + len(more) > LIMITS.items:
        raise ProgramError(f"This list would have more than {LIMITS.items:,} items.")
    items.extend(more)


def _join(separator: str, items: Any) -> str:
    if not all(isinstance(item, str) for item in items):
        wrong = next(index for index, item in enumerate(items) if not isinstance(item, str))
        raise TypeError(f"sequence item {wrong}: expected str instance, {type(list(items)[wrong]).__name__} found")
    if sum(len(item) + len(separator) for item in items) > 2 * LIMITS.items:
        raise ProgramError(f"This text would have more than {LIMITS.items:,} characters.")
    return separator.join(items)


def _replace(text: str, old: str, new: str, count: int = -1) -> str:
    if len(text) + text.count(old) * len(new) > LIMITS.items:
        raise ProgramError(f"This text would have more than {LIMITS.items:,} characters.")
    return text.replace(old, new, count)


def _plain(kind: type, names: str) -> dict[str, Callable[..., Any]]:
    return {name: getattr(kind, name) for name in names.split()}


METHODS: dict[type, dict[str, Callable[..., Any]]] = {
    list: {**_plain(list, "append insert pop index count reverse copy clear remove sort"), "extend": _extend},
    tuple: _plain(tuple, "index count"),
    dict: {
        **_plain(dict, "get pop popitem update copy clear setdefault keys values items"),
    },
    Counter: _plain(Counter, "most_common get pop update copy clear keys values items total subtract setdefault"),
    deque: _plain(deque, "append appendleft pop popleft clear copy count index rotate reverse remove extend"),
    frozenset: _plain(frozenset, "union intersection difference issubset issuperset copy"),
    set: _plain(
        set,
        "symmetric_difference isdisjoint add remove discard pop union intersection difference update copy clear "
        "issubset issuperset",
    ),
    float: _plain(float, "is_integer as_integer_ratio conjugate"),
    int: _plain(int, "bit_length conjugate"),
    bool: {},
    str: {
        **_plain(str, "upper lower strip lstrip rstrip split startswith endswith count find title capitalize swapcase"),
        **_plain(str, "splitlines isdigit isalpha isupper islower removeprefix removesuffix rfind index partition"),
        "replace": _replace,
        **{name: _filled(name) for name in ("ljust", "rjust", "center", "zfill")},
        "join": _join,
        "format": lambda text, *args, **kwargs: format_text(text, args, kwargs),
    },
    torch.Size: {"numel": torch.Size.numel, "index": torch.Size.index, "count": torch.Size.count},
}
"""By the exact type of the object."""
