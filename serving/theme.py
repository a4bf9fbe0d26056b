"""The theme, worked out once: it never changes on a running server, and Streamlit works it out anew for each run.

That takes a fifth of the server's own time for an edit: three hundred options, each name rewritten by a regular
expression.
"""

from __future__ import annotations

from typing import Any

from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

_anew: Any = app_session._populate_theme_msg
_known: dict[str, CustomThemeConfig] = {}
"""By section."""


def keep_theme() -> None:
    """From now on what Streamlit finds for a section is kept. Call it when all options are read."""
    _known.clear()
    app_session._populate_theme_msg = _kept  # type: ignore[assignment]  # the parameters are the same


def _kept(message: CustomThemeConfig, section: str = "theme") -> None:
    if section not in _known:
        _known[section] = CustomThemeConfig()
        _anew(_known[section], section)
    if _known[section].ByteSize():  # an empty section stays one that is not there
        message.MergeFrom(_known[section])
