"""Runs a program, cell by cell, and tells a listener what happens.

The rules for each piece of syntax are in ``statements``, ``expressions`` and ``calls``.
"""

from __future__ import annotations

import ast
import contextlib
import io
import tokenize
from typing import Any

import torch

from gradwalk.language import (
    class_bodies,
    comprehensions,
    exceptions,
    expressions,
    patterns,
    procedures,
    statements,
)
from gradwalk.language.calls import rules as calls
from gradwalk.language.library import Silence
from gradwalk.language.printing import displayed
from gradwalk.language.run import Listener, Run
from gradwalk.language.unwatched import ENGINE, OPTIMIZE, Silent
from gradwalk.language.vocabulary import check_vocabulary
from gradwalk.language.warned import heard
from gradwalk.parse import parse
from gradwalk.program import Program, ProgramCell, ProgramError, Span
from gradwalk.program.limits import LIMITS, Budget, Limits

__all__ = ["ENGINE", "OPTIMIZE", "Silent", "evaluate", "prepare", "run_program"]

RULES = (statements, expressions, calls, class_bodies, comprehensions, exceptions, patterns, procedures)
"""The modules that fill the tables of ``run``."""


def prepare(source: str, limits: Limits = LIMITS) -> Program:
    """Text → a Program whose syntax and names are all on the closed lists. Raises ProgramError."""
    return check_vocabulary(parse(source, limits))


def run_program(program: Program, listener: Listener, budget: Budget) -> Any:
    """Run all cells; a failure ends its cell. Gives the value of the last cell's last expression, or None."""
    run = Run(listener, budget)
    last = None
    # A program can leave grad mode off in its thread: one no_grad() object, entered twice, does.
    with contextlib.closing(run), heard(run.warn), torch.enable_grad():
        for cell in program.cells:
            run.line, run.scope, run.depth = cell.line, run.outermost, 0
            listener.cell(cell)
            last = _run_cell(run, cell, among_others=len(program.cells) > 1)
    return last


def _run_cell(run: Run, cell: ProgramCell, among_others: bool) -> Any:
    """Run one cell. A refusal ends the program, or the cell where there are others: the budget stays spent."""
    value = None
    if cell.broken is not None:
        run.listener.failure(cell.broken.span, _BROKEN[cell.broken.type](cell.broken.message))
        return None
    for line, text in cell.passed:
        run.listener.output(Span(line, 1, line, len(text) + 1), "notice", f"Passed over: {text}")
    run.hidden = any(text.startswith(("%%capture", "%%timeit")) for _, text in cell.passed)
    try:
        for node in cell.body:
            value = run.execute(node)
        if (
            cell.body
            and isinstance(cell.body[-1], ast.Expr)
            and not isinstance(value, Silence | None)
            and not _quiet(cell)
        ):
            run.show(cell.body[-1], "result", run.text(value, cell.body[-1], displayed))
    except ProgramError as refusal:
        span = refusal.span or run.span(run.at)
        if not among_others:
            raise ProgramError(refusal.message, span, refusal.suggestion) from None
        run.listener.failure(span, Refused(refusal.message))
        return None
    except Exception as error:
        run.listener.failure(run.span(run.at), error)
        return None
    return value


class Refused(Exception):
    """Why a cell among others was refused."""


_BROKEN: dict[str, type[Exception]] = {
    kind.__name__: kind for kind in (SyntaxError, IndentationError, TabError, Refused)
}


def _quiet(cell: ProgramCell) -> bool:
    """Whether a semicolon at the end keeps the last value from being shown, as in IPython."""
    if ";" not in cell.source:
        return False
    passed_over = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER)
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(cell.source).readline))
    except (tokenize.TokenError, SyntaxError):  # a line for IPython
        return cell.source.rstrip().endswith(";")
    last = next((token for token in reversed(tokens) if token.type not in passed_over), None)
    return last is not None and last.string == ";"


def evaluate(source: str) -> tuple[float, ...]:
    """Run a program plainly and give the numbers (flat, row-major) of its last expression.

    Raises ProgramError for a refusal, and whatever PyTorch raises.
    """
    last = run_program(prepare(source), Silent(), Budget())
    if isinstance(last, torch.Tensor):
        return tuple(float(number) for number in last.detach().flatten().tolist())
    return (float(last),) if isinstance(last, int | float) else ()
