"""Python's standard library as lessons use it: collections, functools, itertools, dataclasses and their like.

Each function is a ``Standard``: a rule that gets the run, and calls what it is given through the run's budget.
"""

from __future__ import annotations

import ast
import itertools
import posixpath
import pprint
import sys
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from gradwalk.language import library
from gradwalk.language.collected import Lazy, Named, Progress, Tables
from gradwalk.language.containers import DataField
from gradwalk.language.library import Module, Silence
from gradwalk.language.objects import Plain
from gradwalk.language.run import Run
from gradwalk.program import ProgramError


@dataclass(frozen=True, slots=True)
class Standard:
    """A function of Python's standard library."""

    name: str
    rule: Callable[..., Any]
    """Gets the run and the place of the call, then the arguments."""


def _all(run: Run, node: ast.AST, items: Any) -> list[Any]:
    """Everything that a loop over a value meets, if it is not too much."""
    most = run.budget.limits.items
    found = list(itertools.islice(run.items(items, node), most + 1))
    return list(run.checked(found, node))


def _lazy(make: Callable[..., Iterator[Any]]) -> Callable[..., Lazy]:
    """One of itertools' functions. What it gives is charged as it is asked for."""

    def rule(run: Run, node: ast.AST, *args: Any, **kwargs: Any) -> Lazy:
        opened = list(args) if make in _PLAIN else [_iterable(run, node, item) for item in args]
        ready = {name: item for name, item in kwargs.items() if isinstance(item, int | float | None)}
        return Lazy(make(*opened, **ready), lambda: run.budget.step(run.span(node)))

    return rule


_PLAIN: tuple[Any, ...] = (itertools.count, itertools.repeat)
"""Those that take a value and not something to go over."""


def _iterable(run: Run, node: ast.AST, item: Any) -> Any:
    return item if isinstance(item, int | None) else run.items(item, node)


def _product(run: Run, node: ast.AST, *args: Any, repeat: int = 1) -> Lazy:
    if not 0 <= repeat <= 20:
        raise ProgramError("itertools.product() repeats at most 20 times here.", run.span(node))
    pools = [_all(run, node, item) for item in args]
    return Lazy(itertools.product(*pools, repeat=repeat), lambda: run.budget.step(run.span(node)))


def _arranged(make: Callable[..., Iterator[Any]]) -> Callable[..., Lazy]:
    def rule(run: Run, node: ast.AST, items: Any, r: int | None = None) -> Lazy:
        pool = _all(run, node, items)
        found = make(pool) if r is None else make(pool, min(r, len(pool) + 1))
        return Lazy(found, lambda: run.budget.step(run.span(node)))

    return rule


def _accumulate(run: Run, node: ast.AST, items: Any, func: Any = None, *, initial: Any = None) -> list[Any]:
    total, made = initial, [] if initial is None else [initial]
    for item in _all(run, node, items):
        if not made:
            total = item
        elif func is None:
            total = run.apply(library.OPERATORS["Add"], (total, item), node)
        else:
            total = run.call(func, (total, item), node)
        made.append(total)
    return made


def _starmap(run: Run, node: ast.AST, function: Any, items: Any) -> list[Any]:
    return [run.call(function, tuple(item), node) for item in _all(run, node, items)]


def _reduce(run: Run, node: ast.AST, function: Any, items: Any, *initial: Any) -> Any:
    pool = [*initial, *_all(run, node, items)]
    if not pool:
        raise TypeError("reduce() of empty iterable with no initial value")
    total = pool[0]
    for item in pool[1:]:
        total = run.call(function, (total, item), node)
    return total


def _partial(run: Run, node: ast.AST, function: Any, *args: Any, **kwargs: Any) -> Plain:
    def call(*more: Any, **named: Any) -> Any:
        return run.call(function, (*args, *more), node, kwargs | named)

    return Plain(call, name="partial")


def _wraps(run: Run, node: ast.AST, wrapped: Any, **_: Any) -> Plain:
    def name(wrapper: Any) -> Any:
        if _is_own(wrapper) and _is_own(wrapped):
            wrapper.name = wrapped.name
        return wrapper

    return Plain(name, name="wraps")


def _is_own(function: Any) -> bool:
    from gradwalk.language.procedures import Procedure

    return isinstance(function, Procedure)


def _cached(run: Run, node: ast.AST, function: Any) -> Plain:
    known: dict[Any, Any] = {}

    def call(*args: Any, **kwargs: Any) -> Any:
        key = (args, tuple(kwargs.items()))
        if key not in known:
            known[key] = run.call(function, args, node, kwargs)
        return known[key]

    return Plain(call, name="cached")


def _lru_cache(run: Run, node: ast.AST, function: Any = None, **_: Any) -> Plain:
    if function is not None:
        return _cached(run, node, function)
    return Plain(lambda given: _cached(run, node, given), name="lru_cache")


def _defaultdict(run: Run, node: ast.AST, factory: Any = None, *args: Any, **kwargs: Any) -> Tables:
    return Tables(None if factory is None else lambda: run.call(factory, (), node), factory, dict(*args, **kwargs))


def _counter(run: Run, node: ast.AST, items: Any = (), **kwargs: Any) -> Counter[Any]:
    return Counter(items if isinstance(items, dict) else _all(run, node, items), **kwargs)


def _deque(run: Run, node: ast.AST, items: Any = (), maxlen: int | None = None) -> deque[Any]:
    return deque(_all(run, node, items), maxlen)


def _ordered(run: Run, node: ast.AST, *args: Any, **kwargs: Any) -> OrderedDict[Any, Any]:
    return OrderedDict(*args, **kwargs)


def _namedtuple(run: Run, node: ast.AST, typename: str, field_names: Any, **_: Any) -> Plain:
    given = field_names.replace(",", " ").split() if isinstance(field_names, str) else list(field_names)
    names = tuple(str(name) for name in given)
    for name in (typename, *names):
        if not name.isidentifier() or name.startswith("_"):
            raise ValueError(f"Type names and field names must be valid identifiers: {name!r}")
    kind = type(typename, (Named,), {"fields": names, "__slots__": ()})

    def make(*args: Any, **kwargs: Any) -> Any:
        values = [*args, *(kwargs[name] for name in names[len(args) :] if name in kwargs)]
        if len(values) != len(names):
            raise TypeError(f"{typename}.__new__() takes {len(names)} fields but got {len(values)}")
        return kind(values)

    return Plain(make, name=typename)


def _field(run: Run, node: ast.AST, *, default: Any = DataField.NOTHING, default_factory: Any = None, **_: Any) -> Any:
    return DataField(default, default_factory)


def _dataclass(run: Run, node: ast.AST, made: Any = None, **_: Any) -> Any:
    from gradwalk.language.class_bodies import write_methods

    return Plain(write_methods, name="dataclass") if made is None else write_methods(made)


def _bar(run: Run, node: ast.AST, items: Any = (), **_: Any) -> Progress:
    return Progress(lambda: run.items(items, node))


def _range_bar(run: Run, node: ast.AST, *args: Any, **_: Any) -> Progress:
    return Progress(lambda: iter(range(*args)))


def _write(run: Run, node: ast.AST, text: str) -> int:
    run.show(node, "print", str(text))
    return len(text)


def _display(run: Run, node: ast.AST, *values: Any, **_: Any) -> None:
    from gradwalk.language.printing import displayed

    for value in values:
        if not isinstance(value, Silence):
            run.show(node, "result", run.text(value, node, displayed))


def _pretty(run: Run, node: ast.AST, value: Any, **_: Any) -> None:
    run.show(node, "print", run.text(value, node, pprint.pformat) + "\n")


def _printer(run: Run, node: ast.AST, **_: Any) -> Module:
    return Module("pprint.PrettyPrinter", {"pprint": Standard("pprint", _pretty)})


class PosixPath(PurePosixPath):
    """A path that leads nowhere: there are no files here."""


def _path(run: Run, node: ast.AST, *parts: Any) -> PurePosixPath:
    return PosixPath(*parts)


def _nothing(run: Run, node: ast.AST, *_: Any, **__: Any) -> None:
    """Something that has no place here, and that nobody misses."""


def _plain(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda run, node, *args, **kwargs: function(*args, **kwargs)


def _module(name: str, **rules: Any) -> Module:
    made = {key: Standard(f"{name}.{key}", rule) if callable(rule) else rule for key, rule in rules.items()}
    return Module(name, made)


def _false(*_: Any) -> bool:
    return False


_PATH = _module("os.path", join=_plain(posixpath.join), **dict.fromkeys(("exists", "isfile", "isdir"), _plain(_false)))
_ITERTOOLS = _module(
    "itertools",
    chain=_lazy(itertools.chain),
    islice=_lazy(itertools.islice),
    count=_lazy(itertools.count),
    cycle=_lazy(itertools.cycle),
    repeat=_lazy(itertools.repeat),
    zip_longest=_lazy(itertools.zip_longest),
    pairwise=_lazy(itertools.pairwise),
    product=_product,
    permutations=_arranged(itertools.permutations),
    combinations=_arranged(itertools.combinations),
    combinations_with_replacement=_arranged(itertools.combinations_with_replacement),
    accumulate=_accumulate,
    starmap=_starmap,
)
_TQDM = _module("tqdm", tqdm=_bar, trange=_range_bar)
_SHOWN = ("Image", "HTML", "SVG", "Math", "Latex", "Markdown", "YouTubeVideo", "IFrame", "Video")

STANDARD: dict[str, Any] = {
    "collections": _module(
        "collections",
        defaultdict=_defaultdict,
        Counter=_counter,
        deque=_deque,
        namedtuple=_namedtuple,
        OrderedDict=_ordered,
    ),
    "functools": _module(
        "functools", partial=_partial, reduce=_reduce, wraps=_wraps, lru_cache=_lru_cache, cache=_cached
    ),
    "itertools": _ITERTOOLS,
    "dataclasses": _module("dataclasses", dataclass=_dataclass, field=_field),
    "os": _module("os", environ=Silence("os.environ"), path=_PATH, makedirs=_nothing),
    "os.path": _PATH,
    "sys": _module(
        "sys",
        version=sys.version,
        version_info=tuple(sys.version_info),
        maxsize=sys.maxsize,
        path=Silence("sys.path"),
        stdout=_module("sys.stdout", write=_write, flush=_nothing),
    ),
    "timeit": _module("timeit", default_timer=_plain(time.perf_counter)),
    "pprint": _module("pprint", pprint=_pretty, pp=_pretty, PrettyPrinter=_printer),
    "pathlib": _module("pathlib", Path=_path, PurePath=_path),
    "gc": _module("gc", collect=_plain(lambda: 0)),
    "abc": Module("abc", {name: Silence(name) for name in ("ABC", "ABCMeta", "abstractmethod")}),
    "tqdm": _TQDM,
    **dict.fromkeys(("tqdm.notebook", "tqdm.auto"), _TQDM),
    "IPython.display": Module(
        "IPython.display",
        {
            "display": Standard("display", _display),
            "clear_output": Standard("clear_output", _nothing),
            **{name: Silence(name) for name in _SHOWN},
        },
    ),
}
"""What a program may import of Python's standard library, and two modules of its neighbours."""
