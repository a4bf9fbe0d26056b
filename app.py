"""The web application around Streamlit: the index page, headers, start and end, and which script Streamlit runs.

``streamlit run app.py`` starts it. Streamlit's main script is ``pages/main.py``.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import json
import logging
import os
import re
import sys
import threading
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import streamlit
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from streamlit import config
from streamlit.runtime import Runtime
from streamlit.starlette import App

try:
    from gradwalk.settings import SETTINGS, unknown
except ValueError as error:  # a setting that cannot be used: the sentence, and no traceback
    sys.exit(str(error))
import components.expression.comparison
import components.player
import components.training.view  # noqa: F401 - all components are declared now: any server can give any script
from components.expression.record import recorded
from components.perceptron.record import recorded_perceptron, told_by_hand
from components.program.record import recorded_program
from components.shared.assets import addresses, assets_route, base_path, joined
from components.shared.mistakes import caught
from components.shared.work import Server, use
from components.training.route import run_route
from gradwalk.address.expression import DEFAULT
from gradwalk.address.perceptron import from_query
from gradwalk.address.program import DEFAULT as DEFAULT_PROGRAM
from gradwalk.expression.expression import read
from gradwalk.graph.dot import LayoutError
from gradwalk.lessons import BY_SLUG
from gradwalk.perceptron.settings.reading import read as read_perceptron
from gradwalk.program import ProgramError
from serving import log
from serving.desk import Failed
from serving.gone import Gone
from serving.headers import SecurityHeaders, security_headers
from serving.known import KnownPages, no_such_page
from serving.opening import First, Opening
from serving.origin import OwnOrigin
from serving.pace import Paced
from serving.prompt import send_at_once
from serving.routes import Closed, metrics_route, problems, ready_route
from serving.theme import keep_theme

_ARENA_MAX = -8
"""glibc's name for it, in malloc.h: M_ARENA_MAX."""

EARLY = "gradwalk_player"
"""Every page has it, and its script is the largest: it is loaded while Streamlit starts."""

_NEEDS = "Gradwalk needs JavaScript, and a browser from 2023 or later."
_OLD = (
    'if (!("DecompressionStream" in window)) addEventListener("DOMContentLoaded", function () '
    '{ document.getElementById("old-browser").hidden = false; })'
)
"""Written so that any browser can read it. What the sentence asks for came to all of them with this one thing."""

_AWAY = "The server does not answer at the moment. What you typed and the picture stay, and this page tries again."

PAGES = Path(__file__).resolve().parent / "pages"


def index_page(html: str, base: str) -> str:
    """Streamlit's index page under our name, told where the server is.

    Without being told, Streamlit's script tries the address of the page first (``/code/_stcore/health``), and a visitor
    who opens a link to any page but the first gets two errors in the console.
    """
    settings = f"window.__streamlit = {{BACKEND_BASE_URL: location.origin + {json.dumps(base)}}}"
    early = "".join(f'<link rel="modulepreload" href="{address}">' for address in addresses([EARLY]))
    away = joined("brand/away.js")
    head = f"<title>Gradwalk</title><script>{settings};{_OLD};\n{away}</script>{early}"
    needs = f'<noscript><p>{_NEEDS}</p></noscript><p id="old-browser" role="alert" hidden>{_NEEDS}</p>'
    needs += f'<p id="away" role="status" hidden>{_AWAY}</p>'
    html = re.sub("<title>.*?</title>", lambda _: head, html)
    return re.sub("<noscript>.*?</noscript>", lambda _: needs, html, flags=re.DOTALL)


def streamlit_index() -> str:
    return (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")


def page_paths() -> dict[str, str]:
    """The pages' names by their paths; the first is the one that opens."""
    first = "expression"
    names = sorted(path.stem for path in PAGES.glob("*.py") if path.stem not in {"main", first})
    return {base_path(): first.capitalize()} | {base_path() + name: name.capitalize() for name in names}


def index_routes(html: str) -> list[Route]:
    """The index page at the address of each page."""

    async def index(_request: Request) -> HTMLResponse:
        return HTMLResponse(html, headers={"Cache-Control": "no-cache"})

    return [Route(path, index) for path in [*page_paths(), base_path() + "expression"]]


def first_work() -> list[First]:
    """What visitors see first. Their answers are kept, and the processes that give them are warm."""
    expression = read(DEFAULT.text, DEFAULT.given, DEFAULT.constants, DEFAULT.dtype, DEFAULT.seed)
    perceptron = from_query({})[0].perceptron
    return [
        (recorded, (expression,)),
        (recorded_perceptron, (perceptron,)),
        (told_by_hand, (read_perceptron(perceptron), "", ())),
    ]


def first_programs() -> None:
    """The same for the page Code. What goes wrong is in the log."""
    for program in (DEFAULT_PROGRAM.source, BY_SLUG["4d_training_loop"].source):
        with suppress(ProgramError, LayoutError, Failed):
            recorded_program(program)


def own_hosts() -> tuple[str, ...]:
    return tuple(host.strip() for host in SETTINGS.hosts.split(",") if host.strip())


def sessions() -> float:
    return float(Runtime.instance()._session_mgr.num_active_sessions()) if Runtime.exists() else 0.0


def ready_problems() -> list[str]:
    return problems(opening.waiting, SETTINGS.waiting, warm=opening.warm)


def warm_up() -> None:
    from gradwalk.cells import warm_up

    warm_up.warm_up()


def spare_memory() -> None:
    """Let glibc share two arenas among all threads: else each of a class's threads keeps one, which never shrinks."""
    if sys.platform.startswith("linux") and hasattr(ctypes.CDLL(None), "mallopt"):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 2)


def open_server() -> None:
    import code  # noqa: F401 - Python's own, so that nobody imports the page of this name (a debugger would)

    spare_memory()
    keep_theme()
    # A training runs in the server itself. Its processes get warm at the same time.
    warming = threading.Thread(target=warm_up)
    warming.start()
    opening.open(sessions)
    warming.join()
    use(Server(opening.desk, opening.held, opening.mistaken))
    first_programs()
    for name in unknown(os.environ):
        log.event("unknown setting", logging.WARNING, name=name)
    # Everything that is alive now stays so: a garbage collection no longer has to look through it.
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)  # a page makes thousands of objects, nearly all of which go without it


def open_browser() -> None:
    address = config.get_option("server.address")
    host = "localhost" if address in {None, "0.0.0.0", "::"} else address  # noqa: S104 - only compared
    webbrowser.open(f"http://{host}:{config.get_option('server.port')}{base_path()}")


@asynccontextmanager
async def lifespan(_app: App) -> AsyncIterator[None]:
    """Runs before the server takes its first request. The health check answers only afterwards."""
    send_at_once()
    await asyncio.to_thread(open_server)
    if not config.get_option("server.headless"):
        # Streamlit opens a browser for a plain script, but not for an application; by then the server listens.
        asyncio.get_running_loop().call_later(0.5, open_browser)
    yield
    await asyncio.to_thread(opening.close)


opening = Opening(SETTINGS, first_work())
index_html = index_page(streamlit_index(), base_path())
closed = tuple(base_path() + path for path in ("metrics", "_stcore/metrics"))
app = App(
    PAGES / "main.py",
    routes=[
        *index_routes(index_html),
        assets_route(),
        run_route(),
        metrics_route(base_path() + "metrics", opening.metrics),
        ready_route(base_path() + "readyz", ready_problems, lambda: opening.held.sentence),
    ],
    middleware=[
        Middleware(OwnOrigin, hosts=own_hosts(), refused=opening.metrics.foreign.inc),
        Middleware(SecurityHeaders, headers=security_headers(index_html, SETTINGS), hosts=own_hosts()),
        Middleware(KnownPages, paths=[route.path for route in index_routes("")], said=no_such_page(page_paths())),
        Middleware(Closed, paths=closed, token=SETTINGS.metrics_token),
        Middleware(Gone),
        Middleware(Paced, rate=SETTINGS.messages_per_second),
    ],
    lifespan=lifespan,
    on_script_error=caught,
)
