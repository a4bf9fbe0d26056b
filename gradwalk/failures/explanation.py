"""Why a statement failed, and what would work."""

from __future__ import annotations

from typing import NamedTuple

from gradwalk.failures.wording import FAILURE, FAILURES
from gradwalk.recording import Failure


class Explanation(NamedTuple):
    """Why a statement failed, and what would work."""

    title: str
    why: str
    way_out: str


def failure(event: Failure) -> Explanation:
    """Why the statement failed and what would work; PyTorch's own message where its cause is not known."""
    title, why, way_out = FAILURES.get(event.cause or "", FAILURE)
    return Explanation(
        title.format(type=event.type), why.format(message=event.message, type=event.type), way_out.format()
    )
