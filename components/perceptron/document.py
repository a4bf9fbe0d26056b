"""Which perceptron is open: from the address when a visitor comes, then from the form, or from a preset."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

import streamlit as st

from components.perceptron.cells import Cells, cells, composed, refused_cell
from components.perceptron.changing import changed
from components.perceptron.entry import Entry, HandEntry, read_entry, read_hand_entry
from components.shared.browser_state import key_of, state_of
from components.shared.query import parameters
from gradwalk.address.perceptron import Document, from_query
from gradwalk.address.query import decoded
from gradwalk.perceptron.settings.editing import with_layer
from gradwalk.perceptron.settings.model import Layer, Perceptron, SettingError
from gradwalk.perceptron.settings.model import field as field_name
from gradwalk.perceptron.settings.presets import BY_SLUG
from gradwalk.perceptron.settings.reading import Network, read

KEY = "perceptron-form"
HAND = "perceptron-by-hand"
_KEY = "opened perceptron"


@dataclass(frozen=True)
class OpenedPerceptron:
    """Plain data, kept for one visitor."""

    key: str
    """Changes whenever another perceptron is opened; the form and the player then start anew."""
    document: Document
    """As it stands in the form now, whether or not it can be read."""
    cells: Cells = field(default_factory=dict)
    """What stands in the form's fields; empty where the settings could not be split into cells."""
    filled: int = 0
    """Changes whenever the form's fields are to be filled anew."""
    refused: SettingError | None = None
    notices: tuple[str, ...] = ()
    answered: int = 0
    """The form's number for the entry that it came from."""
    answered_by_hand: int = 0
    """The same of the view "By hand"."""

    @property
    def perceptron(self) -> Perceptron:
        return self.document.perceptron


def opened_perceptron() -> OpenedPerceptron:
    """What this run of the page shows. It reads what the form has sent, so call it once, first of all."""
    before: OpenedPerceptron | None = st.session_state.get(_KEY)
    entry, typed = read_entry(_sent(KEY)), read_hand_entry(_sent(HAND))
    arrived = KEY not in st.session_state
    if before is None or (arrived and entry is None and st.query_params):
        now = _from_address(entry)
    elif entry is None or entry.count == before.answered:
        now = before
    else:
        now = after(before, entry)
    if before is not None and now.key == before.key:
        now = replace(now, document=replace(now.document, step=_step()))
    if typed is not None and typed.opened == now.key and typed.count != now.answered_by_hand:
        now = after_hand(now, typed)
    st.session_state[_KEY] = now
    return now


def _from_address(entry: Entry | None) -> OpenedPerceptron:
    """What the address says. Where the browser holds an entry already, another process had shown it: it goes on."""
    params = parameters()
    if entry is not None and entry.address:
        params = decoded(entry.address.removeprefix("?"))
    document, notices = from_query(params)
    now = replace(filled(fresh(document, *sorted(params.items()))), notices=notices)
    if entry is None:
        return now
    goes_on = replace(now, key=entry.opened, answered=entry.count, notices=())
    return after(goes_on, entry) if entry.cells.keys() == now.cells.keys() else goes_on


def _step() -> int:
    """Where the player stands: it writes that into the address, which every run of the page sees."""
    text = st.query_params.get("step", "0")
    return int(text) if re.fullmatch("[0-9]{1,6}", text) else 0


def _sent(key: str) -> object:
    state = state_of(key)
    return None if state is None else state.get("entry")


def after_hand(before: OpenedPerceptron, entry: HandEntry) -> OpenedPerceptron:
    """With what was typed into the derivation."""
    document = replace(before.document, answers=entry.answers, wrt=entry.wrt or before.document.wrt)
    return replace(before, document=document, answered_by_hand=entry.count, notices=())


def add_layer() -> None:
    """Give the open perceptron a hidden layer of four tanh units: a button elsewhere on the page does so."""
    now: OpenedPerceptron | None = st.session_state.get(_KEY)
    if now is not None and now.refused is None:
        perceptron = with_layer(now.perceptron, 4)
        st.session_state[_KEY] = filled(replace(now, document=replace(now.document, perceptron=perceptron)))


def fresh(document: Document, *origin: object) -> OpenedPerceptron:
    return OpenedPerceptron(key_of(*origin), document)


def filled(now: OpenedPerceptron) -> OpenedPerceptron:
    """With its fields filled from its settings: a cell for each number, or whole lists where that cannot be."""
    try:
        network = read(now.perceptron)
    except SettingError as error:
        return replace(now, cells={}, filled=now.filled + 1, refused=error)
    return replace(now, cells=cells(now.perceptron, network), filled=now.filled + 1, refused=None)


def after(before: OpenedPerceptron, entry: Entry) -> OpenedPerceptron:
    """What is open after an entry from the form. One for a document that is no longer open changes nothing."""
    if entry.opened != before.key:
        return replace(before, answered=entry.count)
    before = replace(before, answered=entry.count, notices=())
    preset = next((BY_SLUG.get(action[-1]) for action in reversed(entry.actions) if action[0] == "preset"), None)
    if preset is not None:
        return replace(
            filled(fresh(replace(before.document, perceptron=preset.perceptron, step=0))), answered=entry.count
        )
    typed = _typed(before.perceptron, entry)
    perceptron = changed(typed, entry.actions)
    document = replace(before.document, perceptron=perceptron)
    now = replace(before, document=document, cells=entry.cells, refused=None)
    try:
        network = read(perceptron)
    except SettingError as error:
        return replace(now, refused=refused_cell(entry.cells, shape(before)) or error)
    kept = entry.cells and entry.cells.keys() == cells(perceptron, network).keys()
    return now if kept and _texts(perceptron) == _texts(typed) else filled(now)


def _texts(perceptron: Perceptron) -> tuple[str, ...]:
    """Everything that stands in fields."""
    layers = (text for layer in perceptron.layers for text in (layer.weights, layer.bias))
    return perceptron.x, perceptron.target, *layers


def _typed(before: Perceptron, entry: Entry) -> Perceptron:
    """The settings with what is typed in the form's fields."""
    if entry.cells:
        return composed(entry.cells, before)
    texts, count = entry.whole, len(before.layers)
    layers = tuple(
        Layer(
            texts.get(field_name("w", place, count), layer.weights),
            texts.get(field_name("b", place, count), layer.bias),
            layer.activation,
        )
        for place, layer in enumerate(before.layers)
    )
    return replace(before, x=texts.get("x", before.x), target=texts.get("y", before.target), layers=layers)


def shape(before: OpenedPerceptron) -> Network | None:
    """The network whose cells the form shows, by numbers that surely can be read."""
    if not before.cells:
        return None
    loss = "cross_entropy" if before.perceptron.loss == "cross_entropy" else "squared_error"
    ones = composed(dict.fromkeys(before.cells, "1"), replace(before.perceptron, loss=loss))
    identity = tuple(replace(layer, activation="identity") for layer in ones.layers)
    try:
        return read(replace(ones, layers=identity))
    except SettingError:
        return None
