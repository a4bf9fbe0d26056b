"""Things outside of a locked process that a program could reach, were it not locked, and whether any was touched."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import Any

import psutil

HIDDEN = "what another visitor typed"


class World:
    """A folder with files, a process of the same user, and sockets that hear what is sent to them."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.file = folder / "secret"
        self.file.write_text(HIDDEN)
        self.file.chmod(0o600)
        (folder / "link").symlink_to(self.file)
        os.mkfifo(folder / "fifo")
        sleeper = [sys.executable, "-c", f"import time; secret = {HIDDEN!r}; time.sleep(10_000)"]
        self.process = stack.enter_context(subprocess.Popen(sleeper, env={"HIDDEN": HIDDEN}))
        stack.callback(self.process.kill)
        self.memory = SharedMemory(create=True, size=64)
        _held(self.memory)[: len(HIDDEN)] = HIDDEN.encode()
        stack.callback(_unlink, self.memory)
        stack.callback(self.memory.close)
        self.sockets = [
            _listening(stack, socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            _listening(stack, socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            _listening(stack, socket.AF_UNIX, socket.SOCK_STREAM, str(folder / "stream")),
            _listening(stack, socket.AF_UNIX, socket.SOCK_DGRAM, str(folder / "datagram")),
            _listening(stack, socket.AF_UNIX, socket.SOCK_DGRAM, f"\0{folder}"),
        ]
        self._before = self._state()

    def names(self) -> dict[str, Any]:
        """What a program is told, so that it need not guess."""
        return {
            "folder": str(self.folder),
            "file": str(self.file),
            "pid": self.process.pid,
            "port": self.sockets[0].getsockname()[1],
            "udp": self.sockets[1].getsockname()[1],
            "memory": self.memory.name,
        }

    def touched(self) -> list[str]:
        """What is not as it was."""
        now = self._state()
        return [name for name in now if now[name] != self._before[name]]

    def _state(self) -> dict[str, Any]:
        other = psutil.Process(self.process.pid)
        return {
            "files": {path.name: _what_is_there(path) for path in sorted(self.folder.iterdir())},
            "memory": bytes(_held(self.memory)),
            "sockets": select.select(self.sockets, [], [], 0)[0],
            "process": (other.is_running(), other.status() == psutil.STATUS_ZOMBIE, other.nice(), other.cpu_affinity()),
            "limits": [other.rlimit(kind) for kind in (psutil.RLIMIT_NOFILE, psutil.RLIMIT_CPU, psutil.RLIMIT_AS)],
            "us": (os.getpriority(os.PRIO_PROCESS, 0), os.sched_getaffinity(0)),
        }


@contextmanager
def world() -> Iterator[World]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gradwalk", ignore_cleanup_errors=True)))
        yield World(folder, stack)


def _held(memory: SharedMemory) -> memoryview:
    assert memory.buf is not None
    return memory.buf


def _unlink(memory: SharedMemory) -> None:
    with suppress(FileNotFoundError):  # a process that only looked at it may have taken it along
        memory.unlink()


def _listening(stack: ExitStack, family: int, kind: int, address: Any) -> socket.socket:
    listener = stack.enter_context(socket.socket(family, kind))
    listener.bind(address)
    if kind == socket.SOCK_STREAM:
        listener.listen()
    return listener


def _what_is_there(path: Path) -> tuple[object, ...]:
    state = path.lstat()
    content = path.read_bytes() if path.is_file() else b""
    return (
        state.st_mode,
        state.st_uid,
        state.st_mtime_ns,
        state.st_nlink,
        os.listxattr(path, follow_symlinks=False),
        content,
    )
