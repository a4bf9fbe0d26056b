"""The notebook for an open program: what its cells showed, what was refused, the examples, the file to save."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from components.program import Groups, Part, Program, Refusal, Save, notebook
from components.program.document import OpenedProgram
from components.program.entry import Saving
from components.program.saved import outputs_of
from components.shared.mistakes import mistake
from gradwalk.address.program import lesson_of, to_query
from gradwalk.graph.dot import LayoutError
from gradwalk.lessons import LESSONS
from gradwalk.notebook import Notebook
from gradwalk.notebook.percent import Piece
from gradwalk.notebook.reading import restored
from gradwalk.notebook.writing import write_notebook
from gradwalk.program import ProgramError
from gradwalk.story.cells import ShownCell


def edit(
    opened: OpenedProgram,
    cells: Sequence[ShownCell],
    refused: Exception | None = None,
    unfold: tuple[int, ...] = (),
    *,
    running: bool = False,
) -> None:
    """Show the notebook. ``cells`` are what stands in it, ``refused`` is why its program could not be shown. While it
    is ``running`` nothing is known of either, and what breaks is told when it has run.

    Whatever breaks, it is there, with what was typed.
    """
    parts = [part(piece) for piece in opened.pieces]
    program = Program(text=opened.source, parts=parts, upto=opened.upto, lesson=None, name=opened.name, query="")
    save, wrong = None, opened.wrong
    try:
        program["lesson"], program["query"] = lesson_of(opened.source), to_query(opened.source, unfold, opened.upto)
        save = None if opened.save is None or running else saved(opened, opened.save, cells)
    except ProgramError as error:
        wrong = error.message  # of the file that it was opened from
    except Exception as error:
        refused = None if running else mistake("code", error)
    notebook(
        opened.key,
        program,
        cells,
        groups=groups(),
        refusal=None if refused is None else Refusal(message=str(refused), ran=isinstance(refused, LayoutError)),
        wrong=wrong,
        save=save,
        answered=opened.answered,
        running=running,
    )


def part(piece: Piece) -> Part:
    cell, before, after, commented, raw = piece
    return Part(
        kind=cell.kind,
        source=cell.source,
        before=before,
        after=after,
        commented=commented,
        raw=raw,
        origin=cell.origin,
        attachments=cell.attachments,
    )


def groups() -> Groups:
    by_group = groupby(LESSONS, lambda lesson: lesson.group)
    return [(name.partition(" · ")[2], [(each.slug, each.title) for each in lessons]) for name, lessons in by_group]


def saved(opened: OpenedProgram, wanted: Saving, shown: Sequence[ShownCell]) -> Save:
    """The file for the browser to save. Cells that were opened from a file keep all that it says of them."""
    file = restored(Notebook(wanted.cells, wanted.original))
    outputs = outputs_of(opened.source, file.cells, shown) if wanted.outputs else None
    return Save(count=opened.answered, name=f"{opened.name}.ipynb", text=write_notebook(file, outputs))
