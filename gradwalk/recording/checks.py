"""Whether a recording that came as text makes sense: what it points at is there, nothing goes in circles, sizes fit.

Whoever reads a recording may then follow its numbers without looking, whoever wrote it. Types are the codec's matter.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, get_args, get_type_hints

from gradwalk.program import Span

MAX_DIMENSIONS = 1000
MAX_SPAN_COLUMN = 1_000_000
MAX_NAME = 1000
"""Characters of a name: whoever shows a recording writes them again and again, and measures them."""

_TABLES = ("cells", "values", "operations", "nodes", "modules")
_REFERENCES: Mapping[str, str] = MappingProxyType(
    {
        "Value operation": "operations",
        "Value node": "nodes",
        "Edge value": "values",
        "Operation results": "values",
        "Operation node": "nodes",
        "Operation module": "modules",
        "Route node": "nodes",
        "Saved value": "values",
        "Node operation": "operations",
        "Node leaf": "values",
        "Module parent": "modules",
        "Parameter value": "values",
        "Binding value": "values",
        "Forward operation": "operations",
        "Forward call": "calls",
        "LocalGradient call": "calls",
        "LocalGradient operation": "operations",
        "Root root": "values",
        "Root node": "nodes",
        "BackwardCall root": "values",
        "BackwardCall node": "nodes",
        "BackwardCall inputs": "values",
        "Backward call": "calls",
        "Backward node": "nodes",
        "Accumulate call": "calls",
        "Accumulate node": "nodes",
        "Accumulate leaf": "values",
        "Accumulate value": "values",
        "Free call": "calls",
        "Free nodes": "nodes",
        "Result call": "calls",
        "Result of": "values",
        "Result value": "values",
        "Hooked call": "calls",
        "Hooked node": "nodes",
        "Hooked value": "values",
        "Cleared leaves": "values",
        "Cleared values": "values",
        "Assigned leaf": "values",
        "Assigned value": "values",
        "Switched before": "values",
        "Switched after": "values",
        "Moved values": "values",
        "Idle values": "values",
        "Taken of": "values",
        "Taken result": "values",
        "Update operation": "operations",
        "Update before": "values",
        "Update after": "values",
        "Stepped parameters": "values",
        "Entered module": "modules",
        "Left module": "modules",
        "Failure operands": "values",
    }
)
"""The fields that hold the number of something else (or several numbers), and the table that it is a place in."""

_COUNTS = frozenset(
    "Value.id Value.tensor Value.storage Value.version Value.grad_of Operation.id Edge.route Node.id Route.output "
    "Module.id LocalGradient.edge LocalGradient.result LocalGradient.rows LocalGradient.columns BackwardCall.call "
    "Picture.call Statement.frame Returned.frame Stepped.instance Cell.line Summary.nan Summary.inf "
    "CellFailure.line CellFailure.column Output.density".split()
)
"""Fields that hold a whole number of another kind: never below zero, but for a picture's call."""


_NAMES_OF = frozenset("name names kernel dtype path type optimizer by form function mode call reason".split())
"""Fields that hold a name, or names, where they hold text."""


class Nonsense(ValueError):
    """What in a recording makes no sense."""


def check(recording: Any) -> None:
    """Raises Nonsense."""
    calls = _calls(recording)
    sizes = {name: len(getattr(recording, name)) for name in _TABLES} | {"calls": calls}
    walk = _Walk(sizes, recording.source.count("\n") + 1)
    for part in ("cells", "values", "operations", "nodes", "modules", "events", "pictures"):
        for item in getattr(recording, part):
            walk.over(item)
    for part in ("values", "operations", "nodes", "modules"):
        _in_order(part, getattr(recording, part))
    _operations(recording)
    _events(recording)
    _acyclic("operations", [_operands(operation, recording.values) for operation in recording.operations])
    _acyclic("nodes", [[r.node for r in node.next if r.node is not None] for node in recording.nodes])
    _acyclic("modules", [[] if module.parent is None else [module.parent] for module in recording.modules])
    for picture in recording.pictures:
        if not -1 <= picture.call < calls:
            raise Nonsense(f"a picture belongs to call {picture.call}")
        for text in {picture.plain, picture.saved}:
            _picture(text)


def _calls(recording: Any) -> int:
    numbers = [event.call for event in recording.events if type(event).__name__ == "BackwardCall"]
    if numbers != list(range(len(numbers))):
        raise Nonsense("its backward calls are not counted from 0")
    return len(numbers)


class _Walk:
    """Looks at each piece of data, and at those inside it."""

    def __init__(self, sizes: Mapping[str, int], lines: int) -> None:
        self._sizes = sizes
        self._lines = lines

    def over(self, item: Any) -> None:
        kind: Any = type(item)
        for name, at, role in plan(kind):
            found = item[at]
            if found is None or found == ():
                continue
            if role == "inside":
                self._inside(found)
            elif role == "count":
                if found < 0:
                    raise Nonsense(f"{name} is {found}")
            elif role == "name":
                if max(map(len, found if isinstance(found, tuple) else (found,))) > MAX_NAME:
                    raise Nonsense(f"{name} has more than {MAX_NAME:,} characters")
            else:
                self._numbers(name, found if isinstance(found, tuple) else (found,), self._sizes[role])
        shape = getattr(item, "shape", None)
        if shape is not None:
            _fits(kind.__name__, item.shape, item.numbers)

    def _inside(self, found: Any) -> None:
        if type(found) is Span:
            if not found.file:
                self._span(found)
        elif hasattr(found, "_fields"):
            self.over(found)
        else:
            for item in found:
                if item is not None:
                    self.over(item)

    def _numbers(self, name: str, found: Iterable[int], size: int) -> None:
        for number in found:
            if not 0 <= number < size:
                raise Nonsense(f"{name} is {number}, and there are {size}")

    def _span(self, span: Span) -> None:
        line, column, end_line, end_column, _ = span
        inside = 1 <= line <= end_line <= self._lines and min(column, end_column) >= 1
        if not inside or (line == end_line and column > end_column) or max(column, end_column) > MAX_SPAN_COLUMN:
            raise Nonsense(f"its text has no place from {line}:{column} to {end_line}:{end_column}")


@cache
def plan(kind: type) -> Sequence[tuple[str, int, str]]:
    """What is to be looked at in data of this kind: its name, its place, and a table or another word."""
    found = []
    for at, (field, hint) in enumerate(get_type_hints(kind).items()):
        name = f"{kind.__name__} {field}"
        if field == "cell":
            found.append((name, at, "cells"))
        elif name in _REFERENCES:
            found.append((name, at, _REFERENCES[name]))
        elif name.replace(" ", ".") in _COUNTS and kind.__name__ != "Picture":
            found.append((name, at, "count"))
        elif field in _NAMES_OF and str in kinds(hint):
            found.append((name, at, "name"))
        elif any(hasattr(one, "_fields") for one in kinds(hint)):
            found.append((name, at, "inside"))
    return found


def kinds(hint: Any) -> list[Any]:
    """The types that an annotation names: ``tuple[Array | None, ...]`` names Array and None."""
    inner = get_args(hint)
    return [one for part in inner for one in kinds(part)] if inner else [hint]


def _fits(name: str, shape: tuple[int, ...], numbers: tuple[Any, ...] | None) -> None:
    if len(shape) > MAX_DIMENSIONS or any(size < 0 for size in shape):
        raise Nonsense(f"{name} has the shape {shape[:5]}")
    if numbers is not None and len(numbers) != math.prod(shape):
        raise Nonsense(f"{name} of the shape {shape[:5]} has {len(numbers)} numbers")


def _in_order(part: str, items: Sequence[Any]) -> None:
    if any(item.id != place for place, item in enumerate(items)):
        raise Nonsense(f"its {part} are not numbered from 0")


def _operations(recording: Any) -> None:
    for operation in recording.operations:
        node = None if operation.node is None else recording.nodes[operation.node]
        routes = 0 if node is None else len(node.next)
        if any(edge.route is not None and edge.route >= routes for edge in operation.edges):
            raise Nonsense(f"operation {operation.id} has an edge along a route that is not there")


def _events(recording: Any) -> None:
    for event in recording.events:
        kind = type(event).__name__
        if kind == "LocalGradient":
            operation = recording.operations[event.operation]
            if event.edge >= len(operation.edges) or event.result >= len(operation.results):
                raise Nonsense(f"operation {operation.id} has no such edge or result")
            _fits_form(event)
        elif kind == "Backward" and len(event.contributions) > len(recording.nodes[event.node].next):
            raise Nonsense(f"node {event.node} hands on more than it has places for")
        elif kind == "Cleared" and event.values and len(event.values) != len(event.leaves):
            raise Nonsense("not each gradient that was set to zeros has a value")


def _fits_form(event: Any) -> None:
    if event.form not in _FORMS or (event.numbers is not None and len(event.numbers) != _FORMS[event.form](event)):
        raise Nonsense(f"a local gradient of the form {event.form[:20]!r} has other numbers than fit")


_FORMS: Mapping[str, Callable[[Any], int]] = MappingProxyType(
    {
        "diagonal": lambda event: event.rows,
        "matrix": lambda event: event.rows * event.columns,
        "large": lambda _: 0,
    }
)


def _operands(operation: Any, values: Sequence[Any]) -> list[int]:
    made = (values[edge.value].operation for edge in operation.edges)
    return [number for number in made if number is not None]


def _acyclic(part: str, before: Sequence[Sequence[int]]) -> None:
    """``before`` has for each the numbers of those that it comes from."""
    if all(number < place for place, numbers in enumerate(before) for number in numbers):
        return
    left = [len(numbers) for numbers in before]
    after: list[list[int]] = [[] for _ in before]
    for place, numbers in enumerate(before):
        for number in numbers:
            after[number].append(place)
    ready = [place for place, count in enumerate(left) if not count]
    for place in ready:  # it grows meanwhile
        for following in after[place]:
            left[following] -= 1
            if not left[following]:
                ready.append(following)
    if len(ready) < len(before):
        raise Nonsense(f"its {part} go in a circle")


# What the recorder writes for Graphviz, and nothing else that Graphviz would understand: no files, no links, no markup.
_WORD = r'(?:[\w.]+|"(?:[^"\\\n]|\\.)*+")'
_NAMES = "shape|style|fixedsize|fontname|fontsize|label|fillcolor|width|height|id|dir|penwidth|color"
_ATTRIBUTES = rf"\[(?:(?:{_NAMES})={_WORD}(?:, )?)*+\]"
_ID = r'"[A-Za-z0-9_]+"'
_STATEMENT = re.compile(
    rf"digraph \{{|\}}|(?:(?:nodesep|ranksep|nslimit1?)=[\d.]+(?:; )?)+|node {_ATTRIBUTES}"
    rf"|{_ID} {_ATTRIBUTES}|{_ID} -> {_ID} {_ATTRIBUTES}"
)


def _picture(text: str) -> None:
    lines = text.split("\n")
    if lines[0] != "digraph {" or lines[-1] != "}" or "}" in lines[:-1] or lines.count("digraph {") > 1:
        raise Nonsense("a picture is no graph")
    for line in lines:
        if not _STATEMENT.fullmatch(line):
            raise Nonsense(f"a picture has a line that nobody of us writes: {line[:40]!r}")
