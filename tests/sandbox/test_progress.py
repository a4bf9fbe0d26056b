"""How far a program has come: what it tells on its way is what is known of it when it is ended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gradwalk.program import Span
from gradwalk.recording import Failure, Output
from gradwalk.sandbox import progress
from gradwalk.sandbox.outcome import Said, recording

SOURCE = "x = 1\n# %%\nprint(x)\n# %%\nwhile True:\n    pass"


@pytest.fixture
def said() -> Iterator[list[Any]]:
    messages: list[Any] = []
    before = list(progress._LISTENERS)
    progress.listen(messages.append)
    yield messages
    progress._LISTENERS[:] = before


def test_what_is_told_is_what_is_known(said: list[Any]) -> None:
    progress.begins(0, 1)
    progress.begins(1, 3)
    progress.output(Span(3, 1, 3, 9), "print", "1\n")
    progress.failed(Span(3, 1, 3, 9), "KeyError", "'x'")
    progress.begins(2, 5)
    progress.compiled("<third>", 5)
    found = recording(SOURCE, Said(tuple(said), "time", "It was stopped.", '  File "<third>", line 2 in <module>\n'))
    output, failure, end = found.events
    assert output == Output(1, Span(3, 1, 3, 9), "print", "1\n")
    assert failure == Failure(1, Span(3, 1, 3, 9), "KeyError", "'x'", None)
    assert isinstance(end, Failure)
    assert (end.cell, end.span.line) == (2, 6)
    assert [cell.shown for cell in found.cells] == ["", "1", ""]


def test_a_program_whose_time_was_up_before_its_process_ended_has_ended_there(said: list[Any]) -> None:
    progress.begins(2, 5)
    progress.failed(Span(6, 5, 6, 9), "TimeUp", "This program ran for 1 second.")
    found = recording(SOURCE, Said(tuple(said), "time", "It was stopped.", '  File "json.py", line 2 in encode\n'))
    assert found.events == (Failure(2, Span(6, 5, 6, 9), "TimeUp", "It was stopped.", None),)


def test_a_flood_is_told_in_part(said: list[Any]) -> None:
    for _ in range(2 * progress.MOST_SHOWN):
        progress.output(None, "print", "x\n")
    assert len(said) == progress.MOST_SHOWN
    for _ in range(2 * progress.MOST_MESSAGES):
        progress.compiled("<timed>", 1)
    assert len(said) == progress.MOST_MESSAGES


def test_so_is_what_is_large(said: list[Any]) -> None:
    progress.output(None, "display", "x" * progress.MOST_CHARACTERS, "image/svg+xml", "Figure")
    progress.output(None, "display", "x" * 1000, "image/svg+xml", "Figure")
    assert len(said) == 1


def test_without_a_listener_it_goes_nowhere() -> None:
    progress.begins(0, 1)
    progress.output(None, "print", "x")
