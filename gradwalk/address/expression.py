"""What a person made ↔ the URL that carries it: readable for short ones, ``?z=sin(x**2)&x=4``.

The short form gives each line and each value a parameter of its own. What it cannot carry exactly (comments, a bare
expression, other spacing, a name that is also a control word) goes into ``text=`` and ``values=``.
``docs/expressions.md`` has the grammar.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from gradwalk.address.bounds import few, items, shown, too_long
from gradwalk.address.position import check_picture, step_of
from gradwalk.address.query import encoded
from gradwalk.expression.expression import DTYPES, read
from gradwalk.expression.numbers import is_numbers
from gradwalk.lessons.gallery import EXAMPLES
from gradwalk.program import ProgramError

ALONE = ("view", "player")
"""A parameter that shows the player alone; any other ``view`` is a value of that name."""
CONTROLS = frozenset(
    ("text", "values", "constants", "dtype", "seed", "step", "picture", "density", "predict", "groups")
)

_FOREIGN = re.compile(r"embed|embed_options|theme|lang|ref|utm_\w*|fbclid|gclid")
"""Parameters that Streamlit and other sites add to an address; they are none of ours."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_LINE = re.compile(r"([A-Za-z][A-Za-z0-9_]*) = (\S.*)")
_UNESCAPED = "*()[],=/:@!"


@dataclass(frozen=True)
class Document:
    text: str
    given: Mapping[str, str] = field(default_factory=dict)
    """Values as they were typed, by variable name."""
    constants: tuple[str, ...] = ()
    dtype: str = "float32"
    seed: str | None = None
    step: int = 0


DEFAULT = Document(EXAMPLES[0].text, EXAMPLES[0].given)
"""The first example: what an empty address opens."""


# Document → query


def to_query(document: Document) -> str:
    """The query of a URL, without ``?``, escaped as ``query`` reads it.

    Left out are values that are no numbers, what belongs to no variable of the text (while it can be read), and all
    that is as usual (float32, step 0).
    """
    lines = _short_lines(document.text)
    given = {name: text for name, text in document.given.items() if _NAME.fullmatch(name) and is_numbers(text)}
    if variables := _variables(document.text, given):
        given = {name: text for name, text in given.items() if name in variables}
    collide = {name for name in given if _is_taken(name) or name in (lines or {})}
    pairs = list(lines.items()) if lines is not None else [("text", document.text)]
    pairs += [(name, text) for name, text in given.items() if name not in collide]
    pairs += _controls(document, {name: text for name, text in given.items() if name in collide})
    return "&".join(encoded(name, value, safe=_UNESCAPED) for name, value in pairs)


def _controls(document: Document, values: Mapping[str, str]) -> list[tuple[str, str]]:
    controls = {
        "values": ";".join(f"{name}:{text}" for name, text in values.items()),
        "constants": ",".join(name for name in document.constants if name in _variables(document.text, document.given)),
        "dtype": document.dtype if document.dtype != DTYPES[0] else "",
        "seed": document.seed if document.seed and is_numbers(document.seed) else "",
        "step": str(document.step) if document.step else "",
    }
    return [(name, value) for name, value in controls.items() if value]


def _short_lines(text: str) -> dict[str, str] | None:
    """Each line as a name and its right side; None where that would not give exactly the same text back."""
    lines: dict[str, str] = {}
    for line in text.split("\n"):
        match = _LINE.fullmatch(line)
        if match is None or "#" in line or line != line.rstrip() or not line.isprintable():
            return None
        name, right = match.groups()
        if _is_taken(name) or name in lines or is_numbers(right) or (name, right) == ALONE:
            return None
        lines[name] = right
    return lines


def _is_taken(name: str) -> bool:
    return name in CONTROLS or _FOREIGN.fullmatch(name) is not None


# Query → document


def from_query(params: Mapping[str, str]) -> tuple[Document, tuple[str, ...]]:
    """What an address opens, and one sentence for each parameter that could not be used and got its default.

    ``params`` are decoded, as ``query.decoded`` gives them. Parameters
    that other sites add to addresses are passed over.
    """
    if too_long(params):
        return DEFAULT, ("The address is too long to be read, so the first example is shown.",)
    notices: list[str] = []
    text, given = _content(params, notices)
    given |= _values(params.get("values", ""), notices)
    document = Document(
        text if text is not None else DEFAULT.text,
        given if text is not None else {**DEFAULT.given, **given},
        dtype=_dtype(params.get("dtype"), notices),
        seed=_seed(params.get("seed"), notices),
        step=step_of(params, notices),
    )
    check_picture(params, notices)
    return _checked(document, params.get("constants", ""), notices)


def _content(params: Mapping[str, str], notices: list[str]) -> tuple[str | None, dict[str, str]]:
    """The typed text, None when there is none, and the values beside it."""
    lines: list[str] = []
    given: dict[str, str] = {}
    for name, value in params.items():
        if _is_taken(name) or not _NAME.fullmatch(name) or (name, value) == ALONE:
            continue
        if is_numbers(value):
            given[name] = value
        elif "text" in params or not value.strip() or name in _variables("\n".join(lines), {}):
            notices.append(
                f"The value of {shown(name)} in the address is no number, vector or matrix; it got its default."
            )
        else:
            lines.append(f"{name} = {value}")
    text = params.get("text", "\n".join(lines))
    return text if text.strip() else None, given


def _variables(text: str, given: Mapping[str, str]) -> tuple[str, ...]:
    """The names of a text's variables; none while it cannot be read."""
    try:
        return tuple(variable.name for variable in read(text, dict.fromkeys(given, "0")).variables)
    except ProgramError:
        return ()


def _values(text: str, notices: list[str]) -> dict[str, str]:
    """``values=step:4;e:2``: variables whose names the address uses otherwise."""
    given: dict[str, str] = {}
    for part in items(text, ";", notices):
        name, _, value = part.partition(":")
        if _NAME.fullmatch(name) and is_numbers(value):
            given[name] = value
        else:
            notices.append("A part of values in the address is no name:number; it was left out.")
    return given


def _dtype(text: str | None, notices: list[str]) -> str:
    if text is None or text in DTYPES:
        return text or DTYPES[0]
    notices.append(f"The dtype in the address is neither {' nor '.join(DTYPES)}; it is {DTYPES[0]} now.")
    return DTYPES[0]


def _seed(text: str | None, notices: list[str]) -> str | None:
    if text is None or is_numbers(text):
        return text
    notices.append("The seed in the address is no number, vector or matrix; backward() starts from its own.")
    return None


def _checked(document: Document, constants: str, notices: list[str]) -> tuple[Document, tuple[str, ...]]:
    """The document with the variables that need no gradient; one that cannot be read is opened as it was typed."""
    try:
        expression = read(document.text, document.given, dtype=document.dtype, seed=document.seed)
    except ProgramError:
        notices.append("The expression in the address cannot be read; the form says why.")
        return document, few(notices)
    names = {variable.name for variable in expression.variables}
    asked = items(constants, ",", notices)
    chosen = tuple(name for name in asked if name in names)
    if len(chosen) != len(asked):
        notices.append("A name under constants in the address is no variable of the expression; it was left out.")
    kept = Document(document.text, document.given, chosen, document.dtype, document.seed, document.step)
    return kept, few(notices)
