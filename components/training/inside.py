"""One step of a run in the player: zero_grad, forward, loss, backward, step, with that epoch's true numbers."""

from __future__ import annotations

from typing import NamedTuple, Protocol
from urllib.parse import parse_qsl

import streamlit as st

from components.expression.document import as_markdown
from components.player import player
from components.program.record import recorded_program
from components.shared.alone import alone
from gradwalk.address.program import to_query
from gradwalk.graph.dot import LayoutError
from gradwalk.program import ProgramError
from gradwalk.training.history import snapshot
from gradwalk.training.program import program, step_program
from gradwalk.training.running import Running

PLAYER = "training-player"
TITLE = "training-inside"
WALKED = 200
"""Steps of a run that are opened as a program: every one of them is recorded there."""


class Inside(NamedTuple):
    """The step that is open."""

    epoch: int
    batch: int = 0
    step: int | None = None
    """Where the player starts, where an address says so."""

    @property
    def query(self) -> str:
        """Its part of the page's query."""
        return f"epoch={self.epoch}&inside={self.batch}"


class HasInside(Protocol):
    inside: Inside | None


def enter(now: HasInside, epoch: int, batch: int = 0) -> None:
    now.inside = Inside(epoch, batch)


def _leave(now: HasInside) -> None:
    now.inside = None


def inside(run: Running, now: HasInside, query: str) -> None:
    """Show the step that is open, and the program of the whole run."""
    if now.inside is not None and run.history.checkpoints:
        _step(run, now, now.inside, query)
    if not alone():
        _program(run)


def _step(run: Running, now: HasInside, at: Inside, query: str) -> None:
    setting = run.setting
    last = run.history.epochs[-1] if run.ended else max(run.history.epochs[: run.told], default=0)
    at = Inside(min(at.epoch, last), min(at.batch, setting.batches - 1), at.step)
    with st.container(key=TITLE):  # the view of the run brings it into sight
        st.subheader(f"{_place(at, setting.batches)}: zero_grad → forward → loss → backward → step", anchor=False)
    ended = run.ended and at.epoch == last
    over = f"The run ended after {_epochs(last)}, so this step would come next. " if ended else ""
    st.markdown(
        f"{over}Cell 1, which is done, puts in the numbers of that moment. Cell 2 is the step: → runs it line by line."
    )
    _moves(now, at, last, setting.batches)
    source = step_program(setting, snapshot(run.history, at.epoch, at.batch))
    try:
        recorded = recorded_program(source)
    except (ProgramError, LayoutError) as error:
        st.error(as_markdown(str(error)))
        return
    player(
        graphs=recorded.graphs,
        story=recorded.story,
        query=f"{query}&{at.query}",
        step=recorded.second if at.step is None else at.step,
        opened=f"{id(run)}",
        low=True,
        key=PLAYER,
    )


def _place(at: Inside, batches: int) -> str:
    """Which step it is: an epoch's number says how many epochs are done before it."""
    which = f"step {at.batch + 1} of {batches}" if batches > 1 else "the next step" if at.epoch else "the first step"
    return f"After {_epochs(at.epoch)}, {which}" if at.epoch else which.capitalize()


def _epochs(count: int) -> str:
    return f"{count:,} epoch" if count == 1 else f"{count:,} epochs"


def _moves(now: HasInside, at: Inside, last: int, batches: int) -> None:
    """To the step before and after; close."""
    number = at.epoch * batches + at.batch
    with st.container(horizontal=True, vertical_alignment="center", key="training-moves"):
        before, after = divmod(max(0, number - 1), batches), divmod(number + 1, batches)
        st.button("Step before", on_click=enter, args=(now, *before), disabled=number == 0, key="training-before")
        st.button("Step after", on_click=enter, args=(now, *after), disabled=after[0] > last, key="training-after")
        st.button("Close", on_click=_leave, args=(now,), key="training-close")


def _program(run: Running) -> None:
    setting = run.setting
    with st.expander("The program of this run"):
        st.code(program(setting), language="python")
        epochs = min(setting.epochs, max(1, WALKED // setting.batches))
        query = dict(parse_qsl(to_query(program(setting, epochs))))
        if query:
            some = "it" if epochs == setting.epochs else f"its first {epochs:,} epochs"
            st.page_link("code.py", label=f"Open {some} in Code", query_params=query)
