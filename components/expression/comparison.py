"""The answer, beside the player: each leaf's gradient by autograd, by hand, and by a central difference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.shared.assets import component, joined

_mount = component("gradwalk_answer", script="expression/answer.js", styles=joined("expression/answer.css"))


def answer(table: Mapping[str, Any], stale: bool = False) -> None:
    """Show ``table.table(rows, root, variables)``.

    ``stale`` dims it: it belongs to the last good picture.
    """
    _mount(key="answer", data={**table, "stale": stale})
