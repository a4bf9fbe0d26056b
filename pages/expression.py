"""The page Expression: what a person types is recorded, and shown one step at a time."""

from __future__ import annotations

import streamlit as st

from components.expression.comparison import answer
from components.expression.document import as_markdown, opened
from components.expression.form_data import ask
from components.expression.showing import Shown, query_of, show
from components.player import player
from components.shared.alone import alone
from components.shared.columns import workbench
from components.shared.mistakes import mistake, told

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
        tour=not alone(),
    )
if not alone():
    with places.answer, told("expression"):
        if shown.recorded:
            answer(shown.recorded.table, stale=shown.stale)
    with places.form:
        ask(now, shown.refused, shown.recorded)
