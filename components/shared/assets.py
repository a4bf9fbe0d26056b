"""The components' scripts and styles, as files that a browser loads once and keeps: their address holds their hash.

Streamlit sends a component's script again with whatever changes on the page. So what it is given to send is a few
lines, which load the script from here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from streamlit import config

from gradwalk.player import FOLDER as PLAYER
from gradwalk.player.modules import bundled
from gradwalk.player.page import empty_page

HERE = Path(__file__).resolve().parent.parent
FOLDER = "components-of-gradwalk"
FONT = "gradwalk-sans.woff2"
"""The font of pictures that leave the page; the player asks for it when it makes one."""
PAGE = "gradwalk-page.txt"
"""An empty page that stands alone; the player asks for it to put what it shows into it. (A text: it is no page yet.)"""
A_DAY = {"Cache-Control": "public, max-age=86400"}
KEPT = {"Cache-Control": "public, max-age=31536000, immutable"}

_LOADER = """\
const { default: mount, styles } = await import(new URL(%s, document.baseURI).href);
const sheet = new CSSStyleSheet();
sheet.replaceSync(styles);
export default (component) => {
  const root = component.parentElement.getRootNode();
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
  return mount(component);
};
"""

_served: dict[str, str] = {}
"""Texts by the last part of their address."""


def joined(*names: str) -> str:
    """The texts of these files in ``components/``, in this order, as in ``joined("shared/fields.css", …)``."""
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in names)


@cache
def sheet(name: str) -> str:
    """The styles of a file in ``components/`` that go out with each run: its comments are for who reads the file."""
    return re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", joined(name), flags=re.DOTALL)).strip()


def component(name: str, *, script: str, styles: str, html: str | None = None) -> Callable[..., Any]:
    """Declare a component: ``script`` names the module in ``components/`` whose default export mounts it."""
    text = f"{bundled(HERE / script)}\nexport const styles = {json.dumps(styles, ensure_ascii=False)};\n"
    file = f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:16]}.js"
    _served[file] = text
    mount: Callable[..., Any] = st.components.v2.component(name, html=html, js=_LOADER % json.dumps(_address(file)))
    return mount


def addresses(names: Iterable[str]) -> list[str]:
    """Where the scripts of these components are, for a page that loads them early."""
    return [_address(file) for name in names for file in _served if file.startswith(f"{name}-")]


def base_path() -> str:
    """``/``, or the path under which a proxy serves us (``server.baseUrlPath``), with a slash at both ends."""
    path = str(config.get_option("server.baseUrlPath")).strip("/")
    return f"/{path}/" if path else "/"


def _address(file: str) -> str:
    return f"{base_path()}{FOLDER}/{file}"


def assets_route() -> Route:
    font = (PLAYER / "sans.woff2").read_bytes()
    page = empty_page(version("torch"))

    async def answer(request: Request) -> Response:
        if request.path_params["file"] == FONT:
            return Response(font, media_type="font/woff2", headers=A_DAY)
        if request.path_params["file"] == PAGE:
            return PlainTextResponse(page, headers=A_DAY)
        text = _served.get(request.path_params["file"])
        if text is None:
            return PlainTextResponse("There is no such file.\n", 404)
        return Response(text, media_type="text/javascript", headers=KEPT)

    return Route(_address("{file}"), answer)
