"""The page Expression: what a person types is recorded, and shown one step at a time."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from components.expression.comparison import answer
from components.expression.document import as_markdown, opened
from components.expression.form_data import ask
from components.expression.record import Recorded, recorded
from components.player import player
from components.shared.columns import workbench
from components.shared.mistakes import mistake, told
from components.shared.work import still
from gradwalk.address.expression import Document, to_query
from gradwalk.expression.expression import Expression, read
from gradwalk.failures.expression import Failing
from gradwalk.graph.dot import LayoutError
from gradwalk.program import ProgramError

LAST_GOOD = "last good expression"


class Shown(NamedTuple):
    recorded: Recorded | None
    """The open document; the last good one where this one cannot be computed."""
    refused: Exception | Failing | None = None
    stale: bool = False
    """Whether it is the last good one."""


def show(document: Document) -> Shown:
    """The document, recorded; the last one that could be, where this one is refused or has no value."""
    last: Expression | None = st.session_state.get(LAST_GOOD)
    try:
        expression = read(document.text, document.given, document.constants, document.dtype, document.seed)
        found = recorded(expression)
    except (ProgramError, LayoutError) as error:
        return Shown(still(recorded, last), error, stale=True)
    if found.failing is not None and not found.failing.computed:
        return Shown(still(recorded, last), found.failing, stale=True)
    st.session_state[LAST_GOOD] = expression
    return Shown(found, found.failing)


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
except Exception as error:
    # Whatever breaks, what was typed stays in its field.
    shown = Shown(None, mistake("expression", error), stale=True)
with places.player, told("expression"):
    player(
        graphs=shown.recorded.graphs if shown.recorded else None,
        story=shown.recorded.story if shown.recorded else None,
        query=query_of(shown.recorded.expression) if shown.recorded else "",
        step=now.document.step,
        opened=f"{now.key} {shown.recorded.structure}" if shown.recorded else now.key,
        stale=shown.stale,
        program=False,
    )
with places.answer, told("expression"):
    if shown.recorded:
        answer(shown.recorded.table, stale=shown.stale)
with places.form:
    ask(now, shown.refused, shown.recorded)
