"""A recording as one HTML page that steps through it, without a network and without a server."""

from __future__ import annotations

from gradwalk.analysis import analyse
from gradwalk.player.page import page
from gradwalk.recording import Recording
from gradwalk.story.player_data import player_data


def recording_html(recording: Recording, step: int | None = None, *, name: str = "") -> str:
    """One HTML page with the player and all steps of a recording. It begins at ``step``, or before the first one.

    ``name`` is what its title calls it. Raises LayoutError when a graph cannot be placed.
    """
    data = player_data(analyse(recording))
    footer = f"Recorded by Gradwalk with PyTorch {recording.torch}."
    title = f"Gradwalk: {name}" if name else "Gradwalk"
    return page(data.graphs, data.story, title=title, footer=footer, step=step or 0)
