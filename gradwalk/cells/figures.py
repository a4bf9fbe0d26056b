"""matplotlib inside a run: its figures go to the cell, as in Jupyter, and its state is put back afterwards.

A program that never draws pays next to nothing: matplotlib gets its backend when it first wants one, and finds the
run's shell then.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gradwalk.cells.kept import Kept, attribute

BACKEND = "module://matplotlib_inline.backend_inline"
_MODULE = BACKEND.removeprefix("module://")
_CONFIGURATION = "matplotlib_inline.config"


@contextmanager
def inline() -> Iterator[None]:
    """A stretch in which matplotlib, loaded already or not, is as in a new process of Jupyter's."""
    usual = os.environ.get("MPLBACKEND")
    os.environ["MPLBACKEND"] = BACKEND  # what Jupyter tells a matplotlib that is loaded from now on
    configured = [(kept, kept.get()) for kept in _configured()]
    module, settings, state = sys.modules.pop(_MODULE, None), _settings(), _state()
    for kept, _ in configured:
        kept.set(None)
    if settings is not None:
        _put_settings({**_first_settings(), "backend": BACKEND})
    _put_state({})
    try:
        yield
    finally:
        os.environ.pop("MPLBACKEND", None)
        if usual is not None:
            os.environ["MPLBACKEND"] = usual
        if _matplotlib() is not None:
            _put_settings(settings or {**_first_settings(), "backend": _automatic()})
        _put_state(state)
        for kept in _configured() if not configured else ():  # it came with the program
            kept.set(None)
        for kept, was in configured:
            kept.set(was)
        if module is not None:
            sys.modules[_MODULE] = module
        else:
            sys.modules.pop(_MODULE, None)


def _configured() -> list[Kept]:
    """What the backend keeps of its configuration, where it is loaded: it brings all of matplotlib with it."""
    found = sys.modules.get(_CONFIGURATION)
    return [] if found is None else [attribute(kind, "_instance", None) for kind in found.InlineBackend._walk_mro()]


def _matplotlib() -> Any:
    """The module where it is loaded, and not just on its way."""
    module = sys.modules.get("matplotlib")
    return module if hasattr(module, "get_backend") else None


def _settings() -> dict[str, Any] | None:
    """All of rcParams, past what its own ways of reading do on the way."""
    found = _matplotlib()
    return None if found is None else dict(dict.items(found.rcParams))


def _put_settings(settings: dict[str, Any]) -> None:
    dict.update(_matplotlib().rcParams, settings)


def _first_settings() -> dict[str, Any]:
    """What they are after an import."""
    return dict(dict.items(_matplotlib().rcParamsOrig))


def _automatic() -> Any:
    """Stands for a backend that is chosen when one is wanted."""
    return _matplotlib().rcsetup._auto_backend_sentinel


def _pyplot() -> Any:
    module = sys.modules.get("matplotlib.pyplot")
    return module if hasattr(module, "switch_backend") else None


def _state() -> dict[str, Any]:
    """What pyplot holds beside the settings: its figures, its backend, and whether a shell tells it of each cell."""
    if (pyplot := _pyplot()) is None:
        return {}
    return {
        "figures": dict(pyplot._pylab_helpers.Gcf.figs),
        "_backend_mod": pyplot._backend_mod,
        "_REPL_DISPLAYHOOK": pyplot._REPL_DISPLAYHOOK,
    }


def _put_state(state: dict[str, Any]) -> None:
    """Without an entry: as after an import."""
    if (pyplot := _pyplot()) is None:
        return
    figures = pyplot._pylab_helpers.Gcf.figs
    figures.clear()
    figures.update(state.get("figures", {}))
    pyplot._backend_mod = state.get("_backend_mod")
    pyplot._REPL_DISPLAYHOOK = state.get("_REPL_DISPLAYHOOK", pyplot._ReplDisplayHook.NONE)
