"""A page of the application, run without a browser: opened by its address, and what its components are handed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from streamlit.testing.v1 import AppTest

from tests.browser import ROOT

SECONDS = 60


def visit(script: str, query: str = "", held: Mapping[str, Any] | None = None) -> AppTest:
    """The page of this ``script``, opened with a query, by somebody whose browser has ``held`` a component's state."""
    page = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=SECONDS).switch_page(script)
    for name, value in (held or {}).items():
        page.session_state[name] = value
    for name, value in parse_qsl(query):
        page.query_params[name] = value
    return checked(page.run())


def checked(page: AppTest) -> AppTest:
    assert not page.exception
    return page


def data(page: AppTest, component: str) -> dict[str, Any]:
    """What the component of this name was handed: ``form``, ``notebook``, ``player``, ``answer`` …"""
    protos = (element.proto for element in page.get("bidi_component"))
    found: dict[str, Any] = json.loads(
        next(p.json or p.bytes for p in protos if p.component_name == f"gradwalk_{component}")
    )
    return found
