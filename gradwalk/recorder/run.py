"""What all parts of a recorder share while one program runs: what is known by now, and where the program stands."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from types import FrameType
from typing import Any

import torch
from torch._C import _pop_torch_dispatch_stack, _push_on_torch_dispatch_stack

from gradwalk.program import Span
from gradwalk.program.limits import LIMITS, Limits
from gradwalk.recorder.copying import Copier
from gradwalk.recorder.kernels import Watch, tensors_of
from gradwalk.recorder.local_gradients import LocalGradients
from gradwalk.recorder.nodes import LiveGraph
from gradwalk.recorder.operations import LiveOperations
from gradwalk.recorder.places import Places, Site
from gradwalk.recorder.strangers import is_stand_in
from gradwalk.recorder.values import LiveValues
from gradwalk.recorder.ways import Ways
from gradwalk.recording import Event, Output, Picture, Update

LARGE = 1 << 15
"""So many numbers are kept of all arrays that are not small: a recording is to stay below two megabytes."""


class Raised:
    """What is known of the call that an exception came out of."""

    __slots__ = ("call", "error", "operands")

    def __init__(self, error: BaseException, call: str, operands: tuple[int, ...]) -> None:
        self.error = error
        self.call = call
        self.operands = operands


class Silence:
    """A stretch of which nothing is recorded. (A class is entered in half the time of a generator.)"""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    def __enter__(self) -> None:
        self._run.quiet += 1

    def __exit__(self, *failure: object) -> None:
        self._run.quiet -= 1


class Aside:
    """A stretch in which nothing listens at all: also kernels are not heard."""

    __slots__ = ("_heard", "_run")

    def __init__(self, run: Run) -> None:
        self._run = run
        self._heard = run.watching > 0 and run.hears()

    def __enter__(self) -> None:
        self._run.quiet += 1
        if self._heard:
            _pop_torch_dispatch_stack(None)

    def __exit__(self, *failure: object) -> None:
        if self._heard:
            _push_on_torch_dispatch_stack(self._run.watch)
        self._run.quiet -= 1


class Looking(Aside):
    """A stretch in which the recorder looks at tensors for itself: none of that is a call of the program's, and PyTorch
    asks nobody about it, which would take as long as all the rest."""

    __slots__ = ("_unasked",)

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self._unasked = torch._C.DisableTorchFunction()

    def __enter__(self) -> None:
        self._unasked.__enter__()
        super().__enter__()

    def __exit__(self, *failure: object) -> None:
        super().__exit__(*failure)
        self._unasked.__exit__(None, None, None)


class Run:
    """One program's run."""

    def __init__(
        self,
        places: Places,
        *,
        pictures: bool = False,
        keep: Iterable[torch.Tensor] = (),
        limits: Limits = LIMITS,
        observer: Callable[[Event], None] | None = None,
    ) -> None:
        self.places = places
        self.ways = Ways(places)
        self.limits = limits
        self.thread = threading.get_ident()
        self.copier = Copier(limits.numbers, LARGE, keep)
        self.values = LiveValues(self.copier, self._name_of, limits.kept_bytes)
        self.values.when_set = self._set
        self.graph = LiveGraph(self.values)
        self.events: list[Event] = []
        self._observer = observer
        self.emit: Callable[[Event], None] = self.events.append if observer is None else self._observed
        self.operations = LiveOperations(self.values, self.graph, self.emit)
        self.local_gradients = LocalGradients(self.graph, self.values, limits.local_gradients)
        self.watch = Watch(self.values)
        self.watching = 0
        """How often the dispatch mode is on the stack."""
        self.pictures: list[Picture] | None = [] if pictures else None
        self.cell = -1
        self.calls = 0
        """Backward passes that were told."""
        self.quiet = 0
        """Above 0, what happens is not recorded: inside of an optimizer's step, say."""
        self.only_passes = 0
        """Above 0, operations are not recorded: inside of the backward of a Function of the program's own."""
        self.stepping: FrameType | None = None
        """The frame of an optimizer's step that runs."""
        self.ended = False
        """Nothing more is recorded."""
        self.retaining = False
        """Whether the program has asked a value that is no leaf to keep its gradient."""
        self.nodes_read = False
        """Whether the program has asked for a node, and so may have hooked one."""
        self.names: dict[int, tuple[str, torch.Tensor]] = {}
        """By id(tensor): names of tensors that were there before the recording began."""
        self.raised: Raised | None = None
        self.none_read: tuple[torch.Tensor, Span | None] | None = None
        """The newest ``.grad`` that was read and was None: of which tensor, and where."""
        self.none_given: int | None = None
        """The module whose forward last gave None."""
        self.nodes_left = limits.backward_nodes
        self.after_call: Callable[[FrameType, Site, Any, Span | None], None] | None = None
        """Told of each call of the program that is done: from where, and its result."""
        self.end: Callable[[str, str, Span | None, FrameType], None] = _nobody
        """Ends the recording: a short reason, the sentence, and where."""
        self._noticed: set[tuple[str, tuple[str, int] | None]] = set()

    def _observed(self, event: Event) -> None:
        self.events.append(event)
        self._observe(event)

    def _observe(self, event: Event) -> None:
        if self._observer is not None:
            with self.silence():
                self._observer(event)

    def emit_instead(self, event: Event) -> None:
        """The newest event becomes this one: what it says goes on."""
        self.events[-1] = event
        self._observe(event)

    def silence(self) -> Silence:
        """A stretch of which nothing is recorded."""
        return Silence(self)

    def hears(self) -> bool:
        """Whether the dispatch mode is the newest on the thread's stack: it is not while it handles a kernel itself."""
        there = torch._C._len_torch_dispatch_stack()
        return there > 0 and torch._C._get_dispatch_stack_at(there - 1) is self.watch

    def aside(self) -> Aside:
        """A stretch in which nothing listens at all: also kernels are not heard."""
        return Aside(self)

    def notice(self, span: Span | None, text: str) -> None:
        """Say something of the recording itself; the same thing of the same line once."""
        place = None if span is None else (span.file, span.line)
        if (text, place) not in self._noticed:
            self._noticed.add((text, place))
            self.emit(Output(self.cell, span, "notice", text))

    def note_raised(self, error: BaseException, call: str, given: Iterable[Any]) -> None:
        """A call failed. The innermost one that the error came out of is kept, with the tensors that it was given."""
        if self.raised is not None and self.raised.error is error:
            return
        try:
            operands = tuple([self.values.value_of(tensor) for tensor in flattened(given)])
        except Exception:  # whatever is wrong with a tensor is what the call fails of
            operands = ()
        self.raised = Raised(error, call, operands)

    def settle(self, given: Iterable[Any], span: Span | None) -> None:
        """Before a call takes numbers: see what has changed them, and which views have got new nodes."""
        self.look_outside(span)
        self._settle(given, span)

    def look_outside(self, span: Span | None) -> None:
        """Write down what somebody else has changed in memory that was lent to them, without PyTorch's knowledge."""
        if self.values.lent:
            with Looking(self):
                for before, after, tensor in self.values.changed_outside():
                    self.emit(Update(self.cell, span, None, before, after))
                    self.operations.moved(after, self.cell, span, [tensor])

    def _set(self, before: int, after: int) -> None:
        """A tensor was found in other memory."""
        self.emit(Update(self.cell, self.span(), None, before, after))

    def _settle(self, given: Iterable[Any], span: Span | None) -> None:
        """After a change in place a view gets a new node when somebody asks: so ask."""
        for tensor in given:
            if isinstance(tensor, torch.Tensor):
                if not is_stand_in(tensor) and tensor._is_view():
                    self.operations.renew(tensor, self.cell, span)
            elif type(tensor) in (list, tuple):
                self._settle(tensor, span)

    def span(self, frame: FrameType | None = None) -> Span | None:
        """Where the user's code stands."""
        return self.places.span(sys._getframe(1) if frame is None else frame)

    def bind(self, name: str, tensor: torch.Tensor) -> int:
        """A variable stands for this tensor from here on."""
        return self.values.bind(name[:80], tensor)

    def _name_of(self, tensor: torch.Tensor) -> str | None:
        known = self.names.get(id(tensor))
        if known is not None and known[1] is tensor:
            return known[0]
        way = self.ways.to(tensor, sys._getframe(1))
        return way and way[:80]

    def release(self) -> None:
        """Let go of everything live, and of whoever listens: what is left of a run goes without the collector."""
        self.watch.ran = []
        self.end, self.after_call = _nobody, None
        self.places.release()
        self.names.clear()
        self.ways.release()
        self.raised = self.none_read = self.stepping = None
        self.values.release()
        self.graph.release()

    def close(self) -> None:
        """Nothing more is told."""
        self.emit = self.operations.emit = self.events.append


def _nobody(reason: str, text: str, span: Span | None, frame: FrameType) -> None:
    """Nobody is there yet who could end it."""


def flattened(given: Iterable[Any]) -> list[torch.Tensor]:
    """The tensors among the arguments of a call, lists opened."""
    found: list[torch.Tensor] = []
    for item in given:
        if isinstance(item, torch.Tensor):
            found.append(item)
        elif isinstance(item, list | tuple):
            found += tensors_of(item)
    return found


def arguments(args: Sequence[Any], kwargs: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """The arguments of a call by their names; None for those that were not given."""
    return {**dict.fromkeys(names), **dict(zip(names, args, strict=False)), **kwargs}
