"""A visitor who goes while something is sent to them is a visitor who has gone, and no fault of the server.

Starlette calls a WebSocket closed once something could not be sent. Streamlit, which waits for a message meanwhile or
asks for the next one, then hears that the socket "is not connected", takes it for a message of the wrong kind, and
ends in a traceback. What cannot be sent is dropped here instead: that somebody has gone is the next thing they receive.
"""

from __future__ import annotations

from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Gone:
    """ASGI middleware for WebSockets."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_if_there(message: Message) -> None:
            with suppress(OSError):  # by ASGI's specification: the client has disconnected
                await send(message)

        await self.app(scope, receive, send_if_there if scope["type"] == "websocket" else send)
