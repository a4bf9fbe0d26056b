"""A change that would mend a failure is tried before it is offered: the changed program runs once the page is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import streamlit as st

from components.shared.mistakes import Failed, mistake
from components.shared.work import answered, run
from gradwalk.clinic.trial import tried
from gradwalk.failures.fixes import Edit
from gradwalk.program import ProgramError
from gradwalk.recording import Failure
from gradwalk.sandbox.outcome import recording
from gradwalk.story.cells import Fix, Item, ShownCell, Tried
from serving.pool import Busy
from serving.work import Parcel

MOST = 3
"""Changes of one program that are tried."""
_KEY = "tried changes"
_TRYING = "Trying this change …"
_LATER = "It is tried when what fails above is mended."


class _Trials(NamedTuple):
    """What came of the first changes of a program."""

    source: str
    found: tuple[Tried, ...]


def with_trials(source: str, cells: Sequence[ShownCell]) -> list[ShownCell]:
    """The cells of a program, each of their changes with what is known of it."""
    found = list(_known(source))
    found += [Tried(mends=None, said=_TRYING)] * (MOST - len(found))
    more = iter(found)

    def told(item: Item) -> Item:
        fix = item["fix"]
        return item if fix is None else {**item, "fix": {**fix, "tried": next(more, Tried(mends=None, said=_LATER))}}

    return [{**cell, "items": [told(item) for item in cell["items"]]} for cell in cells]


def try_next(source: str, cells: Sequence[ShownCell]) -> None:
    """Try the first change of this program that is untried, and run the page anew: it knows more then.

    Call it last of all. Whatever a visitor does meanwhile goes first, and ends it.
    """
    known, changes = _known(source), list(_changes(cells))
    if len(known) < min(len(changes), MOST):
        st.session_state[_KEY] = _Trials(source, (*known, _trial(source, *changes[len(known)])))
        st.rerun()


def _known(source: str) -> tuple[Tried, ...]:
    trials: _Trials | None = st.session_state.get(_KEY)
    return trials.found if trials is not None and trials.source == source else ()


def _changes(cells: Sequence[ShownCell]) -> Iterator[tuple[int, Fix]]:
    """Each change, with its failure's number."""
    failures = (item for cell in cells for item in cell["items"] if item["stream"] == "failure")
    return ((number, item["fix"]) for number, item in enumerate(failures) if item["fix"] is not None)


def _trial(source: str, failure: int, fix: Fix) -> Tried:
    text = source.replace("\r\n", "\n").replace("\r", "\n")
    changed = text[: fix["start"]] + fix["text"] + text[fix["end"] :]
    try:
        return tried_change(text, run(source), failure, (fix["start"], fix["end"], fix["text"]), changed, run(changed))
    except Busy:
        return Tried(mends=True, said="It has not been tried: too many programs wait for their turn.")
    except ProgramError as error:
        return Tried(mends=False, said=f"Tried: this change does not mend it. {error.message}")
    except Failed as error:
        return Tried(mends=False, said=mistake("code", error).message)


@answered
def tried_change(
    source: str, left: Parcel, failure: int, change: tuple[int, int, str], changed: str, after: Parcel
) -> Tried:
    """``left`` and ``after`` are what is left of the processes of the program and the changed one."""
    before = recording(source, left.data)
    failures = [event for event in before.events if isinstance(event, Failure)]
    trial = tried(before, failures[failure], Edit(*change, label=""), recording(changed, after.data))
    return Tried(mends=trial.mends, said=trial.said)
