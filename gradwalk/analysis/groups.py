"""A large graph in groups that open: modules' forward, calls' kernels, turns of loops, a loss, parts of what is long.

Everything here comes from what was recorded: which module's forward ran an operation, and which piece of source.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from gradwalk.analysis.cross_entropy import cross_entropy
from gradwalk.analysis.index import Index
from gradwalk.analysis.stretches import MOST, cut, layer_of
from gradwalk.analysis.titles import from_to
from gradwalk.analysis.ways import Step, functions, statements, ways, within_passes
from gradwalk.notation.lines import line_of
from gradwalk.program import Span
from gradwalk.recording import BackwardCall

OPEN = 48
"""A graph of so many operations has no groups: it is read as a whole."""
MODELS = 18
"""So many boxes, where modules ran, or a backward pass that makes a graph."""
LEAST = 4
"""So many operations of a loss, or of a call in another file, are worth a box of their own."""
REPEATS = 3
"""What runs so often, one after the other, is a loop's turns."""
_NUMBER = re.compile(r"(?<=\.)\d+(?=\.|$)")
"""Of a module in a list, in its path."""
_CALLED = ("module", "call")
"""The kinds of groups that are a part of a statement."""


class Group(NamedTuple):
    id: str
    kind: str
    """``module``, ``call`` (the kernels of one call), ``turn``, ``loss`` (what a program computes from a model's output
    to the number that backward() starts from) or ``part`` (a stretch of what would be too long)."""
    title: str
    detail: str
    """A module's class, a turn's number, a part's lines."""
    items: tuple[Group | int, ...]
    """Groups, and the numbers of operations, in the order in which they ran."""
    known_as: str = ""
    """What mathematics calls a loss, where it is surely that."""


Item = Group | int


def operations_in(item: Item) -> Iterable[int]:
    """The numbers of all operations in an item, in order."""
    waiting = [item]
    while waiting:
        one = waiting.pop()
        if isinstance(one, int):
            yield one
        else:
            waiting += reversed(one.items)


def groups_of(index: Index, boxes: int = 0, most: int = MOST) -> tuple[Item, ...]:
    """The operations that have boxes, grouped; nothing where there are so few of them that none is needed.

    ``boxes``: how many there are, with those of leaves and inputs. ``most`` items stand side by side at the top, where
    they can be put together so. Of a small graph only a loss that the program has
    written as a function of its own is a group.
    """
    recording, hidden = index.recording, index.places.hidden
    drawn = [o.id for o in recording.operations if o.results and o.id not in hidden]
    grouping = _Grouping(index, most)
    large = len(drawn) > OPEN or (boxes > MODELS and grouping.is_model(drawn))
    return grouping.whole(drawn) if large else grouping.own_loss(drawn)


class _Grouping:
    def __init__(self, index: Index, most: int) -> None:
        self._index = index
        self._most = most
        recording = self._recording = index.recording
        self._ways = ways(recording)
        self._within = within_passes(recording)
        self._statements = statements(recording)
        self._given: dict[Hashable, str] = {
            self._statements.get(operation.id, 0): index.shown[operation.results[0]]
            for operation in recording.operations
            if operation.results
        }
        """What the last result of each statement is called."""
        self._lines = recording.source.split("\n")
        self._made = 0
        self._turn_of: dict[str, str] = {}
        """Which turn of how many a module's call is, where it is all of a loop's turn."""
        self._from: dict[str, Span | None] = {}
        """The place that each module's call came from."""
        self._unplaced: set[str] = set()
        """The modules' calls of which only the modules are known: they ran before what is told here."""

    def is_model(self, operations: Sequence[int]) -> bool:
        """Whether a module ran, or a pass that made a graph: one of before is known by all that one call did."""
        if any(self._recording.operations[n].module is not None or n in self._within for n in operations):
            return True
        kernels: dict[Span | None, set[str]] = {}
        for operation in map(self._recording.operations.__getitem__, operations):
            if operation.id not in self._index.ran:
                kernels.setdefault(operation.span, set()).add(operation.kernel)
        return any(len(found) > LEAST for found in kernels.values())

    def whole(self, operations: Sequence[int]) -> tuple[Item, ...]:
        begin, end = self._loss(operations)
        if begin == end:
            return self._parts(self._level(operations, 0, None), self._most)
        before, loss, after = operations[:begin], operations[begin:end], operations[end:]
        items = self._level(loss, 0, None)
        name = self._result(loss[-1])
        box = self._group("loss", name, self._stretch(loss), items)
        return self._parts([*self._level(before, 0, None), box, *self._level(after, 0, None)], self._most)

    def own_loss(self, operations: Sequence[int]) -> tuple[Item, ...]:
        """All of them, the loss as one box where it is what one call of a function of the program's own computes, or a
        binary cross entropy that is written out."""
        if not self._is_end(operations):
            return ()
        found = cross_entropy(self._index, operations)
        called = functions(self._recording)
        call = called.get(operations[-1]) if operations else None
        begin = next((at for at, number in enumerate(operations) if called.get(number) == call), 0)
        loss = operations[begin:]
        own = call is not None and begin > 0 and all(called.get(number) == call for number in loss)
        if not own and found is not None and found.begin:
            loss = operations[found.begin :]
        elif not own or len(loss) < LEAST:
            return ()
        known_as = ""
        if found is not None:
            p, y = self._index.shown[found.probability], self._index.shown[found.target]
            known_as = f"the binary cross entropy of {p} and {y}"
        what = "BCE" if known_as else self._stretch(loss)
        box = Group(self._number(), "loss", self._result(loss[-1]), what, tuple(loss), known_as)
        return (*operations[: len(operations) - len(loss)], box)

    def _is_end(self, operations: Sequence[int]) -> bool:
        """Whether backward() starts from what the last one computes."""
        last = self._results(operations[-1]) if operations else ()
        return any(isinstance(event, BackwardCall) and event.root in last for event in self._recording.events)

    def _results(self, number: int) -> Sequence[int]:
        return self._recording.operations[number].results

    def _loss(self, operations: Sequence[int]) -> tuple[int, int]:
        """Where a loss by hand begins and ends among the operations; twice the same place where none is to be seen.

        It is what ran after all modules, outside of them, where it is a tensor of several numbers from a module that it
        begins with, one number that backward() starts from that it ends with, and nothing else runs in between.
        """
        recording = self._recording
        root = next((recording.values[e.root] for e in recording.events if isinstance(e, BackwardCall)), None)
        if root is None or root.operation not in operations or math.prod(root.shape) != 1:
            return 0, 0
        end = operations.index(root.operation) + 1
        begin = next((at + 1 for at in range(end - 1, -1, -1) if self._ways[operations[at]]), 0)
        if not begin or end - begin < 2 or any(self._ways[n] for n in operations[end:] if n not in self._within):
            return 0, 0
        spans = {recording.operations[number].span for number in operations[begin:end]}
        if len(spans) < 2 or any(recording.operations[number].span in spans for number in operations[:begin]):
            return 0, 0  # one call, or the last turn of a loop
        return (begin, end) if self._is_loss(operations[begin:end]) else (0, 0)

    def _is_loss(self, operations: Sequence[int]) -> bool:
        """Whether all of these lead to the last one, and what comes to them by autograd comes from modules."""
        inside, leading = set(operations), {operations[-1]}
        comes = False
        for number in reversed(operations):
            operation = self._recording.operations[number]
            if number not in leading or operation.node is None:
                return False
            for edge in operation.edges:
                value = self._recording.values[edge.value]
                if edge.route is None or value.operation is None:
                    continue
                leading.add(value.operation)
                if value.operation not in inside:
                    if not self._ways[value.operation] or math.prod(value.shape) == 1:
                        return False
                    comes = True
        return comes

    def _level(self, operations: Iterable[int], depth: int, place: Span | None) -> list[Item]:
        """What stands side by side among operations that have run in the same ``depth`` modules, called at a place."""
        items: list[Item] = []
        for step, run in groupby(operations, lambda number: self._step(number, depth)):
            if step is None:
                items += self._calls(list(run), place)
            else:
                module = self._recording.modules[step.module]
                inside = self._level(run, depth + 1, step.span)
                item = self._group("module", module.path, module.type, inside)
                items.append(item)
                if isinstance(item, Group):
                    self._from[item.id] = step.span
                    if step.call < 0:
                        self._unplaced.add(item.id)
        return self._turns(items, place)

    def _step(self, number: int, depth: int) -> Step | None:
        way = self._ways[number]
        return way[depth] if depth < len(way) else None

    def _calls(self, operations: Sequence[int], place: Span | None) -> list[Item]:
        """Kernels of one call of the program stand together. Inside of a module of PyTorch's own, its call is all."""
        items: list[Item] = []
        for (span, _), run in groupby(operations, self._place):
            kernels = list(run)
            text = "" if span is None or span == place else self._text(span, len(kernels))
            items += [self._group("call", text, "", kernels)] if text else kernels
        return items

    def _place(self, number: int) -> tuple[Span | None, int]:
        return self._recording.operations[number].span, self._statements.get(number, 0)

    def _text(self, span: Span, kernels: int) -> str:
        """The piece of the program that a call is; its line, where that is in another file and the call is large."""
        if span.file:
            return line_of(self._recording, span) if kernels >= LEAST else ""
        if span.end_line != span.line or span.line > len(self._lines):
            return ""
        return self._lines[span.line - 1][span.column - 1 : span.end_column - 1]

    def _turns(self, items: Sequence[Item], place: Span | None) -> list[Item]:
        """Turns of a loop: what runs again and again from the same place on."""
        keys = [self._key(item, place) for item in items]
        often = Counter(keys)
        found: list[Item] = []
        at = 0
        while at < len(items):
            starts = [p for p in range(at, len(items)) if keys[p] == keys[at]] if often[keys[at]] >= REPEATS else []
            if len(starts) < REPEATS:
                found.append(items[at])
                at += 1
                continue
            seen = set(keys[at : starts[-1]])
            end = next((p for p in range(starts[-1], len(items)) if keys[p] not in seen), len(items))
            turns = [items[begin:end] for begin, end in zip(starts, [*starts[1:], end], strict=True)]
            unplaced = any(isinstance(item, Group) and item.id in self._unplaced for turn in turns for item in turn)
            if max(map(len, turns)) == 1:
                found += items[at:end]
                named = enumerate((turn[0] for turn in turns if not unplaced), 1)
                self._turn_of |= {one.id: f"turn {at} of {len(turns)}" for at, one in named if isinstance(one, Group)}
            elif unplaced:  # two places may have called them
                found += [self._part(turn) for turn in turns]
            else:
                found += [self._turn(turn, number, len(turns), place) for number, turn in enumerate(turns, 1)]
            at = end
        return found

    def _turn(self, items: Sequence[Item], number: int, count: int, place: Span | None) -> Item:
        return self._group("turn", f"turn {number} of {count}", self._stretch(items), self._turns(items, place))

    def _key(self, item: Item, place: Span | None) -> Hashable:
        """What is the same whenever the program comes to it; what a module runs inside of one call is no loop."""
        if isinstance(item, int):
            operation = self._recording.operations[item]
            return item if operation.span in (place, None) else (operation.span, operation.kernel)
        ran = next(iter(operations_in(item))) in self._within
        called = self._from.get(item.id)
        if called not in (place, None):  # from the same place in each turn, and each of a list of modules by its number
            return item.kind, _NUMBER.sub("", item.title), item.detail, called, ran
        return item.kind, item.title, item.detail, ran

    def _group(self, kind: str, title: str, detail: str, items: Sequence[Item]) -> Item:
        """A group of one is what it holds, but for a module with parameters of its own: its box holds them. Of two
        modules that hold the same, the inner one says more."""
        if len(items) == 1 and not (kind == "module" and self._has_parameters(items[0])):
            (only,) = items
            if isinstance(only, int) or only.kind == "module":
                return only
            return only._replace(kind=kind, title=title, detail=detail)
        return Group(self._number(), kind, title, detail, self._parts(items))

    def _has_parameters(self, item: Item) -> bool:
        """Whether it is an operation that takes a leaf by which it learns."""
        operation = None if isinstance(item, Group) else self._recording.operations[item]
        values = (self._recording.values[edge.value] for edge in (operation.edges if operation else ()))
        return any(value.operation is None and value.requires_grad for value in values)

    def _number(self) -> str:
        self._made += 1
        return f"g{self._made}"

    def _parts(self, items: Sequence[Item], most: int = MOST) -> tuple[Item, ...]:
        parts = cut(items, self._layer, self._statement, most)
        return tuple([part[0] if len(part) == 1 else self._part(part) for part in parts])

    def _statement(self, item: Item) -> Hashable:
        """The statement that computes it; a group that is more than a part of one stands for itself."""
        if isinstance(item, int):
            return self._statements.get(item, 0)
        of = {self._statements.get(number, 0) for number in operations_in(item)} if item.kind in _CALLED else set()
        return of.pop() if len(of) == 1 else item.id

    def _layer(self, item: Item) -> str:
        """Of which layer the name is that an operation's statement gives its result."""
        return "" if isinstance(item, Group) else layer_of(self._given[self._statements.get(item, 0)])

    def _part(self, items: Sequence[Item]) -> Item:
        return self._group("part", self._title(items), self._stretch(items), items)

    def _title(self, items: Sequence[Item]) -> str:
        """What the part with these is called."""
        modules = [item for item in items if isinstance(item, Group) and item.kind == "module"]
        first, last = (modules[0], modules[-1]) if modules else (items[0], items[-1])
        one_statement = len({self._statement(item) for item in items}) == 1
        if one_statement or not (isinstance(first, Group) and isinstance(last, Group)):
            return self._names(items)
        turns = [self._turn_of.get(item.id, "") for item in modules if item.title == first.title]
        if turns and all(turns) and len(turns) == len(modules):
            return from_to(turns[0], turns[-1])
        alike = first.kind == last.kind != "call"
        return from_to(first.title, last.title) if alike else self._names(items)

    def _names(self, items: Sequence[Item]) -> str:
        """From the first result that a statement has here to the last."""
        last = self._result(items[-1], -1)
        results = (self._result(item, -1) for item in items)
        given = (
            name for item, name in zip(items, results, strict=True) if name == self._given.get(self._statement(item))
        )
        first = next(given, self._result(items[0]))
        return from_to(first, last)

    def _result(self, item: Item, which: int = 0) -> str:
        """What its first operation gives, or its last one."""
        operation = self._recording.operations[list(operations_in(item))[which]]
        return self._index.shown[operation.results[0]]

    def _stretch(self, items: Sequence[Item]) -> str:
        """The lines of the program that these operations stand in."""
        spans = [self._recording.operations[number].span for item in items for number in operations_in(item)]
        lines = [line for span in spans if span is not None and not span.file for line in (span.line, span.end_line)]
        if not lines:
            return ""
        return f"line {min(lines)}" if min(lines) == max(lines) else f"lines {min(lines)}–{max(lines)}"
