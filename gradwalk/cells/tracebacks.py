"""Tracebacks as they would be without a recorder: its frames, between a program's and PyTorch's, are left out."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType, TracebackType
from typing import Any

import torch
import torch._ops
import torch.overrides
from IPython.core.interactiveshell import InteractiveShell

from gradwalk.cells.kept import attribute
from gradwalk.recorder.places import STAND_IN

Walk = Callable[[Any], Iterator[Any]]

_HANDED_ON = frozenset((torch._ops.__file__, torch.overrides.__file__))
"""Where PyTorch runs what a recorder has let go on: behind our frames, these are ours."""
_OURS = str(Path(__file__).resolve().parents[1])


def is_ours(code: CodeType) -> bool:
    return code.co_name == STAND_IN or code.co_filename.startswith(_OURS)


def entries(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


def leave_us_out(error: BaseException) -> None:
    """Take our frames out of an error's traceback, and out of those of the errors that it came from."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        one.__traceback__ = _without_us(one.__traceback__)
        waiting += [other for other in (one.__cause__, one.__context__) if other is not None]
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions


def _without_us(trace: TracebackType | None) -> TracebackType | None:
    found = list(entries(trace))
    kept: list[TracebackType] = []
    through_us = False
    for entry in found:
        code = entry.tb_frame.f_code
        through_us = is_ours(code) or (through_us and code.co_filename in _HANDED_ON)
        if not through_us:
            kept.append(entry)
    if len(kept) == len(found):
        return trace
    following: TracebackType | None = None
    for entry in reversed(kept):
        following = TracebackType(following, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return following


def _walked(walk: Walk) -> Walk:
    """As Python walks a traceback, past our frames."""
    return lambda trace: walk(_without_us(trace))


def _walked_outwards(walk: Walk) -> Walk:
    """As Python walks from a frame outwards, past our frames and no further than to the shell: what is beyond is no
    part of any program."""

    def walked(frame: FrameType | None) -> Iterator[tuple[FrameType, int]]:
        for outer, line in walk(sys._getframe(1) if frame is None else frame):
            if outer.f_code is _RUNS:
                return
            if not is_ours(outer.f_code):
                yield outer, line

    return walked


_WAYS: tuple[tuple[str, Callable[[Walk], Walk]], ...] = (
    ("walk_tb", _walked),
    ("_walk_tb_with_full_positions", _walked),
    ("walk_stack", _walked_outwards),
)
_RUNS = InteractiveShell.run_cell.__code__


@contextmanager
def left_out() -> Iterator[None]:
    """A stretch in which what a program itself prints of tracebacks, or PyTorch of a stack, leaves us out too."""
    before = [(attribute(traceback, name), way, getattr(traceback, name)) for name, way in _WAYS]
    for kept, way, walk in before:
        kept.put(way(walk))
    try:
        yield
    finally:
        for kept, _, walk in before:
            kept.put(walk)
