"""The listener that writes a Recording: it watches each operation that PyTorch runs, and each backward() call.

``kernels`` sees the kernels of a call, also those hidden inside it; ``operations`` pairs each with its grad_fn node;
``values`` and ``nodes`` know which live tensor and which live node is which; ``backward_pass`` reads local gradients
and listens to the engine. Everything live is kept until the run ends, so that identities stay unique, and then let go.
"""

from __future__ import annotations

from gradwalk.interpreter import prepare, run_program
from gradwalk.program import Program
from gradwalk.program.limits import LIMITS, Budget, Limits
from gradwalk.recorder.listener import Recorder
from gradwalk.recording import Recording


def record(source: str, *, pictures: bool = False, limits: Limits = LIMITS) -> Recording:
    """Run a program once, in real PyTorch, and record everything that happened.

    ``source`` is one program in cells (``# %%``). With ``pictures``, torchviz draws the graph of each backward() call.
    A cell that fails is part of the recording; the next cell goes on. Raises ProgramError when the text is refused.
    """
    return record_program(prepare(source, limits), pictures=pictures, limits=limits)


def record_program(program: Program, *, pictures: bool = False, limits: Limits = LIMITS) -> Recording:
    """The same for a program that is already prepared."""
    recorder = Recorder(pictures=pictures, limits=limits)
    try:
        run_program(program, recorder, Budget(limits))
        return recorder.recording(program.source)
    finally:
        recorder.release()
