"""The names of values in live code: what the compiled code binds a result to, and what holds it when somebody asks."""

from __future__ import annotations

from collections.abc import Iterable
from types import FrameType
from typing import Any

import torch

from gradwalk.program import Span
from gradwalk.recorder.modules import Modules
from gradwalk.recorder.places import Site
from gradwalk.recorder.run import Run
from gradwalk.recorder.strangers import is_stand_in
from gradwalk.recording import Binding, Statement


class Naming:
    """Names the values of one recording, and tells the statements that bind them."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def called(self, frame: FrameType, site: Site, result: Any, span: Span | None) -> None:
        """A call of the program is done."""
        if site.span is None:
            if frame.f_code.co_name == "__iter__" and (found := self._run.places.users(frame)) is not None:
                self._bind(*found, result)
            return
        if site.targets.returned:
            self.returned(frame, result)
        elif site.targets.names:
            self._bind(frame, site, result)

    def returned(self, frame: FrameType, result: Any) -> None:
        """A function returns this: the names are those that its caller binds it to."""
        outer = frame.f_back
        while outer is not None:
            site = self._run.places.site(outer)
            if site.span is not None and not site.targets.returned:
                if site.targets.names:
                    self._bind(outer, site, result)
                return
            if site.span is None and outer.f_code.co_name not in _CALLS:
                return
            outer = outer.f_back

    def known(self, frame: FrameType, modules: Modules, more: Iterable[torch.nn.Module] = ()) -> None:
        """What the variables of a frame hold when the recording begins has their names when it is met; so have ``more``
        modules, by the name of their class where no variable there holds them."""
        names = self._run.names
        for space in (frame.f_globals, frame.f_locals):
            for name, thing in list(space.items()):
                if name.startswith("_"):
                    continue
                if isinstance(thing, torch.Tensor):
                    names[id(thing)] = name, thing
                elif isinstance(thing, torch.nn.Module):
                    for path, parameter in modules.parameters(name, thing):
                        names.setdefault(id(parameter), (path, parameter))
        for module in more:
            for path, parameter in modules.parameters(type(module).__name__.lower(), module):
                names.setdefault(id(parameter), (path, parameter))

    def look(self, frame: FrameType) -> None:
        """What the variables of a frame hold now has their names, if it has none."""
        values = self._run.values
        for name, thing in list(frame.f_locals.items()):
            known = isinstance(thing, torch.Tensor) and not name.startswith("_") and values.knows(thing)
            if known and not values.has_name(thing):
                self._run.bind(name, thing)

    def _bind(self, frame: FrameType, site: Site, result: Any) -> None:
        run = self._run
        if (part := site.targets.part) is not None and (result := _part_of(result, part)) is None:
            return
        bindings: list[Binding] = []
        for names in site.targets.names:
            if len(names) == 1:
                bindings += self._bound(names[0], result)
            elif isinstance(result, list | tuple) and len(result) == len(names):
                for name, part in zip(names, result, strict=True):
                    bindings += self._bound(name, part)
        if bindings and site.span is not None:
            run.emit(Statement(run.cell, site.statement or site.span, tuple(bindings)))

    def _bound(self, name: str, thing: Any) -> list[Binding]:
        if isinstance(thing, torch.Tensor) and not is_stand_in(thing):
            return [Binding(name, self._run.bind(name, thing), "")]
        return []


def _part_of(result: Any, part: int | str) -> Any:
    """An element of a series, or a field of what an operation with several results gives."""
    if not isinstance(result, tuple | list):
        return None
    if isinstance(part, int):
        return result[part] if -len(result) <= part < len(result) else None
    return getattr(result, part, None) if isinstance(result, tuple) else None


_CALLS = frozenset(("_call_impl", "_wrapped_call_impl", "inner"))
"""Functions of PyTorch's that hand on what they are given back."""
