"""Gradwalk: watch PyTorch's autograd work, one step at a time.

``watch()`` records live code in this process, ``record(source)`` runs a program and records it. Both give a Recording:
plain data from which everything else is made.
"""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradwalk.program import ProgramError
from gradwalk.recording import Recording, Views

if TYPE_CHECKING:
    from gradwalk.doors import record
    from gradwalk.live import Walk, watch

VERSION = "0.1.0"

__all__ = ["VERSION", "ProgramError", "Recording", "Walk", "record", "watch"]

_HOMES = {"record": "gradwalk.doors", "watch": "gradwalk.live", "Walk": "gradwalk.live"}


def __getattr__(name: str) -> Any:
    """These bring torch with them, so they are imported when they are first used: who reads recordings needs none."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'gradwalk' has no attribute {name!r}")


def load_ipython_extension(shell: Any) -> None:
    """``%load_ext gradwalk`` in a notebook: then ``%%gradwalk`` records a cell."""
    import_module("gradwalk.magic").load(shell)


def _save(
    recording: Recording,
    path: str | Path,
    step: int | None,
    picture: str,
    theme: str | None,
    opened: str | Sequence[str],
) -> None:
    files = import_module("gradwalk.export.files")
    files.save(recording, path, step, picture=picture, theme=theme, open=opened)


def _mimebundle(recording: Recording) -> dict[str, str]:
    found: dict[str, str] = import_module("gradwalk.export.output").mimebundle(recording)
    return found


def _report(recording: Recording) -> str:
    found: str = import_module("gradwalk.clinic.report").report(recording)  # with SymPy: half a second
    return found


Recording.views = Views(_save, _mimebundle, _report)
