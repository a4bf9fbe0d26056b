"""The coach's corpus: small programs of what people ask about, each with its cause, its line and its way out.

A file of ``programs`` is a list of entries, with an empty line between two:

    #: what the program does
    #: cause: the key of what is said when it stops       (or ``finding:``, where it runs and is wrong; or ``silent``)
    #: way: a piece of the way out; once for each way
    #: why: a piece of the reason
    #: same: an expression that is the same in the changed program and in the right one
    the program; ``#<`` ends the line that is to be blamed
    #: right
    the program that an expert would write
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

PROGRAMS = Path(__file__).parent / "programs"
_MARK = "#<"


class Entry(NamedTuple):
    name: str
    group: str
    program: str
    line: int | None
    """The line to be blamed; None for the line in which it stops."""
    cause: str = ""
    finding: str = ""
    ways: tuple[str, ...] = ()
    same: str = ""
    """Where it is given, there is a button, and the changed program gives what the right one gives."""
    right: str = ""
    why: str = ""


def read(group: str) -> list[Entry]:
    text = (PROGRAMS / f"{group}.txt").read_text()
    return [_entry(group, part) for part in f"\n{text}".split("\n\n#: ") if part.strip()]


def groups() -> list[str]:
    return sorted(path.stem for path in PROGRAMS.glob("*.txt"))


def _entry(group: str, text: str) -> Entry:
    name, _, rest = text.strip("\n").removeprefix("#: ").partition("\n")
    given: dict[str, list[str]] = {}
    while rest.startswith("#: "):
        line, _, rest = rest.removeprefix("#: ").partition("\n")
        key, _, said = line.partition(": ")
        given.setdefault(key.strip(":"), []).append(said.strip())
    program, _, right = rest.partition("\n#: right\n")
    marked = [number for number, line in enumerate(program.split("\n"), 1) if line.endswith(_MARK)]
    if set(given) - {"cause", "finding", "silent", "way", "why", "same"} or len(marked) > 1:
        raise ValueError(f"{group}: the entry “{name}” is not written as the corpus is.")
    clean = "\n".join(line.removesuffix(_MARK).rstrip() for line in program.split("\n")) + "\n"
    cause, finding, same, why = ("".join(given.get(key, ())) for key in ("cause", "finding", "same", "why"))
    right = right.rstrip("\n") + "\n" if right else ""
    blamed = marked[0] if marked else None
    return Entry(name, group, clean, blamed, cause, finding, tuple(given.get("way", ())), same, right, why)
