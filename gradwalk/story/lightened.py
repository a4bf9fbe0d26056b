"""The story of a very long program without what can be done without."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_LEFT = frozenset(("ask", "learn"))
"""Of a step: what Predict asks, and what the density Learn says."""
_HEAT = ".heat"
SAID = (
    "This program is so long that its steps come without questions (Predict), without the words of the density Learn, "
    "without PyTorch's rules and without the small maps of tensors. On your own computer gradwalk html FILE writes a "
    "page with all of it."
)


def lightened(story: Mapping[str, Any]) -> dict[str, Any]:
    """Each step and each number is there."""
    steps = [
        {**{name: part for name, part in step.items() if name not in _LEFT}, "rule": None} for step in story["steps"]
    ]
    slots = {name: entries for name, entries in story["slots"].items() if not name.endswith(_HEAT)}
    return {**story, "steps": steps, "slots": slots}
