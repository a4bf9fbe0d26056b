"""Drawing by hand: arrows there and back, texts that are too wide, boxes that are lit."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

from gradwalk.export.moment import Moment, Slot
from gradwalk.export.svg import Drawn, svg
from gradwalk.graph.measures import FLOW_SHIFT

Json = dict[str, Any]
BOX = {"id": "o0", "x": 0, "y": 0, "w": 110, "h": 91, "kind": "operation", "root": False, "title": "y = x²"}
BOX |= {"subtitle": "PowBackward0", "lines": 1, "group": "n0"}
ARROW = {"id": "e0.0", "tail": "v0", "head": "o0", "label": [50, 20], "tracked": True, "room": 90}
ARROW |= {"path": "M0,20L10,20C40,20 60,20 90,20"}


def drawn(texts: dict[str, list[str]], now: set[str] | None = None, more: Json | None = None, **changes: Any) -> str:
    box, arrow = {**BOX, **changes}, {**ARROW, **(more or {})}
    placed = {"width": 200, "height": 91, "boxes": [box], "arrows": [arrow]}
    moment = Moment({slot: Slot(lines) for slot, lines in texts.items()}, frozenset(now or ()), "backward")
    text = svg(Drawn(placed, moment, "Graph", kept=True, font=False))
    ElementTree.fromstring(text)  # noqa: S314 (our own)
    return text.partition("</style>")[2]


def starts_and_tips(text: str) -> list[tuple[str, str]]:
    return re.findall(r'class="line" d="M(.*?)[LC].*?class="head" d="M(.*?)L', text)


def test_the_gradient_flows_back_beside_the_arrow() -> None:
    there, back = starts_and_tips(drawn({"e0.0.flow": ["3"]}))
    assert there == ("0,20", "90,20")
    assert back == (f"90,{20 + FLOW_SHIFT}", f"0,{20 + FLOW_SHIFT}")


def test_no_flow_before_it_is_known() -> None:
    assert len(starts_and_tips(drawn({}))) == 1


def test_too_wide_a_number_is_squeezed_into_its_box() -> None:
    assert 'textLength="100"' in drawn({"o0.value": ["−1.234e−300 and more"]})
    assert "textLength" not in drawn({"o0.value": ["−1.2345"]})


def test_the_gradient_follows_the_lines_of_the_value() -> None:
    text = drawn({"o0.value": ["[1, 2]"], "o0.grad": ["[3, 4]", "[5, 6]"]}, lines=2)
    heights = [float(y) for y in re.findall(r'class="(?:value|grad)" x="55" y="(.*?)"', text)]
    assert heights == sorted(heights)
    assert "∇ [3, 4]" in text
    assert ">[5, 6]<" in text


def test_a_box_lights_up_by_its_id_or_its_group() -> None:
    assert '"box operation now"' in drawn({}, {"n0"})
    assert '"box operation now"' in drawn({}, {"o0"})
    assert ' now"' not in drawn({}, {"n1"})


def test_lines_of_code_keep_their_places() -> None:
    text = drawn({}, lines=0, title="PowBackward0\n------\nexponent: 2", kind="backward")
    assert text.count('class="detail') == 2
    assert text.count("<line") == 1


def test_what_is_unknown_is_a_question() -> None:
    assert '<text class="value unknown" x="55" y="63">?</text>' in drawn({})
    assert '<text class="grad unknown" x="55" y="81">∇ ?</text>' in drawn({"o0.value": ["3"]})


def test_what_a_node_keeps_hangs_on_its_box_and_a_changed_value_has_its_version() -> None:
    text = drawn({"n0.saved": ["self = 2"], "o0.version": ["1"]})
    assert ">self = 2</text>" in text
    assert ">version 1</text>" in text


def test_no_gradient_comes_through_a_cut() -> None:
    text = drawn({"e0.0.flow": ["3"]}, more={"tracked": False, "cut": True})
    assert len(starts_and_tips(text)) == 1
    assert 'class="arrow untracked cut"' in text
    assert 'class="cut-mark"' in text


def test_an_exponent_is_raised_and_what_follows_it_is_not() -> None:
    text = drawn({}, title="z = e^v₁ · 2^x")
    title = re.search(r'<text class="title"[^>]*>(.*?)</text>', text)
    assert title
    assert re.sub(r"<[^>]*>", "", title[1]) == "z = ev₁ · 2x"
    assert re.findall(r'dy="(-?\d+)">([^<]*)', title[1]) == [("-5", "v₁"), ("5", " · 2"), ("-5", "x")]
