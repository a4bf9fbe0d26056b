"""The form for an open document: its rows, what was refused and where, the seed, the gallery."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import groupby

from components.expression import Field, Gallery, Refusal, Seed, form
from components.expression.document import Opened, document_of
from components.expression.record import Recorded, ones
from components.shared.mistakes import mistake
from gradwalk.address.expression import Document
from gradwalk.expression.expression import ValueTextError, read
from gradwalk.expression.hints import Hint, hint
from gradwalk.failures.expression import Failing
from gradwalk.lessons.gallery import EXAMPLES
from gradwalk.notation import pretty, shape_text
from gradwalk.program import ProgramError


def ask(opened: Opened, refused: Exception | Failing | None, shown: Recorded | None) -> None:
    """Show the form. ``refused``: why its document was not shown to its end; ``shown`` what stands on the page.

    Whatever breaks, its fields are there, with what was typed.
    """
    examples: Gallery | None
    try:
        rows, advice, examples = fields(opened.document), hint_of(opened.document), gallery(opened)
        seed_row = None if shown is None else seed(shown)
    except Exception as error:
        rows, advice, examples, seed_row = None, None, None, None
        refused = mistake("expression", error)
    form(
        opened.key,
        opened.document,
        rows,
        refusal=None if refused is None else refusal(refused),
        hint=advice,
        seed=seed_row,
        gallery=examples,
        answered=opened.answered,
    )


def fields(document: Document) -> list[Field] | None:
    """A row for each variable, also where a value was refused; None where the text was."""
    try:
        expression = read(document.text, dict.fromkeys(document.given, "1"))
    except ProgramError:
        return None
    given = document.given
    return [Field(name=v.name, label=pretty(v.name), text=given.get(v.name, v.text)) for v in expression.variables]


def hint_of(document: Document) -> Hint | None:
    try:
        names = [variable.name for variable in read(document.text, dict.fromkeys(document.given, "1")).variables]
    except ProgramError:
        return None
    return hint(document.text, names, document.given)


def refusal(error: Exception | Failing) -> Refusal:
    if isinstance(error, Failing):
        place = error.span and error.span.place
        return Refusal(field=error.field, message=error.sentence, span=place, suggestion=None, words=error.message)
    field = "text"
    if isinstance(error, ValueTextError):
        field = "seed" if error.variable is None else f"value:{error.variable}"
    span, suggestion = (error.span, error.suggestion) if isinstance(error, ProgramError) else (None, None)
    return Refusal(field=field, message=str(error), span=span and span.place, suggestion=suggestion, words="")


def seed(shown: Recorded) -> Seed | None:
    """The seed's row: where the root has several elements, or where somebody gave a scalar one."""
    size = math.prod(shown.root_shape)
    if size == 1 and shown.expression.seed is None:
        return None
    name = pretty(shown.expression.root)
    why = f"{name} has {size} elements; backward() needs one number for each: the seed v."
    if len(shown.root_shape) > 1:
        why = f"{name} has {shape_text(shown.root_shape)} elements; backward() needs one number for each: the seed v."
    if size == 1:
        why = f"{name} is one number, so backward() would start from 1; here it starts from the seed v."
    return Seed(why=why, text=ones(shown.root_shape))


def gallery(opened: Opened) -> Gallery:
    example = opened.example
    groups = [(name, [each.title for each in group]) for name, group in groupby(EXAMPLES, lambda each: each.group)]
    return Gallery(
        groups=groups,
        open=example.title if example else None,
        lesson=example.lesson if example else "",
        untouched=example is not None and document_of(example) == replace(opened.document, step=0),
    )
