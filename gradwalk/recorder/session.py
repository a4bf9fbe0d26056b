"""The recorder: listens to PyTorch while a program runs, wherever that comes from, and writes a Recording."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any, NamedTuple

import torch

from gradwalk.program import Span
from gradwalk.program.limits import LIMITS, Limits
from gradwalk.recorder import surroundings
from gradwalk.recorder.calls import TRANSFORMED, name_of
from gradwalk.recorder.copying import new
from gradwalk.recorder.errors import facts
from gradwalk.recorder.hooks import Hooks, custom
from gradwalk.recorder.leaving import Leaving
from gradwalk.recorder.mode import HANDLERS, FunctionMode, is_on, push, remove
from gradwalk.recorder.modules import Modules
from gradwalk.recorder.naming import Naming
from gradwalk.recorder.optimizers import Optimizers
from gradwalk.recorder.passes import Asked, draw, walk
from gradwalk.recorder.places import Places
from gradwalk.recorder.run import Looking, Run, arguments, flattened, is_stand_in
from gradwalk.recorder.unwatched import Unwatched
from gradwalk.recording import (
    Binding,
    Cell,
    CellFailure,
    Event,
    Failure,
    Output,
    Recording,
    Returned,
    Statement,
    Stopped,
)
from gradwalk.recording.causes import cause


class _Display(NamedTuple):
    """Where something stands that may be shown anew: its cell, its event, its place among what the cell shows."""

    cell: int
    event: int
    shown: int


FOR_EVER = 1_000_000
"""So quiet that nothing makes it loud again."""


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
        self._run = Run(places, pictures=pictures, keep=keep, limits=limits, observer=observer)
        self._run.end = self._end
        self._modules = Modules(self._run)
        self._optimizers = Optimizers(self._run)
        self._hooks = Hooks(self._run, self._listening)
        self._naming = Naming(self._run) if names else None
        if self._naming is not None:
            self._run.after_call = self._naming.called
        handlers = {
            **HANDLERS,
            torch.Tensor.backward: self._backward,
            torch.autograd.backward: self._autograd_backward,
            torch.autograd.grad: self._autograd_grad,
            torch.Tensor.register_hook: self._hooks.register,
            torch.Tensor.register_post_accumulate_grad_hook: self._hooks.register_after,
        }
        self._mode = FunctionMode(self._run, handlers, self._optimizers.still)
        self._leaving = Leaving(self._leave)
        self._shown: list[list[str]] = []
        self._displays: dict[str, list[_Display]] = {}
        """By their name: what the program may show anew."""
        self._failures: dict[int, CellFailure] = {}
        self._finished: Recording | None = None
        self._entered = False
        self._compiled = False
        """Whether the function mode was on when a compiled function began."""

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
        surroundings.enter(self)
        push(self._mode)
        return self

    def __exit__(self, *failure: object) -> None:
        if self._run.thread != threading.get_ident():
            raise RuntimeError("This recording was begun in another thread. It can only be ended there.")
        self._leaving.stop()
        remove(self._mode)
        if surroundings.hearer() is self:
            surroundings.leave()

    def _leave(self) -> bool:
        """Take everything off that listens; gives False where one of its own calls still runs."""
        if not remove(self._mode):
            return False
        self._leaving.stop()
        if surroundings.hearer() is self:
            surroundings.leave()
        return True

    @contextmanager
    def _listening(self) -> Iterator[None]:
        """A stretch inside of one of its own calls in which the program's code runs, and is listened to."""
        run = self._run
        if run.ended or is_on(self._mode):
            yield
            return
        quiet, run.quiet = run.quiet, 0
        push(self._mode)
        try:
            yield
        finally:
            remove(self._mode)
            run.quiet = FOR_EVER if self.stopped else quiet

    @contextmanager
    def pause(self) -> Iterator[None]:
        """A stretch of which nothing is recorded, at Python's own speed where that can be had."""
        run = self._run
        run.quiet += 1
        on = remove(self._mode)
        try:
            yield
        finally:
            run.quiet -= 1
            if on and not run.ended:
                push(self._mode)

    @contextmanager
    def unwatched(self, span: Span | None, text: str) -> Iterator[None]:
        """As ``pause``, with a notice; what the program has changed meanwhile is told afterwards."""
        run = self._run
        if run.ended:
            yield
            return
        self.notice(span, text)
        before = Unwatched(run)
        try:
            with self.pause():
                yield
        finally:
            before.tell(span)

    def know(self, frame: FrameType) -> None:
        """What this frame's variables hold has their names when it is met."""
        if self._naming is not None:
            with Looking(self._run):
                self._naming.known(frame, self._modules)

    def look(self, frame: FrameType) -> None:
        """What this frame's variables hold now has their names."""
        if self._naming is not None and not self._run.ended:
            with Looking(self._run):
                self._naming.look(frame)

    # What whoever runs the program tells

    def cell(self) -> None:
        """The next cell begins; they count from 0."""
        self._run.cell += 1
        self._shown.append([])

    def statement(self, span: Span, bindings: Iterable[tuple[str, Any]], frame: int = 0) -> None:
        """A statement is done, and has set these variables."""
        run = self._run
        if run.ended:
            if self._leaving.waiting:
                self._leave()
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
        *,
        display: str = "",
    ) -> None:
        """The program has shown something. What has a name, ``display``, it may show anew."""
        run = self._run
        shown = alternative if mime != "text/plain" else text
        if stream != "notice" and self._shown:
            self._shown[-1].append(shown if stream in ("print", "stderr", "warning") else shown + "\n")
        if not run.ended:
            run.look_outside(span)
        last = self.events[-1] if self.events else None
        place = (run.cell, span, stream, mime)
        if (
            stream in ("print", "stderr")
            and isinstance(last, Output)
            and (last.cell, last.span, last.stream, last.mime) == place
            and not last.text.endswith("\n")
            and len(last.text) < 2_000
        ):
            run.emit_instead(last._replace(text=last.text + text))
        else:
            run.emit(Output(run.cell, span, stream, text, mime, alternative))
        if display and self._shown:
            shown_at = _Display(run.cell, len(self.events) - 1, len(self._shown[-1]) - 1)
            self._displays.setdefault(display, []).append(shown_at)

    def output_anew(self, display: str, text: str, mime: str = "text/plain", alternative: str = "") -> None:
        """What the program has shown under this name is something else now, where it stands."""
        for place in self._displays.get(display, ()):
            last = self.events[place.event]
            if isinstance(last, Output):
                self.events[place.event] = last._replace(text=text, mime=mime, alternative=alternative)
                self._shown[place.cell][place.shown] = (alternative if mime != "text/plain" else text) + "\n"

    def clear_output(self) -> None:
        """What the present cell has shown is taken away."""
        run = self._run
        for name, places in self._displays.items():
            self._displays[name] = [place for place in places if place.cell != run.cell]
        run.events[:] = [
            e for e in run.events if not (isinstance(e, Output) and e.cell == run.cell and e.stream != "notice")
        ]
        if self._shown:
            self._shown[-1].clear()

    def notice(self, span: Span | None, text: str) -> None:
        """Gradwalk has something to say of the recording itself."""
        self._run.notice(span, text)

    def failure(self, span: Span, error: BaseException, traceback: str = "") -> CellFailure:
        """A statement failed."""
        run = self._run
        kind, message = type(error).__name__[:200], _message(error)
        with Looking(run):
            call, operands = self._failed_call(span, error, message)
        known = facts(error, lambda frame: not run.places.is_foreign(frame))
        run.emit(Failure(run.cell, span, kind, message, cause(kind, message), traceback, call, operands, known))
        failure = self._failures[run.cell] = CellFailure(kind, message, span.line, span.column)
        return failure

    def _failed_call(self, span: Span, error: BaseException, message: str) -> tuple[str, tuple[int, ...]]:
        run = self._run
        if run.raised is not None and run.raised.error is error:
            return run.raised.call, run.raised.operands
        if run.none_read is not None and isinstance(error, AttributeError | TypeError) and "NoneType" in message:
            tensor, place = run.none_read
            if not run.ended and place is not None and _overlap(place, span):
                return "Tensor.grad", (run.values.value_of(tensor),)
        return "", ()

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
        if not self._leave() and frame is not None:
            self._leaving.wait(frame)

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
        shown = "".join(self._shown[number]) if number < len(self._shown) else ""
        return Cell(text, line, shown.removesuffix("\n"), self._failures.get(number))

    def forget(self) -> None:
        """The program is over, and nobody asks for its gradients: one that leads back to its leaf would keep both."""
        if not self._run.ended:
            self._run.values.forget_grads()

    def release(self) -> None:
        """Let go of everything live, so that nothing of a run outlives it. Ask for the recording before."""
        self._run.ended = True
        self._run.quiet = FOR_EVER
        self._release()
        self._leaving.release()
        self._mode.release()
        self._run.close()

    def _parts(self) -> Recording:
        run = self._run
        if not run.calls and run.pictures is not None and (root := run.values.newest_tracked()) is not None:
            draw(run, -1, root)
        return Recording(
            "",
            torch.__version__,
            (),
            run.values.finished(),
            tuple(run.operations.made),
            run.graph.finished(),
            (),
            tuple(run.pictures or ()),
            tuple(self._modules.made),
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
        known = type(value) in (int, float, bool, str) or value is None
        return Binding(name, None, (repr(value) if known else type(value).__name__)[:80])

    # What PyTorch tells: see surroundings.py

    def module_entering(self, module: Any, frame: FrameType) -> None:
        if not self._run.quiet:
            with Looking(self._run):
                self._modules.entering(module, frame)

    def module_left(self, module: Any, result: Any) -> None:
        if not self._run.quiet:
            with Looking(self._run):
                frame = self._modules.left(module)
                if frame is not None and self._naming is not None:
                    self._naming.returned(frame, result)

    def step_ahead(self, optimizer: Any, args: Any, kwargs: Any, frame: FrameType) -> Any:
        if self._run.quiet:
            return None
        with Looking(self._run):
            return self._optimizers.ahead(optimizer, args, kwargs, frame)

    def step_after(self, optimizer: Any) -> None:
        if not self._run.ended:
            with Looking(self._run):
                self._optimizers.after(optimizer)

    def applied(self, cls: Any, args: tuple[Any, ...], kwargs: dict[str, Any], frame: FrameType) -> Any:
        def apply(*given: Any) -> Any:
            return surroundings.apply_plainly(cls, given, kwargs)

        run = self._run
        if run.quiet or torch._C._are_functorch_transforms_active():
            return apply(*args)
        return custom(run, cls, apply, args, run.span(frame))

    def applied_backward(self, node: Any, apply: Any, args: tuple[Any, ...]) -> Any:
        """A Function's backward runs. What a checkpoint computes once more is recorded, and what others compute is not;
        passes that start inside, and what they do to gradients, are."""
        run = self._run
        if run.ended or not self._hooks.passing:
            return apply(node, *args)
        hidden = 0 if _recomputes(node) else 1
        self._hooks.passing[-1].begin()
        with self._listening():
            run.only_passes += hidden
            try:
                return apply(node, *args)
            finally:
                run.only_passes -= hidden

    def saved_hooks(self, pack: Any, unpack: Any) -> tuple[Any, Any]:
        """The hooks of saved_tensors_hooks, with the recorder aside while one packs, and listening while one unpacks: a
        checkpoint then computes its part once more."""
        return self._hooks.around_pack(pack), self._hooks.around_unpack(unpack)

    def thread_started(self, frame: FrameType) -> None:
        run = self._run
        if not run.quiet:
            run.notice(run.span(frame), "A thread starts here. What runs in other threads is not recorded.")

    def traced(self, trace: Any, args: tuple[Any, ...], kwargs: dict[str, Any], frame: FrameType) -> Any:
        if not self._run.quiet:
            self._run.notice(self._run.span(frame), TRACED)
        with self.pause():
            return trace(*args, **kwargs)

    def compiled_entered(self, frame: FrameType) -> None:
        run = self._run
        if not run.quiet:
            run.notice(run.span(frame), COMPILED)
        run.quiet += 1
        self._compiled = remove(self._mode)

    def compiled_left(self) -> None:
        self._run.quiet -= 1
        if self._compiled and not self._run.ended:
            push(self._mode)

    # Backward passes

    def _backward(self, run: Run, func: Any, args: Any, kwargs: dict[str, Any], frame: FrameType) -> Any:
        """``loss.backward()``"""
        names = ("self", "gradient", "retain_graph", "create_graph", "inputs")
        given = arguments(args, kwargs, names)
        return self._pass(func, args, kwargs, frame, "backward", given["self"], given["gradient"], given)

    def _autograd_backward(self, run: Run, func: Any, args: Any, kwargs: dict[str, Any], frame: FrameType) -> Any:
        """``torch.autograd.backward(…)``"""
        names = ("tensors", "grad_tensors", "retain_graph", "create_graph", "grad_variables", "inputs")
        given = arguments(args, kwargs, names)
        return self._pass(func, args, kwargs, frame, "backward", given["tensors"], given["grad_tensors"], given)

    def _autograd_grad(self, run: Run, func: Any, args: Any, kwargs: dict[str, Any], frame: FrameType) -> Any:
        """``torch.autograd.grad(…)``"""
        names = ("outputs", "inputs", "grad_outputs", "retain_graph", "create_graph")
        given = arguments(args, kwargs, names)
        return self._pass(func, args, kwargs, frame, "grad", given["outputs"], given["grad_outputs"], given)

    def _pass(
        self,
        func: Any,
        args: Any,
        kwargs: dict[str, Any],
        frame: FrameType,
        function: str,
        roots: Any,
        seeds: Any,
        given: dict[str, Any],
    ) -> Any:
        run = self._run
        site = run.places.site(frame)

        def go() -> Any:
            return site.call(func, args, kwargs)

        asked = _asked(function, roots, seeds, given, frame)
        if (found := run.places.users(frame)) is not None:
            self.look(found[0])
        try:
            with run.silence():
                if run.values.anything_changed:
                    run.settle(asked.roots if asked else (), run.span(frame))
                if asked is None:
                    if given.get("is_grads_batched"):
                        run.notice(run.span(frame), BATCHED)
                    elif any(is_stand_in(tensor) for tensor in flattened((roots, given["inputs"]))):
                        run.notice(run.span(frame), TRANSFORMED)
                    return go()
                result = walk(run, self._hooks, asked, go)
        except BaseException as error:
            run.note_raised(error, name_of(func), (*args, *kwargs.values()))
            raise
        if run.after_call is not None and function == "grad":
            run.after_call(frame, site, result, run.span(frame))
        return result


COMPILED = (
    "A function compiled by torch.compile runs here: what runs inside is not recorded, its result appears as a value."
)
TRACED = "What torch.jit.trace runs is not recorded."
BATCHED = "torch.autograd.grad(…, is_grads_batched=True) runs inside of vmap and is not recorded."


def _asked(function: str, roots: Any, seeds: Any, given: dict[str, Any], frame: FrameType) -> Asked | None:
    """The pass, as far as it is one that can be walked: else PyTorch has something to say, or it is none of ours."""
    starts = _tensors(roots)
    ends = () if given["inputs"] is None else _tensors(given["inputs"])
    if seeds is None:
        seeds = (None,) * len(starts or ())
    seeds = tuple(seeds) if isinstance(seeds, list | tuple) else (seeds,)
    if not starts or ends is None or given.get("is_grads_batched") or len(seeds) != len(starts):
        return None
    if not all(isinstance(seed, torch.Tensor | None) for seed in seeds):
        return None
    if not all(tensor.requires_grad and not is_stand_in(tensor) for tensor in (*starts, *ends)):
        return None
    create = bool(given["create_graph"])
    retain = create if given["retain_graph"] is None else bool(given["retain_graph"])
    return Asked(function, starts, seeds, retain, create, ends, frame)


def _tensors(given: Any) -> tuple[torch.Tensor, ...] | None:
    """Tensors, alone or in a series; None where something is none."""
    found = (given,) if isinstance(given, torch.Tensor) else given
    if not isinstance(found, list | tuple):
        return None
    return tuple(found) if all(isinstance(tensor, torch.Tensor) for tensor in found) else None


def _recomputes(node: Any) -> bool:
    """Whether a Function's backward runs the program's forward once more, as a checkpoint's does."""
    return getattr(getattr(node, "_forward_cls", None), "__module__", "") == "torch.utils.checkpoint"


def _message(error: BaseException) -> str:
    """What an error says. Python's words for what is no Python leave out under which name it was compiled."""
    try:
        said = error.msg if isinstance(error, SyntaxError) and error.msg else str(error)
    except Exception:  # an error of the program's own may fail to say anything
        return ""
    return said[:10_000]


def _overlap(one: Span, other: Span) -> bool:
    """Whether one of two places is inside of the other."""
    if one.file != other.file:
        return False
    a, b = (one.line, one.column), (one.end_line, one.end_column)
    c, d = (other.line, other.column), (other.end_line, other.end_column)
    return (c <= a and b <= d) or (a <= c and d <= b)
