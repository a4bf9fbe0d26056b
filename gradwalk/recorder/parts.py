"""What a module holds, and the way to it, as ``named_parameters()`` would say it: nothing of the program's runs for it.

A class may have its own ``named_parameters``, and a dict of modules keys that are no text, which PyTorch's trips over.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch import Tensor, nn


def modules_of(module: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """The module itself, and each of its parts once."""
    return _below("", module, set())


def parameters_of(module: nn.Module) -> Iterator[tuple[str, nn.Parameter]]:
    return _held(module, "_parameters")


def buffers_of(module: nn.Module) -> Iterator[tuple[str, Tensor]]:
    return _held(module, "_buffers")


def _below(way: str, module: nn.Module, seen: set[int]) -> Iterator[tuple[str, nn.Module]]:
    if id(module) in seen:
        return
    seen.add(id(module))
    yield way, module
    for name, part in _named(module, "_modules"):
        yield from _below(f"{way}.{name}" if way else name, part, seen)


def _held(module: nn.Module, kind: str) -> Iterator[tuple[str, Any]]:
    seen: set[int] = set()
    for way, part in modules_of(module):
        for name, tensor in _named(part, kind):
            if id(tensor) not in seen:
                seen.add(id(tensor))
                yield f"{way}.{name}" if way else name, tensor


def _named(module: nn.Module, kind: str) -> Iterator[tuple[str, Any]]:
    """What is there now, by its name; what has a key that is no text, by its place, as in a list."""
    for place, (name, thing) in enumerate(list(getattr(module, kind, {}).items())):
        if thing is not None:
            yield name if isinstance(name, str) else str(place), thing


def at(module: nn.Module, way: list[str], kind: str) -> Tensor | None:
    """The parameter, or the buffer, that is there now."""
    outer: nn.Module | None = module
    for name in way[:-1]:
        outer = None if outer is None else _one(outer, "_modules", name)
    found: Tensor | None = None if outer is None else _one(outer, kind, way[-1])
    return found


def _one(module: nn.Module, kind: str, name: str) -> Any:
    """A compiled module has dicts of its own kind, without ``get``."""
    things = getattr(module, kind, {})
    return things[name] if name in things else None  # noqa: SIM401
