"""The ways in through which a stranger's text reaches Python: each makes of a text what the page would run."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import parse_qsl

from gradwalk.address.expression import from_query as document_from_query
from gradwalk.address.program import from_code, from_file, from_query, to_code
from gradwalk.expression.expression import program, read
from gradwalk.notebook.percent import program_of
from gradwalk.program import ProgramError


def as_it_stands(source: str) -> str:
    """The page Code, the library."""
    return source


def expression(source: str) -> str:
    """The page Expression: the text, and what stands in its variables' fields."""
    text, _, value = source.partition("\n")
    return program(read(text, dict.fromkeys("xyzabw", value[:200] or "1")))


def address(source: str) -> str:
    """A link to the page Expression, whatever stands in it."""
    document, _ = document_from_query(dict(parse_qsl(source)) or {"f": source, "x": source[:50]})
    return program(read(document.text, document.given, document.constants, document.dtype, document.seed))


def shared(source: str) -> str:
    """A link to the page Code: a program in its compressed form, sound or damaged."""
    code = to_code(source) or "".join(one for one in source if one.isalnum())
    damaged = code if len(source) % 2 else code[: len(code) // 2] + source[:3] + code[len(code) // 2 :]
    try:
        return from_code(damaged)
    except ValueError as error:
        from_query({"code": damaged, "step": source[:9], "open": source[-9:]})
        raise ProgramError(str(error)) from None


def notebook(source: str) -> str:
    """A file: a notebook whose cell this is, or this itself instead of a notebook."""
    whole = (
        json.dumps({"cells": [{"cell_type": "code", "source": source}], "nbformat": 4}) if source[:1] != "{" else source
    )
    return program_of(from_file("lecture.ipynb", whole))


DOORS: dict[str, Callable[[str], str]] = {
    "program": as_it_stands,
    "expression": expression,
    "address": address,
    "shared": shared,
    "notebook": notebook,
}
"""What stands here raises ProgramError for what it refuses, and nothing else."""
