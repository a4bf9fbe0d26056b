"""Programs run by a real kernel of Jupyter's, each by a new one, and by ``gradwalk.record`` in a new process."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

from gradwalk.program.cells import split_cells
from tests.cells.jupyter.shown import Pieces, Shown, failed, recorded

ROOT = Path(__file__).resolve().parents[3]
Places = dict[str, list[tuple[Pieces, int]]]
"""By its name, where something stands that can be shown anew."""
LATE = 0.05
"""Seconds: what goes past Python takes its way through a pipe, and may come after the cell is done."""
_SHOWS = ("stream", "display_data", "execute_result", "update_display_data")


class Warm:
    """A warm process, which forks one for each program (``warm.py``)."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def __enter__(self) -> Warm:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.cells.jupyter.warm", self._kind],
            cwd=ROOT,
            # A kernel that knows of pytest does not show what goes past Python; one to which Streamlit has left its
            # choice of a backend, made when it is imported, draws nothing.
            env={name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "MPLBACKEND"))}
            # Sets of texts have one order in both.
            | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *failure: object) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()
        self._process.wait()

    @contextlib.contextmanager
    def forked(self, **asked: str) -> Iterator[int]:
        """A process, which is ended afterwards."""
        if not (self._process.stdin and self._process.stdout):
            raise RuntimeError("no pipes")
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        child = int(self._process.stdout.readline())
        try:
            yield child
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)


def in_jupyter(kernels: Warm, source: str, seconds: float, late: float = LATE) -> list[Shown]:
    """What a new kernel shows under each cell, also so many seconds after it is done. Raises TimeoutError."""
    with tempfile.TemporaryDirectory() as folder:
        connection, _ = write_connection_file(str(Path(folder) / ".connection.json"))
        with kernels.forked(folder=folder, connection=connection):
            return _told(connection, source, time.monotonic() + seconds, late)


def _told(connection: str, source: str, end: float, late: float) -> list[Shown]:
    _wait(connection)
    client: Any = BlockingKernelClient(connection_file=connection)
    client.load_connection_file()
    client.start_channels()
    try:
        _hear(client)
        places: Places = {}
        told = [_executed(client, cell, end, late, places) for cell, _ in split_cells(source)]
        return [Shown(pieces.done(), *(failure or (None,))) for pieces, failure in told]
    finally:
        client.stop_channels()


def _wait(connection: str) -> None:
    """Until a kernel listens."""
    port = json.loads(Path(connection).read_text(encoding="utf-8"))["shell_port"]
    for _ in range(1200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError("no kernel of Jupyter's")


def _hear(client: Any) -> None:
    """Until what the kernel sends to all arrives here: on a busy machine it may answer before we are subscribed."""
    for _ in range(600):
        client.kernel_info()
        client.get_shell_msg(timeout=60)
        with contextlib.suppress(queue.Empty):
            client.get_iopub_msg(timeout=0.2)
            return
    raise TimeoutError("nothing is heard from Jupyter's kernel")


def _executed(client: Any, source: str, end: float, late: float, places: Places) -> tuple[Pieces, Any]:
    asked = client.execute(source.lstrip("\n"), allow_stdin=False, stop_on_error=False)
    pieces, failure, clear = Pieces(), None, False
    for kind, content in _messages(client, asked, end, late):
        if kind == "error":
            failure = failed(content)
        if kind == "clear_output" or (clear and kind in _SHOWS):
            clear = kind == "clear_output" and content["wait"]
            if not clear:
                pieces.clear()
                _forget(pieces, places)
        if kind in _SHOWS:
            _show(pieces, kind, content, places)
    reply = client.get_shell_msg(timeout=max(end - time.monotonic(), 1))["content"]
    if failure is None and reply["status"] == "error":  # such as a magic that was not used well: it is told as text
        failure = failed(reply)
    return pieces, failure


def _messages(client: Any, asked: str, end: float, late: float) -> Iterator[tuple[str, dict[str, Any]]]:
    idle = False
    while True:
        try:
            message = client.get_iopub_msg(timeout=late if idle else max(end - time.monotonic(), 0.01))
        except queue.Empty:
            if idle:
                return
            raise TimeoutError("too slow in Jupyter") from None
        if message["parent_header"].get("msg_id") != asked:
            continue
        idle = idle or (message["msg_type"] == "status" and message["content"]["execution_state"] == "idle")
        yield message["msg_type"], message["content"]


def _show(pieces: Pieces, kind: str, content: dict[str, Any], places: Places) -> None:
    if kind == "stream":
        pieces.write(content["name"], content["text"])
        return
    name = content.get("transient", {}).get("display_id", "")
    for owner, place in places.get(name, []):
        owner.replace(place, content["data"])
    if kind != "update_display_data":
        place = pieces.show("result" if kind == "execute_result" else "display", content["data"])
        if name:
            places.setdefault(name, []).append((pieces, place))


def _forget(pieces: Pieces, places: Places) -> None:
    """What was taken away is replaced no more."""
    for found in places.values():
        found[:] = [one for one in found if one[0] is not pieces]


def here(runs: Warm, source: str, seconds: float) -> list[Shown]:
    """What our run shows. Raises TimeoutError."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as apart:
        answer = Path(apart) / "answer"
        with runs.forked(folder=folder, source=source, answer=str(answer)) as child:
            end = time.monotonic() + seconds
            while Path(f"/proc/{child}").exists():
                if time.monotonic() > end:
                    raise TimeoutError("too slow here")
                time.sleep(0.02)
        if not answer.exists():
            raise TimeoutError("ended here without an answer")
        return recorded(answer.read_text(encoding="utf-8"))
