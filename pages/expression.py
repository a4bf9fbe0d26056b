"""The page Expression: what a person types is recorded, and shown one step at a time."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from components.answer import answer
from components.asking import ask
from components.opened import as_markdown, opened
from components.recorded import Recorded, recorded
from components.stepper import player
from components.workbench import workbench
from gradwalk.document import Document, to_query
from gradwalk.dot import LayoutError
from gradwalk.expression import Expression, read
from gradwalk.program import ProgramError

LAST_GOOD = "last good expression"


class Shown(NamedTuple):
    recorded: Recorded | None
    refused: Exception | None = None
    """Why it is the last good one and not the open document."""


def show(document: Document) -> Shown:
    """The document, recorded; the last one that could be, where this one is refused."""
    try:
        expression = read(document.text, document.given, document.constants, document.dtype, document.seed)
        shown = Shown(recorded(expression))
    except (ProgramError, LayoutError) as error:
        last: Expression | None = st.session_state.get(LAST_GOOD)
        return Shown(recorded(last) if last is not None else None, error)
    st.session_state[LAST_GOOD] = expression
    return shown


def query_of(expression: Expression) -> str:
    """The address of what is shown, without values of variables that the text no longer has."""
    given = {variable.name: variable.text for variable in expression.variables}
    constants = tuple(variable.name for variable in expression.variables if not variable.requires_grad)
    return to_query(Document(expression.text, given, constants, expression.dtype, expression.seed))


now = opened()
for notice in now.notices:
    st.info(as_markdown(notice))

places = workbench()
try:
    shown = show(now.document)
except Exception:
    # Whatever breaks, what was typed stays in its field.
    with places.form:
        ask(now, None, None)
    raise
with places.player:
    player(
        graphs=shown.recorded.graphs if shown.recorded else None,
        story=shown.recorded.story if shown.recorded else None,
        query=query_of(shown.recorded.expression) if shown.recorded else "",
        step=now.document.step,
        opened=now.key,
        stale=shown.refused is not None,
        program=False,
    )
with places.answer:
    if shown.recorded:
        answer(shown.recorded.table, shown.recorded.failed, stale=shown.refused is not None)
with places.form:
    ask(now, shown.refused, shown.recorded)
