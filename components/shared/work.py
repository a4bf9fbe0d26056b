"""How a page has work done: by the server's desk, in turn with everybody else's, and never in the page's own thread."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from gradwalk.graph.dot import LayoutError
from gradwalk.program import ProgramError
from gradwalk.settings import SETTINGS
from serving.desk import Desk
from serving.kept import Kept
from serving.pool import Dropped, Here

_Asked = ParamSpec("_Asked")
_Answer = TypeVar("_Answer")
_Given = TypeVar("_Given")


class _Desks:
    """The desk in use: one that works in this process, until the application puts another in its place."""

    now = Desk(Here(), Kept(SETTINGS.kept_megabytes * 1_000_000))


def use(desk: Desk) -> None:
    """From now on, everything is asked for at this desk."""
    _Desks.now = desk


def desk() -> Desk:
    return _Desks.now


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
        context = get_script_run_ctx(suppress_warning=True)
        try:
            return cast("_Answer", desk().ask(context.session_id if context else "", work, *arguments))
        except Dropped:
            st.stop()

    return ask


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
