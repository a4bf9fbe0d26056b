"""What a program's process said, as a recording; of one that was ended early, what is known."""

from __future__ import annotations

import base64
import json
import zlib
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import gradwalk
from gradwalk.analysis import analyse
from gradwalk.program import ProgramError, Span
from gradwalk.recording import Cell, CellFailure, Failure, Output, Recording
from gradwalk.sandbox.answer import End
from gradwalk.sandbox.frames import Lie, Sizes, checked
from gradwalk.sandbox.outcome import Said, beginning, recording
from gradwalk.sandbox.wire import MOST, packed
from gradwalk.story.player_data import player_data

SOURCE = "x = 1\n# %%\nx\n# %%\n\nwhile True:\n    x += 1\n# %%\nx"
STOPPED = "The program ran for 10 seconds and was stopped."
WORDS = """Current thread 0x00007f23 (most recent call first):
  File "/usr/lib/python3/torch/functional.py", line 1 in einsum
  File "<third>", line 2 in <cell line: 1>
  File "/usr/lib/python3/IPython/core/interactiveshell.py", line 3000 in run_code
"""


def told(*messages: Any, ended: End = "time", reason: str = STOPPED, words: str = "") -> Said:
    return Said(messages, ended, reason, words)


def shown(*events: Output | Failure) -> dict[str, Any]:
    """As a recording's JSON has them."""
    whole = Recording("x = 1", "", (Cell("x = 1", 1, "", None),), (), (), (), events)
    return {"shown": json.loads(whole.to_json())["events"]}


HERE = Span(3, 1, 3, 2)
BEFORE = (
    {"at": [0, 1]},
    {"text": ["<third>", 6]},
    {"at": [1, 3]},
    shown(Output(1, HERE, "result", "1"), Output(1, HERE, "print", "2\n"), Output(1, HERE, "notice", "so it is")),
    {"at": [2, 5]},
)


def test_a_recording_is_taken_as_it_was_sent() -> None:
    source = "import torch\nx = torch.tensor([1.0, float('nan')], requires_grad=True)\nx.sum().backward()"
    sent = gradwalk.record(source)
    found = recording(source, told({"recording": packed(sent.to_json())}, ended="done", reason=""))
    assert found.to_json() == sent.to_json()


def test_a_recording_of_no_more_passes_is_no_beginning() -> None:
    source = "import torch\nx = torch.tensor(1.0, requires_grad=True)\nfor i in range(3):\n    (x * x).backward()"
    sent = told({"recording": packed(gradwalk.record(source).to_json())}, ended="done", reason="")
    assert beginning(source, sent, 3, 1000) is None
    found = beginning(source, sent, 2, 1000)
    assert found is not None
    assert found[1] == 3


def test_of_a_program_that_was_ended_the_cells_before_and_the_place_are_kept() -> None:
    found = recording(SOURCE, told(*BEFORE, words=WORDS))
    assert [cell.shown for cell in found.cells] == ["", "1\n2", "", ""]
    assert [cell.source for cell in found.cells] == ["x = 1", "x", "\nwhile True:\n    x += 1", "x"]
    failures = [cell.failure for cell in found.cells]
    assert failures == [None, None, CellFailure("TimeUp", STOPPED, 7, 5), None]
    assert not found.complete
    assert (found.values, found.operations) == ((), ())
    assert found.events[-1] == Failure(2, Span(7, 5, 7, 11), "TimeUp", STOPPED, None)
    assert gradwalk.Recording.from_json(found.to_json()) == found


def test_a_failure_before_is_kept_without_what_only_a_recording_would_explain() -> None:
    failure = Failure(0, Span(1, 1, 1, 2), "TypeError", "no", None)
    said = shown(failure)
    said["shown"][0]["operands"] = [5]
    found = recording(SOURCE, told(said, {"at": [1, 3]}))
    assert found.events[0] == failure
    assert found.cells[0].failure == CellFailure("TypeError", "no", 1, 1)


@pytest.mark.parametrize(
    ("ended", "kind"),
    [("time", "TimeUp"), ("memory", "MemoryError"), ("killed", "ProcessEnded"), ("lied", "ProcessEnded")],
)
def test_an_end_has_a_name(ended: End, kind: str) -> None:
    found = recording(SOURCE, told(*BEFORE, ended=ended))
    assert found.cells[2].failure == CellFailure(kind, STOPPED, 6, 1)


def test_a_process_that_said_nothing_ended_in_its_first_cell() -> None:
    found = recording(SOURCE, told(reason=""))
    assert [cell.failure is None for cell in found.cells] == [False, True, True, True]
    assert recording("", told()).cells[0].failure == CellFailure("TimeUp", STOPPED, 1, 1)


@pytest.mark.parametrize(
    ("said", "span"),
    [
        (["No.", [2, 3, 2, 4], "Yes"], Span(2, 3, 2, 4)),
        (["No.", [2, 3, 99, 4], "Yes"], None),
        (["No.", None, None], None),
        (["No."], None),
    ],
)
def test_a_refusal_is_a_refusal(said: Any, span: Span | None) -> None:
    with pytest.raises(ProgramError, match=r"No\.") as refused:
        recording(SOURCE, told({"refused": said}))
    assert refused.value.span == span


OTHER = gradwalk.record("x = 2").to_json()
BOMB = base64.b64encode(zlib.compress(b" " * (MOST + 1), 9)).decode()
NONSENSE: list[Any] = [
    None,
    [],
    "done",
    {},
    {"shown": 1},
    {"shown": [1, None, {}, [], "x"]},
    {"shown": [{"event": "forward", "cell": 0}]},
    {"shown": [{"event": "output", "cell": 10**30, "span": None, "stream": "print", "text": "x"}]},
    {"shown": [{"event": "output", "cell": -1, "span": None, "stream": "print", "text": "x"}]},
    {"shown": [{"event": "output", "cell": 0, "span": [9, 9, 9, 9], "stream": "print", "text": "x"}]},
    {"shown": [{"event": "output", "cell": 0, "span": None, "stream": "print", "text": ["x"]}]},
    {"at": 1},
    {"at": [9, 1]},
    {"at": [-1, 1]},
    {"at": ["a", "b"]},
    {"at": [10**30, 1.5]},
    {"text": ["<third>", "x"]},
    {"text": [3, 3]},
    {"recording": 1},
    {"recording": ""},
    {"recording": "[" * 100_000},
    {"recording": {"format": 3}},
    {"recording": OTHER},
    {"recording": packed(OTHER)},
    {"recording": packed(OTHER)[:-8]},
    {"recording": base64.b64encode(OTHER.encode()).decode()},
    {"recording": base64.b64encode(zlib.compress(b"\xff")).decode()},
    {"recording": packed("[" * 100_000)},
    {"recording": BOMB},
]


@pytest.mark.parametrize("message", NONSENSE, ids=lambda message: repr(message)[:60])
def test_nonsense_is_passed_over_or_told(message: Any) -> None:
    found = recording(SOURCE, told(message, ended="done", reason=""))
    assert len(found.cells) == 4
    assert sum(cell.failure is not None for cell in found.cells) == 1
    assert gradwalk.Recording.from_json(found.to_json()) == found


@pytest.mark.parametrize(
    ("texts", "place"),
    [
        ([["<first>", 1], ["<third>", 6]], (2, 7)),
        ([["<first>", 2]], (1, 3)),
        ([["<third>", 900]], (0, 1)),
        ([["<third>", -900]], (0, 1)),
        ([["<third>", 10**30]], (0, 1)),
        ([["<third>", "x"], 3, ["/usr/lib/python3/torch/functional.py"]], (0, 1)),
        ([], (0, 1)),
    ],
)
def test_the_place_is_the_innermost_of_the_programs_own(texts: Any, place: tuple[int, int]) -> None:
    words = WORDS + '  File "<first>", line 2 in f\n'
    found = recording(SOURCE, told(*({"text": text} for text in texts), words=words))
    (failure,) = [event for event in found.events if isinstance(event, Failure)]
    assert (failure.cell, failure.span.line) == place
    assert gradwalk.Recording.from_json(found.to_json()) == found


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
@example(b'{"shown":[{"event":"failure","cell":3,"span":null,"type":"a","message":"b","cause":null}]}')
def test_whatever_bytes_come_there_is_a_recording(data: bytes) -> None:
    """What the reader lets through, and what is made of it."""
    with suppress(Lie):
        message = checked(data, Sizes())
        for said in (message, {"recording": data.decode()}, {"shown": message}, {"at": message}, {"text": message}):
            found = recording(SOURCE, told(said))
            assert gradwalk.Recording.from_json(found.to_json()) == found


def test_without_its_place_an_end_stands_where_it_was_heard_of_last() -> None:
    printed = shown(Output(0, Span(2, 1, 2, 6), "print", "1\n"))
    found = recording("x = 1\nprint(x)\nwhile x: pass", told({"at": [0, 1]}, printed, ended="killed"))
    (failure,) = (event for event in found.events if isinstance(event, Failure))
    assert failure.span.line == 2
    lie = shown(Output(0, Span(10**9, 1, 10**9, 6), "print", "1\n"))
    assert recording("x = 1", told({"at": [0, 1]}, lie, ended="killed")).cells[0].failure is not None


def test_of_a_cut_recording_the_table_of_names_says_that_they_are_lost() -> None:
    cut = recording("x = 1", told({"at": [0, 1]}, ended="killed"))
    assert player_data(analyse(cut)).story["names"]["lost"] is True
    assert "lost" not in player_data(analyse(gradwalk.record("x = 1"))).story["names"]
