"""Hostile texts are run, and judged by their effects: nothing outside is touched, time and memory end, the next one
runs as ever."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import psutil
import pytest

from gradwalk import ProgramError, record
from gradwalk.export.pictures import computation_svg, torchviz_svg
from gradwalk.recording import Recording
from gradwalk.sandbox.outcome import recording, said
from gradwalk.sandbox.processes import Nursery
from gradwalk.sandbox.programs import payload
from tests.hostile.corpus import CORPUS, Hostile
from tests.hostile.door import BOUNDS, ORDINARY, door
from tests.sandbox.world import World, world

SLACK = BOUNDS.grace + 1
"""Seconds of a core's work to come to an end, when the time is up."""


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    nursery = door()
    try:
        held = nursery.start()
        if not held.holds:  # some of these would do harm
            pytest.skip(held.sentence)
        yield nursery
    finally:
        nursery.stop()


@pytest.fixture(scope="module")
def outside() -> Iterator[World]:
    with world() as made:
        yield made


@pytest.fixture(scope="module")
def before(nursery: Nursery) -> Recording:
    """What an ordinary program gives."""
    return recording(ORDINARY, said(nursery.run(payload(ORDINARY))))


def identity(hostile: Hostile) -> str:
    return f"{hostile.kind}: {hostile.title}"


def test_the_texts_are_some_hundreds_and_each_has_a_title_of_its_own() -> None:
    assert len(CORPUS) > 500
    assert len({(hostile.kind, hostile.title) for hostile in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("hostile", CORPUS, ids=identity)
def test_a_hostile_text(hostile: Hostile, nursery: Nursery, outside: World, before: Recording) -> None:
    answer = nursery.run(payload(hostile.source))
    assert answer.ended in ("done", "time", "memory", "killed"), answer.reason
    assert answer.seconds < BOUNDS.seconds + SLACK
    with suppress(ProgramError):  # of a text that is too long
        assert recording(hostile.source, said(answer)).cells or not hostile.source.strip()
    assert outside.touched() == []


def test_no_process_is_left_and_an_ordinary_program_gives_what_it_gave(nursery: Nursery, before: Recording) -> None:
    assert nursery.pid is not None
    assert psutil.Process(nursery.pid).children(recursive=True) == []
    assert recording(ORDINARY, said(nursery.run(payload(ORDINARY)))) == before


@pytest.mark.parametrize("hostile", [text for text in CORPUS if text.kind == "rendering"], ids=identity)
def test_a_picture_holds_nothing_foreign(hostile: Hostile) -> None:
    try:
        recorded = record(hostile.source, pictures=True)
    except ProgramError:
        return
    pictures = [computation_svg(recorded)] if recorded.operations else []
    pictures += [
        torchviz_svg(picture, recorded, saved=saved) for picture in recorded.pictures for saved in (True, False)
    ]
    for picture in pictures:
        assert "<script" not in picture
        assert "javascript:" not in picture
        assert "<a" not in picture.replace("<animate", "")
