"""What was there when a recording began, and the names of the states that a tensor goes through."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from gradwalk.analysis.ledger import Ledger
from gradwalk.recording import Array, Recording, State, Update


class Before(NamedTuple):
    """What was there when a recording began, by the numbers of tensors in it."""

    grads: Mapping[int, Array] = MappingProxyType({})
    """The ``.grad`` of leaves."""
    steps: Mapping[int, Update] = MappingProxyType({})
    """The last step that an optimizer took with a parameter."""
    freed: frozenset[int] = frozenset()
    """The nodes whose saved tensors were released."""
    walked: frozenset[int] = frozenset()
    """The nodes that a pass has gone through."""
    states: Mapping[int, int] = MappingProxyType({})
    """Which of its values a tensor was: an older operation may have used an earlier one."""
    seen: frozenset[int] = frozenset()
    """The tensors that an event before has spoken of: their numbers are known from the start."""


def ledger_after(recording: Recording, before: Before) -> Ledger:
    """A ledger for the events of a recording that begins like this."""
    ledger = Ledger(recording.values, recording.operations, before.grads, before.steps)
    ledger.now.update(before.states)
    ledger.freed.update(before.freed)
    ledger.walked.update(before.walked)
    return ledger


def own_state(event: Update, past: Update | None) -> tuple[State, ...]:
    """What this optimizer remembered: nothing at its first step, nor of what another one did."""
    first = any(state.name == "step" and state.array.numbers == (1.0,) for state in event.state)
    return () if past is None or first or past.optimizer != event.optimizer else past.state


def with_states(recording: Recording, names: dict[int, str]) -> dict[int, str]:
    """The names with a prime for each change in place that autograd recorded: ``y' = y + 1`` for ``y += 1``.

    An update outside the graph, as of a weight under no_grad, keeps the plain name.
    """
    names, primes = dict(names), dict[int, int]()
    changed = {o.results[0] for o in recording.operations if o.in_place and o.node is not None and o.results}
    for value in recording.values if changed else ():
        primes[value.tensor] = primes.get(value.tensor, 0) + (value.id in changed)
        names[value.id] += "'" * primes[value.tensor]
    return names
