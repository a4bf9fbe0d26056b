"""What the density Learn shows besides: the question that the steps answer, and the curves of single numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gradwalk.analysis import Analysis
from gradwalk.analysis.episodes import Episode
from gradwalk.explain.learn import question
from gradwalk.explain.moving import element_moved, to_move
from gradwalk.recorder.curves import curves
from gradwalk.recorder.nudged import nudged
from gradwalk.story.curves import drawn

MOST_EPISODES = 6
"""So many backward passes have curves: a long loop is folded to fewer."""


def learn_of(found: Analysis) -> dict[str, Any]:
    """Both, as parts of a story; a run with one pass, which is then one episode, answers a question."""
    asked = {"question": question(found.episodes[0].index)} if len(found.episodes) == 1 else {}
    each = curves_of(found)
    alone = [dict[str, Any]()] * (MOST_EPISODES - len(each))
    moves = [_moves(episode, ways) for episode, ways in zip(found.episodes, [*each, *alone], strict=False)]
    return asked | {"curves": each} | ({"moves": moves} if any(moves) else {})


def _moves(episode: Episode, ways: Mapping[str, Any]) -> list[dict[str, str]]:
    """What really comes of moving one element of a leaf, where no curve says so."""
    index, found = episode.index, []
    number_of_call = next(iter(index.calls), None)
    if number_of_call is None or index.weighed(number_of_call):
        return []
    call = index.calls[number_of_call]
    for event, number in to_move(index, number_of_call):
        if f"v{event.leaf}" in ways:
            continue
        after = nudged(episode.recording, call, event.leaf, number)
        if after is not None:
            name, said = element_moved(index, event, number, after)
            found.append({"name": name, "said": said})
    return found


def curves_of(found: Analysis) -> list[dict[str, Any]]:
    """Of each episode from the first on; those after the last that has any are left out."""
    each = [drawn(episode.index, curves(episode.recording)) for episode in found.episodes[:MOST_EPISODES]]
    while each and not each[-1]:
        each.pop()
    return each
