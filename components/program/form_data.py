"""The editor for an open program: what its cells showed, what was refused and where, the examples, the file to save."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from components.program import Groups, Program, Refusal, Save, editor
from components.program.document import OpenedProgram
from components.shared.mistakes import mistake
from gradwalk.address.program import lesson_of, to_query
from gradwalk.graph.dot import LayoutError
from gradwalk.lessons import LESSONS
from gradwalk.notebook.programs import to_notebook
from gradwalk.program import ProgramError
from gradwalk.story.cells import ShownCell


def edit(
    opened: OpenedProgram, cells: Sequence[ShownCell], refused: Exception | None = None, unfold: tuple[int, ...] = ()
) -> None:
    """Show the editor. ``cells`` are what stands below it, ``refused`` is why its program could not be shown.

    Whatever breaks, it is there, with what was typed.
    """
    program, save = Program(text=opened.source, lesson=None, name=opened.name, query=""), None
    try:
        lesson, query = lesson_of(opened.source), to_query(opened.source, unfold)
        program = Program(text=opened.source, lesson=lesson, name=opened.name, query=query)
        save = notebook(opened) if opened.save else None
    except Exception as error:
        refused = mistake("code", error)
    editor(
        opened.key,
        program,
        cells,
        groups=groups(),
        refusal=None if refused is None else refusal(refused),
        wrong=opened.wrong,
        save=save,
        answered=opened.answered,
    )


def groups() -> Groups:
    by_group = groupby(LESSONS, lambda lesson: lesson.group)
    return [(name, [(lesson.slug, lesson.title) for lesson in lessons]) for name, lessons in by_group]


def refusal(error: Exception) -> Refusal:
    span, suggestion = (error.span, error.suggestion) if isinstance(error, ProgramError) else (None, None)
    return Refusal(
        message=str(error), span=span and span.place, suggestion=suggestion, ran=isinstance(error, LayoutError)
    )


def notebook(opened: OpenedProgram) -> Save:
    return Save(count=opened.answered, name=f"{opened.name}.ipynb", text=to_notebook(opened.source))
