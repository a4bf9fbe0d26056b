"""What a program prints and shows, and where it fails."""

from __future__ import annotations

from gradwalk import explain
from gradwalk.analysis.index import Index
from gradwalk.failures import explanation
from gradwalk.failures.blame import at_step, blame
from gradwalk.failures.wording import STOPPED
from gradwalk.recording import Failure, Output
from gradwalk.story.stage import Stage


def output(stage: Stage, event: Output) -> None:
    if stage.statements and event.stream != "notice":
        stage.step(event, "output", lambda _, told: explain.shown(told), [], None)


def failure(stage: Stage, event: Failure) -> None:
    """The failure, with what lights up of its cause, and the step at which that happened."""
    found = blame(stage.index, event, [told for told, _ in stage.happened])
    step = next((at for told, at in reversed(stage.happened) if told is found.event), None)
    now = [*(f"n{node}" for node in found.nodes), *found.boxes]
    more = {} if step is None else {"cause": step}

    def account(_: Index, told: Failure) -> explain.Account:
        said = explanation.failure(told)
        where = at_step(found, step)
        why = said.why if told.cause or not stage.statements else STOPPED  # its message stands among the outputs
        text = " ".join(part for part in (why, where, said.way_out) if part)
        return explain.Account(said.title, text)

    stage.step(event, "failure", account, now, None, **more)
