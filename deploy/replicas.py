"""Several replicas behind nginx on this machine, without containers: `make serve-replicas`.

nginx gets the configuration of ``deploy/nginx``, as in the containers, with other addresses.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
CONFIGURATION = ROOT / "deploy" / "nginx" / "nginx.conf"
START_SECONDS = 120
END_SECONDS = 10


@dataclass
class Replica:
    """One process of the application."""

    port: int
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
        command += ["--server.address=127.0.0.1", f"--server.port={self.port}"]
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(  # noqa: S603 - a fixed command
                command,
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Until it answers. It listens from its first second, and answers once it is warm."""
        wait_for(f"http://127.0.0.1:{self.port}/_stcore/health", self.process, self.log)

    def end(self) -> None:
        end(self.process)

    def kill(self) -> None:
        """As a machine dies: at once, and nothing is said to anybody."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass(frozen=True)
class Fleet:
    """Replicas behind one address."""

    url: str
    replicas: list[Replica]
    nginx: subprocess.Popen[bytes]
    log: Path
    """nginx's: one JSON line a request."""

    def forget(self) -> None:
        """Let nginx forget which replicas did not answer, as it does by itself after some time."""
        self.nginx.send_signal(signal.SIGHUP)


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until this address answers. Raises RuntimeError, with the log, when the process ends or takes too long."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        try:
            with urlopen(url, timeout=START_SECONDS) as answer:  # noqa: S310 - on loopback
                if answer.status == 200:
                    return
        except (URLError, OSError):
            pass
        try:
            process.wait(timeout=0.1)
        except subprocess.TimeoutExpired:
            continue
        raise RuntimeError(f"A process ended with status {process.returncode}:\n{log.read_text()}")
    raise RuntimeError(f"{url} did not answer within {START_SECONDS} s:\n{log.read_text()}")


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody uses now."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def nginx_path() -> str:
    """Debian keeps it where only root looks."""
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        raise RuntimeError("nginx was not found. `make serve-replicas` installs it.")
    return found


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that leads a group of its own, and the group."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def proxy(folder: Path, port: int, behind: list[int]) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """nginx at ``port`` in front of the replicas at the ports ``behind``. Gives its process and its log."""
    shutil.copy(CONFIGURATION, folder)
    (folder / "listen.conf").write_text(f"listen 127.0.0.1:{port};\n")
    servers = (f"server 127.0.0.1:{replica} max_fails=1 fail_timeout=30s;\n" for replica in behind)
    (folder / "replicas.conf").write_text("".join(servers))
    log = folder / "nginx.log"
    command = [nginx_path(), "-p", str(folder), "-c", str(folder / CONFIGURATION.name), "-g", "daemon off;"]
    with log.open("ab") as out:
        process = subprocess.Popen(  # noqa: S603 - a fixed command
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", process, log)
        yield process, log
    finally:
        end(process)


@contextmanager
def fleet(count: int, port: int, environment: dict[str, str] | None = None) -> Iterator[Fleet]:
    """So many replicas behind nginx at ``port`` of loopback, all of them warm. They end with the block."""
    shared = {"STREAMLIT_SERVER_COOKIE_SECRET": secrets.token_hex(32), **(environment or {})}
    with tempfile.TemporaryDirectory(prefix="gradwalk-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx's workers are another user where root starts it
        replicas = [
            Replica(inside, shared, folder / f"replica-{number}.log")
            for number, inside in enumerate(free_ports(count), start=1)
        ]
        with ExitStack() as stack:
            for replica in replicas:
                replica.start()
                stack.callback(replica.end)
            for replica in replicas:
                replica.wait()
            nginx, log = stack.enter_context(proxy(folder, port, [replica.port for replica in replicas]))
            yield Fleet(f"http://127.0.0.1:{port}", replicas, nginx, log)


def keep_running(running: Fleet) -> None:
    """Start a replica again when it ends, as a container's restart policy does, until somebody interrupts this."""
    while True:
        time.sleep(1)
        for replica in running.replicas:
            if replica.process.poll() is not None:
                print(f"The replica at port {replica.port} ended; it is started again.", flush=True)
                replica.start()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--replicas", type=int, default=2)
    parser.add_argument("--port", type=int, default=8501)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print(f"Starting {options.replicas} replicas, which takes some seconds …", flush=True)
    try:
        with fleet(options.replicas, options.port) as running:
            ports = ", ".join(str(replica.port) for replica in running.replicas)
            print(f"{running.url} is served by {ports}. Ctrl+C ends them all.", flush=True)
            keep_running(running)
    except KeyboardInterrupt:
        print("\nEnded.")


if __name__ == "__main__":
    main()
