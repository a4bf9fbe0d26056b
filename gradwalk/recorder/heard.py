"""What PyTorch tells of a recorder's thread, beside its calls: modules, optimizers, Functions, threads, compilers."""

from __future__ import annotations

from types import FrameType
from typing import Any

import torch

from gradwalk.recorder import surroundings
from gradwalk.recorder.hooks import Hooks, custom
from gradwalk.recorder.listening import Listening
from gradwalk.recorder.modules import Modules
from gradwalk.recorder.naming import Naming
from gradwalk.recorder.optimizers import Optimizers
from gradwalk.recorder.run import Looking, Run
from gradwalk.recorder.strangers import any_answers, tracing

COMPILED = (
    "A function compiled by torch.compile runs here: what runs inside is not recorded, its result appears as a value."
)
TRACED = "What torch.jit.trace runs is not recorded."


class Heard:
    """Is told by ``surroundings``, and hands it to who knows what it is."""

    def __init__(
        self,
        run: Run,
        listening: Listening,
        modules: Modules,
        optimizers: Optimizers,
        hooks: Hooks,
        naming: Naming | None,
    ) -> None:
        self._run = run
        self._listening = listening
        self._modules = modules
        self._optimizers = optimizers
        self._hooks = hooks
        self._naming = naming
        self._compiled = False
        """Whether calls were heard when a compiled function began."""

    def module_entering(self, module: Any, frame: FrameType) -> None:
        if not self._run.quiet:
            self._modules.entering(module, frame)

    def module_left(self, module: Any, result: Any) -> None:
        if not self._run.quiet:
            frame = self._modules.left(module, result)
            if frame is not None and self._naming is not None:
                with Looking(self._run):
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
        if run.quiet or torch._C._are_functorch_transforms_active() or tracing() or any_answers(args):
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
        with self._listening.stretch():
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
        with self._listening.pause():
            return trace(*args, **kwargs)

    def compiled_entered(self, frame: FrameType) -> None:
        run = self._run
        if not run.quiet:
            run.notice(run.span(frame), COMPILED)
        run.quiet += 1
        self._compiled = self._listening.off()

    def compiled_left(self) -> None:
        self._run.quiet -= 1
        if self._compiled:
            self._listening.on()


def _recomputes(node: Any) -> bool:
    """Whether a Function's backward runs the program's forward once more, as a checkpoint's does."""
    return getattr(getattr(node, "_forward_cls", None), "__module__", "") == "torch.utils.checkpoint"
