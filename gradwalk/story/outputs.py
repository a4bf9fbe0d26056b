"""What a program prints and shows, where it fails, and where its recording ends."""

from __future__ import annotations

from gradwalk import explain
from gradwalk.analysis.episodes import Episode
from gradwalk.analysis.index import Index
from gradwalk.failures.diagnosis import Diagnosis
from gradwalk.failures.explanation import diagnose, explained
from gradwalk.failures.wording import AT_STEP, STOPPED
from gradwalk.recording import Event, Failure, Output, Stopped
from gradwalk.story.stage import Stage


def output(stage: Stage, event: Output) -> None:
    if stage.statements and event.stream != "notice":
        stage.step(event, "output", lambda _, told: explain.shown(told), [], None)


def stopped(stage: Stage, event: Stopped) -> None:
    stage.step(event, "stopped", lambda _, end: explain.stopped(end), [], None)


def failure(stage: Stage, event: Failure) -> None:
    """The failure, with what lights up of its cause, and the step at which that happened."""
    found = diagnose(stage.episode.whole, _counterpart(event, stage.episode.events, stage.episode.originals))
    step = None if found is None else _step(stage, found)
    now = [] if found is None else _lit(stage, found)
    more = {} if step is None else {"cause": step}

    def account(_: Index, told: Failure) -> explain.Account:
        said = explained(told, found)
        where = "" if step is None else AT_STEP.format(step=step)
        why = said.why if found or not stage.statements else STOPPED  # its message stands among the outputs
        text = " ".join(part for part in (why, where, said.way_out) if part)
        return explain.Account(said.title, text)

    stage.step(event, "failure", account, now, None, **more)


def _counterpart(event: Failure, events: tuple[Event, ...], others: tuple[Event, ...]) -> Failure:
    """The same failure among the events of the whole recording."""
    pairs = zip(events, others, strict=True)
    return next(other for told, other in pairs if told is event and isinstance(other, Failure))


def _step(stage: Stage, found: Diagnosis) -> int | None:
    """The step of the event that is to blame, if it was told in this episode."""
    episode: Episode = stage.episode
    pairs = zip(episode.events, episode.originals, strict=True)
    event = next((told for told, other in pairs if other is found.event), None)
    return next((at for told, at in reversed(stage.happened) if told is event), None) if event is not None else None


def _lit(stage: Stage, found: Diagnosis) -> list[str]:
    """The boxes and nodes that the diagnosis is about, as far as the episode has them."""
    numbers, places = stage.episode.numbers, stage.index.places.of
    nodes = [numbers.nodes[node] for node in found.nodes if node in numbers.nodes]
    values = [numbers.values[value] for value in found.values if value in numbers.values]
    made = [operation.results[0] for node in nodes if (operation := stage.index.operation_of(node)) is not None]
    boxes = dict.fromkeys(places[value] for value in (*values, *made) if value in places)
    return [*(f"n{node}" for node in nodes), *boxes]
