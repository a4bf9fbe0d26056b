"""``record``: a program of cells as text, or a function to be called; each has its own way in, and one recorder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gradwalk import cells
from gradwalk.live import record_call
from gradwalk.program.limits import LIMITS, Limits
from gradwalk.recording import Event, Recording


def record(
    what: str | Callable[[], Any],
    *,
    pictures: bool = False,
    limits: Limits = LIMITS,
    observer: Callable[[Event], None] | None = None,
    file: str = "",
    arguments: Sequence[str] = (),
) -> Recording:
    """Run a program once, in real Python and PyTorch, and record everything that happens.

    ``what`` is a program in cells (``# %%``), run by IPython's shell as a notebook would run it, or a function, which
    is called. Either runs in this process and may do whatever the process may do, as with ``python FILE``. With
    ``pictures``, torchviz draws the graph of each backward pass. ``observer`` is called with each event as it happens.
    A program from a ``file`` runs with that name and beside that file, as with ``python FILE ARGUMENTS``; a notebook's
    (.ipynb) in its folder, as in Jupyter.
    Raises ProgramError for a text that does not fit.
    """
    if isinstance(what, str):
        return cells.record(what, pictures=pictures, limits=limits, observer=observer, file=file, arguments=arguments)
    if not callable(what):
        raise TypeError(f"gradwalk.record() takes a program's text or a function, and not {type(what).__name__}.")
    return record_call(what, pictures=pictures, limits=limits)
