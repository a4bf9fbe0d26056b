"""Where work is asked for: kept results at once, equal work once, and a visitor's newest in place of their older."""

from __future__ import annotations

import pickle
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol, cast

from gradwalk.program import ProgramError
from serving.jobs import Busy, Job, Runner, Stopped, TooLong
from serving.kept import Kept
from serving.locked import Unlocked, program
from serving.work import PROGRAM, Parcel, Reply, Work, described, packed, reason_of, unpacked

_MOST_ENDED = 20
"""Visitors of whom it is known what ended last."""


class Failed(Exception):
    """Work that broke. Its message is in the log, without what anybody typed."""


class Listener(Protocol):
    """Hears of everything that was answered, for metrics and logs."""

    def __call__(self, work: str, reply: Reply, how: str, seconds: float) -> None: ...


class _Errand:
    """Work under way, and who waits for it."""

    def __init__(self, who: str, work: Work) -> None:
        self.work = work
        self.job = Job(who, work.description)
        self.wanted_by = {who}
        self.stopped_by: str | None = None
        """Who has stopped it: nobody else may be given what is left of it."""
        self.reply: Future[Reply] = Future()


class Desk:
    """Answers every visitor, by way of a runner."""

    def __init__(
        self,
        runner: Runner,
        kept: Kept,
        listener: Listener | None = None,
        dropped: Callable[[], object] = lambda: None,
        programs: Runner | None = None,
    ) -> None:
        """``programs`` runs what visitors write, in locked processes. ``dropped`` is called when work is dropped."""
        self.runner = runner
        self.programs: Runner = programs or Unlocked()
        self.kept = kept
        self._listener = listener
        self._dropped = dropped
        self._lock = threading.Lock()
        self._under_way: dict[bytes, _Errand] = {}
        self._ended: dict[str, tuple[bytes, Reply]] = {}
        """By visitor, the program of theirs that ended last and is not kept."""

    def ask(self, who: str, function: Callable[..., Any], *arguments: Any) -> Any:
        """What ``function(*arguments)`` gives, or the refusal that it raises.

        ``who`` is the visitor. What they asked for before is no longer wanted; if nobody else wants it either, that
        call raises Dropped. Raises Busy and Stopped, which are ProgramErrors, TooLarge, which is a LayoutError, and
        Failed.
        """
        return self._answer(who, described(function, arguments), self.runner)

    def run(self, who: str, source: str) -> Parcel:
        """What is left of the process that ran a program (``outcome.Said``). Raises what ``ask`` raises."""
        return cast("Parcel", self._answer(who, program(source), self.programs))

    def stop(self, who: str, source: str) -> Parcel:
        """Stop a program that a visitor waits for; what is left of it, also where it had ended already: it does not run
        once more. Raises what ``ask`` raises."""
        self.interrupt(who)
        work = program(source)
        with self._lock:
            key, reply = self._ended.get(who, (b"", None))
            ended = reply if key == work.key and work.key not in self._under_way else None
        return cast("Parcel", self._answer(who, work, self.programs) if ended is None else _opened(ended))

    def interrupt(self, who: str) -> None:
        """Stop the programs that a visitor waits for, and nobody else: what they have done is their result."""
        with self._lock:
            found = [one for one in self._under_way.values() if one.work.name == PROGRAM and one.wanted_by == {who}]
            for one in found:
                one.stopped_by = who
        for one in found:
            one.job.interrupt()

    def _answer(self, who: str, work: Work, runner: Runner) -> Any:
        start = time.perf_counter()
        reply, how = self._reply(who, work, runner)
        if self._listener is not None:
            self._listener(work.name, reply, how, time.perf_counter() - start)
        return _opened(reply)

    def _reply(self, who: str, work: Work, runner: Runner) -> tuple[Reply, str]:
        """The reply and how it came: ``kept``, ``shared`` with others who asked for the same, or ``done``."""
        with self._lock:
            kept = self.kept.get(work.key)
            errand, mine = self._join(who, work) if kept is None else (None, False)
            unwanted = self._no_longer_wanted(who, work)
        for one in unwanted:
            one.job.drop()
            self._dropped()
        if kept is not None:
            return kept, "kept"
        if errand is not None and not mine:
            return errand.reply.result(), "shared"
        return self._run(errand or _Errand(who, work), runner), "done"

    def _join(self, who: str, work: Work) -> tuple[_Errand, bool]:
        """The errand with this work, and whether it is a new one."""
        errand = self._under_way.get(work.key)
        if errand is not None and errand.wanted_by and errand.stopped_by in (None, who):
            errand.wanted_by.add(who)
            return errand, False
        errand = self._under_way[work.key] = _Errand(who, work)
        return errand, True

    def _no_longer_wanted(self, who: str, newest: Work) -> list[_Errand]:
        """The visitor's older errands that nobody else waits for."""
        older = [one for one in self._under_way.values() if one.work.key != newest.key and who in one.wanted_by]
        for one in older if who else ():
            one.wanted_by.discard(who)
        return [one for one in older if not one.wanted_by]

    def _run(self, errand: _Errand, runner: Runner) -> Reply:
        try:
            reply = runner.run(errand.job)
        except ProgramError as error:
            reply = Reply(
                "refused", packed(error), reason_of(error), lasting=not isinstance(error, Busy | Stopped | TooLong)
            )
        except BaseException as error:
            self._over(errand)
            errand.reply.set_exception(error)
            raise
        if reply.lasting and not reply.fault:
            self.kept.put(errand.work.key, reply)
        elif errand.work.name == PROGRAM:
            self._note_end(errand, reply)
        self._over(errand)
        errand.reply.set_result(reply)
        return reply

    def _note_end(self, errand: _Errand, reply: Reply) -> None:
        """What ended and is not kept, for who stops it a moment too late."""
        with self._lock:
            for who in errand.wanted_by:
                self._ended.pop(who, None)
                self._ended[who] = errand.work.key, reply
            while len(self._ended) > _MOST_ENDED:
                del self._ended[next(iter(self._ended))]

    def _over(self, errand: _Errand) -> None:
        with self._lock:
            if self._under_way.get(errand.work.key) is errand:
                del self._under_way[errand.work.key]


def _opened(reply: Reply) -> Any:
    """What a reply gives, or what it raises."""
    if reply.outcome == "failed":
        raise Failed(reply.reason)
    if reply.outcome == "refused":
        raise unpacked(reply.body)
    return pickle.loads(reply.body)  # noqa: S301 (from a process of ours)
