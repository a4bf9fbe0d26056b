"""Parameters of several modules that have one name in their classes: each carries its module's variable as well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gradwalk.recording import Value


class Owned(NamedTuple):
    """A parameter as its class calls it, and the variable that holds its module."""

    value: int
    owner: str
    name: str


def with_owners(values: tuple[Value, ...], owned: Sequence[Owned]) -> tuple[Value, ...]:
    """``a.fc.weight`` and ``b.fc.weight`` where two tensors are called ``fc.weight``, and their gradients likewise."""
    called: dict[str, dict[int, str]] = {}
    """The tensors that have a name, and the first variable through which each is known."""
    for one in owned:
        called.setdefault(one.name, {}).setdefault(values[one.value].tensor, one.owner)
    new = {
        (tensor, name): f"{owner}.{name}"
        for name, owners in called.items()
        if len(owners) > 1
        for tensor, owner in owners.items()
    }
    return tuple([_renamed(value, new) for value in values]) if new else values


def _renamed(value: Value, new: dict[tuple[int, str], str]) -> Value:
    if not value.names:
        return value
    names = [new.get((value.tensor, name), name) for name in value.names]
    if value.grad_of is not None:
        names = [_of_gradient(name, value.grad_of, new) for name in names]
    return value._replace(names=tuple(names))


def _of_gradient(name: str, tensor: int, new: dict[tuple[int, str], str]) -> str:
    of = name.removesuffix(".grad")
    return f"{new[tensor, of]}.grad" if of != name and (tensor, of) in new else name
