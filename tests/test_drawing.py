"""The player's graphs and the picture files of real recordings."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest

from gradwalk import record
from gradwalk.export.pictures import computation_dot, computation_svg, texts_at, torchviz_svg
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
    assert {slot.rpartition(".")[0] for slot in timeline(recording)["slots"]} <= places


def test_without_pictures_there_is_no_grad_fn_graph() -> None:
    assert player_graphs(record(SINE.format(4.0)))["grad_fn"] is None


def test_the_finished_picture_shows_pytorchs_numbers() -> None:
    shown = texts(computation_svg(sine()))
    for text in ("z = sin(v₁)", "SinBackward0", "16", "−0.2879", "× −0.9577", "× 8", "∇ −0.9577", "∇ −7.6613"):
        assert text in shown


def test_a_step_shows_what_is_known_by_then() -> None:
    first, last = texts(computation_svg(sine(), 0)), texts(computation_svg(sine(), 10**6))
    assert "4" in first
    assert "16" not in first
    assert set(first) < set(last) == set(texts(computation_svg(sine())))
    assert ' now"' in computation_svg(sine(), 1)


@pytest.mark.parametrize("svg", [computation_svg(sine()), torchviz_svg(sine().pictures[0], sine(), saved=True)])
def test_files_stand_alone(svg: str) -> None:
    root = ElementTree.fromstring(svg)  # noqa: S314 (our own)
    assert root.tag == f"{SVG}svg"
    assert "prefers-color-scheme: dark" in svg
    names = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert names <= {"svg", "title", "style", "rect", "g", "path", "line", "text"}
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not any("href" in name or name.startswith("on") or name == "style" for name in attributes)
    assert "url(" not in svg
    assert "@import" not in svg


HOSTILE = "</text><script>alert(1)</script>&\"'\\"


def hostile() -> Recording:
    """Names that no program can have, to be sure."""
    recording = sine()
    values = tuple(value._replace(names=(HOSTILE,)) if value.names else value for value in recording.values)
    nodes = tuple(node._replace(name=HOSTILE + "\x00\ud800") for node in recording.nodes)
    return replace(recording, values=values, nodes=nodes)


def test_whatever_a_name_holds_stays_text() -> None:
    recording = hostile()
    for svg in computation_svg(recording), torchviz_svg(recording.pictures[0], recording):
        assert "<script" not in svg
        assert any(text.startswith("</text>") for text in texts(svg))
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
