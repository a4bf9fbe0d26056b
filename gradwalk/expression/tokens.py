"""The typed text in signs, each with its place; the parser's own tokens know no wrong text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from gradwalk.program import Span

_TOKEN = re.compile(
    r"(?P<space>[ \t]+|\#[^\n]*)"
    r"|(?P<number>(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z_0-9]*)"
    r"|(?P<end>\n|;)"
    r"|(?P<open>[(\[])"
    r"|(?P<close>[)\]])"
    r"|(?P<change>(?:\*\*|//|[-+*/%@])=|:=|->)"
    r"|(?P<compare>==|!=|<=|>=|<|>)"
    r"|(?P<sign>\*\*|//|[-+*/%@])"
    r"|(?P<other>[=,.:])"
    r"|(?P<unknown>.)"
)


SUPERSCRIPTS = frozenset(map(chr, (0xB2, 0xB3, 0xB9, 0x2070, *range(0x2074, 0x207A), 0x207B)))
SUBSCRIPTS = frozenset(map(chr, range(0x2080, 0x208A)))


class Token(NamedTuple):
    kind: str
    text: str
    line: int
    column: int

    @property
    def span(self) -> Span:
        width = 1 if self.kind == "end" else len(self.text)
        return Span(self.line, self.column, self.line, self.column + width)


def tokens(text: str) -> list[Token]:
    """The text in pieces, spaces and comments left out; inside brackets a line's end is a space."""
    return list(_significant(_all_tokens(text)))


def _all_tokens(text: str) -> Iterator[Token]:
    line, start = 1, 0
    for match in _TOKEN.finditer(text):
        yield Token(match.lastgroup or "unknown", match[0], line, match.start() - start + 1)
        if match[0].endswith("\n"):
            line, start = line + 1, match.end()


def _significant(found: Iterator[Token]) -> Iterator[Token]:
    depth = 0
    for token in found:
        depth = max(0, depth + (token.kind == "open") - (token.kind == "close"))
        if token.kind != "space" and not (token.kind == "end" and depth):
            yield token


def greek(sign: str) -> str | None:
    """The name of a small Greek letter; None for τ as well, which people use for a variable and for a turn."""
    if len(sign) != 1 or sign.isascii() or sign == "τ":
        return None
    words = unicodedata.name(sign, "").split()
    if words[:3] != ["GREEK", "SMALL", "LETTER"] or len(words) != 4:
        return None
    return "lam" if words[3] == "LAMDA" else words[3].lower()
