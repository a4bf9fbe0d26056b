"""Visitors by Streamlit's own protocol: the real server answers each, refuses what is hostile, and stays as it was."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from random import Random

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.fuzzing.cases import case, short
from benchmarks.fuzzing.doors import DOORS
from benchmarks.hostile_server import sound
from benchmarks.load import percentile
from benchmarks.visiting.session import Session
from benchmarks.visiting.visitor import CODE, EXPRESSION, Page, Visitor
from tests.hostile.corpus import CORPUS
from tests.process import in_a_loop_of_its_own

HOSTILE = [one for one in CORPUS if not one.harmless and one.kind not in ("time", "memory")][::40]


def visit(server: str, page: Page, what: Callable[[Visitor], Awaitable[None]]) -> None:
    async def whole() -> None:
        visitor = await Visitor.come(server.replace("http", "ws"), Random(7), page)
        await what(visitor)
        await visitor.session.close()

    in_a_loop_of_its_own(whole())


@pytest.mark.parametrize("page", [EXPRESSION, CODE], ids=lambda page: page.key)
def test_what_nobody_typed_before_is_answered(server: str, page: Page) -> None:
    async def edits(visitor: Visitor) -> None:
        first = await visitor.edit(), visitor.session.data(page.key)["answered"]
        second = await visitor.edit(), visitor.session.data(page.key)["answered"]
        assert (first[1], second[1]) == (1, 2)

    visit(server, page, edits)


@pytest.mark.parametrize("page", [EXPRESSION, CODE], ids=lambda page: page.key)
def test_hostile_texts_are_refused_and_the_session_goes_on(server: str, page: Page) -> None:
    async def edits(visitor: Visitor) -> None:
        for hostile in HOSTILE:
            await visitor.edit({"text": sound(hostile.source)}, refused=None)
            data = visitor.session.data(page.key)
            assert page is CODE or data["refusal"] is not None or data["failed"], hostile.title
        await visitor.edit()

    visit(server, page, edits)


@pytest.mark.parametrize("page", [EXPRESSION, CODE], ids=lambda page: page.key)
def test_who_comes_from_a_server_that_is_gone_goes_on_with_what_they_had(server: str, page: Page) -> None:
    entry = page.entry(Random(3), "there", 17)

    async def whole() -> None:
        held = WidgetState(id=f"$$ID-0-{page.key}", json_value=json.dumps({"entry": entry}))
        session = await Session.open(server.replace("http", "ws"), page.path, "z=x", held)
        data = session.data(page.key)
        assert (data["opened"], data["answered"], data["refusal"]) == ("there", 17, None)
        assert entry["text"] in (data.get("text"), data.get("document", {}).get("text"))
        await session.close()

    in_a_loop_of_its_own(whole())


@pytest.mark.parametrize("state", ["", "[", "[]", '{"entry": 1}', "[" * 100_000, '{"entry": {"text": 1}}'])
def test_what_no_browser_holds_is_passed_over(server: str, state: str) -> None:
    async def whole() -> None:
        held = WidgetState(id="$$ID-0-expression-form", json_value=state)
        session = await Session.open(server.replace("http", "ws"), "", "z=x*3", held)
        assert session.data("expression-form")["document"]["text"] == "z = x*3"
        await session.close()

    in_a_loop_of_its_own(whole())


def test_cases_of_the_fuzzer_can_be_made_again() -> None:
    assert [case(Random(f"a {number}")) for number in range(30)] == [
        case(Random(f"a {number}")) for number in range(30)
    ]
    assert len({short(Random(f"a {number}")) for number in range(30)}) > 20


@pytest.mark.parametrize("door", DOORS)
def test_every_door_makes_a_program_of_what_is_sound(door: str) -> None:
    source = "z = x*y" if door in ("expression", "address") else "import torch\ntorch.ones(22).sum()"
    assert "torch" in DOORS[door](source)


def test_percentiles() -> None:
    assert percentile([3, 1, 2, 4], 0.5) == 3
    assert percentile([1.0] * 19 + [9.0], 0.95) == 9.0
    assert percentile([1, 5], 1.0) == 5
