"""The player's Python side: what it hands to the browser. How it behaves there is tested in test_player.py."""

from __future__ import annotations

import json
import re

import pytest
from streamlit.testing.v1 import AppTest

from components.expression.record import recorded
from components.shared.assets import HERE as COMPONENTS
from components.shared.assets import addresses
from gradwalk.expression.expression import read
from gradwalk.graph import measures
from gradwalk.player import FOLDER, styles
from gradwalk.player.modules import bundled

SCRIPT = bundled(COMPONENTS / "player" / "player.js")
GEOMETRY = (FOLDER / "geometry.js").read_text(encoding="utf-8")


def mounted() -> None:
    """A page with the player alone; AppTest runs this body as a script of its own."""
    import streamlit as st

    from components.player import player
    from components.player.packed import packed

    story = {"phases": [], "steps": [], "slots": {}, "formulas": [], "code": ""}
    player(
        graphs=None, story=packed(story), query="z=x", step=3, opened=st.query_params.get("opened", "one"), stale=True
    )


def test_it_hands_the_recording_to_the_browser() -> None:
    at = AppTest.from_function(mounted, default_timeout=60).run()
    assert not at.exception
    component = at.get("bidi_component")[0].proto
    assert component.component_name == "gradwalk_player"
    sent = json.loads(component.bytes)
    assert (sent["graphs"], sent["story"]["code"]) == (None, "")
    assert (sent["query"], sent["step"], sent["stale"]) == ("z=x", 3, True)


def test_streamlit_is_given_a_few_lines_that_load_the_script() -> None:
    at = AppTest.from_function(mounted).run()
    assert not at.exception
    sent = at.get("bidi_component")[0].proto
    assert len(sent.SerializeToString()) < 1500
    [address] = addresses(["gradwalk_player"])
    assert f'"{address}"' in sent.js_content


@pytest.mark.parametrize(
    "word", ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "setStateValue"]
)
def test_the_script_parses_no_html_and_sends_nothing(word: str) -> None:
    assert word not in SCRIPT


def test_every_colour_is_a_variable_of_the_theme() -> None:
    rules = re.sub(r"var\(--st-[a-z-]+, [^)]+\)+", "", styles())
    assert not re.findall(r"#[0-9a-f]{3,8}\b|rgb\(|hsl\(", rules)


@pytest.mark.parametrize(
    ("constant", "measure"),
    [
        ("title", measures.TITLE_SIZE),
        ("subtitle", measures.SUBTITLE_SIZE),
        ("number", measures.NUMBER_SIZE),
        ("edge", measures.EDGE_SIZE),
        ("titleBaseline", measures.TITLE_BASELINE),
        ("subtitleBaseline", measures.SUBTITLE_BASELINE),
        ("rule", measures.RULE),
        ("firstBaseline", measures.FIRST_BASELINE),
        ("advance", measures.CODE_ADVANCE),
    ],
)
def test_boxes_are_drawn_by_the_measures_they_were_made_with(constant: str, measure: float) -> None:
    found = re.search(rf"\b{constant}: ([\d.]+)", GEOMETRY)
    assert found is not None
    assert float(found[1]) == measure


@pytest.mark.parametrize(("name", "size"), [("title", 15), ("subtitle", 12), ("value", 14), ("grad", 14)])
def test_the_style_sets_the_sizes_that_the_script_measures_by(name: str, size: int) -> None:
    assert re.search(rf"\.stage \.{name} {{ font-size: {size}px;", styles())


def test_arrows_back_are_shifted_as_in_files() -> None:
    assert f"export const FLOW_SHIFT = {measures.FLOW_SHIFT};" in GEOMETRY
    assert f"lineHeight: {measures.LINE_HEIGHT} }}" in GEOMETRY
    assert f"lineHeight: {measures.CODE_LINE}, advance" in GEOMETRY


def whole_program() -> None:
    """A page with a program, which says what was asked of it."""
    import streamlit as st

    from components.player import player, unfolded
    from components.player.packed import packed
    from tests.player_program import training

    data = training(20)
    player(graphs=packed(data["graphs"]), story=packed(data["story"]), key="it")
    st.write(f"asked: {unfolded('one', 'it')}, {unfolded('one', 'another')}")


def test_an_expression_gets_no_table_of_names_and_no_outputs() -> None:
    at = AppTest.from_function(whole_program, default_timeout=60).run()
    assert not at.exception
    assert {"names", "outputs", "saved", "cells"} <= json.loads(at.get("bidi_component")[0].proto.bytes)["story"].keys()
    story = json.loads(recorded(read("z = x", {})).story)
    assert "saved" in story
    assert not story.keys() & {"names", "outputs", "cells", "episodes"}


def test_nobody_has_asked_for_a_folded_episode_yet() -> None:
    at = AppTest.from_function(whole_program, default_timeout=60).run()
    assert at.markdown[0].value == "asked: (), ()"


def test_what_somebody_opened_stays_open_in_the_same_document() -> None:
    def asking() -> None:
        import streamlit as st

        from components.player import unfolded

        st.write(str(unfolded(st.session_state["document"], "it")))

    at = AppTest.from_function(asking, default_timeout=60)
    at.session_state["document"] = "one"

    def ask(number: object, document: str = "one") -> str:
        at.session_state["document"] = document
        at.session_state["it"] = {"unfold": number}
        return str(at.run().markdown[0].value)

    assert [ask(7), ask(None), ask(9), ask(7), ask("8")] == ["(7,)", "(7,)", "(7, 9)", "(9, 7)", "(9, 7)"]
    assert [ask(number) for number in range(20, 30)][-1] == "(22, 23, 24, 25, 26, 27, 28, 29)"
    assert [ask(5, "another"), ask(None, "another")] == ["()", "()"]


def test_the_script_sends_only_requests_to_unfold_and_to_draw() -> None:
    asked = ['("unfold", number)', '("draw", number)', '("torchviz", true)']
    assert re.findall(r"setTriggerValue(\(.*?\))", SCRIPT) == asked
