"""Pages of other sites do not get to Streamlit, and whatever anybody asks for, the server asks nobody outside."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin, Subprotocol

from benchmarks.visiting.server import Server, server
from benchmarks.visiting.session import Session
from benchmarks.visiting.visitor import CODE, EXPRESSION, Visitor
from serving.origin import is_own
from tests.process import in_a_loop_of_its_own


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://127.0.0.1:8501", "127.0.0.1:8501"),
        ("https://school.example", "school.example"),
        ("https://school.example", "school.example:443"),
        ("http://School.Example", "school.example"),
        ("http://[::1]:8501", "[::1]:8501"),
        ("https://lms.example", "127.0.0.1:8501"),
        ("https://lms.example:8443", "127.0.0.1:8501"),
    ],
)
def test_a_page_of_the_host_itself_or_of_one_that_is_allowed(origin: str, host: str) -> None:
    assert is_own(origin, host, ("lms.example", "lms.example:8443"))


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://attacker.example", "school.example"),
        ("https://school.example.attacker.example", "school.example"),
        ("https://school.example:8443", "school.example"),
        ("http://127.0.0.1:8502", "127.0.0.1:8501"),
        ("null", "school.example"),
        ("", "school.example"),
        ("school.example", "school.example"),
        ("file://", "school.example"),
        ("https://user@school.example", "school.example"),
        ("https://school.example/", "school.example"),
        ("https://[", "school.example"),
        ("https://school.example:port", "school.example"),
        ("http://", ""),
        ("http://attacker.example", ""),
    ],
)
def test_any_other_is_foreign(origin: str, host: str) -> None:
    assert not is_own(origin, host)


# The real server, which writes down whom it asks

LISTENER = """
import os, sys
def hear(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.gethostbyname"):
        with open(os.environ["ASKED"], "a") as file:
            file.write(f"{event} {arguments!r}\\n")
sys.addaudithook(hear)
"""


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("asked")
    (folder / "sitecustomize.py").write_text(LISTENER, encoding="utf-8")
    log = folder / "log"
    environment = os.environ | {"PYTHONPATH": str(folder), "ASKED": str(log)}
    subprocess.run(
        [sys.executable, "-c", "import socket; socket.getaddrinfo('localhost', 1)"], env=environment, check=True
    )
    assert log.read_text().startswith("socket.getaddrinfo ('localhost', 1")
    log.write_text("")
    return log


@pytest.fixture(scope="module")
def running(asked: Path) -> Iterator[Server]:
    path = os.pathsep.join(filter(None, [str(asked.parent), os.environ.get("PYTHONPATH")]))
    with server({"PYTHONPATH": path, "ASKED": str(asked), "GRADWALK_HOSTS": "lms.example"}) as running:
        yield running


def page(url: str) -> str:
    with urlopen(url) as answer:  # noqa: S310 - our own server on loopback
        return str(answer.read())


async def shakes_hands(url: str, origin: str | None) -> bool:
    """Whether a page of this origin gets a connection."""
    address, wanted = f"{url}/_stcore/stream", None if origin is None else Origin(origin)
    try:
        async with connect(address, subprotocols=[Subprotocol("streamlit")], origin=wanted):
            return True
    except InvalidStatus as refused:
        return refused.response.status_code != 403


@pytest.mark.browser
def test_handshakes_from_elsewhere_are_refused_at_once_and_ask_nobody(running: Server, asked: Path) -> None:
    own = f"http://{urlsplit(running.http).netloc}"
    foreign = ["http://attacker.example", "https://attacker.example", "null", "http://127.0.0.1:1", "http://[", ""]

    async def shake() -> None:
        assert await shakes_hands(running.ws, None)
        assert await shakes_hands(running.ws, own)
        assert await shakes_hands(running.ws, "https://lms.example")
        start = time.monotonic()
        assert not any(await asyncio.gather(*(shakes_hands(running.ws, origin) for origin in foreign * 5)))
        assert time.monotonic() - start < 10

    in_a_loop_of_its_own(shake())
    assert asked.read_text() == ""
    assert "gradwalk_foreign_handshakes_total 30.0" in page(f"{running.http}/metrics")


@pytest.mark.browser
def test_no_page_asks_anybody_outside(running: Server, asked: Path) -> None:
    for path in ("", "code", "perceptron", "readyz", "metrics", "_stcore/health", "_stcore/host-config"):
        page(f"{running.http}/{path}")

    async def visit() -> None:
        for page in (EXPRESSION, CODE):
            visitor = await Visitor.come(running.ws, Random(1), page)
            await visitor.edit()
            await visitor.session.close()
        for query in ("", "view=hand", "view=train"):
            await (await Session.open(running.ws, "perceptron", query)).close()

    in_a_loop_of_its_own(visit())
    assert asked.read_text() == ""
    assert "Traceback" not in running.log()
