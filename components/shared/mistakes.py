"""What a page says when it breaks: a sentence, and never what broke, which the log has."""

from __future__ import annotations

from components.shared.work import server
from gradwalk.program import ProgramError
from serving.desk import Failed as Failed

SENTENCE = (
    "This page made a mistake, which whoever runs this server finds in the log. What you typed is kept: another text, "
    "or the same one in a moment, may work."
)


class Mistake(ProgramError):
    """Stands where a refusal would: it is not the visitor's."""

    def __init__(self) -> None:
        super().__init__(SENTENCE)


def mistake(page: str, error: BaseException) -> Mistake:
    """Count it and log it."""
    server().mistaken(page, error)
    return Mistake()
