"""The ways in through which a stranger's text reaches Python: each does with a text what the page does."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import parse_qsl

from gradwalk import record
from gradwalk.address.expression import from_query as document_from_query
from gradwalk.address.program import from_code, from_file, from_query, to_code
from gradwalk.expression.expression import program, read
from gradwalk.program import ProgramError
from gradwalk.program.limits import Limits


def run(source: str, limits: Limits) -> str:
    """The page Code, a lesson, the library."""
    recording = record(source, limits=limits)
    recording.to_json().encode()
    return "failed" if any(cell.failure for cell in recording.cells) else "ended"


def expression(source: str, limits: Limits) -> str:
    """The page Expression: the text, and what stands in its variables' fields."""
    text, _, value = source.partition("\n")
    given = dict.fromkeys("xyzabw", value[:200] or "1")
    return run(program(read(text, given)), limits)


def address(source: str, limits: Limits) -> str:
    """A link to the page Expression, whatever stands in it."""
    document, _ = document_from_query(dict(parse_qsl(source)) or {"f": source, "x": source[:50]})
    return run(program(read(document.text, document.given, document.constants, document.dtype, document.seed)), limits)


def shared(source: str, limits: Limits) -> str:
    """A link to the page Code: a program in its compressed form, sound or damaged."""
    code = to_code(source) or "".join(one for one in source if one.isalnum())
    damaged = code if len(source) % 2 else code[: len(code) // 2] + source[:3] + code[len(code) // 2 :]
    try:
        return run(from_code(damaged), limits)
    except ValueError as error:
        from_query({"code": damaged, "step": source[:9], "open": source[-9:]})
        raise ProgramError(str(error)) from None


def notebook(source: str, limits: Limits) -> str:
    """A file: a notebook whose cell this is, or this itself instead of a notebook."""
    whole = (
        json.dumps({"cells": [{"cell_type": "code", "source": source}], "nbformat": 4}) if source[:1] != "{" else source
    )
    return run(from_file("lecture.ipynb", whole), limits)


DOORS: dict[str, Callable[[str, Limits], str]] = {
    "program": run,
    "expression": expression,
    "address": address,
    "shared": shared,
    "notebook": notebook,
}
"""What stands here raises ProgramError for what it refuses, and nothing else."""
