"""Episodes: where a program is cut, and that each part is a recording of its own with the same structure each turn."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradwalk import record
from gradwalk.analysis import analyse
from gradwalk.analysis.episodes import Episode, episodes
from gradwalk.graph.album import album
from gradwalk.graph.computation import drawn
from gradwalk.recording import Accumulate, BackwardCall, Cleared, Forward, Output, Recording, Update
from gradwalk.story.timeline import timeline

W = "import torch\nw = torch.tensor(1.0, requires_grad=True)\n"
LOOP = W + (
    "x = torch.tensor(2.0)\nfor i in range({turns}):\n    loss = (w * x - 6)**2\n    loss.backward()\n"
    "    with torch.no_grad():\n        w -= 0.1 * w.grad\n    w.grad.zero_()\n    print(i)\n"
)
STEPS = W + (
    "x = torch.tensor(2.0)\no = torch.optim.SGD([w], lr=0.1, momentum=0.9)\nfor i in range(3):\n    o.zero_grad()\n"
    "    loss = (w * x)**2\n    loss.backward()\n    o.step()\n"
)


def of(source: str) -> tuple[Episode, ...]:
    return episodes(record(source))


def kinds(episode: Episode, *wanted: type) -> list[str]:
    return [type(event).__name__ for event in episode.events if isinstance(event, wanted)]


def test_one_backward_is_one_episode_that_is_the_recording_itself() -> None:
    recording = record(W + "y = w * w\ny.backward()\nw.grad\n")
    (episode,) = episodes(recording)
    assert episode.call == 0
    assert episode.recording.values == recording.values


def test_no_backward_is_one_episode() -> None:
    (episode,) = of("import torch\nx = torch.ones(2)\ny = x + 1\n")
    assert episode.call is None


def test_a_program_without_tensors_has_an_episode_too() -> None:
    (episode,) = of("a = 1\n")
    assert drawn(episode.index).boxes == ()


def test_a_turn_ends_with_its_update_and_what_it_prints() -> None:
    found = of(LOOP.format(turns=3))
    assert [episode.call for episode in found] == [0, 1, 2]
    for episode in found:
        assert kinds(episode, BackwardCall, Update, Output) == ["BackwardCall", "Update", "Update", "Output"]


def test_what_comes_after_the_last_backward_is_an_episode_when_it_makes_a_graph() -> None:
    ending = of(W + "y = w * w\ny.backward()\n# %%\nz = w + 1\n")
    assert [episode.call for episode in ending] == [0, None]
    assert len(of(W + "y = w * w\ny.backward()\n# %%\nz = w.detach() + 1\n")) == 1


def test_the_parts_of_a_loop_have_one_structure() -> None:
    for source in (LOOP.format(turns=4), STEPS):
        found = album(analyse(record(source, pictures=True)))
        assert set(found.graphs) == {0}
        assert len(found.pages) == 1


def test_a_graph_that_a_loop_keeps_grows() -> None:
    found = of(W + "for i in range(3):\n    w = w * 2\n    w.backward(retain_graph=True)\n")
    assert [len(drawn(episode.index).boxes) for episode in found] == [2, 3, 4]


def test_a_second_backward_has_the_graph_of_the_first() -> None:
    recording = record(W + "y = w**2\ny.backward(retain_graph=True)\ny.backward()\n")
    first, second = episodes(recording)
    assert drawn(first.index) == drawn(second.index)
    assert kinds(second, Forward) == []


def test_what_was_computed_without_a_graph_before_is_an_input() -> None:
    _, second = of(W + "x = torch.tensor(2.0)\na = x * 3\nb = w * a\nb.backward()\nc = w * a + 1\nc.backward()\n")
    assert {box.title: box.kind for box in drawn(second.index).boxes}["a"] == "input"


def test_gradients_and_optimizer_steps_outlive_an_episode() -> None:
    _, second, _ = of(STEPS)
    (step,) = second.before.steps.values()
    assert [state.name for state in step.state] == ["momentum_buffer"]
    _, again = of(W + "y = w * 3\ny.backward()\nz = w * 4\nz.backward()\n")
    assert [grad.numbers for grad in again.before.grads.values()] == [(3.0,)]


def test_zero_grad_is_told_where_it_was_called() -> None:
    first, second, _ = of(STEPS)
    assert kinds(first, Cleared) == []
    (cleared,) = [event for event in second.events if isinstance(event, Cleared)]
    assert cleared.span is not None
    assert cleared.span.line == 6
    assert not cleared.zeros


def test_a_gradient_that_the_program_put_there_itself_is_told_when_it_is_cleared() -> None:
    program = "w = torch.tensor(2.0, requires_grad=True)\nw.grad = torch.tensor(3.0)\nw.grad = None\n"
    last = of(f"import torch\n{program}")[-1]
    assert kinds(last, Cleared) == ["Cleared"]


@pytest.mark.parametrize("how", ["o.zero_grad()", "w.grad = None"])
def test_a_gradient_that_is_cleared_last_is_told_too(how: str) -> None:
    last = of(W + f"o = torch.optim.SGD([w], lr=0.1)\ny = w * 3\ny.backward()\n{how}\n")[-1]
    assert kinds(last, Cleared) == ["Cleared"]


def test_zeros_are_told_apart_from_none() -> None:
    last = of(STEPS.replace("zero_grad()", "zero_grad(set_to_none=False)"))[-1]
    (cleared,) = [event for event in last.events if isinstance(event, Cleared)]
    assert cleared.zeros


def test_an_episode_ends_where_a_backward_fails() -> None:
    found = of(W + "y = w * torch.ones(2)\ny.backward()\n# %%\nz = w * 5\nz.backward()\n")
    assert [episode.call for episode in found] == [None, 0]


LINES = ("y = w * {n}\ny.backward()", "y = (w + {n})**2\ny.backward()", "with torch.no_grad():\n    w -= 0.1 * w.grad",
         "w.grad.zero_()", "print(w)", "x = torch.tensor({n}.0)", "w.grad = None", "z = w.detach() * {n}")  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.sampled_from(LINES), st.integers(1, 5)), min_size=1, max_size=8))
def test_every_event_is_in_one_episode_and_every_part_is_whole(lines: list[tuple[str, int]]) -> None:
    recording = record(W + "y = w * 2\ny.backward()\n# %%\n" + "\n# %%\n".join(t.format(n=n) for t, n in lines) + "\n")
    found = episodes(recording)
    assert sum(len(episode.originals) for episode in found) == len(recording.events)
    for episode in found:
        _whole(episode.recording)
        assert len(episode.events) == len(episode.originals)
    sums = [event.after for event in recording.events if isinstance(event, Accumulate)]
    assert [e.after for episode in found for e in episode.events if isinstance(e, Accumulate)] == sums


def _whole(part: Recording) -> None:
    """Ids are places, and every reference leads somewhere."""
    assert [value.id for value in part.values] == list(range(len(part.values)))
    assert [operation.id for operation in part.operations] == list(range(len(part.operations)))
    assert [node.id for node in part.nodes] == list(range(len(part.nodes)))
    for operation in part.operations:
        assert all(0 <= edge.value < len(part.values) for edge in operation.edges)
        assert operation.node is None or part.nodes[operation.node].operation == operation.id


OLDER = """\
import torch
x = torch.tensor(3.0, requires_grad=True)
y = x + 1
y.backward(retain_graph=True)
with torch.no_grad():
    x.mul_(2)
z = y + 0 * x
z.backward()
"""


def test_an_episode_with_older_operations_begins_with_what_its_leaves_are_by_then() -> None:
    """y was computed from x = 3; when the second graph grows, x is 6."""
    second = episodes(record(OLDER))[1]
    (x,) = {value.tensor for value in second.recording.values if "x" in value.names and value.is_leaf}
    states = [value for value in second.recording.values if value.tensor == x]
    assert [value.numbers for value in states][:2] == [(3.0,), (6.0,)]
    assert second.recording.values[second.before.states[x]].numbers == (6.0,)
    boxes = timeline(record(OLDER))["slots"]
    assert [lines for _, lines in boxes["v0.value"]] == [["3"], ["6"]]
