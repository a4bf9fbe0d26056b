"""The page Perceptron: a neuron or a small network, drawn, written as PyTorch code, recorded and stepped through."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import streamlit as st

from components.expression.document import as_markdown
from components.perceptron import hand, neuron, settings
from components.perceptron.bench import Bench, bench
from components.perceptron.code import code
from components.perceptron.document import HAND as HAND_KEY
from components.perceptron.document import KEY, OpenedPerceptron, add_layer, opened_perceptron
from components.perceptron.form_data import asked
from components.perceptron.record import RecordedPerceptron, recorded_perceptron, told_by_hand
from components.perceptron.views import HAND, TRAIN, chosen_view, with_view
from components.player import player, torchviz_asked
from components.shared.alone import alone
from components.shared.mistakes import mistake, told
from components.shared.work import still
from components.training import training
from gradwalk.address.perceptron import to_query
from gradwalk.graph.dot import LayoutError
from gradwalk.perceptron.settings.model import Perceptron
from gradwalk.perceptron.settings.reading import Network, read
from gradwalk.program import ProgramError

LAST_GOOD = "last good perceptron"
LAST_OPENED = "last opened perceptron"
PLAYER = "perceptron-player"


class Shown(NamedTuple):
    recorded: RecordedPerceptron | None
    """The open perceptron; the last good one where this one is refused."""
    network: Network | None
    """The same as numbers; also of one that is too large to be drawn."""
    refused: Exception | None = None


def show(now: OpenedPerceptron) -> Shown:
    """The settings, recorded; the last ones that could be, where these are refused."""
    network: Network | None = None
    torchviz = torchviz_asked(PLAYER)

    def again(perceptron: Perceptron) -> RecordedPerceptron:
        return recorded_perceptron(perceptron, torchviz)

    try:
        if now.refused is not None:
            raise now.refused
        network = read(now.perceptron)
        found = again(now.perceptron)
    except (ProgramError, LayoutError) as error:
        good = still(again, st.session_state.get(LAST_GOOD))
        return Shown(good, network or (good.network if good else None), error)
    st.session_state[LAST_GOOD] = now.perceptron
    return Shown(found, network)


def step_through(now: OpenedPerceptron, shown: Shown, query: str) -> None:
    """The neuron and the player below it, which lights it up. Another graph begins at its start."""
    recorded, stale = shown.recorded, shown.refused is not None
    opened = f"{now.key} {recorded.structure}" if recorded else now.key
    before: str = st.session_state.get(LAST_OPENED, opened)
    st.session_state[LAST_OPENED] = opened
    same = before == opened or before.partition(" ")[0] != now.key
    told = recorded.warning if recorded else None
    if not alone():
        neuron(recorded.drawn if recorded else None, opened=opened, stale=stale, warning=told)
    player(
        graphs=recorded.graphs if recorded else None,
        story=recorded.story if recorded else None,
        query=query,
        step=now.document.step if same else 0,
        opened=opened,
        stale=stale,
        low=not alone(),
        key=PLAYER,
    )


def by_hand(now: OpenedPerceptron, shown: Shown) -> None:
    """The neuron with all its numbers, the chain, and what is to be said about the derivation that is typed."""
    recorded, stale = shown.recorded, shown.refused is not None
    neuron(recorded.drawn if recorded else None, opened=now.key, stale=stale, whole=True)
    answers = now.document.answers
    found: dict[str, Any] = {}
    try:
        found = told_by_hand(recorded.network, now.document.wrt, tuple(answers.items())) if recorded else {}
    except ProgramError as error:
        st.info(as_markdown(str(error)))
    told = {"opened": now.key, "answers": dict(answers), "answered": now.answered_by_hand, "stale": stale}
    hand({**found, **told}, key=HAND_KEY)


def train(shown: Shown, places: Bench, query: str) -> None:
    """The run of a training, for the layers, the activations, the loss and the dtype that are set."""
    if shown.network is None:
        with places.main:
            st.info("There is nothing to train yet: the settings cannot be read, and the form says why.")
        return
    training(shown.network, form=places.form, place=places.main, query=query, add_layer=add_layer)


now = opened_perceptron()
for notice in now.notices:
    st.info(as_markdown(notice))
places = bench()
with places.switch:
    view = chosen_view()
query = with_view(to_query(replace(now.document, step=0)), view)
try:
    shown = show(now)
except Exception as error:
    # Whatever breaks, what was typed stays in the form.
    shown = Shown(None, None, mistake("perceptron", error))
with told("perceptron"):
    if view == TRAIN:
        train(shown, places, query)
    else:
        with places.main:
            if view == HAND:
                by_hand(now, shown)
            else:
                step_through(now, shown, query)
if not alone() or view == HAND:  # by hand, numbers are dragged on the drawing, and the form holds them
    with places.code if view == TRAIN else places.form:
        settings(asked(now, shown.refused, view, query), key=KEY)
if shown.recorded and view != TRAIN and not alone():
    with places.code, told("perceptron"):
        code(shown.recorded.source)
