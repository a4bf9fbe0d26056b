"""Pages of other sites do not talk to this server: a WebSocket of theirs is refused before Streamlit sees it.

Streamlit would ask a server on the internet for its own address first, to compare, and everybody would wait meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

_POLICY_VIOLATION = 1008
_USUAL_PORTS = {"http": 80, "https": 443}


def is_own(origin: str, host: str, hosts: Iterable[str] = ()) -> bool:
    """Whether a page of this origin (``https://school.example``) is one of the host that it asks, or of ``hosts``."""
    try:
        page = urlsplit(origin)
        usual = _USUAL_PORTS.get(page.scheme)
        if usual is None or page.hostname is None or page.path or page.query or page.username is not None:
            return False
        found = page.hostname, page.port or usual
        return any(found == _place(one, usual) for one in (host, *hosts))
    except ValueError:
        return False


def _place(host: str, usual: int) -> tuple[str | None, int]:
    """Raises ValueError."""
    place = urlsplit(f"//{host}")
    return place.hostname, place.port or usual


class OwnOrigin:
    """ASGI middleware. A request without an Origin comes from no page of a browser, and goes on."""

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...], refused: Callable[[], object]) -> None:
        """``refused`` is called whenever one is."""
        self.app = app
        self.hosts = hosts
        self.refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            origins = _values(scope, b"origin")
            host = (_values(scope, b"host") or [""])[0]
            if origins and not (len(origins) == 1 and is_own(origins[0], host, self.hosts)):
                self.refused()
                await receive()  # that somebody wants to connect
                await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": "A page of another site."})
                return
            if origins:  # in the words in which Streamlit finds at once that it is ours
                others = [header for header in scope["headers"] if header[0] != b"origin"]
                scope = {**scope, "headers": [*others, (b"origin", f"http://{host}".encode("latin-1"))]}
        await self.app(scope, receive, send)


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for header, value in scope["headers"] if header == name]
