"""Notebook files become programs in the percent format, and programs become notebook files."""

from __future__ import annotations

import json

import pytest

from gradwalk import ProgramError, record
from gradwalk.program.notebook import to_notebook, to_program


def notebook(*cells: tuple[str, object], **more: object) -> str:
    return json.dumps({"cells": [{"cell_type": kind, "source": source} for kind, source in cells], **more})


def test_code_and_text_become_cells() -> None:
    text = notebook(("markdown", "# Title\n\ntext"), ("code", ["x = 1\n", "x"]), ("raw", "raw"), ("code", ""))
    assert to_program(text) == "# %% [markdown]\n# # Title\n#\n# text\n# %%\nx = 1\nx\n# %% [markdown]\n# raw\n# %%\n\n"


def test_an_old_notebook_has_its_cells_in_a_worksheet() -> None:
    cells = [{"cell_type": "heading", "source": "Old"}, {"cell_type": "code", "input": "1 + 1"}]
    source = to_program(json.dumps({"worksheets": [{"cells": cells}]}))
    assert [cell.shown for cell in record(source).cells] == ["2"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no json", "is JSON"),
        ("[" * 100_000, "is JSON"),
        ("[]", "an object with cells"),
        ("{}", "has no cells"),
        ('{"cells": 3}', "has no cells"),
        ('{"cells": [3]}', "has no type"),
        ('{"cells": [{"cell_type": "video"}]}', "has no type"),
        ('{"cells": [{"cell_type": "code", "source": 3}]}', "is no text"),
        ('{"cells": [{"cell_type": "code", "source": [3]}]}', "is no text"),
        (notebook(*[("code", "1")] * 1001), "1,001 cells"),
    ],
)
def test_what_is_no_notebook_is_refused_in_a_sentence(text: str, words: str) -> None:
    with pytest.raises(ProgramError, match=words):
        to_program(text)


def test_there_and_back_again() -> None:
    source = to_program(notebook(("markdown", "text"), ("code", "x = 2\n\nx * 3"), ("code", "x")))
    assert to_program(to_notebook(source)).split() == source.split()
    made = json.loads(to_notebook(source))
    assert [cell["cell_type"] for cell in made["cells"]] == ["markdown", "code", "code"]
    assert made["nbformat"] == 4
    assert all(cell["outputs"] == [] for cell in made["cells"] if cell["cell_type"] == "code")


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
