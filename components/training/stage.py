"""Where a run takes place: the buttons that start and stop it, its progress, its pictures, and one step of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from components.expression.document import as_markdown
from components.shared.mistakes import SENTENCE, mistake
from components.training import fields
from components.training.inside import Inside, enter, inside
from components.training.view import pair, put, sent, view, whole
from gradwalk.address.training import Place, to_query
from gradwalk.training.entry import MOST_EPOCHS, Entry, EntryError
from gradwalk.training.history import begun
from gradwalk.training.pictures import EMPTY, pictures
from gradwalk.training.points import with_point, without_point
from gradwalk.training.remarks import remark
from gradwalk.training.running import BusyError, Places, Running
from gradwalk.training.setting import Setting

PATIENCE = 0.4
"""Seconds for which a page waits for a run before it shows its progress."""
POLL = 0.4
"""Seconds between two looks at a run."""
_KEPT = "training state"


@dataclass
class State:
    """What one visitor's view holds besides its fields."""

    run: Running | None = None
    count: int = 0
    """How many runs there were, so that each starts at its own end."""
    epoch: int | None = None
    """Where the slider starts, where an address says so."""
    inside: Inside | None = None
    busy: str = ""
    anew: bool = False
    """Whether the fields have changed, which stand outside the part that runs again."""
    told: Running | None = None
    """The last run that ended by a mistake of ours, which was counted."""
    drawn: dict[str, Any] | None = None
    """The last pictures of a beginning, for points that cannot be read."""


@st.cache_resource(show_spinner=False)
def places() -> Places:
    """The places for runs, shared by everybody on this server."""
    return Places()


def state() -> State:
    found: State = st.session_state.setdefault(_KEPT, State())
    return found


def _clicked() -> None:
    """Take a point that was put down or taken away in the plane into the field that holds the points."""
    added, removed = put(sent("add")), whole(sent("remove"), 10_000)
    entry = fields.kept()
    if entry is None or entry.data != "own" or (added is None and removed is None):
        return
    points = fields.entered().points
    if added is not None:
        points = with_point(points, *added)
    if removed is not None:
        points = without_point(points, removed)
    fields.write_points(points)
    state().anew = True


def stage(
    setting: Setting | None,
    entry: Entry,
    error: EntryError | None,
    at: Place,
    query: str,
    add_layer: Callable[[], None],
) -> None:
    """Show the run of ``setting``, or its beginning; ``setting`` is None where the fields mean none."""
    now = state()
    now.anew = False
    if now.run is not None and now.run.setting != setting:
        now.run.stop()
        now.run, now.inside = None, None
    if at.epoch is not None and setting is not None and now.run is None:
        _begin(setting)
        now.epoch = at.epoch
        now.inside = None if at.batch is None else Inside(at.epoch, at.batch, at.step)
    whole_query = "&".join(part for part in (query, to_query(entry)) if part)
    running = now.run is not None and not now.run.wait(PATIENCE)
    show = st.fragment(_stage, run_every=POLL if running else None)
    show(setting, error, whole_query, add_layer, running)


def _begin(setting: Setting) -> None:
    now = state()
    if now.run is not None:
        now.run.stop()
    now.epoch, now.inside, now.busy = None, None, ""
    try:
        now.run = places().begin(setting)
        now.count += 1
    except BusyError as busy:
        now.busy = str(busy)


def _stop() -> None:
    run = state().run
    if run is not None:
        run.stop()
        run.wait(PATIENCE)


def _stage(
    setting: Setting | None, error: EntryError | None, query: str, add_layer: Callable[[], None], looking: bool
) -> None:
    """``looking``: it looks again and again, as long as a run goes on."""
    now = state()
    run = now.run
    going = run is not None and not run.done
    if now.anew or (looking and not going):
        now.anew = False
        st.rerun()
    _buttons(setting, error, going)
    if error is not None and error.field == "fault":
        _offer_layer(add_layer)
    if run is not None and going:
        _progress(run)
    elif run is not None:
        _remark(run, add_layer)
    _pictures(setting, query, going)
    if run is not None and not going:
        inside(run, now, query)


def _buttons(setting: Setting | None, error: EntryError | None, going: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="training-buttons"):
        if going:
            st.button("Stop", on_click=_stop, type="primary", key="training-stop")
        elif st.button("Run", type="primary", key="training-run", disabled=setting is None) and setting is not None:
            _begin(setting)
            st.rerun()
        if setting is not None:
            st.markdown(_title(setting))
        elif error is not None:
            st.markdown(as_markdown(error.message))
    if state().busy:
        st.warning(state().busy)


def _title(setting: Setting) -> str:
    title = setting.trained.title(setting.data.inputs)
    count, steps = setting.data.size, setting.batches
    each = "one step an epoch" if steps == 1 else f"{steps} steps an epoch"
    return f"{title} on {count} points, {each}"


def _progress(run: Running) -> None:
    told = run.history.epochs[-1] if run.history.epochs else 0
    loss = f", loss {run.history.loss[-1]:.4g}" if run.history.loss else ""
    st.progress(told / run.setting.epochs, f"Epoch {told:,} of {run.setting.epochs:,}{loss}")


def _remark(run: Running, add_layer: Callable[[], None]) -> None:
    if run.broken is not None:
        now = state()
        if now.told is not run:  # it is counted once, however often it is looked at
            now.told = run
            mistake("perceptron", run.broken)
        st.error(SENTENCE)
        return
    said = remark(run.history, run.stopped)
    st.markdown(as_markdown(said.text))
    if said.offers_layer:
        _offer_layer(add_layer)


def _offer_layer(add_layer: Callable[[], None]) -> None:
    if st.button("Add a hidden layer of four tanh units", key="training-add-layer"):
        add_layer()
        st.rerun()  # the whole page, whose network it is


def _pictures(setting: Setting | None, query: str, going: bool) -> None:
    now = state()
    ran = now.run is not None and now.run.done and bool(now.run.pictures)
    if now.run is not None and ran:
        drawn, opened = now.run.pictures, f"run {now.count}"
    else:
        if setting is not None:
            now.drawn = pictures(begun(setting), over=False)
        drawn, opened = now.drawn or EMPTY, f"beginning {now.count}"
    own = fields.entered().data == "own"
    view(
        drawn if setting is not None or not own or fields.entered().points.strip() else EMPTY,
        opened=opened,
        query=query,
        epoch=now.epoch,
        ran=ran,
        inside=now.inside.query if ran and now.inside is not None else "",
        editable=own and not going,
        changed=_changed,
    )


def _changed() -> None:
    """Before the page runs again for what the view sent."""
    now = state()
    _clicked()
    if now.run is not None and now.run.done:
        epoch = whole(sent("inside"), MOST_EPOCHS)
        if epoch is not None:
            enter(now, epoch)
        surface = (now.run.pictures or {}).get("surface")
        chosen = pair(sent("pair"), len(surface["names"])) if surface else None
        if chosen is not None:
            now.run.look_at(chosen)
