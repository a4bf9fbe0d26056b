"""The answer, beside the player: each leaf's gradient by autograd, by hand, and by a central difference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from components.shared.assets import joined

_mount = st.components.v2.component(
    "gradwalk_answer",
    css=joined("expression/answer.css"),
    js=joined("../gradwalk/player/dom.js", "../gradwalk/player/formula.js", "shared/hidden.js", "expression/answer.js"),
)


def answer(table: Mapping[str, Any], stale: bool = False) -> None:
    """Show ``table.table(rows, root, variables)``.

    ``stale`` dims it: it belongs to the last good picture.
    """
    _mount(key="answer", data={**table, "stale": stale})
