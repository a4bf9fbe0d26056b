"""A recording as a page of its own, as a file, and as what a notebook shows in place."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path

from gradwalk.analysis import analyse
from gradwalk.export.pictures import computation_svg
from gradwalk.graph.dot import LayoutError
from gradwalk.player.page import page
from gradwalk.recording import BackwardCall, Recording
from gradwalk.story.player_data import player_data

FRAME_HEIGHT = 720
"""px of the frame in a notebook: the picture, the words and the controls of most programs."""


def recording_html(recording: Recording, step: int | None = None) -> str:
    """One HTML page with the player and all steps of a recording, which opens without a network and without a server.

    It begins at ``step``, or where nothing is computed yet. Raises LayoutError when a graph cannot be placed.
    """
    data = player_data(analyse(recording))
    name = Path(recording.file).name
    footer = f"Recorded by Gradwalk with PyTorch {recording.torch}."
    title = f"Gradwalk: {name}" if name else "Gradwalk"
    return page(data.graphs, data.story, title=title, footer=footer, step=step or 0)


WRITERS: dict[str, Callable[[Recording, int | None], str]] = {
    ".html": recording_html,
    ".svg": computation_svg,
}


def save(recording: Recording, path: str | Path, step: int | None = None) -> None:
    """Write a recording as a file that others can open: ``.html`` steps through it, ``.svg`` is a picture of it.

    ``step`` is where the page begins, or the step that the picture shows; without it the picture shows all numbers.
    Raises ValueError for other endings, OSError with a sentence where the file cannot be written, and LayoutError.
    """
    path = Path(path)
    if path.suffix.lower() not in WRITERS:
        raise ValueError(f"{path.name!r} does not say what to write: a name ends in {' or '.join(WRITERS)}.")
    write(path, WRITERS[path.suffix.lower()](recording, step))


def write(path: Path, text: str) -> None:
    """Write a text file. Raises OSError with a sentence."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise type(error)(f"{path} cannot be written: {error.strerror}.") from error


def mimebundle(recording: Recording) -> dict[str, str]:
    """What a notebook shows: the page in a frame of its own, and plain text where frames and scripts are dropped."""
    plain = in_words(recording)
    try:
        return {"text/html": framed(recording_html(recording)), "text/plain": plain}
    except LayoutError as error:
        return {"text/plain": f"{plain} It cannot be drawn: {error}"}


def framed(html: str) -> str:
    """A page as a frame that can neither reach the notebook around it nor be reached by its styles."""
    style = f"width: 100%; height: {FRAME_HEIGHT}px; border: 0"
    about = 'sandbox="allow-scripts" allow="fullscreen" title="Gradwalk: the steps of this recording"'
    return f'<iframe {about} style="{style}" srcdoc="{escape(html)}"></iframe>'


def in_words(recording: Recording) -> str:
    passes = sum(isinstance(event, BackwardCall) for event in recording.events)
    counts = [(len(recording.operations), "operation"), (passes, "backward pass")]
    told = " and ".join(f"{count:,} {name if count == 1 else _several(name)}" for count, name in counts)
    return f"<Recording of {told}, PyTorch {recording.torch}>"


def _several(name: str) -> str:
    return f"{name}es" if name.endswith("s") else f"{name}s"
