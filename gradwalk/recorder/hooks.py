"""The program's own hooks on tensors, and its own Functions: what they do is seen by standing around them.

What ``register_hook`` is given is wrapped, so that the gradient is seen before and after. A wrapped hook goes on
working when the recording is over; it then only calls the program's.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from types import FrameType
from typing import Any

import torch

from gradwalk.program import Span
from gradwalk.recorder.kernels import Kernel, Operand, Ran, tensors_of
from gradwalk.recorder.nodes import node_of
from gradwalk.recorder.run import Looking, Run
from gradwalk.recording import Constant

Hook = Callable[[torch.Tensor], Any]


class Hooks:
    """The hooks that one recording has wrapped."""

    def __init__(self, run: Run, listening: Callable[[], Any]) -> None:
        self._run: Run | None = run
        self.listening = listening
        """A stretch in which the function mode is on, although a pass runs."""
        self.passing: list[Passing] = []
        """The backward passes that run, the innermost last."""
        self._replaced: list[tuple[Any, Any, Any]] = []

    def register(self, run: Run, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any], frame: FrameType) -> Any:
        """``x.register_hook(f)``"""
        return self._register(self.around, func, args, kwargs, frame)

    def register_after(
        self, run: Run, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any], frame: FrameType
    ) -> Any:
        """``x.register_post_accumulate_grad_hook(f)``"""
        return self._register(self.around_after, func, args, kwargs, frame)

    def _register(
        self, wrap: Callable[..., Hook], func: Any, args: tuple[Any, ...], kwargs: dict[str, Any], frame: FrameType
    ) -> Any:
        run = self._run
        site_call = None if run is None else run.places.site(frame).call
        if run is None or site_call is None:
            return func(*args, **kwargs)
        hook = args[1] if len(args) > 1 else kwargs.get("hook")
        if callable(hook):
            args, kwargs = (args[0], wrap(hook, args[0], run.span(frame))), {}
        with run.silence():
            return site_call(func, args, kwargs)

    def around(self, hook: Hook, tensor: torch.Tensor, span: Span | None) -> Hook:
        """The hook, and around it the recording of what it does to the gradient."""
        name = getattr(hook, "__name__", type(hook).__name__)
        key = id(tensor)

        @functools.wraps(hook, updated=())
        def hooked(gradient: torch.Tensor) -> Any:
            run = self._run
            if run is None or run.ended or not self.passing:
                return hook(gradient)
            self.passing[-1].begin()
            with run.aside():
                before = run.copier.array(gradient)
            with self.listening(), _called(run, hook, gradient):
                given = hook(gradient)
            with run.aside():
                after = run.copier.array(given if isinstance(given, torch.Tensor) else gradient)
            self.passing[-1].hooked(key, span, name, before, after)
            return given

        return hooked

    def around_after(self, hook: Hook, tensor: torch.Tensor, span: Span | None) -> Hook:
        """The same of a hook that runs when a gradient has been accumulated."""
        key = id(tensor)

        @functools.wraps(hook, updated=())
        def hooked(parameter: torch.Tensor) -> Any:
            run = self._run
            if run is None or run.ended or not self.passing:
                return hook(parameter)
            self.passing[-1].accumulated(key)
            with self.listening():
                return hook(parameter)

        return hooked

    def around_pack(self, pack: Hook) -> Hook:
        """A hook that packs what a node saves: nothing of it is an operation of the program's."""

        @functools.wraps(pack, updated=())
        def packed(tensor: torch.Tensor) -> Any:
            run = self._run
            if run is None or run.ended:
                return pack(tensor)
            with run.aside():
                return pack(tensor)

        return packed

    def around_unpack(self, unpack: Callable[[Any], torch.Tensor]) -> Callable[[Any], torch.Tensor]:
        """A hook that unpacks it again, while a pass runs."""

        @functools.wraps(unpack, updated=())
        def unpacked(thing: Any) -> torch.Tensor:
            run = self._run
            if run is None or run.ended or not self.passing:
                return unpack(thing)
            self.passing[-1].begin()
            with self.listening():
                return unpack(thing)

        return unpacked

    def wrap_earlier(self, tensor: torch.Tensor) -> None:
        """Wrap the hooks that a tensor has had since before the recording, for as long as it lasts."""
        for attribute, wrap in (("_backward_hooks", self.around), ("_post_accumulate_grad_hooks", self.around_after)):
            there: Any = getattr(tensor, attribute, None)
            for number, hook in list(there.items()) if there else ():
                if getattr(hook, "__module__", "") != __name__ and not hasattr(hook, "__wrapped__"):
                    there[number] = wrap(hook, tensor, None)
                    self._replaced.append((there, number, hook))

    def release(self) -> None:
        """Put back what was there before; what the program has registered meanwhile only calls the program's hooks."""
        for there, number, hook in self._replaced:
            if number in there:
                there[number] = hook
        self._replaced.clear()
        self._run, self.listening = None, nullcontext


@contextmanager
def _called(run: Run, hook: Hook, gradient: torch.Tensor) -> Iterator[None]:
    """While it runs, a hook's gradient is called what the hook calls it, if nothing else has named it."""
    code = getattr(hook, "__code__", None)
    bound = int(getattr(hook, "__self__", None) is not None)
    if code is None or code.co_argcount <= bound or id(gradient) in run.names:
        yield
        return
    run.names[id(gradient)] = code.co_varnames[bound], gradient
    try:
        yield
    finally:
        run.names.pop(id(gradient), None)


class Passing:
    """A backward pass, as far as the program's hooks have to do with it."""

    def begin(self) -> None:
        """The engine is on its way, and has come to a node."""
        raise NotImplementedError

    def hooked(self, tensor: int, span: Span | None, name: str, before: Any, after: Any) -> None:
        """A hook of this tensor (its ``id``) ran."""
        raise NotImplementedError

    def accumulated(self, tensor: int) -> None:
        """The gradient of this tensor (its ``id``) is in its ``.grad`` by now."""
        raise NotImplementedError


def custom(run: Run, cls: Any, apply: Callable[..., Any], args: tuple[Any, ...], span: Span | None) -> Any:
    """Run a torch.autograd.Function of the program's own: one operation, and its forward stays inside it."""
    values = run.values
    with Looking(run):
        operands = [
            Operand(f"input[{i}]", values.value_of(t), node_of(t), t.requires_grad, t.is_floating_point())
            for i, t in enumerate(args)
            if isinstance(t, torch.Tensor)
        ]
        versions = {id(t): t._version for t in args if isinstance(t, torch.Tensor) and not t.is_inference()}
    try:
        with run.silence():
            result = apply(*args)
    except BaseException as error:
        run.note_raised(error, f"{cls.__name__}.apply", args)
        raise
    with Looking(run):
        _applied(run, cls, args, operands, versions, tensors_of(result), span)
    return result


def _applied(
    run: Run,
    cls: Any,
    args: tuple[Any, ...],
    operands: list[Operand],
    versions: dict[int, int],
    outputs: tuple[torch.Tensor, ...],
    span: Span | None,
) -> None:
    """Write the operation down."""
    values = run.values
    if outputs:
        nodes = [node for t in outputs if (node := node_of(t)) is not None]
        run.graph.discover(nodes)
        own = next((node for node in nodes if getattr(node, "_forward_cls", None) is cls), None)
        changed = [t for t in outputs if id(t) in versions]
        for tensor in changed:
            if tensor._version != versions[id(tensor)]:
                values.changed(tensor)
        kernel = Kernel(cls.__name__, (), False, False)
        results = tuple(values.made(t, None, anew=id(t) in versions) for t in outputs)
        constants = tuple(
            Constant(f"input[{i}]", str(a)[:80]) for i, a in enumerate(args) if type(a) in (int, float, bool, str)
        )
        ran = Ran(kernel, 0, tuple(operands), constants, results, outputs)
        run.operations.add(ran, None if own is None else run.graph.id_of(own), run.cell, span)
