"""What a notebook asks for and a locked process cannot have: a sentence, and the cell goes on as it does in Jupyter."""

from __future__ import annotations

from importlib.metadata import version

import pytest

import gradwalk
from gradwalk.failures.explanation import diagnose, explained
from gradwalk.recording import Output, Recording
from gradwalk.sandbox.command import recordings
from tests.failing import failures

COMMANDS = """
!pip install -q torchviz "torch>=2" no-such-package==1.2 2>&1 | tail -1
1
# %%
%pip install --index-url https://there no-such-package
2
# %%
%%bash
pip install no-such-package
ls
# %%
files = !ls
!ls; pwd
files, _exit_code
# %%
%%capture
!pip install torch
# %%
name = "there"
def look(where):
    !ls {where}
look(name)
%cd ..
%conda install -y torch
3
"""
REFUSED = {
    "no-file-locked": ("open('data.csv')", "There is no file data.csv here"),
    "not-permitted-locked": ("import torch\ntorch.save({}, 'model.pt')", "The system does not allow this here"),
    "no-network-locked": ("import urllib.request as u\nu.urlopen('http://a.b/')", "There is no network here"),
    "no-memory": ("import torch\ntorch.zeros(10**12)", "There is no more memory"),
    "no-keyboard": ("input('How many?')", "Nobody can type here"),
}
WRITTEN = "open('model.pt', 'w')"
STARTED = "import subprocess\nsubprocess.run(['ls'])"


@pytest.fixture(scope="module")
def ran() -> dict[str, Recording]:
    """Each program, run in a locked process of its own."""
    programs = [COMMANDS, WRITTEN, STARTED, *(source for source, _ in REFUSED.values())]
    found = recordings(programs, str)
    return {source: one for source, one in zip(programs, found, strict=True) if isinstance(one, Recording)}


def told(recording: Recording, cell: int) -> list[str]:
    return [
        event.text.rstrip("\n") + "\n" for event in recording.events if isinstance(event, Output) and event.cell == cell
    ]


def test_a_command_says_that_it_was_not_run_and_the_cell_goes_on(ran: dict[str, Recording]) -> None:
    found = ran[COMMANDS]
    none = "was not run: a program here starts no other programs, and has no network."
    missing = "no-such-package is not installed here, and cannot be."
    torch, viz = f"torch {version('torch')}", f"torchviz {version('torchviz')}"
    assert failures(found) == []
    assert "".join(told(found, 0)).splitlines() == [
        '!pip install -q torchviz "torch>=2" no-such-package==1.2 2>&1 | tail -1 '
        f"{none} {viz} and {torch} are installed already. {missing}",
        "1",
    ]
    assert "".join(told(found, 1)) == f"%pip install --index-url https://there no-such-package {none} {missing}\n2\n"
    assert "".join(told(found, 2)) == f"%%bash {none} {missing}\n"
    assert "".join(told(found, 3)) == f"!ls {none}\n!ls; pwd {none}\n([], 127)\n"
    assert told(found, 4) == []
    assert "".join(told(found, 5)).splitlines() == [
        f"!ls there {none}",
        "/",
        f"%conda install -y torch {none} {torch} is installed already.",
        "3",
    ]


def test_elsewhere_a_command_is_run() -> None:
    found = gradwalk.record("!echo it runs\n%cd -q .\n# %%\n%%sh\necho and this\n")
    assert [cell.shown.strip() for cell in found.cells] == ["it runs", "and this"]  # a terminal ends lines with \r


@pytest.mark.parametrize("key", REFUSED)
def test_what_the_system_refuses_is_explained(ran: dict[str, Recording], key: str) -> None:
    source, title = REFUSED[key]
    [failure] = failures(ran[source])
    found = diagnose(ran[source], failure)
    assert found is not None
    assert (found.key, explained(failure, found).title) == (key, title)


@pytest.mark.parametrize("source", [WRITTEN, STARTED])
def test_files_and_processes_are_refused_by_the_same_errno(ran: dict[str, Recording], source: str) -> None:
    [failure] = failures(ran[source])
    found = diagnose(ran[source], failure)
    assert found is not None
    assert found.key == "not-permitted-locked"


def test_a_file_that_is_not_there_is_told_of_outside_of_the_lock_too() -> None:
    recording = gradwalk.record("open('none.csv')")
    [failure] = failures(recording)
    found = diagnose(recording, failure)
    assert found is not None
    assert explained(failure, found).title == "There is no file none.csv"


def test_a_graph_of_graphviz_says_why_it_is_no_picture_here() -> None:
    source = "import torch, torchviz\nx = torch.ones(1, requires_grad=True)\ntorchviz.make_dot(x * 2)\n# %%\n1"
    [found] = recordings([source], str)
    assert isinstance(found, Recording)
    assert failures(found) == []
    first, second = told(found, 0)
    assert first.startswith("Not drawn: Graphviz's dot draws it, and a program here starts no other programs.")
    assert second.startswith("<graphviz.graphs.Digraph object at ")
    [picture] = [event for event in gradwalk.record(source).events if isinstance(event, Output) and event.cell == 0]
    assert picture.mime == "image/svg+xml"
