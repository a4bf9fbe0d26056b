"""Gradwalk: watch PyTorch's autograd work, one step at a time.

``watch()`` records live code in this process, ``record(source)`` runs a program and records it. Both give a Recording:
plain data from which everything else is made.
"""

from typing import TYPE_CHECKING, Any

from gradwalk.program import ProgramError
from gradwalk.recording import Recording

if TYPE_CHECKING:
    from gradwalk.doors import record
    from gradwalk.live import Walk, watch

__all__ = ["ProgramError", "Recording", "Walk", "record", "watch"]

_HOMES = {"record": "gradwalk.doors", "watch": "gradwalk.live", "Walk": "gradwalk.live"}


def __getattr__(name: str) -> Any:
    """These bring torch with them, so they are imported when they are first used: who reads recordings needs none."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'gradwalk' has no attribute {name!r}")
