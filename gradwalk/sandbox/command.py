"""``gradwalk run --locked FILE …``: each file in a locked process of its own, from one nursery, as the site runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

from gradwalk.program import ProgramError
from gradwalk.recording import Recording
from gradwalk.sandbox.frames import Sizes
from gradwalk.sandbox.outcome import recording, said
from gradwalk.sandbox.processes import Gone, Nursery
from gradwalk.sandbox.programs import configuration, payload
from gradwalk.settings import SETTINGS, cores

_SIZES = Sizes(message=64_000_000, whole=66_000_000)
"""A shell takes larger recordings than a page."""
Unreadable = ProgramError | OSError | UnicodeDecodeError
"""Why there is no recording of a file."""


def recordings(files: Sequence[str], read: Callable[[str], str]) -> Iterator[Recording | Unreadable]:
    """Of each file in turn, some of them running at once. Raises Gone, in a sentence, where nothing can be locked."""
    with ThreadPoolExecutor(cores()) as threads, _nursery() as nursery:  # it ends first, and then whoever waits for it

        def one(file: str) -> Recording | Unreadable:
            try:
                source = read(file)
                return recording(source, said(nursery.run(payload(source))))
            except (ProgramError, OSError, UnicodeDecodeError) as error:
                return error

        yield from threads.map(one, files)


@contextmanager
def _nursery() -> Iterator[Nursery]:
    nursery = Nursery(replace(configuration(SETTINGS), sizes=_SIZES))
    try:
        held = nursery.start()
        if not held.holds:
            raise Gone(held.sentence)
        yield nursery
    finally:
        nursery.stop()
