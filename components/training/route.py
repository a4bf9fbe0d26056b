"""A run, told to the browser that draws it: asked for piece by piece, and going on only as far as it is asked for."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any
from weakref import WeakKeyDictionary, WeakValueDictionary

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from components.shared.assets import base_path
from components.shared.mistakes import SENTENCE, mistake
from gradwalk.training.fit import Fit, settle_threads
from gradwalk.training.pictures import every, pictures, surface_of, told
from gradwalk.training.running import BusyError, Running

FOLDER = "training-run"
PATIENCE = 0.25
"""Seconds for which an answer waits for something to tell."""
AT_ONCE = 12
"""Pictures in one answer, at most."""
FEW = 3
"""Pictures for which an answer waits, but not before the first one is shown."""
LARGEST = 10**6
ASKED = ("from", "upto", "at", "first", "second", "drawn")
GONE = "This run is no longer known here: the server was started anew, or another one answers. Run it again."

_runs: WeakValueDictionary[str, Running] = WeakValueDictionary()
_addresses: WeakKeyDictionary[Running, str] = WeakKeyDictionary()
_counted: WeakKeyDictionary[Running, bool] = WeakKeyDictionary()


def address_of(run: Running) -> str:
    """Where the browser asks for this run: a path that nobody can guess. It is known as long as the run is kept."""
    if run not in _addresses:
        key = secrets.token_urlsafe(18)
        _runs[key] = run
        _addresses[run] = f"{base_path()}{FOLDER}/{key}"
    return _addresses[run]


def run_route() -> Route:
    async def answer(request: Request) -> Response:
        run = _runs.get(request.path_params["key"])
        if run is None:
            return _json({"gone": GONE}, 404)
        asked = {name: _whole(request.query_params.get(name, "")) for name in ASKED}
        if asked["at"] is not None:
            return _json(await asyncio.to_thread(_surface, run, asked))
        if asked["drawn"] is not None:
            return _json(await asyncio.to_thread(_drawn, run, asked["drawn"]))
        return _json(await asyncio.to_thread(_told, run, asked["from"] or 0, asked["upto"] or 0))

    return Route(f"{base_path()}{FOLDER}/{{key}}", answer)


def _json(found: Any, status: int = 200) -> Response:
    return JSONResponse(found, status, {"Cache-Control": "no-store"})


def _whole(text: str) -> int | None:
    return min(int(text), LARGEST) if text.isascii() and text.isdigit() and len(text) < 8 else None


def _told(run: Running, start: int, upto: int) -> dict[str, Any]:
    """The told epochs from ``start`` on, with their pictures; ``upto`` is the place that it may go on to."""
    busy = ""
    try:
        run.want(upto)
    except BusyError as error:
        busy = str(error)
    if not run.over:
        run.wait_for(start, PATIENCE, min(FEW * every(run.setting), max(0, upto - start)) if start else 0)
    settle_threads()
    with run.standing():
        return _told_now(run, start, busy)


def _told_now(run: Running, start: int, busy: str) -> dict[str, Any]:
    over, ended, known = run.over, run.ended, run.told
    end = min(known, (start // every(run.setting) + AT_ONCE) * every(run.setting))
    drawn = [place for place in range(start, end) if place % every(run.setting) == 0 or (ended and place == known - 1)]
    return {
        "from": start,
        "told": told(run.history, start, end),
        "pictures": pictures(run.history, Fit(run.setting), drawn),
        "ended": ended and end == known,
        "over": over and end == known,
        "busy": busy,
        "remark": _remark(run) if over else None,
    }


def _drawn(run: Running, place: int) -> dict[str, Any] | None:
    """The picture of one told epoch, for who stands between two that are sent of themselves."""
    settle_threads()
    with run.standing():
        return next(iter(pictures(run.history, Fit(run.setting), [place] if place < run.told else [])), None)


def _remark(run: Running) -> dict[str, str]:
    """What is to be said at the end, and what a press does about it."""
    if run.broken is not None:
        if run not in _counted:  # however often it is asked for
            _counted[run] = True
            mistake("perceptron", run.broken)
        return {"text": SENTENCE, "cure": ""}
    if run.remark is None:
        return {"text": "", "cure": ""}
    return {"text": run.remark.text, "cure": run.remark.cure.press if run.remark.cure else ""}


def _surface(run: Running, asked: dict[str, int | None]) -> dict[str, Any] | None:
    first, second = asked["first"], asked["second"]
    pair = None if first is None or second is None or first == second else (first, second)
    settle_threads()
    with run.standing():
        return surface_of(run.history, run.told, asked["at"] or 0, pair)
