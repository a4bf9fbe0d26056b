"""The theme that is kept is the one that Streamlit would work out anew."""

from __future__ import annotations

import pytest
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

from serving import theme
from tests.browser import ROOT

SECTIONS = ("theme", "theme.light", "theme.dark", "theme.sidebar", "theme.light.sidebar", "theme.dark.sidebar")


@pytest.mark.parametrize("section", SECTIONS)
def test_it_is_the_same_each_time(section: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(app_session, "_populate_theme_msg", theme._anew)
    anew = CustomThemeConfig()
    app_session._populate_theme_msg(anew, section)
    theme.keep_theme()
    for _ in range(2):
        kept = CustomThemeConfig()
        app_session._populate_theme_msg(kept, section)
        assert kept == anew
    if section == "theme.light":
        assert anew.primary_color
