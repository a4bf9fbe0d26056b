"""The real nginx, with the containers' configuration: a flood is held, and nobody else is, nor a class at one address.

Behind it stands a server that answers at once, or holds a connection for as long as a test wants.
"""

from __future__ import annotations

import socket
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from deploy.replicas import free_ports, proxy

STREAM = "/_stcore/stream"
HELD = "/_stcore/stream?held"
END = b"\r\n\r\n"


class Behind(ThreadingHTTPServer):
    """In a replica's place."""

    request_queue_size = 100

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.held = threading.Semaphore(0)
        self.let_go = threading.Event()


class Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == HELD:
            assert isinstance(self.server, Behind)
            self.server.held.release()
            self.server.let_go.wait(30)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def behind() -> Iterator[Behind]:
    with Behind() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.let_go.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def nginx(behind: Behind) -> Iterator[int]:
    """Its port."""
    (port,) = free_ports(1)
    with tempfile.TemporaryDirectory(prefix="gradwalk-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx's workers are another user where root starts it
        with proxy(folder, port, [behind.server_port]):
            yield port


class Visitor:
    """One connection from an address of this machine."""

    def __init__(self, port: int, address: str = "127.0.0.1") -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), 20, (address, 0))
        self.cookie = ""
        self.left = b""

    def close(self) -> None:
        self.socket.close()

    def come(self) -> None:
        """Ask for a page, and keep the cookie."""
        self.ask("/")
        head = self.head()
        (line,) = [line for line in head.split("\r\n") if line.startswith("Set-Cookie: ")]
        self.cookie = line.removeprefix("Set-Cookie: ").split(";")[0]

    def ask(self, path: str, times: int = 1) -> None:
        cookie = f"Cookie: {self.cookie}\r\n" if self.cookie else ""
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: school.example\r\n{cookie}\r\n".encode() * times)

    def head(self) -> str:
        """The next answer's."""
        while END not in self.left:
            data = self.socket.recv(65536)
            assert data
            self.left += data
        head, _, self.left = self.left.partition(END)
        lines = head.decode().split("\r\n")
        length = sum(int(line.split(": ")[1]) for line in lines if line.startswith("Content-Length: "))
        while len(self.left) < length:
            self.left += self.socket.recv(65536)
        self.left = self.left[length:]
        return head.decode()

    def got(self, path: str, times: int = 1) -> list[int]:
        """How so many requests, one right after the other, are answered."""
        self.ask(path, times)
        return [int(self.head().split()[1]) for _ in range(times)]


def test_a_flood_of_one_visitor_is_held_and_the_neighbour_at_the_same_address_is_served(nginx: int) -> None:
    with closing(Visitor(nginx)) as flood, closing(Visitor(nginx)) as neighbour:
        flood.come()
        neighbour.come()
        start = time.monotonic()
        answers = Counter(status for _ in range(10) for status in flood.got("/", 50))
        passed = answers[200]
        assert answers.keys() == {200, 429}
        assert 200 <= passed <= 202 + 20 * (time.monotonic() - start)
        assert neighbour.got("/", 20) == [200] * 20
        assert neighbour.got(STREAM, 3) == [200] * 3


def test_a_flood_without_cookies_is_held_by_its_address_and_other_addresses_are_served(nginx: int) -> None:
    start = time.monotonic()
    answers = Counter[int]()
    for _ in range(4):
        with closing(Visitor(nginx, "127.0.0.9")) as flood:
            answers.update(status for _ in range(10) for status in flood.got(STREAM, 50))
    with closing(Visitor(nginx)) as other:
        assert answers[429] > 0
        assert 450 <= answers[200] <= 452 + 50 * (time.monotonic() - start)
        other.come()
        assert other.got(STREAM) == [200]
        assert other.got("/", 20) == [200] * 20


def test_a_visitor_holds_so_many_connections_and_no_more(nginx: int, behind: Behind) -> None:
    with ExitStack() as stack:
        first = stack.enter_context(closing(Visitor(nginx)))
        first.come()
        for _ in range(20):
            tab = stack.enter_context(closing(Visitor(nginx)))
            tab.cookie = first.cookie
            tab.ask(HELD)
            assert behind.held.acquire(timeout=20)
        assert first.got(STREAM) == [429]
        neighbour = stack.enter_context(closing(Visitor(nginx)))
        neighbour.come()
        assert neighbour.got(STREAM) == [200]


def test_a_class_of_two_hundred_behind_one_address_opens_its_pages_at_once(nginx: int) -> None:
    for _ in range(200):
        with closing(Visitor(nginx)) as visitor:
            visitor.come()
            assert visitor.got("/", 5) == [200] * 5
            assert visitor.got(STREAM) == [200]
