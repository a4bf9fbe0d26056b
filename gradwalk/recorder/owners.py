"""Modules in which something has one name: all that is theirs carries their variable as well."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from gradwalk.recording import Value


class Owned(NamedTuple):
    """A parameter as its class calls it, and the variable that holds its module."""

    value: int
    owner: str
    name: str


def owners_of_one_name(values: tuple[Value, ...], owned: Sequence[Owned]) -> set[str]:
    """The variables of modules in which two tensors have one name."""
    called = _called(values, owned).values()
    return {owner for owners in called if len(owners) > 1 for owner in owners.values()}


def _called(values: tuple[Value, ...], owned: Sequence[Owned]) -> dict[str, dict[int, str]]:
    """The tensors that have a name, and the first variable through which each is known."""
    called: dict[str, dict[int, str]] = {}
    for one in owned:
        called.setdefault(one.name, {}).setdefault(values[one.value].tensor, one.owner)
    return called


def with_owners(values: tuple[Value, ...], owned: Sequence[Owned], alike: Collection[str]) -> tuple[Value, ...]:
    """``a.fc.weight`` of what belongs to a module whose variable is ``alike``; the gradients likewise."""
    new = {
        (tensor, name): f"{owner}.{name}"
        for name, owners in _called(values, owned).items()
        for tensor, owner in owners.items()
        if owner in alike
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
