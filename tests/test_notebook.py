"""Notebook files and programs in the percent format: cells out of both, and back again without loss."""

from __future__ import annotations

import json
import warnings
from contextlib import suppress
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradwalk import ProgramError, record
from gradwalk.lessons import LESSONS
from gradwalk.notebook import KINDS, Cell, Notebook
from gradwalk.notebook.percent import pieces_from, pieces_of, program_of
from gradwalk.notebook.programs import to_notebook, to_program
from gradwalk.notebook.reading import read_notebook
from gradwalk.notebook.writing import write_notebook
from gradwalk.program.cells import split_cells


def notebook(*cells: tuple[str, object], **more: object) -> str:
    return json.dumps({"cells": [{"cell_type": kind, "source": source} for kind, source in cells], **more})


def valid(text: str) -> Any:
    """As nbformat reads it, which finds nothing wrong with it."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
        nbformat.validate(found)
    return found


# Programs

MARKS = ["# %%", "# %% [markdown]", "# %% [md] Title", "#%% a {'b': 1}", "# %% [raw]"]
LINES = st.lists(
    st.sampled_from([*MARKS, "", " ", "x = 1", "#", "# # Week", "#no", '"""', "'''", 'r"""', "#  ", "\t"]), max_size=14
)


@given(LINES)
def test_a_program_in_cells_is_the_same_program(lines: list[str]) -> None:
    program = "\n".join(lines)
    pieces = pieces_of(program)
    assert program_of(pieces) == program
    code = [piece.cell.source for piece in pieces if piece.cell.kind == "code" and piece.cell.source]
    assert code == ["\n".join(_within(source)) for source, _ in split_cells(program)]


def _within(source: str) -> list[str]:
    """Its lines from the first to the last that is written on."""
    lines = source.split("\n")
    written = [number for number, line in enumerate(lines) if line.strip()]
    return lines[written[0] : written[-1] + 1]


@pytest.mark.parametrize(
    ("program", "text"),
    [
        ("# %% [markdown]\n# # Week 4\n#\n# text", "# Week 4\n\ntext"),
        ('# %% [markdown]\n"""\n# Week 4\n\ntext\n"""\n', "# Week 4\n\ntext"),
        ("# %% [md]\nr'''$\\nabla f$'''", "$\\nabla f$"),
        ("#%% A title [markdown] {}\n#no space", "no space"),
    ],
)
def test_a_text_of_jupytexts_is_read_as_its_author_wrote_it(program: str, text: str) -> None:
    (piece,) = pieces_of(program)
    assert piece.cell == Cell("markdown", text)
    assert list(split_cells(program)) == []


def test_a_heading_keeps_its_marks_as_a_notebook() -> None:
    saved = valid(to_notebook("# %% [markdown]\n# # Week 4\n# ## Part\n# %%\nx = 1\n"))
    assert [cell.source for cell in saved.cells] == ["# Week 4\n## Part", "x = 1"]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)
def test_lessons_go_there_and_back(lesson: Any) -> None:
    assert program_of(pieces_of(lesson.source)) == lesson.source
    file = to_notebook(lesson.source)
    valid(file)
    assert write_notebook(read_notebook(file)) == file
    assert [source.strip() for source, _ in split_cells(to_program(file))] == [
        source.strip() for source, _ in split_cells(lesson.source)
    ]


# Files

SOURCES = st.text(st.sampled_from("aé𝑥#%\\\"'$ \n"), max_size=12)
METADATA = st.dictionaries(st.sampled_from(["tags", "é", "10", "2"]), st.sampled_from([1.0, 1e5, 10**20, None, ["a"]]))
CELLS = st.lists(st.tuples(st.sampled_from(KINDS), SOURCES, METADATA, st.booleans()), max_size=5)
STYLES = st.sampled_from(
    [{"indent": 1, "ensure_ascii": False}, {"indent": 4}, {"indent": "\t"}, {}, {"separators": (",", ":")}]
)


def file_of(cells: list[tuple[str, str, dict[str, Any], bool]], style: dict[str, Any], minor: int, end: str) -> str:
    made = []
    for number, (kind, source, metadata, listed) in enumerate(cells):
        cell: dict[str, Any] = {"cell_type": kind, "metadata": metadata}
        if kind == "code":
            shown = {"output_type": "stream", "name": "stdout", "text": ["1\n"]}
            cell |= {"execution_count": 7, "outputs": [shown]}
        else:
            cell["attachments"] = {"a.png": {"image/png": "AAAA"}}
        cell["source"] = source.splitlines(keepends=True) if listed else source
        made.append(cell | ({"id": f"cell{number}"} if minor >= 5 else {}))
    whole = {"cells": made, "metadata": {"z": 1.50, "own": "é"}, "nbformat": 4, "nbformat_minor": minor}
    return json.dumps(whole, **style).replace("\n", end) + end


@given(CELLS, STYLES, st.integers(0, 5), st.sampled_from(["\n", "\r\n"]), st.data())
def test_a_file_keeps_all_that_nobody_changed(
    cells: list[tuple[str, str, dict[str, Any], bool]], style: dict[str, Any], minor: int, end: str, data: st.DataObject
) -> None:
    text = file_of(cells, style, minor, end)
    found = read_notebook(text)
    assert write_notebook(found) == text
    new = Cell("code", "y = 2\ny")
    kept = data.draw(st.permutations(found.cells))[: data.draw(st.integers(0, len(cells)))]
    changed = [cell._replace(source="changed") if data.draw(st.booleans()) else cell for cell in kept]
    saved = write_notebook(Notebook((*changed, new), text))
    assert [cell[:2] for cell in read_notebook(saved).cells] == [cell[:2] for cell in (*changed, new)]
    before, after = json.loads(text), json.loads(saved)
    assert {**after, "cells": None} == {**before, "cells": None}
    for raw, cell in zip(after["cells"], changed, strict=False):
        old = before["cells"][cell.origin]
        if cell.source == found.cells[cell.origin or 0].source:
            assert list(raw.items()) == list(old.items())
        else:
            written = {
                "source": raw["source"],
                **({"outputs": [], "execution_count": None} if "outputs" in raw else {}),
            }
            assert raw == {**old, **written}
    assert saved.endswith("}" + end)
    assert ("\r\n" in saved) == ("\r\n" in text)


def test_a_saved_file_is_valid_with_outputs_and_without() -> None:
    text = file_of([("code", "1", {}, True), ("markdown", "# é", {}, False)], {"indent": 1}, 5, "\n")
    found = read_notebook(text)
    added = Notebook((Cell("code", "2"), *found.cells, Cell("markdown", "a")), text)
    assert [cell.id for cell in valid(write_notebook(added)).cells] == ["added-1", "cell0", "cell1", "added-2"]
    shown = {"output_type": "execute_result", "execution_count": 1, "data": {"text/plain": "2"}, "metadata": {}}
    saved = valid(write_notebook(added, {0: [shown]}))
    assert saved.cells[0].outputs == [shown]
    assert saved.cells[0].execution_count == 1
    assert saved.cells[1].outputs == []
    assert saved.cells[2].attachments == {"a.png": {"image/png": "AAAA"}}


def test_a_text_that_becomes_code_loses_what_code_cannot_have() -> None:
    text = file_of([("markdown", "# é", {"tags": []}, False)], {"indent": 1}, 5, "\n")
    (cell,) = read_notebook(text).cells
    (raw,) = valid(write_notebook(Notebook((cell._replace(kind="code"),), text))).cells
    assert "attachments" not in raw
    assert raw.metadata == {"tags": []}


def test_cells_of_a_file_are_the_cells_of_its_program() -> None:
    text = notebook(("markdown", "# Title\n\ntext"), ("code", ["x = 1\n", "x"]), ("raw", "raw"), ("code", ""))
    program = "# %% [markdown]\n# # Title\n#\n# text\n# %%\nx = 1\nx\n# %% [raw]\n# raw\n# %%\n\n"
    assert to_program(text) == program
    assert program_of(pieces_from(read_notebook(text).cells)) == program


def test_an_old_notebook_has_its_cells_in_a_worksheet() -> None:
    head = {"cell_type": "heading", "source": "Old", "level": 2, "metadata": {}}
    code = {
        "cell_type": "code",
        "input": "1 + 1",
        "metadata": {},
        "outputs": [],
        "language": "python",
        "collapsed": False,
    }
    old = {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": [head, code]}]}
    source = to_program(json.dumps(old))
    assert "# ## Old" in source
    assert [cell.shown for cell in record(source).cells] == ["2"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no json", "is JSON"),
        ("[" * 100_000, "is JSON"),
        ('{"cells": ' + "[" * 100_000, "is JSON"),
        ("[]", "an object with cells"),
        ("{}", "has no cells"),
        ('{"cells": 3}', "has no cells"),
        ('{"worksheets": [1]}', "format 3 or older"),
        ('{"worksheets": [{"cells": [1]}], "nbformat": 3}', "format 3 or older"),
        ('{"nbformat": 2, "worksheets": 1}', "format 3 or older"),
        ('{"cells": [3]}', "cell 1 has no type"),
        ('{"cells": [{"cell_type": ["code"]}]}', "cell 1 has no type"),
        ('{"cells": [{"cell_type": "video"}]}', "cell 1 has no type"),
        ('{"cells": [{"cell_type": "code", "source": 3}]}', "is no text"),
        ('{"cells": [{"cell_type": "code", "source": [3]}]}', "is no text"),
        ('{"cells": [{"cell_type": "code", "metadata": 3}]}', "metadata of its cell 1 are no object"),
        ('{"cells": [{"cell_type": "raw", "attachments": []}]}', "attachments of its cell 1 are no object"),
        (notebook(*[("code", "1")] * 1001), "1,001 cells"),
    ],
)
def test_what_is_no_notebook_is_refused_in_a_sentence(text: str, words: str) -> None:
    with pytest.raises(ProgramError, match=words):
        to_program(text)


NAMES = st.sampled_from(["cells", "worksheets", "nbformat", "cell_type", "source", "input"])
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@given(ANY_JSON)
def test_any_json_is_a_notebook_or_refused_in_a_sentence(value: object) -> None:
    with suppress(ProgramError):
        found = read_notebook(json.dumps(value))
        assert write_notebook(found) == found.original


def test_magics_are_ipythons_own() -> None:
    source = to_program(notebook(("code", "%matplotlib inline\n%time x = 3\nx"), ("code", "%%time\nprint(x)")))
    first, second = [cell.shown for cell in record(source).cells]
    assert "Wall time" in first
    assert first.endswith("\n3")
    assert second.startswith("3\n")
    assert "Wall time" in second


def test_captured_cells_show_nothing() -> None:
    source = to_program(notebook(("code", "%%capture\nx = 3\nprint(x)"), ("code", "print(x)")))
    assert [cell.shown for cell in record(source).cells] == ["", "3"]
