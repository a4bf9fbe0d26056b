"""A recording as one HTML page that steps through it, without a network and without a server."""

from __future__ import annotations

from gradwalk.analysis import Analysis, analyse
from gradwalk.clinic import findings
from gradwalk.export.moment import checked_step
from gradwalk.player.page import About, footer_of, page
from gradwalk.recording import Recording
from gradwalk.story.player_data import PlayerData, player_data


def recording_html(recording: Recording, step: int | None = None, *, name: str = "") -> str:
    """One HTML page with the player and all steps of a recording. It begins at ``step``, or before the first one.

    ``name`` is what its title calls it. Raises CannotDraw for a step that it does not have, and LayoutError when a
    graph cannot be placed.
    """
    return described_html(recording, About(f"Gradwalk: {name}" if name else "Gradwalk"), step)


def described_html(recording: Recording, about: About, step: int | None = None) -> str:
    """The same under a heading and a summary of its own; the footer says by what it was recorded."""
    return told_html(recording, told(analyse(recording)), about, step)


def told(analysis: Analysis) -> PlayerData:
    """What such a page is given of a recording."""
    # What was found is told with the lines that it is about, in a program that is told without them otherwise.
    return player_data(analysis, statements=True if findings(analysis.recording) else None)


def told_html(recording: Recording, data: PlayerData, about: About, step: int | None = None) -> str:
    """The same of a recording that was ``told``."""
    if step:
        checked_step(data.story, step)
    return page(data.graphs, data.story, about._replace(footer=footer_of(recording.torch)), step or 0)
