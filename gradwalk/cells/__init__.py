"""The door for text: a program of cells is run by IPython's own shell, under the recorder.

It is real Python, with all that is installed, and may do whatever the process may do that runs it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from gradwalk.cells.alone import ONE_AT_A_TIME
from gradwalk.cells.evaluation import evaluate
from gradwalk.cells.figures import inline
from gradwalk.cells.loop import running
from gradwalk.cells.plain import record_plain
from gradwalk.cells.process import builtins_put_back, fresh, is_notebook
from gradwalk.cells.run import Run
from gradwalk.cells.shell import lent
from gradwalk.cells.tracebacks import left_out
from gradwalk.program import ProgramError
from gradwalk.program.cells import split_cells
from gradwalk.program.limits import LIMITS, LimitError, Limits
from gradwalk.recorder.places import Places
from gradwalk.recorder.session import Recorder
from gradwalk.recording import Event, Recording
from gradwalk.sandbox.lock import is_on

__all__ = ["evaluate", "record", "record_plain"]


def record(
    source: str,
    *,
    pictures: bool = False,
    limits: Limits = LIMITS,
    observer: Callable[[Event], None] | None = None,
    file: str = "",
    arguments: Sequence[str] = (),
) -> Recording:
    """Run a program of cells (``# %%``) as Jupyter would run them one after the other, and record all that happens.

    The program runs in this process and may do whatever the process may do, as with ``python FILE``. A cell that fails
    is part of the recording, and the next one goes on. Raises ProgramError for what is no text that fits.
    ``observer`` is called right after each event, while the program stands still. ``file``: where the text comes from;
    the program then has its name and its folder, as with ``python FILE ARGUMENTS``, or as Jupyter runs a notebook.
    """
    source = _checked(source, limits)
    cells = list(split_cells(source))
    places = Places()
    recorder = Recorder(places, pictures=pictures, limits=limits, observer=observer)
    with ONE_AT_A_TIME, fresh(file, arguments, settled=is_on()):
        try:
            with lent() as shell, inline():
                run = Run(shell, recorder, places, limits)
                own = "" if is_notebook(file) else file
                shell.begin(run, file=own)
                shell.statements.listen(recorder, limits.watched_steps)
                try:
                    with (
                        running() as loop,
                        run.streams(),
                        run.interrupts(),
                        left_out(),
                        recorder,
                        builtins_put_back(),
                    ):
                        run.cells(cells, loop)
                    return replace(recorder.recording(source, cells), file=own)
                finally:
                    shell.statements.stop()
                    recorder.forget()
                    shell.end()
        finally:
            recorder.release()


def _checked(source: str, limits: Limits) -> str:
    """The text with Python's line ends. Raises ProgramError for what is no program of a size that fits."""
    if len(source) > limits.characters:
        raise LimitError(
            f"The program has {len(source):,} characters; at most {limits.characters:,} fit here, texts and comments "
            "counted. Two shorter ones would work."
        )
    if "\0" in source:
        raise ProgramError("The program contains a null character; plain text works.")
    if not source.isascii() and any("\ud800" <= character <= "\udfff" for character in source):
        raise ProgramError("The program contains half a character (a lone surrogate); plain text works.")
    return source.replace("\r\n", "\n").replace("\r", "\n")
