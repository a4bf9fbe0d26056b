"""One visitor's session, as Streamlit's script in the browser holds it: protocol buffers through a WebSocket."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any, Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

ENDED = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
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
        self._fragments: dict[str, str] = {}
        self._held: list[WidgetState] = []
        """The state of components that each run is told again, as a browser does."""
        self.said: list[str] = []
        """What the page has said in boxes of its own, since its last run began."""
        self.received = 0
        """Bytes."""

    @classmethod
    async def open(cls, url: str, page: str = "", query: str = "", held: WidgetState | None = None) -> Self:
        """Connect, and wait for the page's first run. ``url`` as in ``ws://127.0.0.1:8501``.

        ``held`` is what the browser holds from a server that is gone.
        """
        address, protocols = f"{url}/_stcore/stream", [Subprotocol("streamlit")]
        self = cls(await connect(address, subprotocols=protocols, max_size=None, open_timeout=PATIENCE), page)
        await self.run(held, query=query)
        return self

    async def close(self) -> None:
        await self._connection.close()

    def data(self, key: str) -> dict[str, Any]:
        """What the page last sent to the component with this key."""
        known: dict[str, Any] = self._known[key]
        return known

    async def send(self, key: str, entry: dict[str, Any]) -> float:
        """Send an entry as a component does. Gives the seconds until the page's answer is complete."""
        return await self.run(WidgetState(id=self._ids[key], json_value=json.dumps({"entry": entry})))

    async def hold(self, key: str, state: dict[str, Any]) -> float:
        """Give a component a state that it keeps from now on."""
        self._held.append(WidgetState(id=self._ids[key], json_value=json.dumps(state)))
        return await self.run()

    def has(self, key: str) -> bool:
        """Whether the page has shown a button or a component with this key."""
        return key in self._ids

    async def press(self, key: str) -> float:
        """Press the button with this key."""
        return await self.run(WidgetState(id=self._ids[key], trigger_value=True), fragment=self._fragments[key])

    async def look(self, key: str) -> float:
        """Let the part of the page run that has this button, as it does by itself while something is going on."""
        return await self.run(fragment=self._fragments[key])

    async def run(self, widget: WidgetState | None = None, query: str = "", fragment: str = "") -> float:
        """Have the page run, or a part of it. Gives the seconds until it has ended and all that it sent is here."""
        message = BackMsg()
        rerun = message.rerun_script
        rerun.query_string = query
        rerun.page_script_hash = self._page_hash
        rerun.page_name = "" if self._page_hash else self._page
        rerun.cached_message_hashes.extend(self._cacheable)
        rerun.fragment_id = fragment
        rerun.widget_states.widgets.extend([*self._held, *([] if widget is None else [widget])])
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
            self._cacheable, self.said = [], []
        if kind == "navigation":
            self._page_hash = message.navigation.page_script_hash
        if message.metadata.cacheable:
            self._cacheable.append(message.hash)
        if kind == "delta":
            self._delta(message.delta)
        if kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            raise RuntimeError("The page could not be compiled.")
        return kind == "script_finished" and message.script_finished in ENDED

    def _delta(self, delta: Delta) -> None:
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception":
            raise RuntimeError(f"The page failed: {element.exception.message}")
        if kind == "alert":
            self.said.append(element.alert.body)
        if kind in ("bidi_component", "button"):
            part = element.bidi_component if kind == "bidi_component" else element.button
            key = part.id.split("-", 2)[-1]  # after "$$ID-" and a hash
            self._ids[key], self._fragments[key] = part.id, delta.fragment_id
        if kind == "bidi_component":
            told = part.json.encode() or part.bytes.partition(b"\n")[0]  # what is compressed comes behind a line feed
            self._known[key] = json.loads(told) if told else {}
