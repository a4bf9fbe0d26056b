"""The Train view of the page Perceptron: its fields, a run that can be stopped, its pictures, and each step of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components.expression.document import as_markdown
from components.shared.query import parameters
from components.training import fields
from components.training.stage import stage
from gradwalk.address.training import Place, from_query
from gradwalk.perceptron.settings.reading import Network as Perceptron
from gradwalk.training.data import PARTED
from gradwalk.training.entry import Entry, EntryError, read
from gradwalk.training.network import Network, network_of
from gradwalk.training.setting import Setting

_FROM_ADDRESS = "training from address"


def training(
    perceptron: Perceptron,
    *,
    form: DeltaGenerator,
    place: DeltaGenerator,
    query: str,
    add_layer: Callable[[], None],
) -> None:
    """Show the Train view of a perceptron's layers, activations, loss and dtype.

    Its fields go into ``form``, run and pictures into ``place``. ``query`` is the page's own query, with the switch to
    this view in it; the view writes its part behind it. ``add_layer`` gives the page's network a hidden layer of four
    tanh units; it is a button's callback, called before the page runs again.
    """
    network = network_of(perceptron)
    entry, at = _opened(network)
    setting: Setting | None = None
    error: EntryError | None = None
    try:
        setting = read(entry, network)
    except EntryError as refused:
        error = refused
    with form:
        fields.ask(entry, error)
    with place:
        stage(setting, entry, error, at, query, add_layer)


def _opened(network: Network) -> tuple[Entry, Place]:
    """What stands in the fields; from the address when a visitor comes, with data that the network can learn."""
    at = Place()
    if fields.kept() is None:
        entry, at, notices = from_query(parameters())
        if "data" not in st.query_params and not network.hidden:
            entry = replace(entry, data=PARTED)
        for notice in notices:
            st.info(as_markdown(notice))
        fields.keep(entry)
    return fields.entered(), at
