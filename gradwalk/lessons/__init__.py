"""The example programs: one for each topic of the lessons, as files in the percent format.

A file's name gives its place and its address (``3d_seed_shape``); its first cell is text, with the title and a summary.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

GROUPS = {
    "1": "1 · Why autograd",
    "2": "2 · The perceptron",
    "3": "3 · Vectors",
    "4": "4 · Gradients accumulate",
    "5": "5 · Turning tracking off",
    "6": "6 · Backpropagation in three steps",
    "7": "7 · What learners get wrong",
}
_TITLE = "# # "


@dataclass(frozen=True)
class Lesson:
    slug: str
    group: str
    title: str
    summary: str
    """One sentence: what to watch for."""
    source: str
    """The whole program, in cells."""


def read_lesson(path: Path) -> Lesson:
    """The lesson in a file. Raises ValueError when its first cell has no title and summary."""
    source = path.read_text(encoding="utf-8")
    mark, title, *rest = source.split("\n")
    summary = " ".join(line.removeprefix("# ") for line in takewhile(lambda line: line.startswith("# "), rest))
    if mark != "# %% [markdown]" or not title.startswith(_TITLE) or not summary:
        raise ValueError(f"{path.name} has to start with a text cell: a title (# # …), and a summary below it.")
    return Lesson(path.stem, GROUPS[path.stem[0]], title.removeprefix(_TITLE), summary, source)


LESSONS = tuple(read_lesson(path) for path in sorted((Path(__file__).parent / "programs").glob("*.py")))
"""In the order in which they are taught."""

BY_SLUG = {lesson.slug: lesson for lesson in LESSONS}
