"""The steps of a recording as the player tells them, each with the event that it tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gradwalk import Recording
from gradwalk.analysis.episodes import episodes
from gradwalk.analysis.index import Index
from gradwalk.explain import Account
from gradwalk.story import Scene
from gradwalk.story.slots import Slots
from gradwalk.story.steps import Steps


@dataclass(frozen=True)
class Step:
    index: Index
    event: Any
    kind: str
    account: Account


class _Listening(Scene):
    """A scene that keeps each account beside its event."""

    def listen(self, found: list[Step]) -> None:
        self._found = found

    def step(
        self,
        event: Any,
        kind: str,
        account: Callable[..., Account],
        now: list[str],
        focus: str | None,
        **more: Any,
    ) -> None:
        said = account(self.index, event)
        self._found.append(Step(self.index, event, kind, said))
        super().step(event, kind, lambda *_: said, now, focus, **more)


def steps_of(recording: Recording) -> list[Step]:
    """What is said of each event, episode by episode, nothing folded."""
    found: list[Step] = []
    steps, slots, chips = Steps(), Slots(), Slots()
    for episode in episodes(recording):
        steps.begin(episode.number)
        scene = _Listening(episode, steps, slots, chips, statements=True)
        scene.listen(found)
        for event in episode.events:
            scene.tell(event)
    return found
