"""A program ↔ text that an address or a file can carry. What comes from outside is bounded before it is opened."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Collection, Mapping
from pathlib import PurePath
from typing import NamedTuple

from gradwalk.address.bounds import few, too_long
from gradwalk.address.position import check_picture, step_of
from gradwalk.lessons import BY_SLUG, LESSONS
from gradwalk.notebook.percent import Piece, pieces_from, pieces_of, program_of
from gradwalk.notebook.reading import read_notebook
from gradwalk.program import ProgramError
from gradwalk.program.limits import LIMITS

MAX_CODE = 4000
"""Characters of a program in an address. Some mail programs and chats cut longer links."""
MAX_FILE = 6_000_000
"""Characters of a file, a notebook's stored outputs included."""
_MOST_BYTES = 4 * LIMITS.characters
"""A character takes at most four bytes."""


def to_code(source: str) -> str | None:
    """A program for an address: compressed (zlib), in URL-safe base64 without its padding. None if it is too long."""
    packed = zlib.compress(source.encode("utf-8", "surrogatepass"), 9)
    code = base64.urlsafe_b64encode(packed).decode("ascii").rstrip("=")
    return code if len(code) <= MAX_CODE else None


def from_code(code: str) -> str:
    """The program that ``to_code`` wrote. Raises ValueError, with a sentence, for anything else.

    At most four bytes for each character that a program may have are unpacked, whatever the text would grow to.
    """
    if len(code) > MAX_CODE:
        raise ValueError(f"The program in the address has more than {MAX_CODE:,} characters")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", code):
        raise ValueError("The program in the address has characters that do not belong there")
    try:
        source = _unpacked(base64.urlsafe_b64decode(code + "=" * (-len(code) % 4))).decode("utf-8")
    except (ValueError, zlib.error):  # UnicodeDecodeError and binascii.Error are ValueErrors
        raise ValueError("The program in the address is damaged") from None
    if len(source) > LIMITS.characters:
        raise ValueError(f"The program in the address unpacks to more than {LIMITS.characters:,} characters")
    return source


def _unpacked(packed: bytes) -> bytes:
    """Raises ValueError for more than ``_MOST_BYTES``, for a stream without its end, and for anything after it."""
    stream = zlib.decompressobj()
    source = stream.decompress(packed, _MOST_BYTES)
    if not stream.eof or stream.unused_data:
        raise ValueError
    return source


def from_file(name: str, text: str) -> tuple[Piece, ...]:
    """The cells in a file of this name: a notebook (``.ipynb``), or Python (``.py``) as it is.

    Raises ProgramError, with a sentence, for any other file.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix not in (".ipynb", ".py"):
        raise ProgramError(f"{_shown(name)} is neither a notebook (.ipynb) nor Python (.py).")
    if len(text) > MAX_FILE:
        raise ProgramError(f"{_shown(name)} has more than {MAX_FILE:,} characters.")
    text = text.removeprefix("\ufeff")
    if suffix == ".ipynb":
        pieces = pieces_from(read_notebook(text).cells)
    else:
        pieces = pieces_of(text.replace("\r\n", "\n").replace("\r", "\n"))
    source = program_of(pieces)
    if "\0" in source or "\ufffd" in source:
        raise ProgramError(f"{_shown(name)} is no plain text in UTF-8.")
    if len(source) > LIMITS.characters:
        raise ProgramError(
            f"{_shown(name)} has a program of {len(source):,} characters; at most {LIMITS.characters:,} fit here, "
            "texts and comments counted. Two shorter files would work."
        )
    return pieces


def _shown(name: str, most: int = 60) -> str:
    """A file's name for a sentence."""
    plain = "".join(character for character in PurePath(name).name if character.isprintable())
    return plain if len(plain) <= most else plain[: most - 1] + "…"


class Shared(NamedTuple):
    """What an address says: a program, and the step at which the player stands."""

    source: str
    step: int = 0
    unfold: tuple[int, ...] = ()
    """Turns of long loops that are told step by step; they decide which steps there are."""
    upto: int | None = None
    """So many of its lines have run; None for all."""


DEFAULT = Shared(LESSONS[0].source)
"""What an empty address opens."""


def lesson_of(source: str) -> str | None:
    """The slug of the example program that this is, letter for letter."""
    return next((lesson.slug for lesson in LESSONS if lesson.source == source), None)


def to_query(source: str, unfold: Collection[int] = (), upto: int | None = None) -> str:
    """The query of a URL, without ``?`` and without the step; empty for a program that is too long for an address.
    ``upto`` so many of its lines have run."""
    slug, turns = lesson_of(source), ",".join(map(str, unfold))
    code = to_code(source) if slug is None else None
    program = f"lesson={slug}" if slug is not None else f"code={code}" if code is not None else ""
    if not program:
        return ""
    return "&".join([program, *([f"upto={upto}"] if upto else []), *([f"open={turns}"] if turns else [])])


def from_query(params: Mapping[str, str]) -> tuple[Shared, tuple[str, ...]]:
    """What an address opens, and one sentence for each parameter that could not be used and got its default."""
    if too_long(params):
        return DEFAULT, ("The address is too long to be read, so the first example is shown.",)
    notices: list[str] = []
    source = DEFAULT.source
    if "code" in params:
        try:
            source = from_code(params["code"])
        except ValueError as error:
            notices.append(f"{error}, so the first example is shown.")
    elif "lesson" in params:
        if params["lesson"] in BY_SLUG:
            source = BY_SLUG[params["lesson"]].source
        else:
            notices.append("The address names no example that is here, so the first one is shown.")
    step = step_of(params, notices)
    check_picture(params, notices)
    turns = params.get("open", "")
    if not re.fullmatch(r"([0-9]{1,6}(,[0-9]{1,6}){0,7})?", turns):
        notices.append("The address names no turns of a loop; all of them are folded.")
        turns = ""
    unfold = tuple(int(number) for number in turns.split(",") if number)
    upto = params.get("upto", "")
    if not re.fullmatch(r"([1-9][0-9]{0,5})?", upto):
        notices.append("The address names no line under upto up to which the program runs; all of it does.")
        upto = ""
    return Shared(source, step, unfold, int(upto) if upto else None), few(notices)
