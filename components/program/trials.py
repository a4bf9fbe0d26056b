"""A change that would mend a failure is tried before it is offered: the changed program runs once the page is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from components.shared.mistakes import Failed, mistake
from components.shared.work import answered, run
from gradwalk.clinic.trial import tried, tried_remark
from gradwalk.failures.fixes import Edit
from gradwalk.program import ProgramError
from gradwalk.recording import Failure
from gradwalk.sandbox.outcome import recording
from gradwalk.story.cells import Fix, Item, ShownCell, Tried
from gradwalk.story.checks import remarked
from serving.jobs import Busy
from serving.work import Parcel

MOST = 3
"""Changes of one program that are tried."""
_KEY = "tried changes"
_TRYING = "Trying this change …"
_LATER = "It is tried when what fails above is mended."
_NOT_TRIED = "It is tried when what is found above is mended."


class _Trials(NamedTuple):
    """What came of the first changes of a program, those of its failures first."""

    source: str
    found: tuple[Tried, ...]


def with_trials(source: str, cells: Sequence[ShownCell]) -> list[ShownCell]:
    """The cells of a program, each of their changes with what is known of it."""
    found = list(_known(source))
    found += [Tried(mends=None, said=_TRYING)] * (MOST - len(found))
    more = iter(found)

    def told(item: Item, fix: Fix) -> Item:
        later = _LATER if item["stream"] == "failure" else _NOT_TRIED
        return {**item, "fix": {**fix, "tried": next(more, Tried(mends=None, said=later))}}

    known = {id(item): told(item, fix) for item, fix in _changes(cells)}
    return [{**cell, "items": [known.get(id(item), item) for item in cell["items"]]} for cell in cells]


def try_next(source: str, cells: Sequence[ShownCell]) -> None:
    """Try the first change of this program that is untried, and run the page anew: it knows more then.

    Call it last of all. Whatever a visitor does meanwhile goes first, and ends it.
    """
    known, changes = _known(source), _changes(cells)
    if len(known) < min(len(changes), MOST):
        st.session_state[_KEY] = _Trials(source, (*known, _trial(source, *changes[len(known)])))
        st.rerun()


def _known(source: str) -> tuple[Tried, ...]:
    trials: _Trials | None = st.session_state.get(_KEY)
    return trials.found if trials is not None and trials.source == source else ()


def _changes(cells: Sequence[ShownCell]) -> list[tuple[Item, Fix]]:
    """What has a change, and that change: failures first."""
    found = [(item, item["fix"]) for cell in cells for item in cell["items"] if item["fix"] is not None]
    return sorted(found, key=lambda pair: pair[0]["stream"] != "failure")


def _trial(source: str, item: Item, fix: Fix) -> Tried:
    text = source.replace("\r\n", "\n").replace("\r", "\n")
    changed = text[: fix["start"]] + fix["text"] + text[fix["end"] :]
    try:
        change = fix["start"], fix["end"], fix["text"]
        return tried_change(text, run(source), item["stream"], item["number"], change, changed, run(changed))
    except Busy:
        return Tried(mends=True, said="It has not been tried: too many programs wait for their turn.")
    except ProgramError as error:
        return Tried(mends=False, said=f"Tried: this change does not mend it. {error.message}")
    except Failed as error:
        return Tried(mends=False, said=mistake("code", error).message)


@answered
def tried_change(
    source: str, left: Parcel, stream: str, number: int, change: tuple[int, int, str], changed: str, after: Parcel
) -> Tried:
    """``left`` and ``after`` are what is left of the processes of the program and the changed one. The change is of the
    failure, or the remark, that has this number."""
    before, now = recording(source, left.data), recording(changed, after.data)
    if stream == "remark":
        trial = tried_remark(before, remarked(before)[number], now)
    else:
        failures = [event for event in before.events if isinstance(event, Failure)]
        trial = tried(before, failures[number], Edit(*change, label=""), now)
    return Tried(mends=trial.mends, said=trial.said)
