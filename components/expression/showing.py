"""What the page shows of the open document: itself, recorded, or the last one that could be."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from components.expression.comparison import asked
from components.expression.record import Recorded, recorded
from components.player import torchviz_asked
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
    answer_too, torchviz = asked(), torchviz_asked()

    def again(expression: Expression) -> Recorded:
        return recorded(expression, answer_too, torchviz)

    try:
        expression = read(document.text, document.given, document.constants, document.dtype, document.seed)
        found = again(expression)
    except (ProgramError, LayoutError) as error:
        return Shown(still(again, last), error, stale=True)
    if found.failing is not None and not found.failing.computed:
        return Shown(still(again, last), found.failing, stale=True)
    st.session_state[LAST_GOOD] = expression
    return Shown(found, found.failing)


def query_of(expression: Expression) -> str:
    """The address of what is shown, without values of variables that the text no longer has."""
    given = {variable.name: variable.text for variable in expression.variables}
    constants = tuple(variable.name for variable in expression.variables if not variable.requires_grad)
    return to_query(Document(expression.text, given, constants, expression.dtype, expression.seed))
