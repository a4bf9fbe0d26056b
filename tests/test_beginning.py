"""The beginning of a long recording is read without the rest, and tells the same as the whole does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gradwalk import Recording, record
from gradwalk.address.program import to_query
from gradwalk.analysis import Analysis, analyse, analyse_beginning, first_of
from gradwalk.sandbox.outcome import Said, beginning
from gradwalk.sandbox.wire import packed
from gradwalk.story.player_data import PlayerData, player_data, with_graphs_of
from tests.test_code_page import send, visit

LOOP = """\
import torch
from torch import nn
net = nn.Linear(2, 1)
late = nn.Linear(2, 1)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for turn in range(20):
    loss = net(torch.ones(2)).sum()
    for _ in range(turn):
        loss = loss * 1
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
late(torch.ones(2)).sum().backward()
"""
WITHIN = """\
import torch
x = torch.tensor(2.0, requires_grad=True)
y = x * x
def hook(grad):
    with torch.enable_grad():
        (x * 3).backward()
y.register_hook(hook)
y.backward()
"""
"""Its hook walks through another graph while the pass goes on."""


def begun(recording: Recording, passes: int = 3) -> tuple[PlayerData, int]:
    cut, count = Recording.beginning_of(recording.to_json(), passes)
    found = analyse_beginning(cut)
    assert found is not None
    return player_data(found, statements=True, begins=count), count


CHAIN = """\
import torch
w = torch.tensor(0.5, requires_grad=True)
y = w
for turn in range(120):
    y = y * 1.01 + w
y.backward()
"""


@pytest.fixture(scope="module")
def loop() -> Recording:
    return record(LOOP, pictures=True)


def test_the_first_turns_are_told_as_in_the_whole(loop: Recording) -> None:
    first, count = begun(loop)
    whole = player_data(analyse(loop), statements=True)
    steps = len(first.story["steps"])
    assert count == 21
    assert first.story["begins"] is True
    assert "begins" not in whole.story
    assert first.story["steps"] == whole.story["steps"][:steps]
    assert [one | {"graph": 0} for one in first.story["episodes"]] == [
        one | {"graph": 0} for one in whole.story["episodes"][:3]
    ]
    for slot, entries in first.story["slots"].items():
        assert entries == [entry for entry in whole.story["slots"][slot] if entry[0] < steps]
    for one in range(3):
        graphs = (part.graphs["list"][part.story["episodes"][one]["graph"]] for part in (first, whole))
        assert next(graphs) == next(graphs)


def test_of_one_long_pass_the_first_steps_are_told_and_the_whole_is_drawn() -> None:
    found = analyse(record(CHAIN, pictures=True))
    first = player_data(first_of(found, 50), statements=True, begins=1, most=50)
    whole = player_data(found, statements=True)
    assert first.graphs == whole.graphs
    assert first.story["steps"] == whole.story["steps"][: len(first.story["steps"])]
    assert 50 <= len(first.story["steps"]) < 55
    assert first.story["begins"] is True
    assert first.story["episodes"][0]["title"] == whole.story["episodes"][0]["title"]
    for slot, entries in first.story["slots"].items():
        assert entries == [entry for entry in whole.story["slots"][slot] if entry[0] < len(first.story["steps"])]


def test_episodes_that_the_first_steps_do_not_reach_are_not_drawn(loop: Recording) -> None:
    found = analyse(loop)
    sizes = [len(episode.originals) for episode in found.episodes]
    assert len(first_of(found, 1).episodes) == 1
    assert len(first_of(found, sizes[0] + 1).episodes) == 2
    assert first_of(found, sum(sizes) + 1).episodes == found.episodes


@pytest.mark.parametrize(("events", "passes"), [(1, 1), (10_000, 3)])
def test_of_long_passes_fewer_are_read(loop: Recording, events: int, passes: int) -> None:
    said = Said(({"recording": packed(loop.to_json(small=True))},), "done", "", "")
    found = beginning(LOOP, said, 3, events)
    assert found is not None
    assert found[0] == Recording.beginning_of(loop.to_json(), passes)[0]


def test_as_much_is_read_as_the_first_passes_need(loop: Recording) -> None:
    cut, _ = Recording.beginning_of(loop.to_json(), 3)
    assert len(cut.events) < len(loop.events) / 4
    assert len(cut.values) < len(loop.values) / 2
    assert cut.values == loop.values[: len(cut.values)]


def test_of_a_short_one_all_but_what_is_not_surely_over(loop: Recording) -> None:
    cut, count = Recording.beginning_of(loop.to_json(), 100)
    assert (cut.events, count) == (loop.events, 21)


@pytest.mark.parametrize(("again", "count"), [("", 1), ("y = x * x\ny.backward()\n", 2)])
def test_a_pass_within_a_pass_is_not_counted(again: str, count: int) -> None:
    found = record(WITHIN + again)
    assert Recording.beginning_of(found.to_json(), 1)[1] == count
    turns = [episode for episode in analyse(found).episodes if episode.call is not None]
    assert len(turns) == count


def test_what_is_no_recording_is_refused_as_in_the_whole(loop: Recording) -> None:
    text = loop.to_json()
    for wrong in ("{}", text.replace('"operation"', '"operations"'), text[:-9]):
        with pytest.raises(ValueError, match=r"no recording|JSON|delimiter"):
            Recording.beginning_of(wrong, 3)


@pytest.mark.parametrize("wanted", [(), (15,)])
def test_graphs_that_are_asked_for_come_without_telling_it_anew(loop: Recording, wanted: tuple[int, ...]) -> None:
    found = analyse(loop)
    told = player_data(found, statements=True)
    assert with_graphs_of(told, found, (), wanted) == player_data(found, statements=True, wanted=wanted)


def test_a_long_pass_is_read_once_for_its_beginning_and_for_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    happened: list[dict[str, Any]] = []
    analysed: list[Recording] = []

    def played(**given: Any) -> None:
        story = json.loads(given["story"])
        happened.append({"steps": len(story["steps"]), "begins": "begins" in story})

    def counted(recording: Recording) -> Analysis:
        analysed.append(recording)
        return analyse(recording)

    monkeypatch.setattr("components.program.record._LONG", 0)
    monkeypatch.setattr("components.program.record.analyse", counted)
    monkeypatch.setattr("components.player.player", played)
    visit(to_query(CHAIN))
    assert [one["begins"] for one in happened] == [True, False]
    assert 300 <= happened[0]["steps"] < 305 < happened[1]["steps"]
    assert len(analysed) == 1


def test_the_page_shows_it_before_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    happened: list[dict[str, Any]] = []

    def played(**given: Any) -> None:
        happened.append({"step": given["step"], "begins": b'"begins":true' in given["story"]})

    monkeypatch.setattr("components.program.record._LONG", 0)
    monkeypatch.setattr("components.player.player", played)
    page = visit(to_query(LOOP))
    assert happened == [{"step": 0, "begins": True}, {"step": 0, "begins": False}]
    happened.clear()
    send(page, text=LOOP + "1\n")
    assert happened == [{"step": 0, "begins": True}, {"step": 0, "begins": False}]
    happened.clear()
    send(page, text=LOOP + "1\n")
    assert happened == [{"step": 0, "begins": False}]  # it has run
    happened.clear()
    visit(f"{to_query(LOOP)}&step=200")
    assert happened == [{"step": 200, "begins": False}]
