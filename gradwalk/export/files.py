"""A recording as a file that others can open: what it holds is said by how its name ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from gradwalk.export.html import recording_html
from gradwalk.export.looks import theme_named
from gradwalk.export.paper import pdf, png
from gradwalk.export.pictures import picture_at
from gradwalk.export.svg import Drawn, svg
from gradwalk.recording import Recording

DRAWN: dict[str, Callable[[Drawn], str | bytes]] = {".svg": svg, ".png": png, ".pdf": pdf}
"""Who writes a picture, by how the file's name ends."""


def save(
    recording: Recording,
    path: str | Path,
    step: int | None = None,
    *,
    picture: str = "computation",
    theme: str | None = None,
    open: str | Sequence[str] = (),  # noqa: A002  as it is called in a shell
) -> None:
    """``Recording.save``."""
    path = Path(path)
    form = path.suffix.lower()
    if form in DRAWN:
        write(path, DRAWN[form](picture_at(recording, step, picture, theme_named(theme), open)))
    elif form == ".html":
        write(path, recording_html(recording, step, name=path.stem))
    else:
        endings = f"{', '.join(DRAWN)} or .html"
        raise ValueError(f"{path.name!r} does not say what to write: a name ends in {endings}.")


def write(path: Path, made: str | bytes) -> None:
    """Write a file. Raises OSError with a sentence."""
    try:
        path.write_bytes(made if isinstance(made, bytes) else made.encode("utf-8"))
    except OSError as error:
        raise type(error)(f"{path} cannot be written: {error.strerror}.") from error
