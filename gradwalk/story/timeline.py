"""Recording → the story that the player plays: its episodes, what is said at each step, and which texts appear where.

The result is plain JSON; what stands anywhere at step k depends on k alone. The local gradients of a backward() call
come before its seed, as they are taught.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

from gradwalk import explain
from gradwalk.analysis import analyse
from gradwalk.analysis.episodes import Episode
from gradwalk.graph.album import Album, album
from gradwalk.notation import short
from gradwalk.notation.lines import first_line
from gradwalk.recording import (
    Assigned,
    BackwardCall,
    Cleared,
    Event,
    Failure,
    Forward,
    Hooked,
    Output,
    Recording,
    Result,
    Returned,
    Statement,
    Stopped,
    Switched,
    Update,
)
from gradwalk.story import Scene
from gradwalk.story.checks import checks
from gradwalk.story.names import NamesTable
from gradwalk.story.runs import mark_runs
from gradwalk.story.slots import Slots
from gradwalk.story.steps import Steps


def timeline(
    recording: Recording, unfold: Collection[int] = frozenset(), *, statements: bool | None = None
) -> dict[str, Any]:
    """The story of a recording: ``phases``, ``steps``, ``slots``, ``formulas``, ``code``, ``episodes`` …: plain JSON.

    ``slots`` maps a slot (``o3.value``, ``o3.grad``, ``e3.0.local``, ``e3.0.flow``, ``v0.total``) to entries
    ``[step, lines]``: the lines of text that it shows from that step on. None as lines empties it again, as a further
    backward() does at its start. A value that is used several times shows ``6 + …`` until its last contribution is in.
    The turns of a long loop are one step each, but for a few and for those in ``unfold``. With ``statements``, names
    that are bound and texts that are shown have steps of their own; by default where a program does more than compute
    and call backward() once. ``docs/player-data.md`` describes every field.
    """
    return story_of(album(analyse(recording), unfold), statements=statements)


def story_of(
    found: Album, *, statements: bool | None = None, begins: int | None = None, most: int | None = None
) -> dict[str, Any]:
    """The same for an album. One that only ``begins`` says how many backward passes the whole has, and that more
    follows; nothing in it is judged yet. It is told until it has ``most`` steps, where that is given."""
    return _Story(found, statements, begins, most).data()


class _Story:
    def __init__(
        self, found: Album, statements: bool | None, begins: int | None = None, most: int | None = None
    ) -> None:
        self._album = found
        self._begins = begins is not None
        self._most = math.inf if most is None else most
        self._recording = found.analysis.recording
        self._found = found.analysis.episodes
        self._statements = _eventful(self._found) if statements is None else statements
        self._steps = Steps()
        self._slots = Slots()
        self._chips = Slots()
        self._names = NamesTable(self._recording)
        self._over: list[Returned] = []
        """Functions that have returned since."""
        self._outputs: list[list[Any]] = []
        self._step_of: dict[int, int] = {}
        """The step at which each event was told, by its ``id``."""
        self._episodes: list[dict[str, Any]] = []
        self._runs: list[dict[str, Any]] = []
        calls = [episode.number for episode in self._found if episode.call is not None]
        count = len(calls) if begins is None else begins
        self._turns = {number: (place, count) for place, number in enumerate(calls, start=1)}
        """Which backward() of how many an episode ends with."""

    def data(self) -> dict[str, Any]:
        for episode in self._found:
            first = len(self._steps.list)
            if first >= self._most:
                break
            if episode.number in self._album.folded:
                self._fold(episode)
            else:
                self._open(episode)
            self._episodes.append(self._about(episode, first))
        self._steps.close()
        return {
            "phases": self._steps.phases,
            "steps": self._steps.list,
            "slots": self._slots.entries,
            "formulas": self._steps.trees,
            "code": self._recording.source,
            "episodes": self._episodes,
            "names": self._names.data(),
            "runs": self._runs,
            "outputs": self._outputs,
            "cells": [
                {
                    "line": cell.line,
                    "end": cell.line + cell.source.count("\n"),
                    "source": cell.source,
                    "first": 1 if self._recording.file else first_line(cell),
                }
                for cell in self._recording.cells
            ],
            "saved": self._chips.entries,
            "findings": checks(self._recording, self._step_of) if self._statements and not self._begins else [],
            **({"begins": True} if self._begins else {}),
        }

    def _scene(self, episode: Episode, fold: bool = False) -> Scene:
        return Scene(
            episode,
            self._steps,
            self._slots,
            self._chips,
            statements=self._statements,
            folded=fold,
            was_leaf=self._names.is_leaf,
        )

    def _open(self, episode: Episode) -> None:
        scene = self._scene(episode)
        self._steps.begin(episode.number)
        if episode.number == 0:
            self._start(scene, episode)
        else:
            self._slots.clear(len(self._steps.list))
            self._chips.clear(len(self._steps.list))
            scene.open(len(self._steps.list))
        first = len(self._steps.list)
        for event, original in zip(episode.events, episode.originals, strict=True):
            if len(self._steps.list) >= self._most:
                break
            scene.tell(event)
            self._note(original, max(self._steps.now, first if episode.number else 0))
        self._runs += mark_runs(self._steps.list, scene.moves, len(self._runs))
        self._slots.settle(first)

    def _start(self, scene: Scene, episode: Episode) -> None:
        operation = next((event.operation for event in episode.events if isinstance(event, Forward)), None)
        first = None if operation is None else scene.index.operations[operation]
        if self._statements:
            self._steps.start(explain.beginning(scene.index, first))
        else:
            sources = scene.sources()
            self._steps.start(explain.start(scene.index, sources, first))
            scene.open(0)

    def _fold(self, episode: Episode) -> None:
        scene = self._scene(episode, fold=True)
        self._steps.begin(episode.number, folded=True)
        account = explain.folded(self._turns[episode.number], _root(episode))
        self._steps.fold(account, episode.place, folded=episode.number, cell=episode.events[0].cell)
        now = self._steps.now
        self._slots.clear(now)
        self._chips.clear(now)
        scene.open(now)
        for event, original in zip(episode.events, episode.originals, strict=True):
            scene.tell(event)
            self._note(original, now)
        self._slots.settle(now)
        self._chips.settle(now)

    def _note(self, original: Event, step: int) -> None:
        """Follow an event of the whole recording. What a function's variables held is there until something happens."""
        self._step_of[id(original)] = step
        if isinstance(original, Returned):
            self._over.append(original)
            return
        for event in (*self._over, original):
            self._names.note(event, max(step, 1) if self._statements else step)  # at the start nothing has run yet
        self._over.clear()
        if isinstance(original, Output):
            is_picture = original.mime.startswith("image/")
            picture = [original.mime, original.alternative, original.density] if is_picture else []
            text = original.text if is_picture or original.mime == "text/plain" else original.alternative
            self._outputs.append([step, original.cell, original.stream, text, *picture])
        elif isinstance(original, Stopped):
            self._outputs.append([step, original.cell, "notice", original.text])
        elif isinstance(original, Failure):
            text = f"{original.type}: {original.message}"
            self._outputs.append([step, original.cell, "failure", text])

    def _about(self, episode: Episode, first: int) -> dict[str, Any]:
        count = len(self._steps.list) - first
        failure = next((event for event in episode.events if isinstance(event, Failure)), None)
        title = explain.episode_title(self._turns.get(episode.number), failure)
        return {
            "first": first,
            "count": count,
            "graph": self._album.graphs[episode.number],
            "title": title,
            "root": _root(episode),
            "folded": episode.number in self._album.folded,
        }


def _root(episode: Episode) -> str | None:
    """What backward() starts from, where that is one number: ``y = 12``."""
    root = next((event.root for event in episode.recording.events if isinstance(event, BackwardCall)), None)
    if root is None:
        return None
    value = episode.recording.values[root]
    if value.numbers is None or len(value.numbers) != 1:
        return None
    return f"{episode.index.shown[root]} = {short(value.numbers[0])}"


def _eventful(found: tuple[Episode, ...]) -> bool:
    """Whether more happens than values that are written down, operations on them, one backward(), and what it gives."""
    if len(found) > 1:
        return True
    events = [event for event in found[0].events if not isinstance(event, Statement) or event.bindings]
    if events and isinstance(events[-1], Output) and events[-1].stream == "result":
        events.pop()
    begun = False
    for event in events:
        begun = begun or isinstance(event, Forward)
        if isinstance(event, _EVENTFUL) or (isinstance(event, Statement) and begun and _plain(event)):
            return True
    return False


_EVENTFUL = (Output, Update, Cleared, Assigned, Switched, Hooked, Result, Stopped)


def _plain(event: Statement) -> bool:
    """Whether it binds something that no operation made."""
    return any(binding.value is None for binding in event.bindings)
