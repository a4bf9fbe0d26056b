"""What the player is given, as JSON text: written once, where it is made, and never taken apart on the way.

Of a long program it is compressed, which makes it ten times as small: a model of ten thousand operations fits.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from typing import Any

NOTHING = b"null"
WITHOUT_CELLS = ("phases", "steps", "slots", "formulas", "code", "saved")
"""What of a story is shown where nobody sees cells: no outputs, and no table of names."""
_LARGE = 1_000_000
"""Bytes from which on a part is compressed; the browser opens it after the page is there."""
_GZIP = b"\x1f\x8b"


def packed(value: object) -> bytes:
    """JSON in UTF-8 of plain data. Raises ValueError for a nan or an infinity, which no browser could read."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def compact(value: Mapping[str, Any]) -> bytes:
    """The same of a part that may be large, as gzip then."""
    text = packed(value)
    if len(text) < _LARGE:
        return text
    return gzip.compress(text.decode("utf-8", "replace").encode(), 6, mtime=0)


def joined(parts: Mapping[str, bytes]) -> bytes:
    """One JSON object of values that are JSON already. Those that are compressed come behind it and a line feed, and in
    their place stands where: ``{"packed": [from, to]}``."""
    told, behind = [], b""
    for name, part in parts.items():
        if part.startswith(_GZIP):
            place = packed({"packed": [len(behind), len(behind) + len(part)]})
            behind += part
        else:
            place = part
        told.append(packed(name) + b":" + place)
    whole = b"{" + b",".join(told) + b"}"
    return whole + b"\n" + behind if behind else whole


def without_torchviz(graphs: Mapping[str, Any]) -> dict[str, Any]:
    """Graphs of a run that torchviz was not asked to draw: the player asks for them when somebody looks for them."""
    kept = {name: part for name, part in graphs.items() if name != "grad_fn"}
    return {**kept, "list": [without_torchviz(each) for each in graphs["list"]]} if "list" in kept else kept
