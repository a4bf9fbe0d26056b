"""What a line is called, against what IPython's Traceback calls it."""

from __future__ import annotations

import re

import pytest

from gradwalk import record
from gradwalk.clinic import findings
from gradwalk.notation.lines import line_name
from gradwalk.recording import Failure
from gradwalk.story.timeline import timeline

ONE = "\nimport torch\nx = torch.tensor(3.0, requires_grad=True)\ny = x*x\ny.backward()\ny.backward()\n"
CELLS = (
    "# %%\n\nimport torch\nx = torch.tensor(3.0, requires_grad=True)\n# %% [markdown]\n# A text.\n# %%\n"
    "y = x*x\ny.backward()\n\n# %%\n\n\nz = 1\ny.backward()\n"
)


@pytest.mark.parametrize(("source", "earlier"), [(ONE, "line 4"), (CELLS, "cell 2, line 2")])
def test_a_line_is_counted_as_in_the_traceback(source: str, earlier: str) -> None:
    recording = record(source)
    failure = next(event for event in recording.events if isinstance(event, Failure))
    cell, line = re.findall(r"Cell In\[(\d+)\], line (\d+)", failure.traceback)[0]
    here = f"line {line}" if source == ONE else f"cell {cell}, line {line}"
    assert line_name(recording, failure.span.line) == here
    found = findings(recording)[0]
    assert f"The backward() in {earlier} released" in found.text
    assert f"Or write retain_graph=True in {earlier}:" in found.text


def test_a_finding_and_a_change_name_the_cell() -> None:
    cut = "# %%\nimport torch\nw, v = (torch.tensor(2.0, requires_grad=True) for _ in 'wv')\nw = w; v = v\n# %%\n"
    found = findings(record(cut + "h = (w*3).detach()\n(v*h).backward()\n"))
    assert [one.kind for one in found] == ["no-gradient-cut"]
    assert "detach() in cell 2, line 1 cuts the way" in found[0].text
    changed = "# %%\nimport torch\nx = torch.tensor([1.0, 2.0], requires_grad=True)\ny = x.exp()\n# %%\ny[0] = 5\n"
    found = findings(record(changed + "# %%\ny.sum().backward()\n"))
    assert "cell 2, line 1 made it [5, 7.3891]" in found[0].text


def test_a_file_keeps_its_lines() -> None:
    recording = record(CELLS, file="lecture.py")
    assert "The backward() in line 9 released" in findings(recording)[0].text
    assert {cell["first"] for cell in timeline(recording)["cells"]} == {1}
    assert [cell["first"] for cell in timeline(record(CELLS))["cells"]] == [3, 8, 14]


def test_a_notebook_has_no_lines_but_those_of_its_cells() -> None:
    assert "in cell 2, line 2 released" in findings(record(CELLS, file="lecture.ipynb"))[0].text
