"""What the density Learn draws of single numbers: the curve of each operation, and the root along each leaf."""

from __future__ import annotations

from typing import Any

from gradwalk.analysis import Analysis
from gradwalk.recorder.curves import curves
from gradwalk.story.curves import drawn

MOST_EPISODES = 6
"""So many backward passes have curves: a long loop is folded to fewer."""


def curves_of(found: Analysis) -> list[dict[str, Any]]:
    """Of each episode from the first on; those after the last that has any are left out."""
    each = [drawn(episode.index, curves(episode.recording)) for episode in found.episodes[:MOST_EPISODES]]
    while each and not each[-1]:
        each.pop()
    return each
