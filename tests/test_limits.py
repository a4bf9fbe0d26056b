"""At its limits a recording ends or keeps less, and the program goes on and shows what it shows."""

from __future__ import annotations

import pytest

from gradwalk import ProgramError, Recording, record
from gradwalk.program.limits import LIMITS, Limits
from gradwalk.recording import Output, Stopped

TORCH = "import torch\nimport torch.nn.functional as F\n"
LOOP = """\
import torch
w = torch.tensor([1.0, -2.0], requires_grad=True)
for step in range(30):
    loss = (w ** 2).sum()
    loss.backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
        w.grad.zero_()
    print(step, loss.item())
w
"""


def stops(recording: Recording) -> list[str]:
    return [event.reason for event in recording.events if isinstance(event, Stopped)]


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(watched_operations=40), "operations"),
        (Limits(watched_steps=30), "statements"),
        (Limits(backward_nodes=20), "backward nodes"),
    ],
)
def test_a_long_program_shows_the_same(limits: Limits, reason: str) -> None:
    whole, cut = record(LOOP), record(LOOP, limits=limits)
    assert cut.cells[0].shown == whole.cells[0].shown
    assert len(cut.operations) < len(whole.operations)
    assert (stops(cut), cut.complete) == ([reason], False)
    assert (stops(whole), whole.complete) == ([], True)


def test_a_failure_is_told_when_nothing_is_recorded_any_more() -> None:
    found = record(LOOP + "# %%\nw.backward()\n# %%\n1 + 1", limits=Limits(watched_steps=30)).cells
    assert found[1].failure is not None
    assert found[1].failure.message == "grad can be implicitly created only for scalar outputs"
    assert found[2].shown == "2"


def test_a_flood_of_output_is_cut_and_says_so() -> None:
    recording = record("for i in range(10_000):\n    print(i)\n# %%\n'after it'", limits=Limits(output=1_000))
    assert len(recording.cells[0].shown) < 2_000
    assert recording.cells[0].failure is None
    assert any(event.stream == "notice" for event in recording.events if isinstance(event, Output))


@pytest.mark.parametrize("source", ["x" * (LIMITS.characters + 1), "x = '\0'", "x = '\ud800'"])
def test_what_is_no_text_that_fits_is_refused(source: str) -> None:
    with pytest.raises(ProgramError):
        record(source)


def test_no_limit_is_above_what_a_small_server_can_bear() -> None:
    """Some 32 bytes a number that is kept: a recording stays under a hundred megabytes."""
    assert (LIMITS.numbers + LIMITS.local_gradients) * 32 <= 1 << 26


# What a recording keeps


def test_a_recording_has_room_for_so_many_numbers() -> None:
    """Beyond that, shapes and dtypes are kept; scalars always have their number."""
    source = TORCH + "x = torch.ones(6)\ny = x * 2\nz = y * 3\ns = z.sum()"
    values = {value.names: value for value in record(source, limits=Limits(numbers=8)).values}
    assert values["x",].numbers == (1.0,) * 6
    assert values["y",].numbers == (2.0,) * 6
    assert (values["z",].shape, values["z",].numbers) == ((6,), None)
    assert values["s",].numbers == (36.0,)


def test_an_array_of_more_than_1024_numbers_is_kept_by_shape() -> None:
    values = record(TORCH + "x = torch.ones(1024)\ny = torch.ones(1025)").values
    assert [value.numbers is None for value in values] == [False, True]
    assert values[1].shape == (1025,)
