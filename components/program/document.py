"""Which program is open: from the address when a visitor comes, then from the editor, the examples, or a file."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from components.program import KEY, sent
from components.program.entry import Entry, File, Goes, Saving
from components.shared.browser_state import key_of
from components.shared.opening import what_is_open
from gradwalk.address.program import Shared, from_file, from_query, lesson_of
from gradwalk.lessons import BY_SLUG
from gradwalk.notebook.percent import Piece, pieces_of, program_of
from gradwalk.program import ProgramError

_KEY = "opened program"


@dataclass(frozen=True)
class OpenedProgram:
    """Plain data, kept for one visitor."""

    key: str
    """Changes whenever another program is opened; the editor and the player then start anew."""
    source: str
    """The whole program, as it was when somebody last ran any of it, whether or not it can run."""
    pieces: tuple[Piece, ...] = ()
    """Its cells, for the notebook to be filled with; empty once it has been, until somebody comes back to the page."""
    upto: int | None = None
    """So many of its lines run; None for all."""
    step: int = 0
    """Where the player starts."""
    unfold: tuple[int, ...] = ()
    """Turns of its loops that the address opened."""
    name: str = "program"
    """What it is called as a file."""
    notices: tuple[str, ...] = ()
    wrong: str | None = None
    """Why a file could not be opened."""
    save: Saving | None = None
    """What is wanted as a notebook file."""
    answered: int = 0
    """The editor's number for the entry that it came from."""
    stopped: int = 0
    """The editor's number for the entry that stopped its run; 0 where nobody did."""
    goes: tuple[int, Goes] | None = None
    """Where the player was asked to go last, and the editor's number for the entry that asked."""
    foreign: bool = False
    """Whether it came by a link or a file, and nobody here has said yet that it may run."""

    @property
    def runs(self) -> str:
        """As much of it as is to run."""
        return self.source if self.upto is None else "\n".join(self.source.split("\n")[: self.upto])


def opened_program() -> OpenedProgram:
    """What this run of the page shows. It reads what the editor has sent, so call it once, first of all."""
    arrives = KEY not in st.session_state
    now = what_is_open(_KEY, KEY, sent(), _from_address, after)
    if not arrives or now.pieces:
        return now
    st.session_state[_KEY] = filled = replace(now, pieces=pieces_of(now.source))  # for a notebook that has no cells yet
    return filled


def _from_address() -> OpenedProgram:
    params = st.query_params.to_dict()
    shared, notices = from_query(params)
    return _opened(key_of(*sorted(params.items())), shared, notices=notices)


def _opened(
    key: str,
    shared: Shared,
    *,
    pieces: tuple[Piece, ...] = (),
    name: str | None = None,
    notices: tuple[str, ...] = (),
    answered: int = 0,
) -> OpenedProgram:
    lesson = lesson_of(shared.source)
    return OpenedProgram(
        key,
        shared.source,
        pieces or pieces_of(shared.source),
        shared.upto,
        step=shared.step,
        unfold=shared.unfold,
        name=name or lesson or "program",
        notices=notices,
        answered=answered,
        foreign=lesson is None,
    )


def let_run() -> None:
    """Whoever is at the page has said that the open program may run."""
    st.session_state[_KEY] = replace(st.session_state[_KEY], foreign=False)


def after(before: OpenedProgram | None, entry: Entry) -> OpenedProgram:
    """What is open after an entry from the editor. One for a program that is no longer open changes nothing."""
    if before is not None and entry.opened != before.key:
        return replace(before, answered=entry.count, notices=())
    if entry.stop and before is not None:
        return replace(before, stopped=entry.count, answered=entry.count, notices=(), save=None)
    if entry.example in BY_SLUG:
        key = key_of(entry.opened, entry.count)
        return _opened(key, Shared(BY_SLUG[entry.example].source), answered=entry.count)
    if entry.file is not None:
        return _after_file(before, entry, entry.file)
    name = before.name if before is not None else "program"
    step, unfold = (before.step, before.unfold) if before is not None else (0, ())
    goes = (entry.count, entry.goes) if entry.goes is not None else before.goes if before is not None else None
    foreign = before is None or before.foreign  # whether or not something was typed into it
    return OpenedProgram(
        entry.opened,
        entry.text,
        () if before is not None else pieces_of(entry.text),
        entry.upto,
        step,
        unfold,
        name,
        save=entry.save,
        answered=entry.count,
        goes=goes,
        foreign=foreign,
    )


def _after_file(before: OpenedProgram | None, entry: Entry, file: File) -> OpenedProgram:
    """The program in the file; where it cannot be opened, everything stays, and a sentence says why."""
    try:
        pieces = from_file(file.name, file.text)
    except ProgramError as error:
        return replace(after(before, replace(entry, file=None)), wrong=error.message)
    key = key_of(entry.opened, entry.count)
    name = file.name.rpartition(".")[0]
    return _opened(key, Shared(program_of(pieces)), pieces=pieces, name=name, answered=entry.count)
