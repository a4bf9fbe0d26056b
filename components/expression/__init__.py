"""The form: an expression, a row for each of its variables, dtype and seed, as one Streamlit component.

It holds what a person types. The server tells it which variables the text has and what was refused, and writes into its
fields only when another document is opened. Dragging a slider sends at once, one entry at a time, always the latest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import NamedTuple, TypedDict

from components.expression.entry import Entry, read_entry
from components.shared.assets import component, joined
from components.shared.browser_state import state_of
from gradwalk.address.expression import Document
from gradwalk.expression.reading import Hint
from gradwalk.formula.mathml import Tree
from gradwalk.program import Place

KEY = "expression-form"

_mount = component(
    "gradwalk_form",
    script="expression/form.js",
    styles=joined("shared/fields.css", "expression/form.css", "shared/examples.css"),
    html=joined("expression/form.html"),
)


class Field(TypedDict):
    """One variable's row, and what stands in it as long as nobody types."""

    name: str
    label: str
    """The name as the picture writes it: x₁ for x1."""
    text: str


class Refusal(NamedTuple):
    """What was refused. ``field`` is ``text``, ``seed`` or ``value:`` and a variable's name; the span is in it."""

    field: str
    message: str
    span: Place | None = None
    suggestion: str | None = None
    choices: tuple[str, ...] = ()
    """Where the place can be read in several ways: each, written so that it has one meaning."""
    words: str = ""
    """What PyTorch said, where it was PyTorch that refused."""


class Seed(TypedDict):
    """Shown where the root is no scalar: why a seed is needed, and the default."""

    why: str
    text: str


class Gallery(TypedDict):
    """Titles of examples by group, which one is open, what it teaches, and whether its values still are its own."""

    groups: Sequence[tuple[str, Sequence[str]]]
    open: str | None
    lesson: str
    untouched: bool


def sent() -> Entry | None:
    """The latest entry that the browser sent, known before the form is shown."""
    state = state_of(KEY)
    return read_entry(state.get("entry")) if state is not None else None


def form(
    opened: str,
    document: Document,
    variables: Sequence[Field] | None,
    *,
    read: Sequence[Tree] | None = None,
    unread: bool = False,
    refusal: Refusal | None = None,
    hint: Hint | None = None,
    seed: Seed | None = None,
    gallery: Gallery | None = None,
    answered: int = 0,
) -> None:
    """Show the form. Call it after everything else on the page: its answer lets the browser send the next entry.

    ``document`` fills the fields when ``opened`` changes. ``variables`` None keeps the rows as they are: the text was
    refused and nobody knows its variables. ``answered`` is the ``count`` of the entry that this run of the page showed.
    ``hint`` is shown where nothing was refused, ``read`` are the lines as they were read, as MathML:
    those of the last text that could be, where this one is ``unread``.
    """
    data = {
        "opened": opened,
        "document": asdict(document),
        "variables": variables,
        "read": read,
        **({"unread": True} if unread else {}),
        "refusal": None if refusal is None else refusal._asdict(),
        "hint": None if hint is None else hint._asdict(),
        "seed": seed,
        "gallery": gallery,
        "answered": answered,
    }
    _mount(key=KEY, data=data, on_entry_change=lambda: None)
