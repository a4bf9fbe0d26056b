"""The answer, beside the player: each leaf's gradient by autograd, by hand, and by a central difference.

It is covered until somebody asks for it, and nothing is computed for it before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.shared.assets import component, joined
from components.shared.browser_state import state_of

KEY = "answer"
_mount = component("gradwalk_answer", script="expression/answer.js", styles=joined("expression/answer.css"))


def asked() -> bool:
    """Whether the visitor wants to see the answer."""
    return (state_of(KEY) or {}).get("asked") is True


def answer(table: Mapping[str, Any] | None, stale: bool = False) -> None:
    """Show ``table.table(rows, root, variables)``; None keeps it covered, with a button that asks for it.

    ``stale`` dims it: it belongs to the last good picture.
    """
    _mount(key=KEY, data={"table": table, "stale": stale}, on_asked_change=lambda: None)
