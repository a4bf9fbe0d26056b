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
from gradwalk.expression.expression import Expression, ValueTextError, read
from gradwalk.expression.reading import Hint
from gradwalk.failures.expression import Failing
from gradwalk.formula.mathml import Tree
from gradwalk.formula.typed import typed_lines
from gradwalk.lessons.gallery import EXAMPLES
from gradwalk.notation import pretty, shape_text
from gradwalk.program import ProgramError


def ask(opened: Opened, refused: Exception | Failing | None, shown: Recorded | None) -> None:
    """Show the form. ``refused``: why its document was not shown to its end; ``shown`` what stands on the page.

    Whatever breaks, its fields are there, with what was typed.
    """
    examples: Gallery | None
    try:
        expression = shown.expression if shown and refused is None else _expression(opened.document)
        rows, advice, examples = fields(opened.document, expression), hint_of(expression), gallery(opened)
        lines = typeset(expression or (shown.expression if shown else None))
        unread = expression is None
        seed_row = None if shown is None else seed(shown)
    except Exception as error:
        rows, lines, advice, examples, seed_row, unread = None, None, None, None, None, True
        refused = mistake("expression", error)
    form(
        opened.key,
        opened.document,
        rows,
        read=lines,
        unread=unread,
        refusal=None if refused is None else refusal(refused),
        hint=advice,
        seed=seed_row,
        gallery=examples,
        answered=opened.answered,
    )


def fields(document: Document, expression: Expression | None) -> list[Field] | None:
    """A row for each variable, also where a value was refused; None where the text was."""
    if expression is None:
        return None
    given = document.given
    return [Field(name=v.name, label=pretty(v.name), text=given.get(v.name, v.text)) for v in expression.variables]


def _expression(document: Document) -> Expression | None:
    """What the text says, whatever its values are; None where it is refused."""
    try:
        return read(document.text, dict.fromkeys(document.given, "1"))
    except ProgramError:
        return None


def typeset(expression: Expression | None) -> list[Tree] | None:
    """The lines as they were read, as mathematics is written; None where nothing was."""
    return None if expression is None else typed_lines(expression.reading.text, expression.root)


def hint_of(expression: Expression | None) -> Hint | None:
    """What somebody could have meant otherwise than it was read."""
    return next(iter(expression.reading.hints), None) if expression is not None else None


def refusal(error: Exception | Failing) -> Refusal:
    if isinstance(error, Failing):
        place = error.span and error.span.place
        return Refusal(error.field, error.sentence, place, words=error.message)
    if not isinstance(error, ProgramError):
        return Refusal("text", str(error))
    field = "text"
    if isinstance(error, ValueTextError):
        field = "seed" if error.variable is None else f"value:{error.variable}"
    return Refusal(field, error.message, error.span and error.span.place, error.suggestion, error.choices)


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
