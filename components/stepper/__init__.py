"""The player: shows a recorded program one step at a time, in the browser alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

HERE = Path(__file__).resolve().parent

# A component's JavaScript is one module that cannot import beside itself, so its parts are joined, in reading order.
PARTS = (
    "dom", "story", "formula", "words", "code",
    "geometry", "slot", "box", "arrow", "picture", "stage", "legend", "pictures",
    "scrubber", "transport", "keys", "address", "screen", "player",
)  # fmt: skip
STYLES = ("player", "picture", "modes")


def javascript() -> str:
    """The player's JavaScript: one module whose default export mounts it."""
    return "\n".join((HERE / f"{part}.js").read_text(encoding="utf-8") for part in PARTS)


def css() -> str:
    return "\n".join((HERE / f"{style}.css").read_text(encoding="utf-8") for style in STYLES)


_component = st.components.v2.component("gradwalk_player", js=javascript(), css=css())


def player(
    *,
    graphs: Mapping[str, Any] | None,
    story: Mapping[str, Any] | None,
    query: str = "",
    step: int = 0,
    opened: str = "",
    stale: bool = False,
    key: str = "player",
) -> None:
    """Show a recording's placed ``graphs`` (``drawing.player_graphs``) and its ``story`` (``timeline.timeline``).

    ``query`` is the page's URL query without the step: the player writes ``?<query>&step=k`` into the address bar and
    sends nothing to the server. It starts at ``step``, and again whenever ``opened`` changes; otherwise it keeps its
    position, also when the numbers change. ``stale`` says that the picture is the last good one, and dims it.
    Without a story it says that nothing has run yet.
    """
    data = {"graphs": graphs, "story": story, "query": query, "step": step, "opened": opened, "stale": stale}
    _component(key=key, data=data)
