"""The page Code: the cells of a lecture run in real PyTorch, and are shown one step at a time."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from components.player import MOST_UNFOLDED, player, unfolded, wanted
from components.program.document import let_run, opened_program
from components.program.form_data import edit
from components.program.record import Begun, RecordedProgram, outputs, recorded_program
from components.program.stopping import stopped
from components.program.trials import try_next, with_trials
from components.shared.alone import alone
from components.shared.columns import workbench
from components.shared.mistakes import Failed, mistake, told
from components.shared.work import allowed, still
from gradwalk.address.program import to_query
from gradwalk.graph.dot import LayoutError
from gradwalk.program import ProgramError
from gradwalk.story.cells import ShownCell

LAST_GOOD = "last good program"
RAN = "program that ran last"
FIRST = "what a run of the page showed before it ended"
PLAYER = "program-player"


class Shown(NamedTuple):
    recorded: RecordedProgram | None
    cells: list[ShownCell]
    refused: Exception | None = None
    """Why ``recorded`` is the last good one and not the open program."""


NOTHING = Shown(None, [])


def show(source: str, unfold: tuple[int, ...], drawn: tuple[int, ...] = (), begun: Begun | None = None) -> Shown:
    """The program, recorded; the last one that could be, where this one is refused. A long one has ``begun`` before."""
    left = None
    try:
        left = stopped(now, source)
        recorded = recorded_program(source, unfold, drawn, begun, left)
    except (ProgramError, LayoutError) as error:
        good = still(recorded_program, st.session_state.get(LAST_GOOD))
        # What is too large to be drawn has run all the same.
        cells = outputs(source, left) if isinstance(error, LayoutError) else good.cells if good else []
        return Shown(good, cells, error)
    except Failed as error:
        # It has run, and the mistake was made afterwards: by us, or by a program that forged what it sends.
        return Shown(None, outputs(source, left), mistake("code", error))
    st.session_state[LAST_GOOD] = source
    return Shown(recorded, recorded.cells)


def looked(source: str, unfold: tuple[int, ...], drawn: tuple[int, ...], begun: Begun | None = None) -> Shown:
    """The same; a sentence where anything else breaks: what was typed stays in the editor."""
    try:
        return show(source, unfold, drawn, begun)
    except Exception as error:
        return Shown(None, [], mistake("code", error))


def play(recorded: RecordedProgram | None, source: str, *, stale: bool = False, ran: bool = False) -> None:
    """The player. It is ``stale`` where it plays another program than the open one, whose text is ``source``, and which
    ``ran`` all the same."""
    query = "" if recorded is None else to_query(source, unfold, now.upto)
    if recorded is not None and stale:
        query = to_query(recorded.source, unfold)
    player(
        graphs=recorded.graphs if recorded else None,
        story=recorded.story if recorded else None,
        query=query,
        step=now.step,
        goes=None if now.goes is None else {"count": now.goes[0], **now.goes[1]._asdict()},
        opened=now.key,
        stale=stale,
        beside=not alone(),
        ran=ran,
        key=PLAYER,
    )


def runs_anew(*, opening: bool) -> None:
    """A program that has not run yet. Cells are read while they run for the first time, and the first turns of what
    runs long are seen while the others are looked through. What cells show comes with another run of this page then:
    one shows each of its components once."""
    begun = opening

    def reads() -> None:
        with places.form:
            edit(now, [], unfold=unfold, running=True)

    def begin(recorded: RecordedProgram) -> None:
        """What a long program begins with, where that is what its visitor is to see first. Whoever stands elsewhere
        in what ran before is left there by the player."""
        nonlocal begun
        if unfold or (opening and now.step >= recorded.steps):
            return
        if not begun:
            reads()
        begun = True
        with places.player:
            play(recorded, now.source)

    if opening:
        reads()
    shown = looked(now.runs, unfold, drawn, begin)
    st.session_state[FIRST] = asked, shown
    if begun:
        st.rerun()


now = opened_program()
for notice in now.notices:
    st.info(notice)

places = workbench(wide=True)
permission = allowed()
unfold = tuple(dict.fromkeys((*now.unfold, *unfolded(now.key, PLAYER))))[-MOST_UNFOLDED:]
drawn = wanted(now.key, PLAYER)
waits = permission.asks and now.foreign
asked = (now.key, now.runs, unfold, drawn, now.answered)
ran_before, runs_now = st.session_state.get(RAN, ("", "")), (now.key, now.runs)
if ran_before != runs_now and permission.runs and not waits and not alone():
    st.session_state[RAN] = runs_now
    runs_anew(opening=ran_before[0] != now.key)
ran_first, shown = st.session_state.pop(FIRST, (None, NOTHING))
if not permission.runs:
    shown = Shown(None, [], ProgramError(permission.said))
elif waits:
    shown = NOTHING
elif ran_first != asked:
    shown = looked(now.runs, unfold, drawn)
with places.player, told("code"):
    if waits:
        st.warning(permission.said)
        st.button("Run this program", type="primary", on_click=let_run, key="run-program")
    play(shown.recorded, now.source, stale=shown.refused is not None, ran=isinstance(shown.refused, LayoutError))
ran = shown.refused is None or isinstance(shown.refused, LayoutError)
if not alone():
    with places.form:
        edit(now, with_trials(now.runs, shown.cells) if ran else shown.cells, shown.refused, unfold)
with places.answer:
    if permission.said and not permission.asks and permission.runs:
        st.caption(permission.said)
    if shown.recorded and shown.recorded.said and shown.refused is None:
        st.caption(shown.recorded.said)
if ran and not alone():
    try_next(now.runs, shown.cells)
