"""The door for programs that we write ourselves, from what stands in a form: plain Python, in which nothing is shown.

They need nothing of IPython's shell. What is recorded is what it would be with it, but for what a cell shows.
"""

from __future__ import annotations

import ast
import builtins
import sys
import types
import warnings

from gradwalk.cells.alone import ONE_AT_A_TIME
from gradwalk.cells.process import builtins_put_back, fresh
from gradwalk.cells.statements import Statements
from gradwalk.cells.texts import aligned
from gradwalk.program import Span
from gradwalk.program.limits import LIMITS, Limits
from gradwalk.recorder.places import Places
from gradwalk.recorder.session import Recorder
from gradwalk.recording import Recording

_NAME = "<form>"
"""Under which a program is compiled."""


def record_plain(source: str, *, pictures: bool = False, limits: Limits = LIMITS) -> Recording:
    """Run a program of one cell, and record all that happens. It is one of ours: its syntax is right."""
    places = Places()
    recorder = Recorder(places, pictures=pictures, limits=limits)
    statements = Statements()
    statements.text = text = aligned(source, source, 1)
    places.text(_NAME, 1, text.locate)
    main = types.ModuleType("__main__")
    with ONE_AT_A_TIME, fresh():
        sys.modules["__main__"] = main
        warnings.showwarning = _unheard
        statements.listen(recorder, limits.watched_steps)
        code = compile(statements.visit(ast.parse(source)), _NAME, "exec")
        try:
            with recorder, builtins_put_back():
                recorder.cell()
                _run(code, main, recorder, places, source)
            return recorder.recording(source, [(source, 1)])
        finally:
            statements.stop()
            recorder.forget()
            vars(main).clear()
            recorder.release()


def _run(code: types.CodeType, main: types.ModuleType, recorder: Recorder, places: Places, source: str) -> None:
    try:
        exec(code, vars(main) | {"__builtins__": builtins})  # noqa: S102 (a program of ours)
    except Exception as error:
        first = Span(1, 1, 1, len(source.split("\n", 1)[0]) + 1)
        recorder.failure(places.of(error.__traceback__) or first, error, "")


def _unheard(*_: object, **__: object) -> None:
    """A form shows no warnings."""
