"""Graphviz's ``dot``: source in, JSON out. It starts once and stays; at a time limit all that it started ends."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import threading
from contextlib import suppress

from gradwalk.graph.dot_process import DotProcess, Ended, Endless, TimeUp
from gradwalk.settings import SETTINGS

MAX_SOURCE = 2_000_000
"""Characters of Graphviz source; ``dot`` would need more than its time for so much."""
POLISHED = 150
"""Graphs of so many arrows are laid out with care, larger ones quickly."""
MAX_LABEL = 4000
"""Characters of one label. Graphviz refuses 16,384."""
STAYS = 100_000
"""Characters of a source after which a process may stay: a large graph leaves much behind in it."""
_TOO_LARGE = "The graph is too large to be drawn. A shorter program would do"


class LayoutError(Exception):
    """A graph that cannot be placed: why, and what would work."""


class Unavailable(LayoutError):
    """It is not the graph's fault: without Graphviz, or beside too much else, none can be placed."""

    reason = "graphviz"


_running: set[int] = set()
"""The processes that are there; each leads its group."""
_idle: list[DotProcess] = []
_counting = threading.Lock()
_asked = 0
_faults = 0
_turns = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))


def quoted(text: str) -> str:
    """Any text as a label of Graphviz, which then shows it as it is: no markup, no escapes of its own."""
    shown = "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text[:MAX_LABEL])
    return '"' + shown.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def effort(arrows: int) -> str:
    """How long ``dot`` polishes a graph: without a bound, a value used 50 times along a chain takes it minutes.

    Small graphs are as good as they get long before the bound.
    """
    rounds = 2 if arrows <= POLISHED else 0.2
    return f"nslimit={rounds}; nslimit1={rounds}"


def run(source: str, seconds: float = SETTINGS.layout_seconds) -> bytes:
    """What ``dot -Tjson0`` writes for this source, in ``seconds`` of a core's work. Raises LayoutError."""
    global _asked
    if len(source) > MAX_SOURCE:
        raise LayoutError(f"{_TOO_LARGE}: fewer operations, or fewer repeats.")
    program = shutil.which("dot")
    if program is None:
        raise _fault(
            "Graphviz's program `dot` was not found. Install it with `apt install graphviz` or `brew install graphviz`."
        )
    if not _turns.acquire(timeout=4 * seconds):
        raise _fault("Too many graphs are being placed at the moment. Try again in a few seconds.")
    try:
        with _counting:
            _asked += 1
        return _placed(program, source, seconds)
    finally:
        _turns.release()


def _placed(program: str, source: str, seconds: float) -> bytes:
    process = _taken(program)
    try:
        output = process.place(source, seconds)
    except BaseException as error:
        _end(process)
        raise _told(error, seconds) from None
    if len(source) > STAYS or process.is_worn:
        _end(process)
    else:
        with _counting:
            _idle.append(process)
    return output


def _taken(program: str) -> DotProcess:
    """One that waits, or a new one."""
    with _counting:
        fit = [process for process in _idle if process.program == program and not process.is_worn]
        others = [process for process in _idle if process not in fit]
        _idle[:] = fit[1:]
    for process in others:
        _end(process)
    if fit:
        return fit[0]
    process = DotProcess(program)
    with _counting:
        _running.add(process.pid)
    return process


def _end(process: DotProcess) -> None:
    process.end()
    with _counting:
        _running.discard(process.pid)


def _told(error: BaseException, seconds: float) -> BaseException:
    match error:
        case TimeUp(worked=True):
            return LayoutError(
                f"The graph is too large or too dense to be drawn within {seconds:g} seconds. "
                "A shorter program would do."
            )
        case TimeUp():
            return _fault(
                f"The graph could not be placed within {seconds:g} seconds beside all else that runs here. "
                "Try again in a few seconds."
            )
        case Ended(status=status, said=said) if status in (-signal.SIGKILL, 0):
            # By the system, for want of memory, or by whoever runs it; or it is no `dot`.
            return _fault("Graphviz was ended before it had placed the graph. Try again in a few seconds.")
        case Ended(status=status, said=said):
            return LayoutError(f"Graphviz could not read the graph; it says: {said or f'status {status}'}.")
        case Endless():
            return LayoutError(f"{_TOO_LARGE}.")
    return error


def asked() -> int:
    """How often this process has asked ``dot`` for something."""
    return _asked


def faults() -> int:
    """How often this process could not place a graph for no fault of the graph's."""
    return _faults


def _fault(sentence: str) -> Unavailable:
    global _faults
    with _counting:
        _faults += 1
    return Unavailable(sentence)


def end_all() -> None:
    """End every ``dot``, with its group: for a process that is about to end itself."""
    for pid in tuple(_running):
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


@atexit.register
def _end_those_that_wait() -> None:
    while _idle:
        _end(_idle.pop())


def _forget() -> None:
    """After a fork: they are our parent's."""
    global _counting, _turns
    _counting, _turns = threading.Lock(), threading.BoundedSemaphore(max(2, os.cpu_count() or 2))
    while _idle:
        _idle.pop().forget()
    _running.clear()


os.register_at_fork(after_in_child=_forget)
