"""The web application around Streamlit: security headers, the index page, a warm-up, and which script Streamlit runs.

``streamlit run app.py`` starts it. Streamlit's main script is ``pages/main.py``.
"""

from __future__ import annotations

import asyncio
import base64
import gc
import hashlib
import json
import logging
import os
import re
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config
from streamlit.starlette import App

FRAME_ANCESTORS = "GRADWALK_FRAME_ANCESTORS"
"""Environment variable: which sites may show Gradwalk in a frame, as in ``'self' https://school.example``."""

PAGES = Path(__file__).resolve().parent / "pages"


def index_page(html: str, base: str) -> str:
    """Streamlit's index page under our name, told where the server is.

    Without being told, Streamlit's script tries the address of the page first (``/code/_stcore/health``), and a visitor
    who opens a link to any page but the first gets two errors in the console.
    """
    settings = f"window.__streamlit = {{BACKEND_BASE_URL: location.origin + {json.dumps(base)}}}"
    head = f"<title>Gradwalk</title><script>{settings}</script>"
    needs_script = "<noscript><p>Gradwalk needs JavaScript, and a browser from 2023 or later.</p></noscript>"
    html = re.sub("<title>.*?</title>", lambda _: head, html)
    return re.sub("<noscript>.*?</noscript>", lambda _: needs_script, html, flags=re.DOTALL)


def streamlit_index() -> str:
    return (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")


def base_path() -> str:
    """``/``, or the path under which a proxy serves us (``server.baseUrlPath``), with a slash at both ends."""
    path = str(config.get_option("server.baseUrlPath")).strip("/")
    return f"/{path}/" if path else "/"


def index_routes() -> list[Route]:
    """The index page at the address of each page. Any other address gets Streamlit's own, which says so."""
    html = index_page(streamlit_index(), base_path())

    async def index(_request: Request) -> HTMLResponse:
        return HTMLResponse(html, headers={"Cache-Control": "no-cache"})

    names = ["", *(path.stem for path in PAGES.glob("*.py") if path.stem != "main")]
    return [Route(base_path() + name, index) for name in names]


def inline_script_hashes(html: str) -> tuple[str, ...]:
    """The policy's hashes of the scripts that stand in a page itself."""
    scripts = re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL)
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    return tuple(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def content_security_policy(html: str, frame_ancestors: str = "'self'") -> str:
    """A policy that lets Streamlit, its version 2 components and its charts work, and nothing from anywhere else."""
    if not re.fullmatch(r"[\w'*:/.\- ]+", frame_ancestors):
        raise ValueError(
            f"{FRAME_ANCESTORS} is {frame_ancestors!r}. Write sources with spaces between them, such as "
            "'self' https://school.example, or 'none'."
        )
    rules = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", "'wasm-unsafe-eval'", "blob:", *inline_script_hashes(html)]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self' ws: wss:",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": frame_ancestors,
    }
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())


def security_headers() -> dict[str, str]:
    html = index_page(streamlit_index(), base_path())
    policy = content_security_policy(html, os.environ.get(FRAME_ANCESTORS, "'self'"))
    unused = "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "microphone", "payment", "usb"
    return {
        "Content-Security-Policy": policy,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": ", ".join(f"{feature}=()" for feature in unused),
        # The address holds what a person typed: other sites are not told.
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }


class SecurityHeaders:
    """ASGI middleware: puts the headers on every answer."""

    def __init__(self, app: ASGIApp, headers: dict[str, str]) -> None:
        self.app = app
        self.headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self.headers)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def warm_up() -> None:
    """Do once, before the first visitor comes, what is slow the first time in a process.

    The imports of torch and SymPy take a second, and so does the first run of everything that a recording needs, most
    of all of an optimizer. The recordings of the pages' own first documents stay in the cache.
    """
    import code  # noqa: F401 - Python's own, so that nobody imports the page of this name (a debugger would)

    import torch

    from components.recorded import recorded
    from components.recorded_program import recorded_program
    from gradwalk.document import DEFAULT
    from gradwalk.dot import LayoutError
    from gradwalk.expression import read
    from gradwalk.lessons import BY_SLUG
    from gradwalk.sharing import DEFAULT as DEFAULT_PROGRAM

    # Scalars gain nothing from threads, and one visitor's threads would slow down the others.
    torch.set_num_threads(1)
    try:
        recorded(read(DEFAULT.text, DEFAULT.given, DEFAULT.constants, DEFAULT.dtype, DEFAULT.seed))
        for program in (DEFAULT_PROGRAM.source, BY_SLUG["4d_training_loop"].source):
            recorded_program(program)
    except LayoutError as error:
        # The page says so as well. It is of more use than a server that does not start.
        logging.getLogger(__name__).warning("%s", error)

    # Everything that is alive now stays so: a garbage collection no longer has to look through it.
    gc.collect()
    gc.freeze()


def open_browser() -> None:
    address = config.get_option("server.address")
    host = "localhost" if address in {None, "0.0.0.0", "::"} else address  # noqa: S104 - only compared
    webbrowser.open(f"http://{host}:{config.get_option('server.port')}{base_path()}")


@asynccontextmanager
async def lifespan(_app: App) -> AsyncIterator[None]:
    """Runs before the server takes its first request. The health check answers only afterwards."""
    warm_up()
    if not config.get_option("server.headless"):
        # Streamlit opens a browser for a plain script, but not for an application; by then the server listens.
        asyncio.get_running_loop().call_later(0.5, open_browser)
    yield


app = App(
    PAGES / "main.py",
    routes=index_routes(),
    middleware=[Middleware(SecurityHeaders, headers=security_headers())],
    lifespan=lifespan,
)
