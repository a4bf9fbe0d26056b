"""The parameters of a query, as a browser's form, a program or a person writes them.

Forms and programs write a space as ``+`` and a plus sign as ``%2B``. A person types ``?z=x+y``, and means a sum. So a
``+`` between two names, numbers or brackets is a plus sign where nothing in its parameter is escaped as forms do it;
what Gradwalk writes has ``%20`` for a space at such a place.
"""

from __future__ import annotations

import re
from itertools import pairwise
from urllib.parse import parse_qsl, quote, quote_plus, unquote

_AS_TEXT = frozenset(("text",))
"""Parameters that hold lines of text, with comments in words."""
_AS_FORMS_DO = re.compile(r"%20|%2B", re.IGNORECASE)
_BETWEEN = re.compile(r"[\w)\]] +[\w(\[]")
_ENDS, _BEGINS = re.compile(r"[\w)\]]$"), re.compile(r"[\w(\[]")


def encoded(name: str, value: str, safe: str = "") -> str:
    """``name=value``, so that ``decoded`` gives the same value back."""
    write = quote if name not in _AS_TEXT and _BETWEEN.search(value) and "+" not in value else quote_plus
    return f"{name}={write(value, safe=safe)}"


def decoded(query: str) -> dict[str, str]:
    """By name; of a name that stands there twice, the last value."""
    return dict(parse_qsl("&".join(map(_with_plus, query.split("&"))), keep_blank_values=True))


def _with_plus(part: str) -> str:
    name, equals, value = part.partition("=")
    if "+" not in value or name in _AS_TEXT or _AS_FORMS_DO.search(value):
        return part
    pieces = value.split("+")
    texts = [unquote(piece) for piece in pieces]
    signs = ["%2B" if _ENDS.search(one) and _BEGINS.match(other) else "+" for one, other in pairwise(texts)]
    return f"{name}{equals}{pieces[0]}" + "".join(sign + piece for sign, piece in zip(signs, pieces[1:], strict=True))
