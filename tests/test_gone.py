"""Somebody goes while the server writes to them: Streamlit hears that they have gone, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from serving.gone import Gone
from tests.process import in_a_loop_of_its_own


def _visited(around: Callable[[ASGIApp], ASGIApp]) -> list[str]:
    """What an endpoint that writes and then reads is told, when its visitor goes before it writes."""
    told: list[str] = []

    async def endpoint(scope: Scope, receive: Receive, send: Send) -> None:
        socket = WebSocket(scope, receive, send)
        await socket.accept()
        for attempt in socket.send_bytes(b"a page"), socket.receive_bytes():
            try:
                await attempt
            except (WebSocketDisconnect, RuntimeError) as error:
                told.append(type(error).__name__)

    messages: list[Message] = [{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1006}]

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        if message["type"] == "websocket.send":
            raise BrokenPipeError

    scope = {"type": "websocket", "path": "/_stcore/stream", "headers": [], "query_string": b""}

    async def visit() -> None:
        await around(endpoint)(scope, receive, send)

    in_a_loop_of_its_own(visit())
    return told


def test_who_goes_while_something_is_sent_has_gone() -> None:
    assert _visited(Gone) == ["WebSocketDisconnect"]


def test_what_it_is_for_is_still_so_in_starlette() -> None:
    assert _visited(lambda app: app) == ["WebSocketDisconnect", "WebSocketDisconnected"]
