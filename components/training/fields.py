"""The fields of a training: data, optimizer, batches, seed, epochs, and what is to go wrong."""

from __future__ import annotations

from dataclasses import asdict, replace

import streamlit as st

from components.opened import as_markdown
from gradwalk.training.data import DRAWN, NOISE, TITLES
from gradwalk.training.entry import Entry, EntryError
from gradwalk.training.setting import FAULTS, OPTIMIZERS, WITH_MOMENTUM

_KEPT = "training entry"
LONGEST = 40
LONGEST_CSV = 20_000


def kept() -> Entry | None:
    """What was last in the fields; they are gone from the session whenever the view is not shown."""
    entry: Entry | None = st.session_state.get(_KEPT)
    return entry


def keep(entry: Entry) -> None:
    """Fill the fields; call it before they are shown."""
    st.session_state[_KEPT] = entry
    for name, value in asdict(entry).items():
        st.session_state[_key(name)] = value


def _key(name: str) -> str:
    return f"training-{name}"


def entered() -> Entry:
    """What stands in the fields, known before they are shown."""
    before = kept() or Entry()
    values = {name: st.session_state.get(_key(name), value) for name, value in asdict(before).items()}
    entry = replace(before, **values)
    st.session_state[_KEPT] = entry
    return entry


def ask(entry: Entry, error: EntryError | None) -> None:
    """Show the fields, with a sentence under the one that means nothing."""
    for name, value in asdict(entry).items():
        st.session_state.setdefault(_key(name), value)
    st.selectbox("Data", list(TITLES), format_func=TITLES.__getitem__, key=_key("data"))
    _data(entry, error)
    st.selectbox("Optimizer", list(OPTIMIZERS), format_func=OPTIMIZERS.__getitem__, key=_key("optimizer"))
    _optimizer(entry, error)
    _pair(("batch", "Batch size"), ("seed", "Seed"), error, placeholder="all points")
    _text("epochs", "Epochs")
    _said(error, "epochs")
    st.selectbox("What goes wrong", ["", *FAULTS], format_func=_fault_title, key=_key("fault"))
    _said(error, "fault")
    if entry.fault in FAULTS and (error is None or error.field != "fault"):
        st.caption(FAULTS[entry.fault].says)


def _fault_title(fault: str) -> str:
    return FAULTS[fault].title if fault else "Nothing"


def _data(entry: Entry, error: EntryError | None) -> None:
    if entry.data == "own":
        help_ = "One point a row: x₁, x₂ and the class (0 or 1). Two columns, x and y, are a line to fit."
        st.text_area("Points", key=_key("points"), help=help_, placeholder="0.5, 1, 0", max_chars=LONGEST_CSV)
        _said(error, "points")
    elif entry.data in DRAWN:
        _pair(("count", "Points"), ("noise", "Noise"), error, second_placeholder=f"{NOISE[entry.data]:g}")


def _optimizer(entry: Entry, error: EntryError | None) -> None:
    if entry.optimizer in WITH_MOMENTUM:
        _pair(("lr", "Learning rate"), ("momentum", "Momentum"), error)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            _text("decay", "Weight decay")
            if entry.optimizer == "sgd":
                st.checkbox("Nesterov", key=_key("nesterov"), width="stretch")
        _said(error, "decay")
    else:
        _pair(("lr", "Learning rate"), ("decay", "Weight decay"), error)


def _pair(
    first: tuple[str, str],
    second: tuple[str, str],
    error: EntryError | None,
    placeholder: str = "",
    second_placeholder: str = "",
) -> None:
    with st.container(horizontal=True):  # side by side on a phone too
        _text(*first, placeholder)
        _text(*second, second_placeholder)
    _said(error, first[0], second[0])


def _text(name: str, label: str, placeholder: str = "") -> None:
    st.text_input(label, key=_key(name), max_chars=LONGEST, placeholder=placeholder)


def _said(error: EntryError | None, *names: str) -> None:
    if error is not None and error.field in names:
        st.markdown(f":red[{as_markdown(error.message)}]")
