"""What cells showed, as a notebook file has it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradwalk.notebook import Cell
from gradwalk.program.cells import split_cells
from gradwalk.recording.png import png_width
from gradwalk.story.cells import Item, ShownCell

_STREAMS = {"print": "stdout", "stderr": "stderr", "warning": "stderr", "notice": "stderr"}


def outputs_of(program: str, cells: Sequence[Cell], shown: Sequence[ShownCell]) -> dict[int, list[dict[str, Any]]]:
    """The outputs of cells that the program has word for word, by their position; they were run in its order."""
    ran = {line: (number, source) for number, (source, line) in enumerate(split_cells(program), 1)}
    found: dict[int, list[dict[str, Any]]] = {}
    at = 0
    for cell in shown:
        number, source = ran.get(cell["line"], (0, ""))
        same = (place for place, one in enumerate(cells[at:], at) if one.kind == "code" and _alike(one.source, source))
        place = next(same, None)
        if place is not None:
            found[place] = [_output(item, number) for item in cell["items"] if item["stream"] != "remark"]
            at = place + 1
    return found


def _alike(one: str, other: str) -> bool:
    return one.strip("\n") == other.strip("\n")


def _output(item: Item, number: int) -> dict[str, Any]:
    stream, text = item["stream"], item["text"]
    if stream in _STREAMS:
        return {"output_type": "stream", "name": _STREAMS[stream], "text": _lines(text + "\n")}
    if stream == "failure":
        trace = item["traceback"].split("\n")
        return {"output_type": "error", "ename": item["type"], "evalue": text, "traceback": trace}
    plain = {"text/plain": _lines(item["alternative"] if item["mime"] != "text/plain" else text)}
    shown = _lines(text) if item["mime"].startswith("text/") else text
    data = plain if item["mime"] == "text/plain" else {item["mime"]: shown, **plain}
    metadata = {item["mime"]: {"width": png_width(text) // item["density"]}} if item["density"] > 1 else {}
    if stream == "result":
        return {"output_type": "execute_result", "execution_count": number, "data": data, "metadata": metadata}
    return {"output_type": "display_data", "data": data, "metadata": metadata}


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)
