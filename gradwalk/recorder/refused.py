"""Changes in place that PyTorch has made before it refused them: the kernel has run, and only then the call fails.

So it is with a tensor of inference mode that is changed outside of it: the call raises, and the numbers are others.
"""

from __future__ import annotations

from collections.abc import Iterable

from gradwalk.program import Span
from gradwalk.recorder.kernels import Ran
from gradwalk.recorder.run import Run
from gradwalk.recording import Update


def tell(run: Run, ran: Iterable[Ran], span: Span | None) -> None:
    """Write down what the kernels of a call that failed have changed of tensors that the program knows."""
    for item in ran:
        if not (item.kernel.in_place and item.operands and item.results):
            continue
        before, after, tensor = item.operands[0].value, item.results[0], item.outputs[0]
        if item.base is None and before != after and run.values.has_name(tensor):
            run.values.stays(tensor)
            run.emit(Update(run.cell, span, None, before, after))
            run.operations.moved(before, run.cell, span, [tensor])
