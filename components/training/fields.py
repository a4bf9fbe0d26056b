"""The fields of a training: data, optimizer, batches, seed, epochs, and what is to go wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

import streamlit as st

from components.expression.document import as_markdown
from gradwalk.training.data import DRAWN, NOISE, TITLES
from gradwalk.training.entry import Entry, EntryError
from gradwalk.training.setting import FAULTS, OPTIMIZERS, OWN_RATES, WITH_MOMENTUM

_KEPT = "training entry"
_FIRSTS = "training fields"
_WRITTEN = "training fields written"
LONGEST = 40
LONGEST_CSV = 20_000


def kept() -> Entry | None:
    """What was last in the fields; they are gone from the session whenever the view is not shown."""
    entry: Entry | None = st.session_state.get(_KEPT)
    return entry


def keep(entry: Entry) -> None:
    """What the fields begin with; call it before they are shown."""
    st.session_state[_KEPT] = entry


def write(changes: Mapping[str, str]) -> None:
    """Put these into their fields, in place of what somebody chose there: they are other fields from now on."""
    keep(replace(entered(), **changes))  # type: ignore[arg-type]  # every field that is written holds a text
    written: dict[str, int] = st.session_state.setdefault(_WRITTEN, {})
    for name in changes:
        written[name] = written.get(name, 0) + 1


def _key(name: str) -> str:
    written = st.session_state.get(_WRITTEN, {}).get(name, 0)
    return f"training-{name}-{written}" if written else f"training-{name}"


def _first(name: str, entry: Entry) -> Any:
    """What a field begins with, the same as long as it is shown.

    It goes with the field in each run of the page. What the session's state sets is sent in one run only, and is lost
    when the next one overtakes it.
    """
    firsts: dict[str, Any] = st.session_state.setdefault(_FIRSTS, {})
    if _key(name) not in st.session_state:
        firsts[name] = getattr(entry, name)
    return firsts[name]


def _select(label: str, name: str, options: list[str], title: Callable[[str], str], entry: Entry) -> None:
    place = options.index(_first(name, entry))
    st.selectbox(label, options, index=place, format_func=title, key=_key(name))


def entered() -> Entry:
    """What stands in the fields, known before they are shown."""
    before = kept() or Entry()
    values = {name: st.session_state.get(_key(name), value) for name, value in asdict(before).items()}
    entry = replace(before, **values)
    st.session_state[_KEPT] = entry
    return entry


def ask(entry: Entry, error: EntryError | None) -> None:
    """Show the fields, with a sentence under the one that means nothing."""
    _select("Data", "data", list(TITLES), TITLES.__getitem__, entry)
    _data(entry, error)
    _select("Optimizer", "optimizer", list(OPTIMIZERS), OPTIMIZERS.__getitem__, entry)
    _optimizer(entry, error)
    _pair(entry, ("batch", "Batch size"), ("seed", "Seed"), error, placeholder="all points")
    _text(entry, "epochs", "Epochs")
    _said(error, "epochs")
    _select("What goes wrong", "fault", ["", *FAULTS], _fault_title, entry)
    _said(error, "fault")
    if entry.fault in FAULTS and (error is None or error.field != "fault"):
        st.caption(FAULTS[entry.fault].says)


def _fault_title(fault: str) -> str:
    return FAULTS[fault].title if fault else "Nothing"


def _data(entry: Entry, error: EntryError | None) -> None:
    if entry.data == "own":
        help_ = "One point a row: x₁, x₂ and the class (0 or 1). Two columns, x and y, are a line to fit."
        first = _first("points", entry)
        st.text_area("Points", first, key=_key("points"), help=help_, placeholder="0.5, 1, 0", max_chars=LONGEST_CSV)
        _said(error, "points")
    elif entry.data in DRAWN:
        _pair(entry, ("count", "Points"), ("noise", "Noise"), error, second_placeholder=f"{NOISE[entry.data]:g}")


def _optimizer(entry: Entry, error: EntryError | None) -> None:
    own = f"{OWN_RATES[entry.optimizer]:g}"
    if entry.optimizer in WITH_MOMENTUM:
        _pair(entry, ("lr", "Learning rate"), ("momentum", "Momentum"), error, placeholder=own)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            _text(entry, "decay", "Weight decay")
            if entry.optimizer == "sgd":
                st.checkbox("Nesterov", _first("nesterov", entry), key=_key("nesterov"), width="stretch")
        _said(error, "decay")
    else:
        _pair(entry, ("lr", "Learning rate"), ("decay", "Weight decay"), error, placeholder=own)


def _pair(
    entry: Entry,
    first: tuple[str, str],
    second: tuple[str, str],
    error: EntryError | None,
    placeholder: str = "",
    second_placeholder: str = "",
) -> None:
    with st.container(horizontal=True):  # side by side on a phone too
        _text(entry, *first, placeholder)
        _text(entry, *second, second_placeholder)
    _said(error, first[0], second[0])


def _text(entry: Entry, name: str, label: str, placeholder: str = "") -> None:
    st.text_input(label, _first(name, entry), key=_key(name), max_chars=LONGEST, placeholder=placeholder)


def _said(error: EntryError | None, *names: str) -> None:
    if error is not None and error.field in names:
        st.markdown(f":red[{as_markdown(error.message)}]")
