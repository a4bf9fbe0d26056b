"""What one cell shows, in a form in which a kernel's messages and a recording can be compared."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from gradwalk.cells.outputs import FIGURE_CHARACTERS, FORMATTED, steady_svg

PICTURES = ("image/svg+xml", "image/png")
_STYLED = re.compile(r"\bT_[0-9a-f]{5}")
"""What pandas calls a styled table, at random."""
_STREAMS = {"print": "stdout", "stderr": "stderr", "warning": "stderr"}
_VARYING = (
    (re.compile(r"(CPU times|Wall time): .*"), "a time"),
    (re.compile(r"[\d.]+ (?:ns|[μµu]s|ms|s|min) ± .*"), "a time"),
    (re.compile(r"/tmp/ipykernel_\d+/\d+\.py|<ipython-input-\d+-[0-9a-f]+>"), "a cell"),  # noqa: S108
    (re.compile(r"/tmp/tmp\w+"), "a folder"),  # noqa: S108
)
_OUTSIDE = re.compile(
    r'(?:  File "/[^\n]*\n(?:    [^\n]*\n)+?)*?  File "[^"]*", line \d+, in run_cell\n(?:    [^\n]*\n)+'
)
"""Of a printed stack: whoever called the shell."""
_WHERE = re.compile(r" \([^()]*, line \d+\)$")
"""Of a SyntaxError: a recording has its place beside its message."""
_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}")
_SYNTAX = ("SyntaxError", "IndentationError", "TabError")
_LONG = re.compile(r"\b\d{12,}\b")
_COLOURS = re.compile(r"\x1b\[[\d;]*m")
_CELL_LINE = re.compile(r"Cell In\[\d+\], line (\d+)")


class Piece(NamedTuple):
    """Text of one stream, or one thing that was shown."""

    kind: str
    text: str
    picture: str = ""


class Shown(NamedTuple):
    """All that a cell showed, and how it failed: type, message."""

    pieces: tuple[Piece, ...]
    failure: tuple[str, str] | None
    line: int | None = None
    """Where it failed, counted in the cell of that line."""
    traceback: str = ""


class Pieces:
    """Puts together what a cell shows. Streams are buffered apart, so only what stands between two things shown has
    an order among them."""

    def __init__(self) -> None:
        self._pieces: list[Piece | dict[str, str]] = [{}]

    def write(self, stream: str, text: str) -> None:
        last = self._pieces[-1]
        if isinstance(last, dict):
            last[stream] = last.get(stream, "") + text

    def show(self, kind: str, data: dict[str, Any]) -> int:
        self._pieces += [_piece(kind, data), {}]
        return len(self._pieces) - 2

    def replace(self, place: int, data: dict[str, Any]) -> None:
        old = self._pieces[place]
        if isinstance(old, Piece):
            self._pieces[place] = _piece(old.kind, data)

    def clear(self) -> None:
        self._pieces = [{}]

    def done(self) -> tuple[Piece, ...]:
        found: list[Piece] = []
        for piece in self._pieces:
            parts = [piece] if isinstance(piece, Piece) else [Piece(*stream) for stream in sorted(piece.items())]
            found += [part for part in parts if part.text or part.picture]
        return tuple(found)


def _piece(kind: str, data: dict[str, Any]) -> Piece:
    pictures = [data[mime] for mime in (*PICTURES, *FORMATTED) if mime in data]
    picture = next((one for one in pictures if len(one) <= FIGURE_CHARACTERS), next(iter(pictures), ""))
    picture = _STYLED.sub("T_", picture)
    return Piece(kind, data.get("text/plain", ""), steady_svg(picture) if picture.lstrip().startswith("<") else picture)


def recorded(text: str) -> list[Shown]:
    """Of each cell of a recording's JSON."""
    whole = json.loads(text)
    pieces = [Pieces() for _ in whole["cells"]]
    traces = [""] * len(pieces)
    for event in whole["events"]:
        if event["event"] == "failure":
            traces[event["cell"]] = event.get("traceback", "")
        if event["event"] != "output" or event["stream"] == "notice":
            continue
        if stream := _STREAMS.get(event["stream"]):
            pieces[event["cell"]].write(stream, event["text"])
            continue
        mime, kind = event.get("mime", "text/plain"), "result" if event["stream"] == "result" else "display"
        data = {"text/plain": event.get("alternative", "")} if mime != "text/plain" else {}
        pieces[event["cell"]].show(kind, {**data, mime: event["text"]})
    return [
        Shown(
            pieces[number].done(),
            (failed := cell["failure"]) and (failed["type"], failed["message"]),
            failed and _in_its_cell(failed["line"], whole["cells"]),
            traces[number],
        )
        for number, cell in enumerate(whole["cells"])
    ]


def _in_its_cell(line: int, cells: list[dict[str, Any]]) -> int:
    """A line of the program as one of its cell, as Jupyter counts: without the empty ones at its start."""
    cell = max((cell for cell in cells if cell["line"] <= line), key=lambda cell: int(cell["line"]))
    source = str(cell["source"])
    return line - int(cell["line"]) - source[: len(source) - len(source.lstrip())].count("\n") + 1


def failed(content: dict[str, Any]) -> tuple[tuple[str, str], int | None, str]:
    """Of a kernel's message: type and message, line of the cell, traceback."""
    text = _COLOURS.sub("", "\n".join(content["traceback"]))
    lines = _CELL_LINE.findall(text)
    message = _WHERE.sub("", content["evalue"]) if content["ename"] in _SYNTAX else content["evalue"]
    return (content["ename"], message), int(lines[-1]) if lines else None, text


def steady(shown: Shown, *, tracebacks: bool = False) -> Shown:
    """Without what differs from run to run."""
    seen: dict[str, int] = {}

    def text(of: str) -> str:
        of = _ADDRESS.sub(lambda found: f"<{seen.setdefault(found[0], len(seen))}>", of)
        for pattern, word in _VARYING:
            of = pattern.sub(word, of)
        return of.rstrip("\n")

    pieces = tuple(
        piece._replace(text=text(_OUTSIDE.sub("", piece.text)), picture=_LONG.sub("<an address>", piece.picture))
        for piece in shown.pieces
    )
    failure = shown.failure and (shown.failure[0], text(shown.failure[1]))
    return Shown(pieces, failure, shown.line, text(shown.traceback) if tracebacks else "")
