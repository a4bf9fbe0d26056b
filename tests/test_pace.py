"""The pace of one browser: a burst passes, a flood waits, other browsers and other requests are none the wiser."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from starlette.types import Message, Receive, Scope, Send

from serving.pace import AT_ONCE, Pace, Paced
from tests.process import in_a_loop_of_its_own


def test_a_burst_passes_and_a_flood_waits_longer_and_longer() -> None:
    bucket = Pace(10, lambda: 0.0)
    assert [bucket.wait() for _ in range(AT_ONCE)] == [0.0] * AT_ONCE
    assert [bucket.wait() for _ in range(3)] == pytest.approx([0.1, 0.2, 0.3])


def test_whoever_pauses_may_go_on() -> None:
    now = [0.0]
    bucket = Pace(10, lambda: now[0])
    for _ in range(AT_ONCE + 5):
        bucket.wait()
    now[0] += 0.6
    assert bucket.wait() == 0.0
    now[0] += 1000
    assert [bucket.wait() for _ in range(AT_ONCE)] == [0.0] * AT_ONCE
    assert bucket.wait() > 0


@pytest.mark.parametrize(("kind", "waits"), [("websocket", 2), ("http", 0)])
def test_only_a_websocket_is_paced(monkeypatch: pytest.MonkeyPatch, kind: str, waits: int) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def receive() -> Message:
        return {"type": f"{kind}.receive"}

    async def send(_message: Message) -> None:
        raise AssertionError

    async def app(_scope: Scope, receive: Receive, _send: Send) -> None:
        for _ in range(AT_ONCE + 2):
            assert (await receive())["type"] == f"{kind}.receive"

    async def visit() -> None:
        await Paced(app, 1e-6)({"type": kind}, receive, send)

    monkeypatch.setattr("serving.pace.asyncio", SimpleNamespace(sleep=sleep))
    in_a_loop_of_its_own(visit())
    assert len(slept) == waits
