"""What a page says when it breaks: a sentence, and never what broke, which the log has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from streamlit.errors import FragmentHandledException

from components.shared.work import server
from gradwalk.program import ProgramError
from serving.desk import Failed as Failed

SENTENCE = (
    "This page made a mistake, which whoever runs this server finds in the log. What you typed is kept: another text, "
    "or the same one in a moment, may work."
)


class Mistake(ProgramError):
    """Stands where a refusal would: it is not the visitor's."""

    def __init__(self) -> None:
        super().__init__(SENTENCE)


def mistake(page: str, error: BaseException) -> Mistake:
    """Count it and log it."""
    server().mistaken(page, error)
    return Mistake()


@contextmanager
def told(page: str) -> Iterator[None]:
    """A part of a page: where it breaks, the sentence stands in its place, and the rest of the page goes on.

    So the form is shown, whatever else is not: what is typed into it would be lost with it.
    """
    try:
        yield
    except FragmentHandledException:
        pass  # of a part that also runs by itself: told already, where it broke
    except Exception as error:
        st.error(str(mistake(page, error)))


def caught(error: Exception) -> bool:
    """What Streamlit asks where it would show its own box: the sentence is there instead."""
    st.error(str(mistake("script", error)))
    return True
