"""Results that are kept for whoever asks for the same again, within so much memory: the longest unused goes first."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from serving.work import Reply

REFUSALS = 60.0
"""Seconds for which a refusal is kept. Some of them depend on what else the machine was doing."""


class Kept:
    """Replies by the key of the work that they answer. Failures are not kept."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        """``most`` bytes together."""
        self._most = most
        self._clock = clock
        self._lock = threading.Lock()
        self._replies: OrderedDict[bytes, tuple[Reply, float]] = OrderedDict()
        self._size = 0

    def get(self, key: bytes) -> Reply | None:
        with self._lock:
            found = self._replies.get(key)
            if found is None:
                return None
            reply, since = found
            if reply.outcome == "refused" and self._clock() - since > REFUSALS:
                self._drop(key)
                return None
            self._replies.move_to_end(key)
            return reply

    def put(self, key: bytes, reply: Reply) -> None:
        if reply.outcome == "failed":
            return
        with self._lock:
            if key in self._replies:
                self._drop(key)
            self._replies[key] = reply, self._clock()
            self._size += _size(key, reply)
            while self._size > self._most:
                self._drop(next(iter(self._replies)))

    @property
    def size(self) -> int:
        """Bytes."""
        return self._size

    def _drop(self, key: bytes) -> None:
        reply, _ = self._replies.pop(key)
        self._size -= _size(key, reply)


def _size(key: bytes, reply: Reply) -> int:
    return len(key) + len(reply.body)
