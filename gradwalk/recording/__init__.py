"""A recording: everything that happened while a program ran, as plain frozen data without a tensor in it.

Numbers are kept flat in row-major order and exactly as PyTorch held them (a float32 is a Python float of the same
value). An array of more than ``MAX_NUMBERS`` elements keeps its shape, dtype and a ``Summary``: ``numbers`` is None.
``docs/recording.md`` describes the JSON form.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, TypeVar, get_type_hints

from gradwalk.recording.beginning import beginning, passes_in
from gradwalk.recording.checks import check
from gradwalk.recording.codec import Decoder, loads
from gradwalk.recording.encoder import Encoder
from gradwalk.recording.events import (
    EVENTS,
    NAMES,
    Assigned,
    Binding,
    Cleared,
    Entered,
    Event,
    Failure,
    Forward,
    Idle,
    Left,
    Moved,
    Output,
    Returned,
    State,
    Statement,
    Stepped,
    Stopped,
    Switched,
    Taken,
    Update,
)
from gradwalk.recording.gradients import (
    Accumulate,
    Backward,
    BackwardCall,
    Free,
    Hooked,
    LocalGradient,
    Result,
    Root,
)
from gradwalk.recording.parts import (
    MAX_NUMBERS,
    Array,
    Constant,
    Edge,
    Flag,
    Module,
    Node,
    Norms,
    Number,
    Operation,
    Parameter,
    Route,
    Saved,
    Summary,
    Value,
)

__all__ = [
    "EVENTS",
    "FORMAT",
    "LEFT_OUT",
    "MAX_NUMBERS",
    "Accumulate",
    "Array",
    "Assigned",
    "Backward",
    "BackwardCall",
    "Binding",
    "Cell",
    "CellFailure",
    "Cleared",
    "Constant",
    "Edge",
    "Entered",
    "Event",
    "Failure",
    "Flag",
    "Forward",
    "Free",
    "Hooked",
    "Idle",
    "Left",
    "LocalGradient",
    "Module",
    "Moved",
    "Node",
    "Norms",
    "Number",
    "Operation",
    "Output",
    "Parameter",
    "Picture",
    "Recording",
    "Result",
    "Returned",
    "Root",
    "Route",
    "Saved",
    "State",
    "Statement",
    "Stepped",
    "Stopped",
    "Summary",
    "Switched",
    "Taken",
    "Update",
    "Value",
]

FORMAT = 3
"""Goes up when a reader of the old form would misread the new one."""


class CellFailure(NamedTuple):
    """Why a cell ended early, in short: the Failure event has the rest. Line and column count from 1."""

    type: str
    message: str
    line: int
    column: int


class Cell(NamedTuple):
    source: str
    line: int
    shown: str
    """Everything the cell showed, as a notebook would: prints and the last expression, joined by newlines."""
    failure: CellFailure | None


class Picture(NamedTuple):
    """The grad_fn graph of one backward call as torchviz draws it: Graphviz source under ids of ours.

    ``call`` is −1 when the program called none; then it is the graph behind its newest tracked value.
    A node ``n3`` is Node 3, ``v5`` is the box of Value 5 (a leaf or the root), ``s3_self`` what node 3 saved as self.
    """

    call: int
    plain: str
    saved: str
    """The same with saved tensors and attributes."""


class Views(NamedTuple):
    """What is made of recordings. The package says by what, so that a recording knows nothing of its views."""

    save: Callable[[Recording, str | Path, int | None, str, str | None, str | Sequence[str]], None]
    mimebundle: Callable[[Recording], dict[str, str]]
    report: Callable[[Recording], str]


@dataclass(frozen=True, repr=False)
class Recording:
    views: ClassVar[Views]

    source: str
    torch: str
    """The version of PyTorch that ran."""
    cells: tuple[Cell, ...]
    values: tuple[Value, ...]
    operations: tuple[Operation, ...]
    nodes: tuple[Node, ...]
    events: tuple[Event, ...]
    pictures: tuple[Picture, ...] = ()
    """Made only when asked for: ``record(source, pictures=True)``."""
    modules: tuple[Module, ...] = ()
    complete: bool = True
    """False when recording ended at a limit before the program did."""
    file: str = ""
    """The path of the file that ``source`` is the text of; empty for a program that was given as text."""

    def __repr__(self) -> str:
        """Such as ``<Recording of 2 operations and 1 backward pass, PyTorch 2.13.0>``: the data is long."""
        passes = sum(isinstance(event, BackwardCall) for event in self.events)
        told = f"{_counted(len(self.operations), 'operation', 's')} and {_counted(passes, 'backward pass', 'es')}"
        return f"<Recording of {told}, PyTorch {self.torch}>"

    def save(
        self,
        path: str | Path,
        step: int | None = None,
        *,
        picture: str = "computation",
        theme: str | None = None,
        open: str | Sequence[str] = (),  # noqa: A002  as it is called in a shell
    ) -> None:
        """Write a file that others can open: ``.html`` steps through the recording; ``.svg``, ``.png`` and ``.pdf``
        are pictures of its whole graph.

        ``step`` is where the page begins, or the step that the picture shows; without it the picture has all numbers.
        ``picture`` is ``computation`` or torchviz's ``grad_fn`` (of a recording made with ``pictures=True``), either
        with ``-saved`` behind it for what nodes keep. ``theme`` is ``light`` or ``dark``; an SVG without one follows
        its reader. A large graph is drawn folded, as the page opens with it; ``open`` names boxes that are open
        besides, such as ``["encoder.layers.0"]``, and ``"all"`` gives each operation its own.
        Raises ValueError for what does not exist, and OSError or LayoutError, with a sentence, where it cannot be done.
        """
        self.views.save(self, path, step, picture, theme, open)

    def report(self) -> str:
        """What is surely wrong, with line, numbers and a way out, and what was measured: docs/clinic.md."""
        return self.views.report(self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """What a notebook shows of it, in place."""
        return self.views.mimebundle(self)

    def to_json(self, *, small: bool = False) -> str:
        """The whole recording as one JSON object; docs/recording.md has the schema.

        ``small``: the floating point numbers of arrays are short texts; ``from_json`` reads both.
        """
        write = _SMALL_ENCODER if small else _ENCODER
        hints = get_type_hints(Recording)
        whole: dict[str, Any] = {"format": FORMAT} | {name: getattr(self, name) for name in _PLAIN}
        whole |= {part: write(hints[part])(getattr(self, part)) for part in _PARTS}
        text = json.dumps(whole, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        # Half a letter, which a program may print or raise, cannot be written to any file: it becomes "?".
        return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")

    @staticmethod
    def from_json(text: str) -> Recording:
        """Read what ``to_json`` wrote. Raises ValueError, saying what is wrong, for anything else.

        What it gives has the right types, and every number in it that names something names what is there: whoever
        wrote the text, a reader of the recording need not look again.
        """
        return _read(text, lambda whole: (whole, None))[0]

    @staticmethod
    def beginning_of(text: str, passes: int) -> tuple[Recording, int]:
        """Of a recording that came as text, the first ``passes`` backward passes, whole, and the start of the next
        one; and how many there are in all. Raises what ``from_json`` raises, for what is wrong there."""
        return _read(text, lambda whole: (beginning(whole, passes, _part), passes_in(whole["events"])))


def _counted(count: int, name: str, more: str) -> str:
    return f"{count:,} {name}{'' if count == 1 else more}"


_PARTS = ("cells", "values", "operations", "nodes", "events", "pictures", "modules")
_PLAIN = ("source", "torch", "complete", "file")
LEFT_OUT = frozenset(
    "file summary grad_of module mode call function create_graph more inputs mime alternative density traceback "
    "operands facts node value values frame parameters norms flags instance unread".split()
)
"""Fields that are left out where they hold what they usually do."""
_DECODER = Decoder(EVENTS, LEFT_OUT)
_ENCODER, _SMALL_ENCODER = (Encoder(NAMES, LEFT_OUT, small=small) for small in (False, True))
_Found = TypeVar("_Found")


def _part(name: str, data: Any) -> Any:
    return _DECODER(get_type_hints(Recording)[name])(data)


def _read(text: str, chosen: Callable[[Any], tuple[Any, _Found]]) -> tuple[Recording, _Found]:
    """A recording of what is ``chosen`` of the data in a text, and what else is told of it. Raises ValueError."""
    try:
        whole = loads(text)
        if whole["format"] != FORMAT:
            raise ValueError(f"its format is {whole['format']!r:.40}, and this version reads {FORMAT}")
        data, more = chosen(whole)
        recording = Recording(**{name: _part(name, data[name]) for name in _PLAIN + _PARTS})
        check(recording)
    except (KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise ValueError(f"This is no recording: {error!r:.200}.") from error
    except ValueError as error:
        raise ValueError(f"This is no recording: {error}.") from error
    return recording, more
