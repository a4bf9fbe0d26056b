"""The sentences of a diagnosis, with its pieces: each line that they speak of is called as Jupyter calls it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gradwalk.failures.diagnosis import Diagnosis
from gradwalk.failures.wording import FAILURES
from gradwalk.notation.lines import line_name
from gradwalk.recording import Recording

_LINE = re.compile(r"\b([Ll])ine \{(\w+)\}")


def placed(recording: Recording, found: Diagnosis) -> Diagnosis:
    """A diagnosis with what each line that its sentences speak of is called."""
    lines = {name for sentence in FAILURES[found.key] for _, name in _LINE.findall(sentence)}
    named = ((name, name in lines and piece.isdigit(), piece) for name, piece in found.pieces)
    return found._replace(
        pieces=tuple((name, line_name(recording, int(piece)) if line else piece) for name, line, piece in named)
    )


def filled(sentence: str, given: Mapping[str, str]) -> str:
    """A sentence with its pieces; a piece that is a place says itself which line it is, and of which cell."""
    parts = _LINE.split(sentence)
    for at in range(1, len(parts), 3):
        place = given[parts[at + 1]]
        parts[at : at + 2] = ["", place[:1].upper() + place[1:] if parts[at] == "L" else place]
    return "".join(part if at % 3 == 2 else part.format(**given) for at, part in enumerate(parts))


def why_and_way(recording: Recording, found: Diagnosis) -> tuple[str, str]:
    """Why something is so, and what would work, for another sentence that goes on with them."""
    given = dict(placed(recording, found).pieces)
    _, why, way = FAILURES[found.key]
    return filled(why, given), filled(way, given)
