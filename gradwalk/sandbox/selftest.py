"""Whether the lock holds on this machine: a locked process tries to get out, and a sentence says what came of it."""

from __future__ import annotations

import json
import os
import socket
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gradwalk.sandbox.answer import Answer


@dataclass(frozen=True)
class Held:
    """What the lock held when it was tried."""

    locked: bool
    """Whether processes are locked at all; whether that is good for anything says ``holds``."""
    landlock: int = 0
    """The version of Landlock (its ABI); 0 where the kernel has none, and a program then opens no file."""
    refused: tuple[str, ...] = ()
    """What was tried, and refused."""
    through: tuple[str, ...] = ()
    """What was tried, and not refused."""
    why: str = ""
    """Why there is no lock, in a sentence."""

    @property
    def holds(self) -> bool:
        return self.locked and bool(self.refused) and not self.through

    @property
    def sentence(self) -> str:
        """For a log, and for whoever runs a server."""
        if not self.locked:
            return f"Programs are not locked. {self.why}".strip()
        if not self.holds:
            return f"The lock does not hold: {', '.join(self.through) or 'its test did not end'}."
        by = f"Landlock (version {self.landlock}) and a filter" if self.landlock else "a filter alone"
        less = "" if self.landlock else " This kernel has no Landlock, so a program opens no file at all."
        return (
            f"Programs are locked by {by} of system calls; {len(self.refused)} ways out were tried and refused.{less}"
        )


def tried(run: Callable[[bytes], Answer], landlock: int) -> Held:
    """``run`` runs ``attempts.work`` in a locked process."""
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as server:
        file = Path(folder) / "file"
        file.write_bytes(b"as it was")
        port = server.getsockname()[1]
        answer = run(json.dumps({"file": str(file), "folder": folder, "port": port, "pid": os.getpid()}).encode())
        untouched = file.exists() and file.read_bytes() == b"as it was" and [*Path(folder).iterdir()] == [file]
    outcomes = dict(answer.messages)
    through = [
        name if outcome == "done" else f"{name} ({outcome})"
        for name, outcome in outcomes.items()
        if outcome != "refused"
    ]
    if answer.ended != "done":
        through.append("start another program, or end")
    if not untouched:
        through.append("change a folder")
    refused = tuple(name for name, outcome in outcomes.items() if outcome == "refused")
    return Held(locked=True, landlock=landlock, refused=refused, through=tuple(through))
