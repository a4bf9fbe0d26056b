"""What the player is given, as JSON text: written once, where it is made, and never taken apart on the way.

Of a long program it is compressed, which makes it seven times as small: a model of a thousand operations fits.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from typing import Any

NOTHING = b"null"
WITHOUT_CELLS = ("phases", "steps", "slots", "formulas", "code", "saved")
"""What of a story is shown where nobody sees cells: no outputs, and no table of names."""
_LARGE = 1_000_000
"""Bytes from which on a part is compressed; the browser opens it after the page is there."""


def packed(value: object) -> bytes:
    """JSON in UTF-8 of plain data."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def compact(value: object) -> bytes:
    """The same of something that may be large; then it is a JSON text that has it in it, as gzip in base64."""
    text = packed(value)
    if len(text) < _LARGE:
        return text
    return b'"' + base64.b64encode(gzip.compress(text.decode("utf-8", "replace").encode(), 6, mtime=0)) + b'"'


def joined(parts: dict[str, bytes]) -> bytes:
    """One JSON object of values that are JSON already."""
    return b"{" + b",".join(packed(name) + b":" + text for name, text in parts.items()) + b"}"


def without_torchviz(graphs: Mapping[str, Any]) -> dict[str, Any]:
    """Graphs of a run that torchviz was not asked to draw: the player asks for them when somebody looks for them."""
    kept = {name: part for name, part in graphs.items() if name != "grad_fn"}
    return {**kept, "list": [without_torchviz(each) for each in graphs["list"]]} if "list" in kept else kept
