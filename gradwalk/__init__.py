"""Gradwalk: watch PyTorch's autograd work, one step at a time.

``record(source)`` runs a program under a recorder and gives a Recording: plain data from which everything else is made.
"""

from typing import TYPE_CHECKING, Any

from gradwalk.program import ProgramError
from gradwalk.recording import Recording

if TYPE_CHECKING:
    from gradwalk.recorder import record

__all__ = ["ProgramError", "Recording", "record"]


def __getattr__(name: str) -> Any:
    """``record`` brings torch with it, so it is imported when it is first used: who reads recordings needs none."""
    if name == "record":
        from gradwalk.recorder import record

        return record
    raise AttributeError(f"module 'gradwalk' has no attribute {name!r}")
