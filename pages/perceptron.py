"""The page Perceptron: a neuron or a small network, drawn, written as PyTorch code, recorded and stepped through."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import streamlit as st

from components.opened import as_markdown
from components.perceptron import neuron, settings
from components.perceptron.asking import asked
from components.perceptron.bench import bench
from components.perceptron.code import code
from components.perceptron.opened import KEY, OpenedPerceptron, opened_perceptron
from components.perceptron.views import TRAIN, chosen_view, with_view
from components.recorded_perceptron import RecordedPerceptron, recorded_perceptron
from components.stepper import player
from gradwalk.dot import LayoutError
from gradwalk.perceptron.address import to_query
from gradwalk.perceptron.model import Perceptron
from gradwalk.program import ProgramError

LAST_GOOD = "last good perceptron"


class Shown(NamedTuple):
    recorded: RecordedPerceptron | None
    """The open perceptron; the last good one where this one is refused."""
    refused: Exception | None = None


def show(now: OpenedPerceptron) -> Shown:
    """The settings, recorded; the last ones that could be, where these are refused."""
    try:
        if now.refused is not None:
            raise now.refused
        found = recorded_perceptron(now.perceptron)
    except (ProgramError, LayoutError) as error:
        last: Perceptron | None = st.session_state.get(LAST_GOOD)
        return Shown(recorded_perceptron(last) if last is not None else None, error)
    st.session_state[LAST_GOOD] = now.perceptron
    return Shown(found)


now = opened_perceptron()
for notice in now.notices:
    st.info(as_markdown(notice))
places = bench()
with places.switch:
    view = chosen_view()
shown = show(now)
recorded = shown.recorded
opened = f"{now.key} {recorded.structure}" if recorded else now.key
query = with_view(to_query(replace(now.document, step=0)), view)

with places.main:
    if view != TRAIN:
        neuron(recorded.drawn if recorded else None, opened=opened, stale=shown.refused is not None)
        player(
            graphs=recorded.graphs if recorded else None,
            story=recorded.story if recorded else None,
            query=query,
            step=now.document.step,
            opened=opened,
            stale=shown.refused is not None,
            program=False,
            low=True,
            key="perceptron-player",
        )
with places.code:
    if recorded:
        code(recorded.source)
with places.form:
    settings(asked(now, shown.refused, query if view == TRAIN else None), key=KEY)
