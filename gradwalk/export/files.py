"""A recording as a file that others can open: what it holds is said by how its name ends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gradwalk.export.html import recording_html
from gradwalk.export.pictures import computation_svg
from gradwalk.recording import Recording

WRITERS: dict[str, Callable[[Recording, Path, int | None], str]] = {
    ".html": lambda recording, path, step: recording_html(recording, step, name=path.stem),
    ".svg": lambda recording, path, step: computation_svg(recording, step),
}


def save(recording: Recording, path: str | Path, step: int | None = None) -> None:
    """``Recording.save``."""
    path = Path(path)
    if path.suffix.lower() not in WRITERS:
        raise ValueError(f"{path.name!r} does not say what to write: a name ends in {' or '.join(WRITERS)}.")
    write(path, WRITERS[path.suffix.lower()](recording, path, step))


def write(path: Path, text: str) -> None:
    """Write a text file. Raises OSError with a sentence."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise type(error)(f"{path} cannot be written: {error.strerror}.") from error
