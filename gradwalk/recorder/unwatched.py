"""What a stretch that was not recorded has changed: seen afterwards, as what it has become."""

from __future__ import annotations

import torch

from gradwalk.program import Span
from gradwalk.recorder.grads import assigned, cleared, grad_now
from gradwalk.recorder.run import Run
from gradwalk.recording import Array, Update


class Unwatched:
    """Remembers what the named tensors are, and tells what has become of them since."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._before: dict[int, tuple[torch.Tensor, torch.Tensor | None, Array | None]] = {}
        with run.silence():
            for tensor in run.values.named().values():
                grad = grad_now(tensor)
                self._before[id(tensor)] = tensor, grad, None if grad is None else run.copier.array(grad)

    def tell(self, span: Span | None) -> None:
        """Call it in the thread of the run, when it is recorded again."""
        run = self._run
        with run.silence():
            for tensor, grad, numbers in self._before.values():
                self._changed(span, tensor)
                now = grad_now(tensor)
                if now is None and grad is not None:
                    cleared(run, span, [(run.values.value_of(tensor), None)])
                elif now is not None and now is not grad:
                    assigned(run, span, tensor, numbers, now)
                elif now is not None:
                    self._changed(span, now)

    def _changed(self, span: Span | None, tensor: torch.Tensor) -> None:
        values = self._run.values
        if not values.knows(tensor):
            return
        before, after = values.was(tensor), values.value_of(tensor)
        if after != before:
            self._run.emit(Update(self._run.cell, span, None, before, after))
