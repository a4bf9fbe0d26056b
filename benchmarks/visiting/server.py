"""The server that is visited: the real application in processes of its own, and what they take."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from deploy.replicas import Replica, free_ports


@dataclass(frozen=True)
class Server:
    """A replica and all processes that it has started."""

    replica: Replica

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.replica.port}"

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.replica.port}"

    @property
    def alive(self) -> bool:
        return self.replica.process.poll() is None

    def processes(self) -> list[psutil.Process]:
        main = psutil.Process(self.replica.process.pid)
        return [main, *main.children(recursive=True)]

    def memory(self) -> float:
        """MB, where what several processes share counts once."""
        return sum(self._each(lambda process: process.memory_full_info().pss)) / 1e6

    def threads(self) -> int:
        return int(sum(self._each(lambda process: process.num_threads())))

    def handles(self) -> int:
        """Open files, pipes and sockets."""
        return int(sum(self._each(lambda process: process.num_fds())))

    def _each(self, measure: Callable[[psutil.Process], float]) -> list[float]:
        found: list[float] = []
        for process in self.processes():
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                found.append(measure(process))
        return found

    def log(self) -> str:
        return self.replica.log.read_text()


@contextmanager
def server(environment: dict[str, str] | None = None) -> Iterator[Server]:
    """The application at a free port of loopback, warm. It ends with the block."""
    with tempfile.TemporaryDirectory(prefix="gradwalk-") as folder:
        replica = Replica(free_ports(1)[0], environment or {}, Path(folder) / "log.txt")
        replica.start()
        try:
            replica.wait()
            yield Server(replica)
        finally:
            replica.end()
