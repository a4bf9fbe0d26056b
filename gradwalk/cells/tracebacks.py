"""Tracebacks as they would be without a recorder: its frames, between a program's and PyTorch's, are left out."""

from __future__ import annotations

import dis
import functools
import inspect
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType, TracebackType
from typing import Any

import torch
import torch._ops
import torch.overrides
from IPython.core import ultratb
from IPython.core.interactiveshell import InteractiveShell

from gradwalk.cells.kept import attribute
from gradwalk.recorder.places import STAND_IN, frames

Walk = Callable[[Any], Iterator[Any]]

_HANDED_ON = frozenset((torch._ops.__file__, torch.overrides.__file__))
"""Where PyTorch runs what a recorder has let go on: behind our frames, these are ours."""
_HANDING_OVER = torch.overrides.handle_torch_function.__code__
_OURS = str(Path(__file__).resolve().parents[1])


def _plain_call(code: CodeType) -> tuple[int, int] | None:
    """Where a module without hooks is called: the instruction, and its line."""
    parts = [(part, part.positions.lineno if part.positions else None) for part in dis.get_instructions(code)]
    line = max(
        (line for part, line in parts if part.opname == "LOAD_DEREF" and part.argval == "forward_call" and line),
        default=None,
    )
    calls = [part.offset for part, at in parts if at == line and part.opname.startswith("CALL")]
    return (calls[-1], line) if calls and line else None


_CALL = torch.nn.Module._call_impl.__code__
_HOOKED_CALL = [part for part in _CALL.co_consts if isinstance(part, CodeType)]
_PLAIN_CALL = _plain_call(_CALL)


def is_ours(code: CodeType) -> bool:
    return code.co_name == STAND_IN or code.co_filename.startswith(_OURS)


def entries(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


@contextmanager
def of_no_module(files: Iterable[str]) -> Iterator[None]:
    """A stretch in which ``inspect`` knows that these files are no module's, and does not look for one.

    It would look through all modules for each frame: half a minute for an endless recursion, which is a thousand.
    """
    keys = {key for file in files for key in (file, os.path.normcase(os.path.abspath(file)))}  # noqa: PTH100 - its keys
    ours = keys - inspect.modulesbyfile.keys()
    inspect.modulesbyfile.update(dict.fromkeys(ours, ""))
    try:
        yield
    finally:
        for key in ours:
            inspect.modulesbyfile.pop(key, None)


_MANY = 100
"""Frames: of an endless recursion there are a thousand, and these stay folded."""


@contextmanager
def read_as_files(names: Iterable[str], trace: TracebackType | None) -> Iterator[None]:
    """A stretch in which IPython formats the frames of these files as Jupyter's kernel has it do.

    The kernel's cells have names that end in ``.py``, of files that are not there. Where a file's lines cannot be
    counted, IPython takes them as they are, blank ones too. The names of our cells are no files'.
    """
    ours = frozenset(names) if sum(1 for _ in entries(trace)) < _MANY else frozenset()
    kept = attribute(ultratb, "get_line_number_of_frame")
    counted: Callable[[FrameType], int] = kept.get()

    def lines(frame: FrameType) -> int:
        if frame.f_code.co_filename in ours:
            raise FileNotFoundError
        return counted(frame)

    kept.set(lines)
    try:
        yield
    finally:
        kept.set(counted)


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


def seen(stack: Sequence[FrameType]) -> list[int]:
    """Which frames of a stack, outermost first, would be there without us.

    Where PyTorch hands a function of its own to us, and we call it again, the second call is the one. Where a module is
    called by a function inside of ``__call__`` because we have a hook on all modules, that one is left out.
    """
    found: list[int] = []
    inside = twice = False
    for place, frame in enumerate(stack):
        code = frame.f_code
        ours = is_ours(code)
        if ours or (inside and code.co_filename in _HANDED_ON):
            if ours and found and stack[found[-1]].f_code is _HANDING_OVER:
                found.pop()
                twice = True
            inside = True
            continue
        if twice and found and stack[found[-1]].f_code is code:
            found.pop()
        inside = twice = False
        if not (code in _HOOKED_CALL and place and is_plain(stack[place - 1])):
            found.append(place)
    return found


def is_plain(frame: FrameType) -> bool:
    """Whether this is the call of a module that has no hooks but ours."""
    module = frame.f_locals.get("self") if frame.f_code is _CALL else None
    names = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    return isinstance(module, torch.nn.Module) and not any(vars(module).get(name) for name in names)


def _without_us(trace: TracebackType | None) -> TracebackType | None:
    found = list(entries(trace))
    kept = [found[place] for place in seen([entry.tb_frame for entry in found])]
    if len(kept) == len(found):
        return trace
    following: TracebackType | None = None
    for entry in reversed(kept):
        lasti, line = entry.tb_lasti, entry.tb_lineno
        if _PLAIN_CALL is not None and is_plain(entry.tb_frame):
            lasti, line = _PLAIN_CALL
        following = TracebackType(following, entry.tb_frame, lasti, line)
    return following


def warned(warn: Callable[..., None]) -> Callable[..., None]:
    """As Python warns. Whoever counts the callers of what warns does not count us."""

    @functools.wraps(warn)
    def warned(*args: Any, **options: Any) -> None:
        level = args[2] if len(args) > 2 else options.pop("stacklevel", 1)
        if isinstance(level, int):
            level = 1 + (_counted(level) if level > 1 else level)
        if len(args) > 2:
            args = (*args[:2], level, *args[3:])
        else:
            options["stacklevel"] = level
        warn(*args, **options)

    return warned


def _counted(callers: int) -> int:
    """How many frames there are up to this caller, if we are counted too."""
    stack = [*frames(sys._getframe(2))]
    stack.reverse()
    outwards = seen(stack)[::-1]
    return len(stack) - outwards[callers - 1] if callers <= len(outwards) else callers


def _walked(walk: Walk) -> Walk:
    """As Python walks a traceback, past our frames."""
    return lambda trace: walk(_without_us(trace))


def _walked_outwards(walk: Walk) -> Walk:
    """As Python walks from a frame outwards, past our frames and no further than to the shell: what is beyond is no
    part of any program."""

    def walked(frame: FrameType | None) -> Iterator[tuple[FrameType, int]]:
        stack = []
        for outer in walk(sys._getframe(1) if frame is None else frame):
            if outer[0].f_code in _RUN:
                break
            stack.append(outer)
        stack.reverse()
        for place in reversed(seen([outer for outer, _ in stack])):
            outer, line = stack[place]
            yield outer, _PLAIN_CALL[1] if _PLAIN_CALL is not None and is_plain(outer) else line

    return walked


_WAYS: tuple[tuple[str, Callable[[Walk], Walk]], ...] = (
    ("walk_tb", _walked),
    ("_walk_tb_with_full_positions", _walked),
    ("walk_stack", _walked_outwards),
)
_RUN = (InteractiveShell.run_cell.__code__, InteractiveShell.run_cell_async.__code__)


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
