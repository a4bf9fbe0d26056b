"""At every step, what the player shows of each name is what PyTorch has there at that moment.

The oracle (``witness``) looks at the live tensors right after each event, independently of the recorder.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gradwalk import Recording
from gradwalk.analysis import analyse
from gradwalk.analysis.episodes import Episode
from gradwalk.analysis.ledger import Ledger
from gradwalk.analysis.variables import Variables
from gradwalk.graph.album import album
from gradwalk.lessons import LESSONS
from gradwalk.recording import Accumulate, BackwardCall, Event, Forward, LocalGradient, Moved, Output, Returned, Update
from gradwalk.story.timeline import _Story, timeline
from tests.claims.changes import BEGINNING, CHANGES, FACTS, WALKED
from tests.claims.generated import networks
from tests.claims.witness import Live, Names, stopped_before, witnessed


class _Timed(_Story):
    """A story that remembers at which step each event stands."""

    def __init__(self, recording: Recording) -> None:
        self.analysis = analyse(recording)
        super().__init__(album(self.analysis), statements=True)
        self.times: list[tuple[Event, int]] = []

    def _note(self, original: Event, step: int) -> None:
        super()._note(original, step)
        if not isinstance(original, Returned):  # its variables are there until something else happens
            self.times.append((original, max(step, 1)))  # at the start nothing has run


def _at(entries: list[list[Any]], step: int) -> Any:
    found = [cell for since, cell in entries if since <= step]
    return found[-1] if found else None


def check(source: str) -> int:
    """Compare the story of a program with what was seen; gives how many steps were compared."""
    recording, witness = witnessed(source)
    story = _Timed(recording)
    data = story.data()
    nodes = _Nodes(recording)
    last = {step: (event, number) for number, (event, step) in enumerate(story.times)}
    cells = data["names"]["cells"]
    late = _told_late(recording)
    for step, (event, number) in sorted(last.items()):
        saved = nodes.after(story.times[: number + 1])
        if number + 1 < len(story.times) and _at_once(event, story.times[number + 1][0]):
            continue
        if isinstance(event, BackwardCall | LocalGradient) and event.call in late:
            continue
        if isinstance(event, Output) and event.stream == "warning":  # it may come while an operation runs
            continue
        seen = witness.names[id(event)]
        shown = {name: cell for name in cells if (cell := _at(cells[name], step)) is not None}
        about = f"step {step} of\n{source}\n({data['steps'][step]['title']}, after {event})"
        _compare(shown, seen, about)
        episode = story.analysis.episodes[data["steps"][step]["episode"]]
        for name, node in saved.items():
            if (there := _box(episode, node)) is not None and isinstance(live := seen.get(name), Live):
                chip = _at(data["saved"].get(f"n{there}", []), step)
                _compare_saved(chip, live.readable, f"what {name}'s node keeps, at {about}")
    return len(last)


def _box(episode: Episode, node: int) -> int | None:
    """The number of a node whose box is in the picture of an episode."""
    found = episode.numbers.nodes.get(node)
    return None if found is None or episode.recording.nodes[found].operation is None else found


def _told_late(recording: Recording) -> set[int]:
    """The passes that start at a value under retain_grad(): its ``.grad`` is there before the first node runs, which is
    when the recorder says that the pass has begun."""
    roots = {event.call: event.root for event in recording.events if isinstance(event, BackwardCall)}
    found = (event for event in recording.events if isinstance(event, Accumulate) and event.node is None)
    return {event.call for event in found if event.leaf == roots[event.call]}


class _Nodes:
    """Which node each name's tensor has, by the recording's numbers, where it kept tensors."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._ledger = Ledger(recording.values, recording.operations)
        self._variables = Variables({value.id: value.tensor for value in recording.values})
        self._names: set[str] = set()
        self._done = 0

    def after(self, events: list[tuple[Event, int]]) -> dict[str, int]:
        for event, _ in events[self._done :]:
            self._names |= self._variables.note(event)
            self._ledger.note(event)
        self._done = len(events)
        return dict(self._found())

    def _found(self) -> Iterator[tuple[str, int]]:
        for name in self._names:
            if isinstance(bound := self._variables.bound(name), int):
                node = self._ledger.value(bound).node
                if node is not None and any(saved.value is not None for saved in self._recording.nodes[node].saved):
                    yield name, node


def _compare_saved(chip: list[str] | None, readable: bool | None, about: str) -> None:
    if readable:
        assert chip is not None, f"nothing is shown of {about}"
        assert "changed since" not in chip[0], about
    else:
        assert chip is None or any("changed since" in line for line in chip), f"{chip} is shown of {about}"


def _at_once(event: Event, following: Event) -> bool:
    """Whether both are told when one call of the program is done: what was there between them nobody can see."""
    kernels = Forward, Update, Moved
    tracked = isinstance(event, kernels) and isinstance(following, (*kernels, Accumulate))
    return tracked and (event.cell, event.span) == (following.cell, following.span)


def _compare(shown: dict[str, dict[str, Any]], seen: Names, about: str) -> None:
    for name, cell in shown.items():
        assert name in seen, f"{name} is shown, and is not there at {about}"
        live = seen[name]
        if isinstance(live, str):
            told = cell["value"][0] if live not in ("list", "tuple") else cell["value"][0].split(" of ")[0]
            assert [told, *cell["value"][1:]] == [live], f"{name} at {about}"  # of tensors it is said what they are
            continue
        keys = ("value", "grad", "requires_grad", "kind", "version")
        known = {"version": 0, **cell}
        there = live._asdict()
        wrong = {key: (known[key], there[key]) for key in keys if known[key] != there[key]}
        assert not wrong, f"of {name}, (shown, there): {wrong} at {about}"
        sharing = {other for other in shown if other != name and _share(live, seen[other])}
        if live.memory:
            assert (cell["shares"] in sharing) if sharing else cell["shares"] is None, f"{name} at {about}"
    tensors = {name for name, live in seen.items() if isinstance(live, Live) and name.isidentifier() and name[0] != "_"}
    assert tensors <= shown.keys(), f"{tensors - shown.keys()} is there, and not shown at {about}"


def _share(one: Live, other: Live | str) -> bool:
    return isinstance(other, Live) and bool(one.memory) and one.memory == other.memory


@pytest.mark.parametrize("lesson", LESSONS, ids=[lesson.slug for lesson in LESSONS])
def test_names_are_what_they_are_in_every_lesson(lesson: Any) -> None:
    assert check(lesson.source)


@pytest.mark.parametrize("program", FACTS.values(), ids=FACTS)
def test_names_are_what_they_are(program: str) -> None:
    assert check(f"import torch\n{program}")


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(CHANGES), min_size=3, max_size=9))
def test_names_are_what_they_are_whatever_a_program_does(changes: list[str]) -> None:
    """Each change in a cell of its own: one that fails does not end the program."""
    check(BEGINNING + "".join(f"# %%\n{change}\n" for change in changes))


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(networks())
def test_names_are_what_they_are_in_generated_networks(source: str) -> None:
    check(source)


AGAIN = "can be walked again"


@pytest.mark.parametrize("program", WALKED)
def test_a_graph_is_said_to_be_walkable_again_only_where_it_is(program: str) -> None:
    """A second run is ended right before the pass, and its graph is walked then."""
    source = f"import torch\nx = torch.tensor(3.0, requires_grad=True)\n{program}"
    recording, _ = witnessed(source)
    calls = [event for event in recording.events if isinstance(event, BackwardCall)]
    seeds = [step for step in timeline(recording, statements=True)["steps"] if step["kind"] == "seed"]
    for event, step in zip(calls, seeds, strict=True):
        if AGAIN in step["sentence"]:
            place = recording.events.index(event)
            names = stopped_before(source, place)
            name = next(name for name in recording.values[event.root].names if name in names)
            names[name].backward(retain_graph=True)  # raises RuntimeError where it is not so


def test_walks_are_said_to_be_possible_again() -> None:
    """Else the test above would hold of a page that says nothing."""
    source = f"import torch\nx = torch.tensor(3.0, requires_grad=True)\n{WALKED[0]}"
    assert any(AGAIN in step["sentence"] for step in timeline(witnessed(source)[0])["steps"])
