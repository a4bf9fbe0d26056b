"""Turns: at most so many at once, at most so many in the queue, and visitors one after the other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.turns import Full, Ticket, Turns


def called(tickets: list[Ticket]) -> list[int]:
    return [number for number, ticket in enumerate(tickets) if ticket.called.is_set()]


def test_so_many_have_their_turn_at_once() -> None:
    turns = Turns(at_once=2, waiting=5)
    tickets = [turns.ask(who) for who in "abc"]
    assert called(tickets) == [0, 1]
    assert turns.waiting == 1
    turns.done()
    assert called(tickets) == [0, 1, 2]


def test_one_more_than_may_wait_is_turned_away() -> None:
    turns = Turns(at_once=1, waiting=1)
    turns.ask("a")
    turns.ask("b")
    with pytest.raises(Full):
        turns.ask("c")


def test_a_visitor_who_asks_for_much_does_not_keep_the_others_waiting() -> None:
    turns = Turns(at_once=1, waiting=10)
    greedy = [turns.ask("greedy") for _ in range(4)]
    modest = turns.ask("modest")
    turns.done()
    assert called([*greedy, modest]) == [0, 1]
    turns.done()
    assert called([*greedy, modest]) == [0, 1, 4]
    turns.done()
    assert called([*greedy, modest]) == [0, 1, 2, 4]


def test_a_ticket_that_is_dropped_makes_room_and_never_has_its_turn() -> None:
    turns = Turns(at_once=1, waiting=1)
    turns.ask("a")
    ticket = turns.ask("b")
    assert turns.drop(ticket)
    assert ticket.dropped
    assert ticket.called.is_set()  # whoever waits for it goes on
    other = turns.ask("c")
    turns.done()
    assert other.called.is_set()


def test_a_ticket_that_was_called_cannot_be_dropped() -> None:
    turns = Turns(at_once=1, waiting=1)
    ticket = turns.ask("a")
    assert not turns.drop(ticket)
    assert not ticket.dropped


@given(st.lists(st.sampled_from(["ask a", "ask b", "ask c", "done", "drop"]), max_size=40))
def test_turns_are_never_lost_and_never_too_many(steps: list[str]) -> None:
    turns, over = Turns(at_once=2, waiting=3), 0
    tickets: list[Ticket] = []
    for step in steps:
        running = [ticket for ticket in tickets if ticket.called.is_set() and not ticket.dropped]
        waiting = [ticket for ticket in tickets if not ticket.called.is_set()]
        assert len(running) - over <= 2
        assert len(waiting) == turns.waiting <= 3
        assert not waiting or len(running) - over == 2
        if step.startswith("ask"):
            if len(waiting) < 3:
                tickets.append(turns.ask(step[-1]))
        elif step == "done" and len(running) > over:
            over += 1
            turns.done()
        elif step == "drop" and waiting:
            turns.drop(waiting[-1])
