"""The recorder: listens to PyTorch while a program runs, wherever that comes from, and writes a Recording."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

import torch

from gradwalk.program import Span
from gradwalk.program.limits import LIMITS, Limits
from gradwalk.recorder import surroundings
from gradwalk.recorder.asking import Asking
from gradwalk.recorder.copying import new
from gradwalk.recorder.errors import facts
from gradwalk.recorder.failed import failed_call, message_of
from gradwalk.recorder.heard import Heard
from gradwalk.recorder.hooks import Hooks
from gradwalk.recorder.listening import FOR_EVER, Listening
from gradwalk.recorder.mode import HANDLERS, FunctionMode, Handler
from gradwalk.recorder.modules import Modules
from gradwalk.recorder.naming import Naming
from gradwalk.recorder.optimizers import Optimizers
from gradwalk.recorder.owners import with_owners
from gradwalk.recorder.passes import draw
from gradwalk.recorder.places import Places
from gradwalk.recorder.plainly import in_words
from gradwalk.recorder.run import Looking, Run
from gradwalk.recorder.shown import Shown
from gradwalk.recorder.strangers import is_stand_in
from gradwalk.recorder.unwatched import Unwatched
from gradwalk.recorder.whole import of_told, of_whole
from gradwalk.recording import (
    Binding,
    Cell,
    CellFailure,
    Constant,
    Event,
    Failure,
    Output,
    Recording,
    Returned,
    Statement,
    Stopped,
)
from gradwalk.recording.causes import cause


class Recorder:
    """Listens to one run, in the thread that enters it. ``recording`` gives what it heard.

    ``places`` knows whose code is the program's. With ``names``, the names that a call's result is bound to are read
    from the compiled code; without, whoever runs the program tells them by ``statement``. ``keep``: tensors of which
    all numbers are kept, however many. ``observer`` is called right after each event is appended, in the run's thread.
    """

    def __init__(
        self,
        places: Places,
        *,
        pictures: bool = False,
        keep: Iterable[torch.Tensor] = (),
        limits: Limits = LIMITS,
        observer: Callable[[Event], None] | None = None,
        names: bool = False,
    ) -> None:
        run = self._run = Run(places, pictures=pictures, keep=keep, limits=limits, observer=observer)
        run.end = self._end
        self._modules = Modules(run)
        self._optimizers = Optimizers(run)
        self._naming = Naming(run) if names else None
        if self._naming is not None:
            run.after_call = self._naming.called
        handlers: dict[Any, Handler | None] = dict(HANDLERS)
        self._listening = Listening(run, FunctionMode(run, handlers, self._optimizers.still))
        self._hooks = Hooks(run, self._listening.stretch)
        asking = Asking(run, self._hooks, self.look)
        handlers |= {
            torch.Tensor.backward: asking.backward,
            torch.autograd.backward: asking.autograd_backward,
            torch.autograd.grad: asking.autograd_grad,
            torch.Tensor.register_hook: self._hooks.register,
            torch.Tensor.register_post_accumulate_grad_hook: self._hooks.register_after,
        }
        self._heard = Heard(run, self._listening, self._modules, self._optimizers, self._hooks, self._naming)
        self._shown = Shown(run)
        self._failures: dict[int, CellFailure] = {}
        self._finished: Recording | None = None
        self._entered = False

    @property
    def events(self) -> list[Event]:
        """What has happened so far."""
        return self._run.events

    @property
    def stopped(self) -> bool:
        """Recording has ended, and the program goes on."""
        return self._run.ended

    # Its time

    def __enter__(self) -> Recorder:
        if self._entered:
            raise RuntimeError("This recorder has been entered before: it records once. Make a new one.")
        if surroundings.hearer() is not None:
            raise RuntimeError(
                "A recording runs in this thread already. Recordings cannot be inside of one another: leave the outer "
                "one first, or take this one out."
            )
        self._entered = True
        self._run.thread = threading.get_ident()
        self._listening.begin(self._heard)
        return self

    def __exit__(self, *failure: object) -> None:
        if self._run.thread != threading.get_ident():
            raise RuntimeError("This recording was begun in another thread. It can only be ended there.")
        self._listening.end()

    @contextmanager
    def unwatched(self, span: Span | None, text: str) -> Iterator[None]:
        """A stretch of which nothing is recorded, with a notice; what has changed meanwhile is told afterwards."""
        run = self._run
        if run.ended:
            yield
            return
        self.notice(span, text)
        before = Unwatched(run)
        try:
            with self._listening.pause():
                yield
        finally:
            before.tell(span)

    def know(self, frame: FrameType, more: Iterable[torch.nn.Module] = ()) -> None:
        """What this frame's variables hold has their names when it is met, and so have the parameters of ``more``."""
        if self._naming is not None:
            with Looking(self._run):
                self._naming.known(frame, self._modules, more)

    def look(self, frame: FrameType) -> None:
        """What this frame's variables hold now has their names."""
        if self._naming is not None and not self._run.ended:
            with Looking(self._run):
                self._naming.look(frame)

    # What whoever runs the program tells

    def cell(self) -> None:
        """The next cell begins; they count from 0."""
        self._run.cell += 1
        self._shown.cell()

    def statement(self, span: Span, bindings: Iterable[tuple[str, Any]], frame: int = 0) -> None:
        """A statement is done, and has set these variables."""
        run = self._run
        if run.ended:
            self._listening.try_again()
            return
        given = tuple(bindings)
        with Looking(run):
            if run.values.anything_changed:
                run.settle([value for _, value in given], span)
            bound = tuple([self._bind(name[:80], value) for name, value in given])
        run.emit(new(Statement, (run.cell, span, bound, frame)))

    def returned(self, span: Span | None, frame: int) -> None:
        """A call of a function of the program's is over."""
        if not self._run.ended:
            self._run.emit(Returned(self._run.cell, span, frame))

    def gone(self, span: Span, names: Iterable[str], frame: int = 0) -> None:
        """These variables are deleted."""
        if not self._run.ended:
            gone = tuple(Binding(name[:80], None, "") for name in names)
            self._run.emit(Statement(self._run.cell, span, gone, frame))

    def output(
        self,
        span: Span | None,
        stream: str,
        text: str,
        mime: str = "text/plain",
        alternative: str = "",
        density: int = 1,
        *,
        display: str = "",
    ) -> None:
        """The program has shown something. What has a name, ``display``, it may show anew."""
        self._shown.output(Output(self._run.cell, span, stream, text, mime, alternative, density), display)

    def output_anew(
        self, display: str, text: str, mime: str = "text/plain", alternative: str = "", density: int = 1
    ) -> None:
        """What the program has shown under this name is something else now, where it stands."""
        self._shown.anew(display, text, mime, alternative, density)

    def clear_output(self) -> None:
        """What the present cell has shown is taken away."""
        self._shown.clear()

    def notice(self, span: Span | None, text: str) -> None:
        """Gradwalk has something to say of the recording itself."""
        self._run.notice(span, text)

    def failure(self, span: Span, error: BaseException, traceback: str = "") -> CellFailure:
        """A statement failed."""
        run = self._run
        kind, message = type(error).__name__[:200], message_of(error)
        with Looking(run):
            call, operands = failed_call(run, span, error, message)
        known = facts(error, lambda frame: not run.places.is_foreign(frame))
        if run.none_given is not None and "NoneType" in message:
            known = (*known, Constant("none-given", str(run.none_given)))
        run.emit(Failure(run.cell, span, kind, message, cause(kind, message), traceback, call, operands, known))
        failure = self._failures[run.cell] = CellFailure(kind, message, span.line, span.column)
        return failure

    def stop(self, reason: str, text: str) -> None:
        """End the recording now; the program goes on."""
        self._end(reason, text, self._run.span(), None)

    def _end(self, reason: str, text: str, span: Span | None, frame: FrameType | None) -> None:
        run = self._run
        if run.ended:
            return
        run.emit(Stopped(run.cell, span, reason, text))
        self._finished = self._parts()
        run.ended = True
        run.quiet = FOR_EVER
        self._release()
        self._listening.end_soon(frame)

    # What it makes of it

    def recording(self, source: str, cells: Sequence[tuple[str, int]], file: str = "") -> Recording:
        """Everything that was heard, as plain data. ``cells``: the text of each, and the line that it starts on."""
        parts = self._finished or self._parts()
        finished = tuple(self._cell(number, *cell) for number, cell in enumerate(cells))
        return Recording(
            source,
            torch.__version__,
            finished,
            parts.values,
            parts.operations,
            parts.nodes,
            tuple(self.events),
            parts.pictures,
            parts.modules,
            complete=not self.stopped,
            file=file,
        )

    def _cell(self, number: int, text: str, line: int) -> Cell:
        return Cell(text, line, self._shown.text(number), self._failures.get(number))

    def forget(self) -> None:
        """The program is over, and nobody asks for its gradients: one that leads back to its leaf would keep both."""
        if not self._run.ended:
            self._run.values.forget_grads()

    def release(self) -> None:
        """Let go of everything live, so that nothing of a run outlives it. Ask for the recording before."""
        self._run.ended = True
        self._run.quiet = FOR_EVER
        self._release()
        self._listening.release()
        self._run.close()

    def _parts(self) -> Recording:
        run = self._run
        run.graph.complete()
        if not run.calls and run.pictures is not None and (root := run.values.newest_tracked()) is not None:
            draw(run, -1, root)
        made, values = tuple(run.operations.made), run.values.finished()
        alike = self._modules.alike(values)
        return Recording(
            "",
            torch.__version__,
            (),
            of_whole(with_owners(values, self._modules.owned, alike), len(made)),
            made,
            of_whole(run.graph.finished(), len(made)),
            (),
            of_told(run.pictures or (), run.events),
            self._modules.finished(alike),
        )

    def _release(self) -> None:
        self._hooks.release()
        self._modules.release()
        self._optimizers.release()
        self._run.release()

    def _bind(self, name: str, value: Any) -> Binding:
        if isinstance(value, torch.Tensor):
            if is_stand_in(value):
                return Binding(name, None, "Tensor")
            binding: Binding = new(Binding, (name, self._run.bind(name, value), ""))
            return binding
        if isinstance(value, torch.nn.Module):
            self._modules.name(name, value)
        return Binding(name, None, in_words(value)[:80])
