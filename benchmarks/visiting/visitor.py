"""A visitor: a session on one of the pages, and somebody who edits and checks that the answer is to that edit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple, Self

from benchmarks.visiting import typed
from benchmarks.visiting.session import Session

Entry = dict[str, Any]


class Page(NamedTuple):
    """A page as a visitor knows it."""

    path: str
    key: str
    """Its form's."""
    entry: Callable[[Random, str, int], Entry]


EXPRESSION = Page("", "expression-form", typed.expression)
CODE = Page("code", "code-notebook", typed.program)


class WrongAnswer(Exception):
    """A page that answered something else, or refused what is sound."""


class Visitor:
    """Somebody at a page. Everything that is chosen at random is chosen by ``random``."""

    def __init__(self, session: Session, page: Page, random: Random) -> None:
        self.session = session
        self.page = page
        self.random = random
        self.count = 0

    @classmethod
    async def come(cls, url: str, random: Random, page: Page = EXPRESSION) -> Self:
        return cls(await Session.open(url, page.path), page, random)

    async def edit(self, entry: Entry | None = None, *, refused: bool | None = False) -> float:
        """Type something new. Gives the seconds until the answer is complete. Raises WrongAnswer.

        ``refused``: whether it is to be refused; None where either will do.
        """
        self.count += 1
        opened = self.session.data(self.page.key)["opened"]
        fresh = self.page.entry(self.random, opened, self.count)
        seconds = await self.session.send(self.page.key, fresh | (entry or {}))
        data = self.session.data(self.page.key)
        if data["answered"] != self.count:
            raise WrongAnswer(f"{data['answered']} was answered and {self.count} sent")
        if refused is not None and (data["refusal"] is not None) != refused:
            raise WrongAnswer(f"the refusal is {data['refusal']}")
        return seconds

    async def think(self, seconds: float) -> None:
        """Between half and one and a half times as many seconds."""
        await asyncio.sleep(seconds * self.random.uniform(0.5, 1.5))
