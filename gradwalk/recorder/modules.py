"""Which module of ``torch.nn`` runs, and what it is called: seen by PyTorch's global forward hooks."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from types import FrameType
from typing import Any, NamedTuple

from torch import nn

from gradwalk.program import Span
from gradwalk.recorder.copying import new
from gradwalk.recorder.owners import Owned, owners_of_one_name
from gradwalk.recorder.parts import modules_of, parameters_of
from gradwalk.recorder.places import is_around
from gradwalk.recorder.run import Looking, Run
from gradwalk.recorder.strangers import is_stand_in
from gradwalk.recording import Entered, Flag, Left, Module, Parameter, Value


class _Inside(NamedTuple):
    """A module whose forward runs."""

    module: int
    live: nn.Module
    frame: FrameType
    """The frame that called its hooks: it is there as long as the forward runs."""
    span: Span | None
    """Where the user's code stands meanwhile."""


class Modules:
    """The modules of one recording."""

    def __init__(self, run: Run) -> None:
        self.made: list[Module] = []
        self.owned: list[Owned] = []
        """Parameters that are called as their class calls them."""
        self._run = run
        self._inside: list[_Inside] = []
        self._known: dict[tuple[int, int | None], int] = {}
        self._paths: dict[int, dict[int, str]] = {}
        """For each outermost module, the ways from there to all in it."""
        self._kept: list[nn.Module] = []
        self._left_out: dict[int, str] = {}
        """Of an outermost module, what its parts' parameters are called without: ``model.``."""
        self._lazy: list[tuple[str, nn.Module]] = []
        """Named modules with parameters that have no shape yet."""

    def entering(self, module: nn.Module, frame: FrameType) -> None:
        """A module's forward is about to run; the frame is the one that runs the hooks around it."""
        self._leave_those_that_failed(frame)
        run = self._run
        outer = self._inside[-1] if self._inside else None
        index = self._index(module, outer, frame)
        span = run.span(frame)
        self._inside.append(new(_Inside, (index, module, frame, span)))
        run.operations.module = index
        run.emit(new(Entered, (run.cell, span, index)))

    def left(self, module: nn.Module, result: object = ...) -> FrameType | None:
        """Called after a module's forward, by a hook. Gives the frame that it was called from where it was an outermost
        one."""
        if not any(inside.live is module for inside in self._inside):
            return None
        while True:
            inside = self._inside.pop()
            run = self._run
            run.operations.module = self._inside[-1].module if self._inside else None
            run.emit(new(Left, (run.cell, inside.span, inside.module)))
            if inside.live is module:
                if result is None and sys.exc_info()[1] is None:  # the hook of one that fails is called with None
                    run.none_given = inside.module
                if self._inside:
                    return None
                if self._lazy:
                    with Looking(run):
                        for waiting in [self._lazy.pop() for _ in range(len(self._lazy))]:
                            self.name(*waiting)
                return inside.frame

    def name(self, name: str, module: nn.Module) -> None:
        """A variable holds this module: its parameters have names. Those of lazy layers get them when they are made."""
        for path, parameter in self.parameters(name, module):
            if not is_stand_in(parameter):
                value = self._run.bind(path, parameter)
                if not path.startswith(f"{name}."):
                    self.owned.append(Owned(value, name, path))
            elif (name, module) not in self._lazy:
                self._lazy.append((name, module))

    def parameters(self, name: str, module: nn.Module) -> Iterator[tuple[str, nn.Parameter]]:
        """A module's parameters, called as its class calls them, ``fc1.weight``.

        Those with numbers, and those of one of PyTorch's own layers, carry its variable's name: ``layer.weight``.
        """
        for path, parameter in parameters_of(module):
            yield path if is_own(module) and not path[0].isdigit() else f"{name}.{path}", parameter

    def release(self) -> None:
        for live in (self._inside, self._kept, self._known, self._paths, self._lazy):
            live.clear()

    def _leave_those_that_failed(self, frame: FrameType) -> None:
        """An exception that no hook hears of, such as KeyboardInterrupt, can leave a module."""
        while self._inside and not is_around(self._inside[-1].frame, frame):
            self.left(self._inside[-1].live)

    def _index(self, module: nn.Module, outer: _Inside | None, frame: FrameType) -> int:
        parent = None if outer is None else outer.module
        known = self._known.get((id(module), parent))
        if known is not None:
            return known
        index = self._known[id(module), parent] = len(self.made)
        self._kept.append(module)
        with Looking(self._run):
            path = self._outermost(module, frame, index) if outer is None else self._path(module, outer)
            parameters = self._parameters_of(module) if outer is None else ()
            flags = tuple(_flags(module)) if outer is None else ()
        self.made.append(Module(index, path, type(module).__name__, parent, parameters, flags))
        return index

    def _parameters_of(self, module: nn.Module) -> tuple[Parameter, ...]:
        """Those of lazy layers have no shape yet, and are left out."""
        values = self._run.values
        found = (pair for pair in parameters_of(module) if not is_stand_in(pair[1]))
        return tuple([Parameter(name, values.value_of(parameter)) for name, parameter in found])

    def alike(self, values: tuple[Value, ...]) -> set[str]:
        """The variables of models in which two parts, or two parameters, have one name: all that is theirs carries
        the variable, ``netG.main.1`` beside ``netD.main.1``."""
        of: dict[str, dict[str, str]] = {}
        for module in self.made:
            of.setdefault(self._as_parameters_are(module), {})[module.path] = self._prefix(module)
        parts = {prefix.removesuffix(".") for found in of.values() if len(found) > 1 for prefix in found.values()}
        return parts | owners_of_one_name(values, self.owned)

    def finished(self, alike: Collection[str]) -> tuple[Module, ...]:
        """All of them. A part of a model is called as its parameters are, ``encoder.0`` and not ``model.encoder.0``,
        where no other model is ``alike``."""
        ways = ((module, self._as_parameters_are(module)) for module in self.made)
        return tuple([m if self._prefix(m).removesuffix(".") in alike else m._replace(path=way) for m, way in ways])

    def _as_parameters_are(self, module: Module) -> str:
        way = module.path.removeprefix(self._prefix(module))
        return module.path if way[:1].isdigit() else way

    def _prefix(self, module: Module) -> str:
        """What its parameters are called without."""
        outermost = module
        while outermost.parent is not None:
            outermost = self.made[outermost.parent]
        return self._left_out.get(outermost.id, "")

    def _outermost(self, module: nn.Module, frame: FrameType, index: int) -> str:
        variable, held = name_in(frame, module, self._run), part_in(frame, module, self._run)
        part = None if held is None else f"{held.name}.{held.way}"
        self._paths[id(module)] = {id(inner): path for path, inner in modules_of(module)}
        name = variable or part or type(module).__name__.lower()
        if name.isidentifier():
            self.name(name, module)
        if way := self._way(module, frame, part):
            return way
        if is_own(module):
            self._left_out[index] = f"{name}."
        if variable is None and held is not None:
            self._left_out[index] = f"{held.name}." if is_own(held.holder) else ""
        return name

    def _way(self, module: nn.Module, frame: FrameType, part: str | None) -> str | None:
        """The way to a module that its parameters are called by: it was held by something else before a variable."""
        way = self._run.ways.to(module, frame) or part
        values = self._run.values
        first = next((pair for pair in parameters_of(module) if not is_stand_in(pair[1])), None)
        return way if way and first and values.first_name(first[1]) == f"{way}.{first[0]}" else None

    def _path(self, module: nn.Module, outer: _Inside) -> str:
        root = self._inside[0]
        way = self._paths.get(id(root.live), {}).get(id(module))
        if way is None:  # it is no part of the outermost one, which calls it all the same
            return f"{self.made[outer.module].path}.{type(module).__name__.lower()}"
        return f"{self.made[root.module].path}.{way}"


_FLAGS = ("requires_grad", "require_grad", "requires_grads", "require_grads", "required_grad", "requiresgrad")
"""What a module or a parameter may be given for ``requires_grad``. A parameter has that itself."""


def _flags(module: nn.Module) -> Iterator[Flag]:
    """Those that PyTorch does not read, at a module, its parts and their parameters."""
    for things in (modules_of(module), parameters_of(module)):
        for path, thing in things:
            own = vars(thing)
            yield from (Flag(path, name, own[name]) for name in _FLAGS if isinstance(own.get(name), bool))


class Part(NamedTuple):
    """A module that another one holds: that one's variable, and the way from there."""

    name: str
    way: str
    holder: nn.Module


def is_own(module: nn.Module) -> bool:
    """Whether its class is the program's, and not one of PyTorch's layers."""
    return not type(module).__module__.startswith("torch.nn.")


def part_in(frame: FrameType, module: nn.Module, run: Run) -> Part | None:
    """``net.0`` where a variable holds a module of which this is a part: a list of layers is called one by one."""
    found = run.places.users(frame)
    if found is None:
        return None
    for names in (found[0].f_locals, found[0].f_globals):
        for name, held in list(names.items()):
            if name.startswith("_") or held is module or not isinstance(held, nn.Module):
                continue
            way = next((path for path, inner in modules_of(held) if inner is module), None)
            if way is not None and name != "self":
                return Part(name, way, held)
    return None


def name_in(frame: FrameType, thing: Any, run: Run) -> str | None:
    """The variable that holds a thing where the user's code stands: a local one, else one of the module's."""
    found = run.places.users(frame)
    if found is None:
        return None
    user = found[0]
    for names in (user.f_locals, user.f_globals):
        for name, held in list(names.items()):
            if held is thing and not name.startswith("_"):
                return name
    return None
