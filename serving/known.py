"""Only pages that there are get a page: Streamlit would answer any address with its index page, as if all were well."""

from __future__ import annotations

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_STYLE = """
    body { font: 1rem/1.5 sans-serif; color: #1d1f23; background: #ffffff }
    main { max-width: 36rem; margin: 4rem auto; padding: 0 1rem }
    a { color: #0b6fb8 }
    @media (prefers-color-scheme: dark) { body { color: #e9ecef; background: #111418 } a { color: #6cb8f2 } }
"""


def no_such_page(pages: dict[str, str]) -> str:
    """The page that says so, and leads to those that there are: their names by their paths."""
    links = ", ".join(f'<a href="{path}">{name}</a>' for path, name in pages.items())
    return f"""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>No such page · Gradwalk</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>There is no such page</h1>
<p>The pages of Gradwalk are {links}.</p>
</main>
</body>
</html>
"""


class KnownPages:
    """ASGI middleware: a page that is answered at any path but ``paths`` becomes a 404."""

    def __init__(self, app: ASGIApp, paths: Collection[str], said: str) -> None:
        """``said`` is what a visitor reads instead."""
        self.app = app
        self.paths = paths
        self.said = said

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in self.paths:
            await self.app(scope, receive, send)
            return
        withheld = False

        async def send_other(message: Message) -> None:
            nonlocal withheld
            if message["type"] == "http.response.start":
                withheld = _is_page(message)
            if not withheld:
                await send(message)

        await self.app(scope, receive, send_other)
        if withheld:
            await HTMLResponse(self.said, 404, {"Cache-Control": "no-cache"})(scope, receive, send)


def _is_page(start: Message) -> bool:
    """Whether an answer that starts so is a page, or the parts of one that were asked for."""
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] in {200, 206} and kind.startswith(("text/html", "multipart/byteranges"))
