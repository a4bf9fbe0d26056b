"""The form: an expression, a row for each of its variables, dtype and seed, as one Streamlit component.

It holds what a person types. The server tells it which variables the text has and what was refused, and writes into its
fields only when another document is opened. Dragging a slider sends at once, one entry at a time, always the latest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict

import streamlit as st

from components.form.entry import Entry, read_entry
from gradwalk.program import Span

KEY = "expression-form"

_FOLDER = Path(__file__).parent
_SCRIPTS = (_FOLDER.parent / "stepper" / "dom.js", _FOLDER / "values.js", _FOLDER / "form.js")
_mount = st.components.v2.component(
    "gradwalk_form",
    html=(_FOLDER / "form.html").read_text(encoding="utf-8"),
    css=(_FOLDER / "form.css").read_text(encoding="utf-8"),
    js="\n".join(path.read_text(encoding="utf-8") for path in _SCRIPTS),
)


class Contents(TypedDict):
    """What stands in the fields when a document is opened. ``constants`` are the variables without a gradient."""

    text: str
    given: Mapping[str, str]
    constants: Sequence[str]
    dtype: str
    seed: str | None


class Field(TypedDict):
    """One variable's row, and what stands in it as long as nobody types."""

    name: str
    text: str


class Refusal(TypedDict):
    """What was refused. ``field`` is ``text``, ``seed`` or the name of a variable; the span counts in that field."""

    field: str
    message: str
    span: Span | None
    suggestion: str | None


class Seed(TypedDict):
    """Shown where the root is no scalar: why a seed is needed, and the default."""

    why: str
    text: str


class Example(TypedDict):
    """The gallery: titles by group, which one is open, and what it teaches."""

    groups: Sequence[tuple[str, Sequence[str]]]
    open: str | None
    lesson: str | None


def sent() -> Entry | None:
    """The latest entry that the browser sent, known before the form is shown."""
    state = st.session_state.get(KEY)
    return read_entry(state.get("entry")) if isinstance(state, Mapping) else None


def form(
    opened: str,
    contents: Contents,
    variables: Sequence[Field] | None,
    refusal: Refusal | None = None,
    seed: Seed | None = None,
    examples: Example | None = None,
    answered: int = 0,
) -> None:
    """Show the form. Call it after everything else on the page: its answer lets the browser send the next entry.

    ``variables`` None keeps the rows as they are: the text was refused and nobody knows its variables. ``answered`` is
    the ``count`` of the entry that this run of the page has shown.
    """
    data = {
        "opened": opened,
        "contents": contents,
        "variables": variables,
        "refusal": refusal,
        "seed": seed,
        "examples": examples,
        "answered": answered,
    }
    _mount(key=KEY, data=data, on_entry_change=lambda: None)
