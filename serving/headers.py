"""Headers that every answer carries: what a page may load and ask, who may frame it, what browsers should not guess."""

from __future__ import annotations

import base64
import hashlib
import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gradwalk.settings import Settings

_HOST = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:\d{1,5})?")
"""A host that a policy can name. (An address of IPv6 is none; there, ``'self'`` has to do.)"""
_UNUSED = "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "microphone", "payment", "usb"


def inline_script_hashes(html: str) -> tuple[str, ...]:
    """The policy's hashes of the scripts that stand in a page itself."""
    scripts = re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL)
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    return tuple(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def content_security_policy(html: str, frame_ancestors: str = "'self'") -> str:
    """A policy that lets Streamlit, its version 2 components and its charts work, and nothing from anywhere else."""
    rules = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", "'wasm-unsafe-eval'", "blob:", *inline_script_hashes(html)]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": frame_ancestors,
    }
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())


def with_sockets_of(policy: str, hosts: tuple[str, ...]) -> str:
    """The policy of a page that may open WebSockets to these hosts, which ``'self'`` does not mean in every browser."""
    named = [f"{scheme}://{host}" for host in hosts if _HOST.fullmatch(host) for scheme in ("ws", "wss")]
    return policy.replace("connect-src 'self'", " ".join(["connect-src 'self'", *named]))


def security_headers(html: str, settings: Settings) -> dict[str, str]:
    """The headers for a server whose index page is ``html``."""
    headers = {
        "Content-Security-Policy": content_security_policy(html, settings.frame_ancestors),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _UNUSED),
        # The address holds what a person typed: other sites are not told.
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
    if settings.strict_transport:
        headers["Strict-Transport-Security"] = f"max-age={settings.strict_transport}"
    return headers


class SecurityHeaders:
    """ASGI middleware: puts the headers on every answer.

    A page's policy names the host that was asked, and ``hosts``. Other answers a proxy may keep for everybody: those
    name none.
    """

    def __init__(self, app: ASGIApp, headers: dict[str, str], hosts: tuple[str, ...]) -> None:
        self.app = app
        self.headers = headers
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self.headers)
                if headers.get("content-type", "").startswith("text/html"):
                    hosts = Headers(scope=scope).get("host", ""), *self.hosts
                    policy = with_sockets_of(self.headers["Content-Security-Policy"], hosts)
                    headers["Content-Security-Policy"] = policy
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)
