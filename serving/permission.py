"""Whether what a visitor wrote may run here, and what the page says of it."""

from __future__ import annotations

from typing import NamedTuple

from gradwalk.sandbox.selftest import Held


class Permission(NamedTuple):
    runs: bool
    asks: bool = False
    """Whether a program that came by a link or a file waits until somebody says that it may run."""
    said: str = ""
    """A sentence: why nothing runs, why it waits, or what of a program does not run here."""


FREELY = Permission(runs=True)


def permission(lock: str, held: Held, *, home: bool) -> Permission:
    """``lock`` is the setting. ``home``: a server for one machine alone, asked from there."""
    if held.holds:
        less = "This server's kernel opens no file for a program, so it can import only what is loaded already."
        return Permission(runs=True, said="" if held.landlock else less)
    if lock == "demand":
        return Permission(runs=False, said="Programs do not run on this server: it demands a lock that does not hold.")
    if not home:
        return Permission(
            runs=False,
            said="Programs do not run on this server: its system has no lock that would hold them. "
            "The pages Expression and Perceptron work, and so does this one on a machine of your own.",
        )
    return Permission(
        runs=True,
        asks=True,
        said="This program came by a link or a file. It can do on this machine whatever you can do, since the system "
        "has no lock that holds it. Read it before you run it.",
    )
