"""Runs the cells of a program in plain Python under the recorder: what the tests of the recorder look at."""

from __future__ import annotations

import itertools
import linecache
import traceback
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch

from gradwalk.program import Span
from gradwalk.program.limits import LIMITS, Limits
from gradwalk.recorder.places import Places
from gradwalk.recorder.session import Recorder
from gradwalk.recording import Event, Recording

_NUMBERS = itertools.count()


def record(
    source: str,
    *,
    pictures: bool = False,
    limits: Limits = LIMITS,
    keep: Iterable[torch.Tensor] = (),
    observer: Callable[[Event], None] | None = None,
    names: dict[str, Any] | None = None,
) -> Recording:
    """Run the cells one after another; one that fails is a part of the recording. ``names``: the namespace."""
    cells = list(_cells(source))
    places = Places()
    recorder = Recorder(places, pictures=pictures, limits=limits, keep=keep, observer=observer, names=True)
    space: dict[str, Any] = {} if names is None else names
    with torch.random.fork_rng():
        torch.manual_seed(0)
        try:
            with recorder:
                for text, line in cells:
                    filename = f"<cell {next(_NUMBERS)}>"
                    places.text(filename, line)
                    linecache.cache[filename] = len(text), None, text.splitlines(keepends=True), filename
                    recorder.cell()
                    try:
                        exec(compile(text, filename, "exec"), space)  # noqa: S102 - programs of our own
                    except Exception as error:  # whatever it is, the recording has it
                        span = places.of(error.__traceback__) or Span(line, 1, line, 1)
                        recorder.failure(span, error, "".join(traceback.format_exception(error)))
            return recorder.recording(source, cells)
        finally:
            recorder.release()


def _cells(source: str) -> Iterator[tuple[str, int]]:
    """The cells of a program, each with the line that it starts on."""
    lines = source.split("\n")
    start = 0
    for number, line in enumerate([*lines, "# %%"]):
        if line.startswith("# %%"):
            if start < number:
                yield "\n".join(lines[start:number]), start + 1
            start = number + 1
