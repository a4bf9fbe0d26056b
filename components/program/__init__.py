"""The notebook: cells of code and of text, with what each showed, as one Streamlit component.

It holds what a person types. The server tells it what was refused and what the cells showed, and writes into it only
when another program is opened. The expression of the player's step is marked in the browser alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from components.program.entry import Entry, read_entry
from components.shared.assets import component, joined
from components.shared.browser_state import state_of
from gradwalk.story.cells import ShownCell

KEY = "code-notebook"

_mount = component(
    "gradwalk_notebook",
    script="program/notebook.js",
    styles=joined("shared/fields.css", "program/notebook.css", "program/cells.css", "shared/examples.css"),
    html=joined("program/notebook.html"),
)


class Refusal(TypedDict):
    """What was refused."""

    message: str
    ran: bool
    """Whether it ran, and was only too large to be drawn."""


class Save(TypedDict):
    """A file for the browser to save, in answer to the entry ``count``."""

    count: int
    name: str
    text: str


class Part(TypedDict):
    """A cell, and what stands around its source in the program: see ``gradwalk.notebook.percent.Piece``."""

    kind: str
    source: str
    before: str
    after: str
    commented: bool
    raw: str | None
    origin: int | None
    attachments: Mapping[str, Any]


class Program(TypedDict):
    """The open program: its text, the example that it is, its name as a file, and its query (empty when too long).

    ``parts`` are its cells where it has just been opened. ``upto`` so many lines of it have run, or None for all.
    """

    text: str
    parts: Sequence[Part]
    upto: int | None
    lesson: str | None
    name: str
    query: str


Groups = Sequence[tuple[str, Sequence[tuple[str, str]]]]
"""Examples by group: slug and title."""


def sent() -> Entry | None:
    """The latest entry that the browser sent, known before the notebook is shown."""
    state = state_of(KEY)
    return read_entry(state.get("entry")) if state is not None else None


def notebook(
    opened: str,
    program: Program,
    cells: Sequence[ShownCell],
    *,
    groups: Groups = (),
    refusal: Refusal | None = None,
    wrong: str | None = None,
    save: Save | None = None,
    answered: int = 0,
    running: bool = False,
) -> None:
    """Show the notebook. Call it after everything else on the page: its answer lets the browser send the next entry.

    The program fills the notebook when ``opened`` changes. ``cells`` are what those that showed something showed.
    ``wrong`` says why a file could not be opened. ``answered`` is the ``count`` of the entry that this run showed;
    while it is ``running``, nothing is known yet of what its cells show.
    """
    spans = [(item["stream"], item["span"]) for cell in cells for item in cell["items"] if item["span"]]
    data = {
        "opened": opened,
        **program,
        "cells": cells,
        "failed": [span for stream, span in spans if stream == "failure"],
        "remarked": [span for stream, span in spans if stream == "remark"],
        "groups": groups,
        "refusal": refusal,
        "wrong": wrong,
        "save": save,
        "answered": answered,
        "running": running,
    }
    _mount(key=KEY, data=data, on_entry_change=lambda: None)
