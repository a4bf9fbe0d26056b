"""Runs the cells of a program in plain Python under the recorder: what the tests of the recorder look at.

After each statement the recorder is told what it has bound, as whoever runs cells does.
"""

from __future__ import annotations

import ast
import linecache
import sys
import threading
import traceback
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch

from gradwalk.program import Span
from gradwalk.program.limits import LIMITS, Limits
from gradwalk.recorder.places import Places
from gradwalk.recorder.session import Recorder
from gradwalk.recording import Event, Recording

_PARSER = threading.Lock()
"""Python 3.11's parser is not safe in several threads at once."""
_SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr, ast.Import, ast.ImportFrom)


def record(
    source: str,
    *,
    pictures: bool = False,
    limits: Limits = LIMITS,
    keep: Iterable[torch.Tensor] = (),
    observer: Callable[[Event], None] | None = None,
    names: dict[str, Any] | None = None,
    seeded: bool = True,
) -> Recording:
    """Run the cells one after another; one that fails is a part of the recording. ``names``: the namespace.

    ``seeded``: with the same draws each time. The generator is the process's, and not for several threads at once:
    PyTorch holds its lock while it makes room for the state, and Python's collector may then let another thread ask.
    """
    cells = list(_cells(source))
    places = Places()
    recorder = Recorder(places, pictures=pictures, limits=limits, keep=keep, observer=observer)
    space: dict[str, Any] = {} if names is None else names
    with torch.random.fork_rng(enabled=seeded):
        if seeded:
            torch.manual_seed(0)
        try:
            with recorder:
                for text, line in cells:
                    recorder.cell()
                    _run(recorder, places, text, line, space)
            return recorder.recording(source, cells)
        finally:
            recorder.release()


def _run(recorder: Recorder, places: Places, text: str, line: int, space: dict[str, Any]) -> None:
    filename = f"<cell {line}, {zlib.crc32(text.encode())}>"  # of the same text the same: tracebacks show it
    places.text(filename, line)
    linecache.cache[filename] = len(text), None, text.splitlines(keepends=True), filename
    told = _Told(line)
    space["__told__"] = lambda number: told.tell(number, recorder, sys._getframe(1))
    try:
        with _PARSER:
            tree = ast.fix_missing_locations(told.visit(ast.parse(text)))
            code = compile(tree, filename, "exec")
        exec(code, space)  # noqa: S102 - programs of our own
    except Exception as error:  # whatever it is, the recording has it
        span = places.of(error.__traceback__) or Span(line, 1, line, 1)
        recorder.failure(span, error, "".join(traceback.format_exception(error)))


class _Told(ast.NodeTransformer):
    """Puts a call after each simple statement that tells the recorder what was bound."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.statements: list[tuple[Span, list[str]]] = []

    def tell(self, number: int, recorder: Recorder, frame: Any) -> None:
        span, names = self.statements[number]
        recorder.statement(span, [(name, frame.f_locals[name]) for name in names])

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for field in ("body", "orelse", "finalbody"):
            body = getattr(node, field, None)
            if isinstance(body, list):
                setattr(node, field, [new for statement in body for new in self._after(statement)])
        return node

    def _after(self, statement: ast.stmt) -> list[ast.stmt]:
        if not isinstance(statement, _SIMPLE):
            return [statement]
        added = self.line - 1
        end, end_column = statement.end_lineno or 0, statement.end_col_offset or 0
        span = Span(statement.lineno + added, statement.col_offset + 1, end + added, end_column + 1)
        stored = [n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        self.statements.append((span, stored))
        call = ast.parse(f"__told__({len(self.statements) - 1})").body[0]
        return [statement, ast.copy_location(call, statement)]


def _cells(source: str) -> Iterator[tuple[str, int]]:
    """The cells of a program, each with the line that it starts on."""
    lines = source.split("\n")
    start = 0
    for number, line in enumerate([*lines, "# %%"]):
        if line.startswith("# %%"):
            if start < number:
                yield "\n".join(lines[start:number]), start + 1
            start = number + 1
