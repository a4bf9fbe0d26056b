"""The answer, beside the player: each leaf's gradient by autograd, by hand, and by a central difference."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

_FOLDER = Path(__file__).parent
_PLAYER = _FOLDER.parent / "stepper"
_SCRIPTS = (_PLAYER / "dom.js", _PLAYER / "formula.js", _FOLDER / "answer.js")
_mount = st.components.v2.component(
    "gradwalk_answer",
    css=(_FOLDER / "answer.css").read_text(encoding="utf-8"),
    js="\n".join(path.read_text(encoding="utf-8") for path in _SCRIPTS),
)


def answer(table: Mapping[str, Any], stale: bool = False) -> None:
    """Show ``table.table(rows, root, variables)``.

    ``stale`` dims it: it belongs to the last good picture.
    """
    _mount(key="answer", data={**table, "stale": stale})
