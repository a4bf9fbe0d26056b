"""A story that would be too large to send: each step and each number is there, and what is left out is said."""

from __future__ import annotations

from gradwalk import record
from gradwalk.story.lightened import lightened
from gradwalk.story.timeline import timeline

SOURCE = "import torch\nx = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)\n(x * x).sum().backward()"


def test_steps_and_numbers_stay() -> None:
    story = timeline(record(SOURCE), statements=True)
    light = lightened(story)
    assert [step["sentence"] for step in light["steps"]] == [step["sentence"] for step in story["steps"]]
    assert any("ask" in step for step in story["steps"])
    assert any(step["rule"] for step in story["steps"])
    assert not any("ask" in step or "learn" in step or step["rule"] for step in light["steps"])
    gone = set(story["slots"]) - set(light["slots"])
    assert gone
    assert all(name.endswith(".heat") for name in gone)
    assert {name: story["slots"][name] for name in light["slots"]} == light["slots"]
