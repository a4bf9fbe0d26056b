"""Addresses for whoever runs a server: is it ready, and its metrics, which are closed to the outside."""

from __future__ import annotations

import hmac
import shutil
from collections.abc import Awaitable, Callable, Container
from ipaddress import ip_address

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.metrics import Metrics

_PASSED_ON = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
"""Headers of a request that came through a proxy."""


def closed_to(request: Request, token: str) -> bool:
    """Whether who asks is neither on this machine, asking it directly, nor knows the token."""
    said = request.headers.get("authorization", "")
    if token and hmac.compare_digest(said.encode(), f"Bearer {token}".encode()):
        return False
    client = request.client.host if request.client else ""
    return not asks_here(request.headers, client, request.url.hostname or "")


def asks_here(headers: Container[str], client: str, host: str) -> bool:
    """Whether somebody on this machine asks it directly, under its own name, and not through a proxy."""
    return not any(name in headers for name in _PASSED_ON) and is_here(client) and is_here(host)


def is_here(host: str) -> bool:
    """Whether it is a name or an address of this machine for itself."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class Closed:
    """ASGI middleware: some addresses are answered for this machine alone, and for who knows the token."""

    def __init__(self, app: ASGIApp, paths: tuple[str, ...], token: str) -> None:
        self.app = app
        self.paths = paths
        self.token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] in self.paths and closed_to(Request(scope), self.token):
            answer: ASGIApp = PlainTextResponse("Metrics are for this machine, and for who knows the token.\n", 403)
            return await answer(scope, receive, send)
        return await self.app(scope, receive, send)


def problems(waiting: int, most_waiting: int, *, warm: bool) -> list[str]:
    """What keeps a server from being of use to one more visitor."""
    found = {
        "PyTorch is not warm yet": not warm,
        "Graphviz's program dot is not installed": shutil.which("dot") is None,
        "too many programs wait": waiting > 0.9 * most_waiting,
    }
    return [problem for problem, holds in found.items() if holds]


Answer = Callable[[Request], Awaitable[Response]]


def metrics_route(path: str, metrics: Metrics) -> Route:
    async def answer(_request: Request) -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return Route(path, answer)


def ready_route(path: str, found: Callable[[], list[str]], lock: Callable[[], str]) -> Route:
    """``found`` tells the problems; without any, the server is ready. ``lock`` says what holds visitors' programs."""

    async def answer(_request: Request) -> Response:
        problems = found()
        body = {"ready": not problems, "problems": problems, "lock": lock()}
        return JSONResponse(body, 503 if problems else 200, {"Cache-Control": "no-store"})

    return Route(path, answer)
