"""The answer, beside the player: each leaf's gradient by autograd, by hand, and by a central difference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from components.sources import joined

_mount = st.components.v2.component(
    "gradwalk_answer",
    css=joined("answer/answer.css"),
    js=joined("stepper/dom.js", "stepper/formula.js", "hidden.js", "answer/answer.js"),
)


def answer(table: Mapping[str, Any], stale: bool = False) -> None:
    """Show ``table.table(rows, root, variables)``.

    ``stale`` dims it: it belongs to the last good picture.
    """
    _mount(key="answer", data={**table, "stale": stale})
