"""What a locked process tries to do, to see that it cannot: the inside of the self-test."""

from __future__ import annotations

import errno
import json
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

REFUSED = (errno.EPERM, errno.EACCES, errno.ENOSYS)


def work(payload: bytes, say: Callable[[object], None]) -> None:
    """Try all, and say of each what came of it: ``refused``, ``done``, or the name of another error.

    ``payload`` names things that could be reached from outside of a lock: a file, a folder, a port, a process.
    """
    for name, attempt in _attempts(json.loads(payload)).items():
        say([name, _outcome(attempt)])


def _outcome(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except OSError as error:
        return "refused" if error.errno in REFUSED else errno.errorcode.get(error.errno or 0, "OSError")
    except Exception as error:
        return type(error).__name__
    return "done"


def _attempts(there: dict[str, Any]) -> dict[str, Callable[[], object]]:
    file, folder, port, pid = Path(there["file"]), Path(there["folder"]), int(there["port"]), int(there["pid"])
    return {
        "read a file": file.read_bytes,
        "read /etc/passwd": Path("/etc/passwd").read_bytes,
        "list a folder": lambda: list(folder.iterdir()),
        "read /proc of another process": Path(f"/proc/{pid}/status").read_bytes,
        "read its own environment": Path("/proc/self/environ").read_bytes,
        "write a file": lambda: file.open("r+b").close(),
        "make a file": lambda: (folder / "new").touch(),
        "remove a file": file.unlink,
        "change a file's mode": lambda: file.chmod(0o777),
        "connect": lambda: socket.socket().connect(("127.0.0.1", port)),
        "listen": lambda: socket.socket().bind(("127.0.0.1", 0)),
        "send a datagram": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", port)),
        "signal another process": lambda: os.kill(pid, 0),
        "share memory": lambda: os.memfd_create("x"),
        "fork": _fork,
        "exec": lambda: os.execv(sys.executable, [sys.executable, "-c", ""]),  # noqa: S606 (it is to be refused)
    }


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)
