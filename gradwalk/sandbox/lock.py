"""The lock: prepared once, then put on by each process for itself, for good, before it runs what is not ours."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from gradwalk.sandbox import calls, landlock, places, seccomp
from gradwalk.sandbox.bounds import give_up_rights
from gradwalk.sandbox.kernel import machine


class Profile(NamedTuple):
    """What a kind of process needs."""

    calls: calls.Calls
    blind: calls.Calls | None
    """Without Landlock; None where such a process cannot do its work then."""
    starts_dot: bool
    counts_threads: bool


PROGRAM = Profile(calls.PROGRAM, calls.BLIND, starts_dot=False, counts_threads=True)
"""For a stranger's program."""
WORKER = Profile(calls.WORKER, None, starts_dot=True, counts_threads=False)
"""For a process of ours that makes pictures, and starts Graphviz's ``dot`` for it."""


class Unlockable(Exception):
    """There is no lock for this process here, in a sentence."""


class Lock(NamedTuple):
    """A lock that is ready to be put on."""

    profile: Profile
    rules: int | None
    """The descriptor of Landlock's rules; None where the kernel has no Landlock."""
    landlock: int
    """The version of Landlock (its ABI); 0 for none."""


def prepare(profile: Profile, *, use_landlock: bool = True) -> Lock:
    """Takes a millisecond or two, and can be done before the fork. Raises Unlockable."""
    if not machine():
        raise Unlockable("Programs cannot be locked here: that takes Linux, on an x86_64 or aarch64 processor.")
    version = landlock.version() if use_landlock else 0
    if not version:
        if profile.blind is None:
            raise Unlockable("This kernel has no Landlock, and without it a process cannot be kept from files.")
        return Lock(profile, None, 0)
    read = places.readable()
    started: list[Path] = []
    if profile.starts_dot:
        more, started = places.for_graphviz()
        read = [*read, *more]
    return Lock(profile, landlock.ruleset(read, started), version)


class _Put:
    on = False


def is_on() -> bool:
    """Whether this process is locked: it starts no other."""
    return _Put.on


def put_on(lock: Lock, ask: Callable[[int], None] | None = None) -> None:
    """Lock this process, which has to have one thread alone. There is no way back.

    ``ask`` is given the descriptor on which the kernel asks before each new thread, and hands it to whoever answers;
    without it there are no threads, where the profile counts them. Raises Unlockable.
    """
    allowed = lock.profile.calls if lock.rules is not None else lock.profile.blind
    if allowed is None:
        raise Unlockable("This process cannot do its work without Landlock.")
    if len(list(Path("/proc/self/task").iterdir())) > 1:
        raise Unlockable("This process has other threads already, and Landlock would hold one of them alone.")
    counted = lock.profile.counts_threads
    try:
        give_up_rights()
        if lock.rules is not None:
            landlock.restrict(lock.rules)
            os.close(lock.rules)
        asked = counted and ask is not None and _listen(ask)
        seccomp.install(seccomp.compiled(_without_threads(allowed) if counted and not asked else allowed, os.getpid()))
        _Put.on = True
    except OSError as error:
        raise Unlockable(f"The kernel did not lock this process ({errno.errorcode.get(error.errno or 0)}).") from error


def _listen(ask: Callable[[int], None]) -> bool:
    """Whether there is somebody to ask. (The kernel takes one listener a process, and a container may have one.)"""
    with suppress(OSError):
        listener = seccomp.listen(calls.PROGRAM.numbers["clone"][seccomp.column()] or 0)
        ask(listener)
        os.close(listener)
        return True
    return False


def _without_threads(allowed: calls.Calls) -> calls.Calls:
    return allowed._replace(numbers={name: number for name, number in allowed.numbers.items() if name != "clone"})
