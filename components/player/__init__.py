"""The player: shows a recorded program one step at a time, in the browser alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from components.player.packed import NOTHING, joined, packed
from components.shared.assets import component
from components.shared.browser_state import state_of
from gradwalk.player import styles

_WITH_TORCHVIZ = ("grad_fn", "grad_fn-saved", "both", "both-saved")
"""What the address bar calls the pictures that torchviz has a part in."""
_component = component("gradwalk_player", script="player/player.js", styles=styles())


def player(
    *,
    graphs: bytes | None,
    story: bytes | None,
    query: str = "",
    step: int = 0,
    goes: Mapping[str, Any] | None = None,
    opened: str = "",
    stale: bool = False,
    beside: bool = False,
    ran: bool = False,
    low: bool = False,
    tour: bool = False,
    key: str = "player",
) -> None:
    """Show a recording's placed ``graphs`` (``player_graphs``) and its ``story`` (``timeline``), both ``packed``.

    ``query`` is the page's URL query without the step: the player writes ``?<query>&step=k`` into the address bar and
    sends nothing to the server. It starts at ``step``, and again whenever ``opened`` changes; otherwise it keeps its
    position, also when the numbers change: the same episode, as far into it as before. ``goes`` asks it once, by a
    ``count``, to go to a ``step``, or to the first one of ``lines`` unless it is at one of them. ``stale`` says that
    the picture is the last good one, and dims it. Without a story it says that nothing has run yet, or that the program
    ``ran`` all the same.

    A click on a folded episode runs the page again: see ``unfolded``. ``beside`` says that the page has the program in
    an editor beside the player, which then begins with the names. ``low`` keeps the picture low and
    below the words, where the page has another drawing of the same run above it. ``tour`` shows who comes for the first
    time four sentences on what there is to be seen.
    """
    about = {"query": query, "step": step, "opened": opened, "stale": stale, "beside": beside, "low": low, "tour": tour}
    about |= ({"ran": True} if ran else {}) | ({} if goes is None else {"goes": goes})
    data = joined(
        {"graphs": graphs or NOTHING, "story": story or NOTHING} | {name: packed(one) for name, one in about.items()}
    )
    changes = {f"on_{name}_change": lambda: None for name in ("unfold", "draw", "torchviz")}
    _component(key=key, data=data, **changes)


def torchviz_asked(key: str = "player") -> bool:
    """Whether the visitor has looked for torchviz's picture, which takes a fifth of an answer: nobody else gets it."""
    place = f"{key} torchviz"
    if st.query_params.get("picture") in _WITH_TORCHVIZ or (state_of(key) or {}).get("torchviz") is True:
        st.session_state[place] = True
    return place in st.session_state


MOST_UNFOLDED = 8
"""Of the folded episodes that somebody opened, so many stay open: the story has to stay small."""


def unfolded(opened: str, key: str = "player") -> tuple[int, ...]:
    """The folded episodes that somebody has opened in the document ``opened``, by the numbers that their steps carry.

    Call it once, before the player is shown, and answer with graphs and a story in which they are open.
    """
    place = f"{key} unfolded"
    kept: tuple[str, tuple[int, ...]] = st.session_state.get(place, (opened, ()))
    before = kept[1] if kept[0] == opened else ()
    asked = (state_of(key) or {}).get("unfold")
    if isinstance(asked, int) and not isinstance(asked, bool) and kept[0] == opened:
        before = (*(number for number in before if number != asked), asked)[-MOST_UNFOLDED:]
    st.session_state[place] = opened, before
    return before


def wanted(opened: str, key: str = "player") -> tuple[int, ...]:
    """The episode at which somebody in the document ``opened`` stands whose graph is not there yet.

    Call it once, before the player is shown. A recording holds so many different graphs as a page can carry; of those
    that are left out, the player asks for the one that it has come to.
    """
    place = f"{key} wanted"
    kept: tuple[str, tuple[int, ...]] = st.session_state.get(place, (opened, ()))
    asked = (state_of(key) or {}).get("draw")
    now = kept[1] if kept[0] == opened else ()
    if isinstance(asked, int) and not isinstance(asked, bool) and kept[0] == opened:
        now = (asked,)
    st.session_state[place] = opened, now
    return now
