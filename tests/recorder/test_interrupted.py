"""Time may be up between any two lines of the recorder's own: what was recorded until then can be read all the same."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest

import gradwalk
from gradwalk.sandbox.time_up import _CLOCK as CLOCK

PROGRAM = """import torch
w = torch.tensor([1.0, 2.0], requires_grad=True)
for i in range(3):
    loss = (w * 2).tanh().sum()
    loss.backward()
    w.grad = None
"""
FILES = ("nodes.py", "keeping.py", "operations.py", "values.py", "known.py", "passes.py", "kernels.py")
LINES = 1800
"""So many lines of these files run for this program, at least."""


def recorded_until(line: int) -> tuple[gradwalk.Recording, int]:
    """The recording of the program, whose time is up before so many lines of these files have run; how many did."""
    ran = 0

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal ran
        if event == "line" and CLOCK.inside:
            ran += 1
            if ran == line:
                CLOCK.rings()
        return trace if frame.f_code.co_filename.endswith(FILES) and "recorder" in frame.f_code.co_filename else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        return gradwalk.record(PROGRAM, pictures=True), ran
    finally:
        sys.settrace(before)
        CLOCK.up = None


@pytest.mark.parametrize("first", range(8))
def test_what_was_recorded_until_time_was_up_can_be_read(first: int) -> None:
    for line in range(1 + first, LINES, 8 * 11):
        found, ran = recorded_until(line)
        assert ran >= line
        assert gradwalk.Recording.from_json(found.to_json()) == found
