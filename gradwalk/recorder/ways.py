"""How a program reaches what no variable stands for: ``nets[0]``, ``params['w']``, ``agent.actor``.

Only what runs nothing of the program's is looked into: series and dicts by Python's own access, and the attributes of
objects whose class the program has written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from types import BuiltinFunctionType, FrameType, FunctionType, ModuleType, NoneType, SimpleNamespace
from typing import Any

import torch

from gradwalk.recorder.parts import at, buffers_of, modules_of, parameters_of
from gradwalk.recorder.places import STAND_IN, Places, frames

_DEEP = 5
_WIDE = 64
"""Of one series, so many are looked at."""
_MOST = 1000
"""Things that are looked at for one answer."""
_PLAIN = frozenset((BuiltinFunctionType, FunctionType, ModuleType, NoneType, bool, float, int, str, type, torch.Tensor))
"""What holds nothing that is looked for: most of what variables stand for."""


class Ways:
    """Looks for things in one run. That takes time where much is held, so it does so a limited number of times."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._left = {True: 2000, False: 200}
        """Searches that are left: for what learns, and for all else."""
        self._owners = _Owners()

    def release(self) -> None:
        """Let go of everything live."""
        self._owners.release()

    def to(self, thing: Any, frame: FrameType | None) -> str | None:
        """The way to a tensor or a module that is held where the user's code stands; None where nothing holds it, or a
        variable does: then that is its name."""
        learns = not isinstance(thing, torch.Tensor) or thing.requires_grad
        user = self._user(frame) if self._left[learns] > 0 else None
        if user is None:
            return None
        self._left[learns] -= 1
        own = frozenset(("__main__", user.f_globals.get("__name__")))
        return _way_to(_Search(thing, own, self._owners), _spaces(user))

    def _user(self, frame: FrameType | None) -> FrameType | None:
        """The program's innermost frame: none that only stands for one."""
        while (found := self._places.users(frame)) is not None and found[0].f_code.co_name == STAND_IN:
            frame = found[0].f_back
        return found[0] if found is not None and self._places.reads(found[0]) else None


def _spaces(user: FrameType) -> Iterator[Mapping[str, Any]]:
    """What the program's variables are: those of all, then those of its functions that run, the outermost first."""
    yield user.f_globals
    functions = [one for one in frames(user) if one.f_globals is user.f_globals and one.f_locals is not one.f_globals]
    for function in reversed(functions):
        yield function.f_locals


def _way_to(search: _Search, spaces: Iterable[Mapping[str, Any]]) -> str | None:
    """The way from the variable that was there first: a loop's stands for one after the other of what a list holds.
    None where a variable that was there before stands for it."""
    for space in spaces:
        for name, held in list(space.items()):
            if name.startswith("_") or name in _OWN:
                continue
            if type(held) in _PLAIN and held is not search.thing:
                continue
            if search.stands_for(held):
                return None
            if (way := search.within(name, held)) is not None:
                return way
    return None


class _Owners:
    """Where modules have their parameters and buffers. To look through a large one takes long, and is asked for each
    of them."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[torch.nn.Module, dict[int, list[str]]]] = {}
        """By the id of a module: the way to each parameter, by its id, as it was when somebody looked."""
        self._buffers: dict[int, tuple[torch.nn.Module, dict[int, list[str]]]] = {}
        """The same of buffers."""

    def has(self, module: torch.nn.Module, parameter: torch.Tensor) -> bool:
        """Whether a module, or one of its parts, has this parameter now."""
        known, ways = self._known.get(id(module), (None, {}))
        if known is module and (way := ways.get(id(parameter))) and at(module, way, "_parameters") is parameter:
            return True
        ways = {id(one): path.split(".") for path, one in parameters_of(module)}
        self._known[id(module)] = module, ways
        return id(parameter) in ways

    def way_to_buffer(self, module: torch.nn.Module, tensor: torch.Tensor) -> str | None:
        """The way to one of the buffers that a module had when it was first looked at; another tensor may be there."""
        known, ways = self._buffers.get(id(module), (None, {}))
        if known is not module:
            ways = {id(one): path.split(".") for path, one in buffers_of(module)}
            self._buffers[id(module)] = module, ways
        first = ways.get(id(tensor))
        found = (way for way in ([first] if first else ways.values()) if at(module, way, "_buffers") is tensor)
        return ".".join(next(found, ())) or None

    def release(self) -> None:
        self._known.clear()
        self._buffers.clear()


class _Search:
    """For one thing, through at most a few things in one another."""

    def __init__(self, thing: Any, own: Set[Any], owners: _Owners) -> None:
        self.thing = thing
        self._owners = owners
        self._own = own
        """The modules of Python that the program's classes are written in."""
        self._stands_alone = isinstance(thing, torch.Tensor) and not isinstance(thing, torch.nn.Parameter)
        """Whether no module has it as a parameter."""
        self._seen: set[int] = set()
        self._left = _MOST

    def stands_for(self, held: Any) -> bool:
        """Whether a variable that holds this is its name, or that of the module that it is a part of."""
        if held is self.thing or not isinstance(held, torch.nn.Module) or self._stands_alone:
            return held is self.thing
        if isinstance(self.thing, torch.Tensor):
            return self._owners.has(held, self.thing)
        return any(part is self.thing for _, part in modules_of(held))

    def within(self, name: str, outer: Any) -> str | None:
        here = [(name, outer)]
        for _ in range(_DEEP):
            found = [
                (f"{way}{step}", held)
                for way, one in here
                for step, held in self._inside(one)
                if type(held) not in _PLAIN or held is self.thing
            ]
            if not found:
                return None
            here = []
            for way, held in found[: max(0, self._left)]:
                if held is self.thing:
                    return way
                if id(held) not in self._seen:
                    self._seen.add(id(held))
                    here.append((way, held))
            self._left -= len(found)
        return None

    def _inside(self, outer: Any) -> Iterator[tuple[str, Any]]:
        """What a thing holds, each with the step that leads there."""
        if isinstance(outer, list | tuple):
            yield from _of_series(outer)
        elif isinstance(outer, dict):
            yield from _of_dict(outer)
        elif isinstance(outer, torch.nn.Module):
            if not self._stands_alone:
                yield from ((f".{path}", parameter) for path, parameter in parameters_of(outer))
            elif way := self._owners.way_to_buffer(outer, self.thing):
                yield f".{way}", self.thing
            yield from _attributes(outer) if type(outer).__module__ in self._own else ()
        elif type(outer).__module__ in self._own or type(outer) is SimpleNamespace:
            yield from _attributes(outer)


_OWN = frozenset(("self", "cls", "ctx", "In", "Out", "get_ipython", "exit", "quit"))
"""What a method calls its object, which has a name outside; and what is the shell's."""


def _of_series(outer: tuple[Any, ...] | list[Any]) -> Iterator[tuple[str, Any]]:
    kind: Any = list if isinstance(outer, list) else tuple
    names = getattr(type(outer), "_fields", ())
    for place in range(min(_WIDE, kind.__len__(outer))):
        yield f".{names[place]}" if place < len(names) else f"[{place}]", kind.__getitem__(outer, place)


def _of_dict(outer: dict[Any, Any]) -> Iterator[tuple[str, Any]]:
    for key, held in list(dict.items(outer))[:_WIDE]:
        if type(key) in (str, int):
            yield f"[{key!r}]", held


def _attributes(outer: Any) -> Iterator[tuple[str, Any]]:
    try:
        held = object.__getattribute__(outer, "__dict__")
    except AttributeError:
        return
    if type(held) is dict:
        named = [(name, one) for name, one in held.items() if type(name) is str and not name.startswith("_")]
        yield from ((f".{name}", one) for name, one in named[:_WIDE])
