"""``%%gradwalk`` in IPython: a cell does what it always does, and its steps are shown."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gradwalk import Recording
from gradwalk.recording import BackwardCall
from gradwalk.recording import Failure as Failed

ROOT = Path(__file__).resolve().parent.parent

# IPython's own shell, in a process of its own, with what each cell showed as JSON.
SHELL = """
import io, json, sys
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

shell = InteractiveShell.instance()
shell.colors = "nocolor"
told = []
for cell in json.load(sys.stdin):
    with capture_output() as shown:
        result = shell.run_cell(cell, store_history=True)
    error = result.error_before_exec or result.error_in_exec
    told.append({
        "text": shown.stdout, "errors": shown.stderr, "shown": [output.data for output in shown.outputs],
        "result": repr(result.result), "failed": type(error).__name__ if error else "",
    })
walk = shell.user_ns.get("walk")
left = sorted(name for name in shell.user_ns if "gradwalk" in name)
print(json.dumps({"cells": told, "walk": walk.recording.to_json(), "left": left}))
"""

CELLS = (
    "%load_ext gradwalk\nimport torch\nw = torch.tensor(2.0, requires_grad=True)",
    "%%gradwalk walk\nx = torch.tensor(4.0, requires_grad=True)\nz = torch.sin(w * x)\n"
    "print('hello')\nz.backward()\nx.grad",
    "z.item(), _",
    "%%gradwalk\ny = x * 3\nz.backward()",
    "%%gradwalk\n%matplotlib --list",
    "%%gradwalk two names\n1",
)
"""The third reads what the second left behind."""


class Told(NamedTuple):
    cells: list[dict[str, Any]]
    walk: Recording
    left: list[str]


@pytest.fixture(scope="module")
def told() -> Told:
    done = subprocess.run(
        [sys.executable, "-c", SHELL], input=json.dumps(CELLS), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    return Told(found["cells"], Recording.from_json(found["walk"]), found["left"])


def test_a_cell_does_what_it_always_does(told: Told) -> None:
    cell = told.cells[1]
    assert cell["text"].startswith("hello\n")
    assert (cell["result"], cell["failed"]) == ("tensor(-0.2910)", "")  # w cos(wx) at w = 2, x = 4
    assert told.cells[2]["result"] == f"({0.9893582463264465!r}, tensor(-0.2910))"


def test_its_steps_are_shown(told: Told) -> None:
    shown = [data for data in told.cells[1]["shown"] if "text/html" in data]
    assert len(shown) == 1
    assert "srcdoc=" in shown[0]["text/html"]
    assert shown[0]["text/plain"].startswith("<Recording of 2 operations and 1 backward pass")


def test_the_walk_has_the_cell_as_it_was_typed_and_the_notebooks_names(told: Told) -> None:
    assert told.walk.source == CELLS[1].partition("\n")[2] + "\n"
    assert [operation.span and operation.span.line for operation in told.walk.operations] == [2, 2]
    assert {name for value in told.walk.values for name in value.names} >= {"w", "x", "z"}
    assert sum(isinstance(event, BackwardCall) for event in told.walk.events) == 1
    assert not any(isinstance(event, Failed) for event in told.walk.events)


def test_a_cell_that_fails_is_shown_up_to_there_and_fails(told: Told) -> None:
    cell = told.cells[3]
    assert cell["failed"] == "RuntimeError"
    assert "Cell In[4], line 2" in cell["text"] + cell["errors"]
    assert cell["shown"][0]["text/plain"].startswith("<Recording of 1 operation and 0 backward")


def test_magics_run_inside(told: Told) -> None:
    assert "Available matplotlib backends" in told.cells[4]["text"]


def test_a_wrong_name_is_explained(told: Told) -> None:
    sentence = "takes one name for the walk, such as `%%gradwalk walk`, and not 'two names'"
    assert sentence in told.cells[5]["text"] + told.cells[5]["errors"]


def test_nothing_of_ours_is_left_among_the_names(told: Told) -> None:
    assert told.left == []
