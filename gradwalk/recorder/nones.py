"""Which variables of a failing expression hold None, while the exception is there."""

from __future__ import annotations

import dis
from collections.abc import Iterator
from types import TracebackType


def nones(place: TracebackType) -> Iterator[str]:
    """Variables that are None, in the piece of a frame's code that failed; those that it loads, in order."""
    frame = place.tb_frame
    spaces = {**frame.f_globals, **frame.f_locals}
    instructions = list(dis.get_instructions(frame.f_code))
    failed = next((one.positions for one in instructions if one.offset == place.tb_lasti), None)
    if failed is None or failed.lineno is None or failed.col_offset is None or failed.end_col_offset is None:
        return
    start, end = (failed.lineno, failed.col_offset), (failed.end_lineno or failed.lineno, failed.end_col_offset)
    for one in instructions:
        at, names = one.positions, one.argval if isinstance(one.argval, tuple) else (one.argval,)
        if not one.opname.startswith("LOAD_") or at is None or at.lineno is None or at.col_offset is None:
            continue
        inside = start <= (at.lineno, at.col_offset) and (at.end_lineno or 0, at.end_col_offset or 0) <= end
        if inside and not one.opname.startswith(_NO_VARIABLES):
            yield from (name for name in names if isinstance(name, str) and name in spaces and spaces[name] is None)


_NO_VARIABLES = ("LOAD_CONST", "LOAD_ATTR", "LOAD_METHOD", "LOAD_BUILD_CLASS", "LOAD_ASSERTION_ERROR")
