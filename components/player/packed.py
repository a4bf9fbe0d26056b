"""What the player is given, as JSON text: written once, where it is made, and never taken apart on the way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

NOTHING = b"null"
WITHOUT_CELLS = ("phases", "steps", "slots", "formulas", "code", "saved")
"""What of a story is shown where nobody sees cells: no outputs, and no table of names."""


def packed(value: object) -> bytes:
    """JSON in UTF-8 of plain data."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def joined(parts: dict[str, bytes]) -> bytes:
    """One JSON object of values that are JSON already."""
    return b"{" + b",".join(packed(name) + b":" + text for name, text in parts.items()) + b"}"


def without_torchviz(graphs: Mapping[str, Any]) -> dict[str, Any]:
    """Graphs of a run that torchviz was not asked to draw: the player asks for them when somebody looks for them."""
    kept = {name: part for name, part in graphs.items() if name != "grad_fn"}
    return {**kept, "list": [without_torchviz(each) for each in graphs["list"]]} if "list" in kept else kept
