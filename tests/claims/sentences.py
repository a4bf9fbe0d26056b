"""Sentences as they stand on the screen, read back: each is found among the templates, with its pieces."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np

from gradwalk.explain import wording
from tests.claims.computing import UnknownError
from tests.claims.formulas import Recorded
from tests.claims.steps import Step

TABLES: Mapping[str, tuple[str, ...]] = {
    "start": ("START", "EPISODE"),
    "forward": ("FORWARD", "NONFINITE", "OVERFLOW", "UPDATE"),
    "local": ("LOCAL", "SLOPES", "NONFINITE"),
    "seed": ("SEED",),
    "backward": ("BACKWARD", "NONFINITE"),
    "accumulate": ("ACCUMULATE",),
    "free": ("FREE",),
    "update": ("UPDATE", "FORWARD", "NONFINITE", "OVERFLOW", "NOTICED"),
    "hook": ("NOTICED",),
    "result": ("NOTICED",),
    "statement": ("BOUND", "NOTICED"),
}
"""Which tables of sentences a kind of step takes from."""


class Claim(NamedTuple):
    """One sentence of a step: its table and key, and what stands in its pieces."""

    table: str
    key: str
    pieces: Mapping[str, str]

    @property
    def name(self) -> str:
        return f"{self.table}: {self.key}" if self.key else self.table


Check = Callable[[Recorded, Step, Mapping[str, str]], None]
"""Raises AssertionError where the claim does not hold."""

CHECKS: dict[str, list[Check]] = {}
"""By the claim's name; all of them have to hold."""


def claim(table: str, *keys: str) -> Callable[[Check], Check]:
    def keep(check: Check) -> Check:
        for key in keys:
            CHECKS.setdefault(f"{table}: {key}" if key else table, []).append(check)
        return check

    return keep


def templates(table: str) -> Iterator[tuple[str, str]]:
    found = getattr(wording, table)
    yield from found.items() if isinstance(found, dict) else [("", found)]


@cache
def _patterns(kind: str) -> tuple[tuple[str, str, re.Pattern[str], int], ...]:
    found = []
    for table in TABLES[kind]:
        for key, text in templates(table):
            plain = re.sub(r"\{\w+\}", "", text)
            found.append((table, key, re.compile(_pattern(text), re.DOTALL), len(plain)))
    return tuple(sorted(found, key=lambda entry: -entry[3]))


def _pattern(text: str) -> str:
    """A template as a pattern: each piece is a group within a sentence, which stands for the same text each time."""
    seen: set[str] = set()
    parts = []
    for literal, name in re.findall(r"([^{}]*)(?:\{(\w+)\})?", text):
        parts.append(re.escape(literal))
        if name:
            group = "[GΓĜ]" if name == "letter" else r"(?:(?!\. ).)*?"
            parts.append(f"(?P={name})" if name in seen else rf"(?P<{name}>{group})")
            seen.add(name)
    return "".join(parts)


@lru_cache(maxsize=4096)
def read(kind: str, sentence: str) -> tuple[Claim, ...]:
    """The claims of a step's sentence, in their order; the most literal template comes first."""
    text = sentence.strip()
    if not text:
        return ()
    found = _read(kind, text, 0, {})
    assert found is not None, f"No template of {TABLES[kind]} reads: {text}"
    return tuple(found)


def _read(kind: str, text: str, begin: int, known: dict[int, list[Claim] | None]) -> list[Claim] | None:
    if begin >= len(text):
        return []
    if begin in known:
        return known[begin]
    best: list[Claim] | None = None
    for table, key, pattern, _ in _patterns(kind):
        for end in _ends(text, begin):
            match = pattern.fullmatch(text, begin, end)
            if match is None:
                continue
            rest = _read(kind, text, end + 1, known)
            if rest is not None and best is None:
                best = [Claim(table, key, match.groupdict()), *rest]
    known[begin] = best
    return best


def _ends(text: str, begin: int) -> Iterator[int]:
    for match in re.finditer(r"[.”](?= |$)", text[begin:]):
        yield begin + match.end()


def check(step: Step) -> Iterator[tuple[Claim, str]]:
    """Each claim of a step, with why it does not hold; an empty text where it does.

    ``unchecked``: nobody looks; ``unknown``: the recording keeps too few numbers.
    """
    if step.kind not in TABLES:
        return
    recorded = Recorded(step)
    for said in read(step.kind, step.account.sentence):
        yield said, _verdict(said, recorded, step)


def _verdict(said: Claim, recorded: Recorded, step: Step) -> str:
    if said.name not in CHECKS:
        return "unchecked"
    try:
        with np.errstate(all="ignore"):
            for check in CHECKS[said.name]:
                check(recorded, step, said.pieces)
    except UnknownError:
        return "unknown"
    except (AssertionError, StopIteration) as error:
        return str(error) or "it does not hold"
    return ""


def pieces(text: str) -> list[str]:
    """``a, b and c`` → a, b, c."""
    *first, last = text.split(" and ")
    return [piece for part in first for piece in part.split(", ")] + [last]


__all__ = ["CHECKS", "Any", "Claim", "check", "claim", "pieces", "read", "templates"]
