"""One visitor's session, as Streamlit's script in the browser holds it: protocol buffers through a WebSocket."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any, Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

PATIENCE = 120
"""Seconds after which a visitor gives up."""


class Session:
    """A page that somebody holds open. Its components are found by their keys."""

    def __init__(self, connection: ClientConnection, page: str) -> None:
        self._connection = connection
        self._page = page
        self._page_hash = ""
        self._ids: dict[str, str] = {}
        self._known: dict[str, Any] = {}
        self._cacheable: list[str] = []
        self.received = 0
        """Bytes."""

    @classmethod
    async def open(cls, url: str, page: str = "", query: str = "", headers: dict[str, str] | None = None) -> Self:
        """Connect, and wait for the page's first run. ``url`` as in ``ws://127.0.0.1:8501``."""
        address = f"{url}/_stcore/stream"
        connection = await connect(
            address,
            subprotocols=[Subprotocol("streamlit")],
            max_size=None,
            open_timeout=PATIENCE,
            additional_headers=headers,
        )
        self = cls(connection, page)
        await self.run(query=query)
        return self

    async def close(self) -> None:
        await self._connection.close()

    def data(self, key: str) -> dict[str, Any]:
        """What the page last sent to the component with this key."""
        known: dict[str, Any] = self._known[key]
        return known

    async def send(self, key: str, entry: dict[str, Any]) -> float:
        """Send an entry as a component does. Gives the seconds until the page's answer is complete."""
        return await self.run(key, entry)

    async def run(self, key: str = "", entry: dict[str, Any] | None = None, query: str = "") -> float:
        """Have the page run. Gives the seconds until it has ended and everything that it sent is here."""
        message = BackMsg()
        rerun = message.rerun_script
        rerun.query_string = query
        rerun.page_script_hash = self._page_hash
        rerun.page_name = "" if self._page_hash else self._page
        rerun.cached_message_hashes.extend(self._cacheable)
        if entry is not None:
            widget = rerun.widget_states.widgets.add()
            widget.id, widget.json_value = self._ids[key], json.dumps({"entry": entry})
        start = time.perf_counter()
        await self._connection.send(message.SerializeToString())
        async with asyncio.timeout(PATIENCE):
            while not await self._ended():
                pass
        return time.perf_counter() - start

    async def _ended(self) -> bool:
        """Read one message. Whether it says that the page has run to its end."""
        payload = await self._connection.recv()
        self.received += len(payload)
        message = ForwardMsg()
        message.ParseFromString(payload if isinstance(payload, bytes) else payload.encode())
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._cacheable = []
        if kind == "navigation":
            self._page_hash = message.navigation.page_script_hash
        if message.metadata.cacheable:
            self._cacheable.append(message.hash)
        if kind == "delta" and message.delta.new_element.WhichOneof("type") == "bidi_component":
            part = message.delta.new_element.bidi_component
            key = part.id.split("-", 2)[-1]  # after "$$ID-" and a hash
            self._ids[key] = part.id
            self._known[key] = json.loads(part.json) if part.json else {}
        if kind == "delta" and message.delta.new_element.WhichOneof("type") == "exception":
            raise RuntimeError(f"The page failed: {message.delta.new_element.exception.message}")
        if kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            raise RuntimeError("The page could not be compiled.")
        return kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
