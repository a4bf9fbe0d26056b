"""The tree of one cell: Python, and lines that only IPython knows."""

from __future__ import annotations

import ast
import re

from gradwalk.program import Passed, ProgramError, Span, python_parser


class NotPython(ProgramError):
    """A text that Python itself cannot read."""

    reason = "syntax"

    def __init__(self, error: SyntaxError, span: Span) -> None:
        self.type, self.words = type(error).__name__, error.msg
        super().__init__(f"Line {span.line} is not Python: {error.msg}.", span)


MAGIC = re.compile(r"\s*(%%?[A-Za-z]|!|\?|[A-Za-z_][\w.]*\?\??\s*$)")
"""Lines that IPython runs and Python does not know: %matplotlib inline, !pip install, x?"""


TIMED = re.compile(r"(?P<indent>\s*)%time\s+(?P<statement>[A-Za-z_].*)")
"""%time runs a statement of Python's."""


OTHER_LANGUAGE = re.compile(r"\s*%%(?!time|timeit|capture|matplotlib)[A-Za-z]")
"""%%bash, %%html and the like: the whole cell is in another language."""


def tree_without_magics(text: str, line: int) -> tuple[ast.Module, tuple[Passed, ...]]:
    """The tree of a cell; lines for IPython are passed over, but only where Python could not read them."""
    try:
        return _tree(text, line), ()
    except ProgramError:
        lines = text.split("\n")
        other = bool(OTHER_LANGUAGE.match(next((part for part in lines if part.strip()), "")))
        magics = [index for index, part in enumerate(lines) if other or MAGIC.match(part)]
        if not magics:
            raise
    passed = tuple(Passed(line + index, lines[index].strip()) for index in magics if lines[index].strip())
    for index in magics:
        if (timed := TIMED.match(lines[index])) and not other:
            lines[index] = timed["indent"] + timed["statement"]
            continue
        indent = lines[index][: len(lines[index]) - len(lines[index].lstrip())]
        lines[index] = indent + "pass" if indent else ""
    return _tree("\n".join(lines), line), passed


def _tree(text: str, line: int) -> ast.Module:
    try:
        return python_parser.module(text)
    except SyntaxError as error:
        at_line, column = (error.lineno or 1) + line - 1, error.offset or 1
        end = error.end_offset if error.end_lineno == error.lineno and error.end_offset else 0
        span = Span(at_line, max(1, column), at_line, max(column + 1, end))
        raise NotPython(error, span) from None
    except (MemoryError, RecursionError):
        raise ProgramError("The program is nested too deeply; shorter expressions on more lines work.") from None
    except ValueError as error:
        raise ProgramError(f"The program cannot be read: {error}.") from None
