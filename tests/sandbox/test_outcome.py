"""What a program's process said, as a recording; of one that was ended early, what is known."""

from __future__ import annotations

import json
from typing import Any

import pytest

import gradwalk
from gradwalk.program import ProgramError, Span
from gradwalk.recording import CellFailure
from gradwalk.sandbox.answer import Answer, End
from gradwalk.sandbox.outcome import recording

SOURCE = "x = 1\n# %%\nx\n# %%\nwhile True:\n    x += 1\n# %%\nx"
STOPPED = "The program ran for 10 seconds and was stopped."


def answer(*messages: Any, ended: End = "time", reason: str = STOPPED, words: str = "") -> Answer:
    return Answer(messages, ended, reason, time_up=True, seconds=10.0, wall=11.0, peak=0, words=words)


def done(source: str, line: int, shown: str) -> dict[str, Any]:
    return {"done": {"source": source, "line": line, "shown": shown, "failure": None}}


BEFORE = ({"at": [0, 1]}, done("x = 1", 1, ""), {"at": [1, 3]}, done("x", 3, "1"), {"at": [2, 5]})


def test_a_recording_is_taken_as_it_was_sent() -> None:
    sent = gradwalk.record(
        "import torch\nx = torch.tensor([1.0, float('nan')], requires_grad=True)\nx.sum().backward()"
    )
    found = recording("", answer({"recording": json.loads(sent.to_json())}, ended="done", reason=""))
    assert found.to_json() == sent.to_json()


def test_of_a_program_that_was_ended_the_cells_before_and_the_place_are_kept() -> None:
    found = recording(SOURCE, answer(*BEFORE, {"at": [2, 6]}))
    assert [cell.shown for cell in found.cells] == ["", "1", "", ""]
    assert [cell.source for cell in found.cells] == ["x = 1", "x", "while True:\n    x += 1", "x"]
    failures = [cell.failure for cell in found.cells]
    assert failures == [None, None, CellFailure("TimeIsUp", STOPPED, 6, 1), None]
    assert not found.complete
    assert (found.values, found.operations, found.events) == ((), (), ())
    assert gradwalk.Recording.from_json(found.to_json()) == found


WORDS = """Fatal Python error: Segmentation fault

Stack (most recent call first):
  File "/usr/lib/python3/ctypes.py", line 519 in string_at
  File "<third>", line 2 in <module>
  File "<first>", line 1 in f
"""


@pytest.mark.parametrize(
    ("texts", "line"),
    [
        ([["<first>", 1], ["<third>", 5]], 6),
        ([["<first>", 1]], 1),
        ([["<third>", 900]], 5),
        ([["<third>", -900]], 5),
        ([["<third>", "x"], 3, ["/usr/lib/python3/ctypes.py"]], 5),
        ([], 5),
    ],
)
def test_the_line_is_the_innermost_of_the_programs_own(texts: Any, line: int) -> None:
    found = recording(SOURCE, answer(*BEFORE, *({"text": text} for text in texts), words=WORDS, ended="killed"))
    assert found.cells[2].failure == CellFailure("ProcessEnded", STOPPED, line, 1)


@pytest.mark.parametrize(
    ("ended", "kind"),
    [("time", "TimeIsUp"), ("memory", "MemoryError"), ("killed", "ProcessEnded"), ("lied", "ProcessEnded")],
)
def test_an_end_has_a_name(ended: End, kind: str) -> None:
    found = recording(SOURCE, answer(*BEFORE, ended=ended))
    assert found.cells[2].failure == CellFailure(kind, STOPPED, 5, 1)


def test_a_process_that_said_nothing_ended_in_its_first_cell() -> None:
    found = recording(SOURCE, answer(reason=""))
    assert [cell.failure is None for cell in found.cells] == [False, True, True, True]
    assert recording("", answer()).cells[0].failure == CellFailure("TimeIsUp", STOPPED, 1, 1)


@pytest.mark.parametrize(
    ("said", "span"),
    [
        (["No.", 2, 3], Span(2, 3, 2, 4)),
        (["No.", None, None], None),
        (["No."], None),
    ],
)
def test_a_refusal_is_a_refusal(said: Any, span: Span | None) -> None:
    with pytest.raises(ProgramError, match=r"No\.") as refused:
        recording(SOURCE, answer({"refused": said}))
    assert refused.value.span == span


NONSENSE: list[Any] = [
    None,
    [],
    "done",
    {},
    {"done": 1},
    {"done": {"source": "x"}},
    {"done": {"source": 1, "line": "x", "shown": [], "failure": 3}},
    {"at": 1},
    {"at": [9, 1]},
    {"at": [-1, 1]},
    {"at": [1, -5]},
    {"at": ["a", "b"]},
    {"at": [True, 1.5]},
    {"recording": 1},
    {"recording": {"format": 3}},
    {"recording": {"format": 3, "source": "x", "torch": 1, "cells": 3}},
    {"recording": [[[[]]]]},
]


@pytest.mark.parametrize("message", NONSENSE, ids=repr)
def test_nonsense_is_passed_over_or_told(message: Any) -> None:
    found = recording(SOURCE, answer(message, ended="done", reason=""))
    assert len(found.cells) == 4
    assert sum(cell.failure is not None for cell in found.cells) == 1
    assert gradwalk.Recording.from_json(found.to_json()) == found


def test_more_cells_than_there_are_is_nonsense_too() -> None:
    found = recording(SOURCE, answer(*(done("x", 1, "") for _ in range(100))))
    assert len(found.cells) == 4
    assert found.cells[3].failure is not None
