"""How a page has work done: by the server's desk, in turn with everybody else's, and never in the page's own thread."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, ParamSpec, TypeVar, cast

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from components.shared.visitor import at_home
from gradwalk.graph.dot import LayoutError, Unavailable
from gradwalk.program import ProgramError
from gradwalk.sandbox.selftest import Held
from gradwalk.settings import SETTINGS
from serving.desk import Desk
from serving.jobs import Dropped
from serving.kept import Kept
from serving.permission import FREELY, Permission, permission
from serving.pool import Here
from serving.work import Parcel

_Asked = ParamSpec("_Asked")
_Answer = TypeVar("_Answer")
_Given = TypeVar("_Given")


class Server(NamedTuple):
    """What a page needs of the server that it belongs to."""

    desk: Desk
    held: Held | None = None
    """What the lock holds; None for a test's, which runs what it is given."""
    mistaken: Callable[[str, BaseException], object] = lambda page, error: None
    """Told of each mistake of ours."""


class _Servers:
    """The one in use: it works in this process, until the application puts another in its place."""

    now = Server(Desk(Here(), Kept(SETTINGS.kept_megabytes * 1_000_000)))


def use(server: Server) -> None:
    """From now on, everything is asked for there."""
    _Servers.now = server


def server() -> Server:
    return _Servers.now


def allowed() -> Permission:
    """Whether what this visitor wrote may run."""
    held = server().held
    return FREELY if held is None else permission(SETTINGS.lock, held, home=at_home())


def answered(work: Callable[_Asked, _Answer]) -> Callable[_Asked, _Answer]:
    """A function of plain arguments and a plain result, whose calls are answered at the desk.

    Equal calls are answered from what is kept. The function's own exceptions reach the caller. Besides, there are
    Busy and Stopped, which are ProgramErrors, and TooLarge, which is a LayoutError: the page shows them as it shows any
    refusal. A run of a page whose visitor has asked for something newer meanwhile ends here.
    """

    @functools.wraps(work)
    def ask(*arguments: _Asked.args, **named: _Asked.kwargs) -> _Answer:
        if named:
            raise TypeError("Work is asked for by position alone, so that equal calls are equal bytes.")
        with _in_turn() as who:
            return cast("_Answer", server().desk.ask(who, work, *arguments))

    return ask


def run(source: str) -> Parcel:
    """What is left of the process that ran a program (``outcome.Said``). Raises Busy and Stopped."""
    with _in_turn() as who:
        return server().desk.run(who, source)


def stop(source: str) -> Parcel:
    """Stop the program that this visitor waits for; what is left of it."""
    with _in_turn() as who:
        return server().desk.stop(who, source)


@contextmanager
def _in_turn() -> Iterator[str]:
    """The visitor who asks. Their run of the page ends where something newer was asked for meanwhile."""
    context = get_script_run_ctx(suppress_warning=True)
    try:
        yield context.session_id if context else ""
    except Dropped:
        st.stop()
    except Unavailable:
        raise NoPictures from None


class NoPictures(LayoutError):
    """What a visitor is told where Graphviz is missing: it is for the host to do something about it."""

    def __init__(self) -> None:
        super().__init__("No graph can be drawn on this server at the moment. What you typed is kept; try again later.")


def still(function: Callable[[_Given], _Answer], last: _Given | None) -> _Answer | None:
    """The answer that was good before, to show beside a refusal; None where there is none, or where it is refused now.

    (It is kept, but not for ever, and nobody is taken on while the queue is full.)
    """
    if last is None:
        return None
    try:
        return function(last)
    except (ProgramError, LayoutError):
        return None
