"""The player's graphs and the picture files of real recordings."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image

from gradwalk import record
from gradwalk.export import CannotDraw
from gradwalk.export.moment import Moment
from gradwalk.export.paper import pdf, png
from gradwalk.export.pictures import computation_dot, computation_svg, picture_at, texts_at, torchviz_svg
from gradwalk.export.svg import Drawn, size_of, svg
from gradwalk.graph.layout import place
from gradwalk.graph.player import player_graphs
from gradwalk.recording import Recording
from gradwalk.story.timeline import timeline

SINE = "import torch\nx = torch.tensor({}, requires_grad=True)\nz = torch.sin(x**2)\nz.backward()"
SVG = "{http://www.w3.org/2000/svg}"


def sine(x: float = 4.0) -> Recording:
    return record(SINE.format(x), pictures=True)


def pictures(graphs: dict[str, Any]) -> list[dict[str, Any]]:
    return [*graphs["computation"].values(), *graphs["grad_fn"].values()]


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314 (our own)


def test_the_players_graphs_are_json_and_complete() -> None:
    graphs = json.loads(json.dumps(player_graphs(sine())))
    for picture in pictures(graphs):
        ids = {box["id"] for box in picture["boxes"]}
        assert all(arrow["tail"] in ids and arrow["head"] in ids for arrow in picture["arrows"])
        for box in picture["boxes"]:
            assert 0 <= box["x"] <= box["x"] + box["w"] <= picture["width"] + 1
            assert 0 <= box["y"] <= box["y"] + box["h"] <= picture["height"] + 1


def test_other_numbers_change_nothing() -> None:
    assert player_graphs(sine(4.0)) == player_graphs(sine(-1e-20))


def test_kinds_titles_and_groups_of_torchvizs_boxes() -> None:
    recording = sine()
    node = {node.name: f"n{node.id}" for node in recording.nodes}
    plain = player_graphs(recording)["grad_fn"]["plain"]["boxes"]
    assert {(box["kind"], box["title"], box["group"]) for box in plain} == {
        ("tensor", "x\n()", "v0"),
        ("accumulate", "AccumulateGrad", node["AccumulateGrad"]),
        ("backward", "PowBackward0", node["PowBackward0"]),
        ("backward", "SinBackward0", node["SinBackward0"]),
        ("output", "z\n()", "o1"),
    }


def test_saved_values_light_up_with_their_node() -> None:
    recording = sine()
    saved = player_graphs(recording)["grad_fn"]["saved"]
    groups = {box["group"] for box in saved["boxes"] if box["kind"] == "saved"}
    assert groups == {f"n{node.id}" for node in recording.nodes if node.operation is not None}
    assert [arrow["plain"] for arrow in saved["arrows"]].count(True) == 2


def test_every_step_lights_up_something_in_both_pictures() -> None:
    recording = sine()
    graphs, story = player_graphs(recording), timeline(recording)
    for picture in graphs["computation"]["wide"], graphs["grad_fn"]["plain"]:
        known = {box["id"] for box in picture["boxes"]} | {box["group"] for box in picture["boxes"]}
        for step in story["steps"][1:]:
            assert known & set(step["now"]), step["title"]


def test_every_slot_has_its_place() -> None:
    lines = "x = torch.ones(2, requires_grad=True)\ny = x * x\nz = (y + y.sin()).sum()\nz.backward()"
    recording = record("import torch\n" + lines)
    wide = player_graphs(recording)["computation"]["wide"]
    places = {box["id"] for box in wide["boxes"]} | {arrow["id"] for arrow in wide["arrows"]}
    assert {slot.removesuffix(".heat").rpartition(".")[0] for slot in timeline(recording)["slots"]} <= places


def test_without_pictures_there_is_no_grad_fn_graph() -> None:
    assert player_graphs(record(SINE.format(4.0)))["grad_fn"] is None


def test_the_finished_picture_shows_pytorchs_numbers() -> None:
    shown = texts(computation_svg(sine()))
    for text in ("z = sin(v₁)", "SinBackward0", "16", "−0.2879", "× −0.9577", "× 8", "∇ −0.9577", "∇ −7.6613"):
        assert text in shown


def test_a_step_shows_what_is_known_by_then() -> None:
    recording = sine()
    last = len(timeline(recording)["steps"]) - 1
    early, late = texts(computation_svg(recording, 0)), texts(computation_svg(recording, last))
    assert "4" in early
    assert not {"16", "∇ −7.6613"} & set(early)
    assert set(late) == set(texts(computation_svg(recording)))
    assert ' now"' in computation_svg(recording, 1)
    assert ' now"' not in computation_svg(recording)
    for outside in (-1, last + 1):
        with pytest.raises(
            CannotDraw, match=rf"^There is no step {outside}: this recording has the steps 0 to {last}\.$"
        ):
            computation_svg(recording, outside)


def test_what_is_not_there_is_said() -> None:
    with pytest.raises(CannotDraw, match=r"^There is no picture 'both'; there are computation, computation-saved, "):
        picture_at(sine(), kind="both")
    with pytest.raises(CannotDraw, match=r"a recording keeps it with pictures=True\.$"):
        picture_at(record(SINE.format(4.0)), kind="grad_fn")
    with pytest.raises(CannotDraw, match="no operation on a tensor"):
        picture_at(record("x = 1"))


def test_torchvizs_picture_as_it_stands_at_a_step() -> None:
    """What a node keeps stands there from its own step on, and is struck out once the engine has let go of it."""
    recording = sine()
    steps = timeline(recording)["steps"]
    forward = next(number for number, step in enumerate(steps) if step["kind"] == "forward")
    drawn = [svg(picture_at(recording, step, "grad_fn-saved")) for step in (0, forward, len(steps) - 1)]
    assert [text.count("unborn") > STYLED for text in drawn] == [True, True, False]
    assert ["known" in text.partition("</style>")[2] for text in drawn] == [False, True, True]
    assert ["freed" in text.partition("</style>")[2] for text in drawn] == [False, False, True]


STYLED = svg(Drawn({"width": 1, "height": 1, "boxes": [], "arrows": []}, Moment({}), "", numbers=False)).count("unborn")


def test_a_picture_of_one_theme_asks_for_none() -> None:
    light, dark, either = (svg(picture_at(sine(), theme=theme)) for theme in ("light", "dark", None))
    assert "prefers-color-scheme" not in light + dark
    assert light != dark
    assert "prefers-color-scheme: dark" in either


def test_png_and_pdf_hold_the_whole_picture() -> None:
    """Pixels twice as many as the picture's own; a page of its size, its text as text, in the font that comes along."""
    drawn = picture_at(sine(), 3)
    width, height = size_of(drawn)
    image = Image.open(BytesIO(png(drawn)))
    assert image.size == pytest.approx((2 * width, 2 * height), abs=2)
    assert image.convert("RGB").getpixel((3, 3)) == (255, 255, 255)
    dark = Image.open(BytesIO(png(drawn._replace(theme="dark"))))
    assert dark.convert("RGB").getpixel((3, 3)) == (0x11, 0x14, 0x18)
    made = pdf(drawn)
    assert made == pdf(drawn), "the same recording gives the same file"
    box = re.search(rb"/MediaBox *\[0 0 ([\d.]+) ([\d.]+)\]", made)
    assert box is not None
    assert [float(side) for side in box.groups()] == pytest.approx([0.75 * width, 0.75 * height], abs=0.1)
    assert {name.partition(b"+")[2] for name in re.findall(rb"/BaseFont/([\w+-]+)", made)} >= {b"GradwalkSans-400"}


def test_a_picture_wider_than_the_format_is_drawn_smaller() -> None:
    placed = {"width": 30_000.0, "height": 100.0, "boxes": [], "arrows": []}
    wide = Drawn(placed, Moment({}), "Wide", numbers=False)
    assert Image.open(BytesIO(png(wide))).width <= 16_000
    box = re.search(rb"/MediaBox *\[0 0 ([\d.]+)", pdf(wide))
    assert box is not None
    assert float(box[1]) <= 14_400


@pytest.mark.parametrize("text", [computation_svg(sine()), torchviz_svg(sine().pictures[0], sine(), saved=True)])
def test_files_stand_alone(text: str) -> None:
    root = ElementTree.fromstring(text)  # noqa: S314 (our own)
    assert root.tag == f"{SVG}svg"
    assert "prefers-color-scheme: dark" in text
    names = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert names <= {"svg", "title", "style", "rect", "g", "path", "line", "text"}
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not any("href" in name or name.startswith("on") or name == "style" for name in attributes)
    assert re.findall(r"url\((.{10})", text) == ["data:font/"]
    assert "@import" not in text


HOSTILE = "</text><script>alert(1)</script>&\"'\\"


def hostile() -> Recording:
    """Names that no program can have, to be sure."""
    recording = sine()
    values = tuple(value._replace(names=(HOSTILE,)) if value.names else value for value in recording.values)
    nodes = tuple(node._replace(name=HOSTILE + "\x00\ud800") for node in recording.nodes)
    return replace(recording, values=values, nodes=nodes)


def test_whatever_a_name_holds_stays_text() -> None:
    recording = hostile()
    for text in computation_svg(recording), torchviz_svg(recording.pictures[0], recording):
        assert "<script" not in text
        assert any(line.startswith("</text>") for line in texts(text))
    assert place(computation_dot(recording)).boxes["v0"].label.startswith(HOSTILE)


def test_the_graphviz_file_says_everything() -> None:
    placed = place(computation_dot(sine()))
    assert placed.boxes["o1"].label == "z = sin(v₁)\nSinBackward0\n−0.2879\n∇ 1"
    assert list(placed.arrows) == ["e0.0", "e1.0"]


def test_torchvizs_picture_needs_no_recording() -> None:
    assert "AccumulateGrad" in texts(torchviz_svg(sine().pictures[0]))


def test_slots_show_their_latest_text_until_they_are_emptied() -> None:
    slots: dict[str, list[list[Any]]] = {"o1.value": [[2, ["a"]], [5, ["b"]], [7, None]]}
    assert [texts_at(slots, step).get("o1.value") for step in (0, 2, 4, 5, 6, 7)] == [
        None,
        ["a"],
        ["a"],
        ["b"],
        ["b"],
        None,
    ]
