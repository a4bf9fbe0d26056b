"""The examples' small drawings are of their recordings: as many boxes, of the same kinds, at the same places."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from deploy.drawings import (
    COURSE_FILE,
    FILE,
    HEIGHT,
    PROGRAMS_FILE,
    WIDTH,
    course_text,
    drawing,
    program_drawing,
)
from gradwalk.lessons import BY_SLUG, LESSONS
from gradwalk.lessons.gallery import EXAMPLES
from gradwalk.perceptron.settings.presets import COURSE, PRESETS


def drawings_of(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        re.sub(r",\n}", "}", file.read_text(encoding="utf-8").split("DRAWINGS = ")[1].rstrip(";\n"))
    )
    return found


DRAWN, PROGRAMS = drawings_of(FILE), drawings_of(PROGRAMS_FILE)
SOME = {"z = sin(x²)", "f = (x + y)·z", "relu at 0", "0 · ∞ behind where"}


def test_each_example_has_one_that_keeps_within_its_room() -> None:
    assert [(title, found["lesson"]) for title, found in DRAWN.items()] == [(e.title, e.lesson) for e in EXAMPLES]
    assert [(slug, found["lesson"]) for slug, found in PROGRAMS.items()] == [(e.slug, e.summary) for e in LESSONS]
    for found in (*DRAWN.values(), *PROGRAMS.values()):
        for _, x, y, w, h in found["boxes"]:
            assert x >= 0
            assert y >= 0
            assert x + w <= WIDTH
            assert y + h <= HEIGHT
    for found in DRAWN.values():
        assert sum(kind == "root" for kind, *_ in found["boxes"]) == 1


@pytest.mark.parametrize("example", [each for each in EXAMPLES if each.title in SOME], ids=lambda each: each.title)
def test_they_are_what_the_recordings_give(example: Any) -> None:
    found, kept = drawing(example), {key: part for key, part in DRAWN[example.title].items() if key != "lesson"}
    assert found.keys() == kept.keys()
    assert sorted(box[0] for box in found["boxes"]) == sorted(box[0] for box in kept["boxes"])
    for place in ("tangent", "at"):
        assert found.get(place) == pytest.approx(kept.get(place), abs=2)


@pytest.mark.parametrize(("slug", "graphs", "fails"), [("1b_chain_rule", 1, False), ("7c_twice", 3, True)])
def test_a_programs_says_how_many_graphs_there_are_and_whether_something_fails(
    slug: str, graphs: int, fails: bool
) -> None:
    found = PROGRAMS[slug]
    assert (found.get("graphs", 1), found.get("fails", False)) == (graphs, fails)
    assert sorted(map(str, found["boxes"])) == sorted(map(str, program_drawing(BY_SLUG[slug])["boxes"]))


def test_a_perceptrons_examples_are_a_course_and_their_pictures_are_of_their_settings() -> None:
    assert [slug for _, slugs in COURSE for slug in slugs] == [preset.slug for preset in PRESETS]
    assert COURSE_FILE.read_text(encoding="utf-8") == course_text()
