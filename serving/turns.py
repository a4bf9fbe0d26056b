"""Whose turn it is: a bounded queue in which visitors take turns, however much one of them asks for."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque


class Full(Exception):
    """As many wait as may."""


class Ticket:
    """One place in the queue."""

    def __init__(self, who: str) -> None:
        self.who = who
        self.called = threading.Event()
        """Set when it is this ticket's turn, and when it was dropped."""
        self.dropped = False


class Turns:
    """At most ``at_once`` tickets have their turn at a time, at most ``waiting`` wait."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._free = at_once
        self._most = waiting
        self._lock = threading.Lock()
        self._queue: OrderedDict[str, deque[Ticket]] = OrderedDict()
        """Who waits, the next one first; each with the tickets in the order in which they came."""

    def ask(self, who: str) -> Ticket:
        """A ticket, called at once where there is room. Raises Full."""
        ticket = Ticket(who)
        with self._lock:
            if self._free:
                self._free -= 1
                ticket.called.set()
            elif self._waiting() >= self._most:
                raise Full
            else:
                self._queue.setdefault(who, deque()).append(ticket)
        return ticket

    def drop(self, ticket: Ticket) -> bool:
        """Take a ticket out of the queue. False where it has had its call already: then it is for ``done``."""
        with self._lock:
            tickets = self._queue.get(ticket.who, ())
            if ticket not in tickets:
                return False
            self._queue[ticket.who].remove(ticket)
            if not self._queue[ticket.who]:
                del self._queue[ticket.who]
            ticket.dropped = True
        ticket.called.set()
        return True

    def done(self) -> None:
        """A turn is over: the next visitor has theirs, and then stands at the end with whatever else they want."""
        with self._lock:
            if not self._queue:
                self._free += 1
                return
            who, tickets = self._queue.popitem(last=False)
            ticket = tickets.popleft()
            if tickets:
                self._queue[who] = tickets
        ticket.called.set()

    @property
    def waiting(self) -> int:
        with self._lock:
            return self._waiting()

    def _waiting(self) -> int:
        return sum(map(len, self._queue.values()))
