"""Drawing by hand: arrows there and back, texts that are too wide, boxes that are lit."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

from gradwalk.export.svg import Drawn, svg
from gradwalk.graph.measures import FLOW_SHIFT

BOX = {"id": "o0", "x": 0, "y": 0, "w": 110, "h": 91, "kind": "operation", "root": False, "title": "y = x²"}
BOX |= {"subtitle": "PowBackward0", "lines": 1, "group": "n0"}
ARROW = {"id": "e0.0", "tail": "v0", "head": "o0", "label": [50, 20], "tracked": True, "room": 90}
ARROW |= {"path": "M0,20L10,20C40,20 60,20 90,20"}


def drawn(texts: dict[str, list[str]], now: set[str] | None = None, **changes: Any) -> str:
    box, arrow = {**BOX, **changes}, ARROW
    placed = {"width": 200, "height": 91, "boxes": [box], "arrows": [arrow]}
    text = svg(Drawn(placed, texts, frozenset(now or ()), "backward", "Graph"))
    ElementTree.fromstring(text)  # noqa: S314 (our own)
    return text


def starts_and_tips(text: str) -> list[tuple[str, str]]:
    return re.findall(r'class="line" d="M(.*?)[LC].*?class="head" d="M(.*?)L', text)


def test_the_gradient_flows_back_beside_the_arrow() -> None:
    there, back = starts_and_tips(drawn({"e0.0.flow": ["3"]}))
    assert there == ("0.0,20.0", "90.0,20.0")
    assert back == (f"90.0,{20 + FLOW_SHIFT:.1f}", f"0.0,{20 + FLOW_SHIFT:.1f}")


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
    text = drawn({}, lines=0, title="PowBackward0\n------\nexponent: 2")
    assert text.count('class="code"') == 3
