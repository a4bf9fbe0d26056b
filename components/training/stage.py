"""Where a run takes place: it begins when the view asks for it, and goes on as far as the view draws it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from components.training import fields
from components.training.inside import Inside, enter, inside
from components.training.route import address_of
from components.training.view import put, sent, view, whole
from gradwalk.address.training import Place, to_query
from gradwalk.training.entry import Entry, EntryError
from gradwalk.training.history import place_at
from gradwalk.training.pictures import EMPTY, scene
from gradwalk.training.points import with_point, without_point
from gradwalk.training.running import BusyError, Places, Running
from gradwalk.training.setting import MOST_EPOCHS, Setting

PATIENCE = 10.0
"""Seconds for which a page waits for the step that its address opens."""
_KEPT = "training state"


@dataclass
class State:
    """What one visitor's view holds besides its fields."""

    run: Running | None = None
    count: int = 0
    """How many runs there were, so that each starts at its own beginning."""
    epoch: int | None = None
    """Where the slider starts, where an address says so."""
    inside: Inside | None = None
    anew: bool = False
    """Whether the fields have changed, which stand outside the part that runs again."""
    starts: bool = False
    """Whether what the fields mean now is to be run at once: somebody pressed what a remark proposes."""
    scene: dict[str, Any] = field(default_factory=lambda: dict(EMPTY))
    """What is drawn; the last one, where the fields mean nothing."""
    drawn: Setting | None = None
    """What it was made of."""


@st.cache_resource(show_spinner=False)
def places() -> Places:
    """The places for runs, shared by everybody on this server."""
    return Places()


def state() -> State:
    found: State = st.session_state.setdefault(_KEPT, State())
    return found


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
        now.run.leave()
        now.run, now.inside = None, None
    arrives = at.epoch is not None and now.run is None
    if setting is not None and (arrives or now.starts):
        begin(now, setting)
        if arrives and at.epoch is not None:
            now.epoch = at.epoch
            _reach(now, setting, at)
    now.starts = False
    whole_query = "&".join(part for part in (query, to_query(entry)) if part)
    st.fragment(_stage)(setting, error, whole_query, add_layer)


def _reach(now: State, setting: Setting, at: Place) -> None:
    """Where an address opens a step of a run, the run goes there before the step is shown."""
    if now.run is None or at.epoch is None or at.batch is None:
        return
    now.inside = Inside(at.epoch, at.batch, at.step)
    with suppress(BusyError):
        now.run.want(place_at(setting, at.epoch) + 1)
        now.run.wait(PATIENCE)


def begin(now: State, setting: Setting) -> None:
    """A run that stands at its beginning; the view asks for what it draws."""
    if now.run is not None:
        now.run.leave()
    now.epoch, now.inside = None, None
    now.run = places().begin(setting)
    now.count += 1


def _stage(setting: Setting | None, error: EntryError | None, query: str, add_layer: Callable[[], None]) -> None:
    now = state()
    if now.anew:
        now.anew = False
        st.rerun()
    if error is not None:
        st.markdown("Nothing can be run yet: one of the fields cannot be used, and says why.")
        if error.field == "fault" and st.button("Add a hidden layer of four tanh units", key="training-add-layer"):
            add_layer()
            st.rerun()  # the whole page, whose network it is
    _view(now, setting, query, add_layer)
    if now.run is not None:
        inside(now.run, now, query)


def _view(now: State, setting: Setting | None, query: str, add_layer: Callable[[], None]) -> None:
    own = fields.entered().data == "own"
    if setting is not None and setting != now.drawn:
        now.scene, now.drawn = scene(setting), setting
    empty = setting is None and own and not fields.entered().points.strip()
    shown = dict(EMPTY) if empty else now.scene
    ready = setting is not None

    def changed() -> None:
        """Before the page runs again for what the view sent."""
        _changed(now, setting, add_layer)

    view(
        {**shown, "key": hashlib.sha256(repr((now.drawn, empty)).encode()).hexdigest()[:12]},
        run=address_of(now.run) if now.run is not None and ready else "",
        opened=f"{now.count}",
        query=query,
        epoch=now.epoch,
        ready=ready,
        inside=now.inside.query if now.run is not None and now.inside is not None else "",
        editable=own,
        changed=changed,
    )


def _changed(now: State, setting: Setting | None, add_layer: Callable[[], None]) -> None:
    _clicked(now)
    if sent("run") and setting is not None:
        begin(now, setting)
    if now.run is None:
        return
    epoch = whole(sent("inside"), MOST_EPOCHS)
    if epoch is not None and now.run.history.checkpoints:
        enter(now, epoch)
    if sent("cure"):
        take_cure(now, add_layer)


def take_cure(now: State, add_layer: Callable[[], None]) -> None:
    """Do what the remark of the run proposes, and run that."""
    cure = now.run.remark.cure if now.run is not None and now.run.remark is not None else None
    if cure is None:
        return
    fields.write(dict(cure.changes))
    if cure.adds_layer:
        add_layer()
    now.anew = now.starts = True


def _clicked(now: State) -> None:
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
    fields.write({"points": points})
    now.anew = True
