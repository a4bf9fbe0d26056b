"""The way of an answer: messages of JSON, each after its length, out of a process that may lie.

The reader takes nothing for granted: sizes, depth, numbers and letters are checked, and what they say is data.
"""

from __future__ import annotations

import json
import math
import os
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

_HEAD = struct.Struct("!cI")
_MESSAGE, _END = b"M", b"E"
ENDS = ("done", "time", "memory", "failed")
"""The words with which a process says that it has come to its end, and how."""
_MOST_REASON = 500


@dataclass(frozen=True)
class Sizes:
    """How much one answer may be."""

    message: int = 8_000_000
    """Bytes."""
    whole: int = 16_000_000
    """Bytes of all messages."""
    messages: int = 20_000
    depth: int = 64
    items: int = 1_500_000
    """Of one message's lists and objects: a reader needs some seventy bytes of memory for each."""


class TooLarge(ValueError):
    """A message that is too large to send."""


class Lie(Exception):
    """What arrived is no answer, in a sentence."""


class Sender:
    """The process's end."""

    def __init__(self, descriptor: int, sizes: Sizes) -> None:
        self._descriptor = descriptor
        self._sizes = sizes
        self._sent = 0

    def say(self, message: object) -> None:
        """Send what JSON can say. Raises TooLarge, and what ``json.dumps`` raises; nothing was sent then."""
        text = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        data = text.encode("utf-8", "replace")
        if len(data) > min(self._sizes.message, self._sizes.whole - self._sent):
            most = min(self._sizes.message, self._sizes.whole - self._sent)
            raise TooLarge(f"It is {len(data) / 1e6:.1f} MB; at most {most / 1e6:.1f} MB fit.")
        self._sent += len(data)
        self._write(_HEAD.pack(_MESSAGE, len(data)) + data)

    def end(self, word: str, reason: str = "") -> None:
        """The last thing that is sent."""
        data = f"{word} {reason[: _MOST_REASON // 4]}".encode("utf-8", "replace")
        self._write(_HEAD.pack(_END, len(data)) + data)

    def _write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]


@dataclass
class Reader:
    """The other end: give it the bytes as they come."""

    sizes: Sizes
    ended: str = ""
    """One of ENDS, once it was said."""
    reason: str = ""
    _buffer: bytearray = field(default_factory=bytearray)
    _bytes: int = 0
    _messages: int = 0

    def feed(self, data: bytes) -> Iterator[Any]:
        """The messages that are complete now. Raises Lie behind the last true one; a liar is not read any more."""
        self._buffer += data
        while len(self._buffer) >= _HEAD.size:
            kind, length = _HEAD.unpack_from(self._buffer)
            self._check(kind, length)
            if len(self._buffer) < _HEAD.size + length:
                return
            piece = bytes(self._buffer[_HEAD.size : _HEAD.size + length])
            del self._buffer[: _HEAD.size + length]
            if kind == _END:
                self._end(piece)
            else:
                self._bytes += length
                self._messages += 1
                yield checked(piece, self.sizes)

    def _check(self, kind: bytes, length: int) -> None:
        if self.ended:
            raise Lie("Something came after the end.")
        if kind == _END and length <= _MOST_REASON:
            return
        if kind != _MESSAGE:
            raise Lie("What came is no message.")
        if length > min(self.sizes.message, self.sizes.whole - self._bytes):
            raise Lie(
                f"More than {self.sizes.whole / 1e6:g} MB were to be sent, or {self.sizes.message / 1e6:g} at once."
            )
        if self._messages >= self.sizes.messages:
            raise Lie(f"More than {self.sizes.messages:,} messages were sent.")

    def _end(self, piece: bytes) -> None:
        word, _, self.reason = piece.decode("utf-8", "replace").partition(" ")
        if word not in ENDS:
            raise Lie("The end was said in a word that nobody knows.")
        self.ended = word


# None of these goes back over what it has read, whatever it reads.
_TEXTS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_BRACKETS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_OTHERS = bytes(set(range(256)) - set(_BRACKETS))
_LONG_NUMBER = re.compile(rb"(?<!\d)\d{300}|[eE]\+?0*[1-9]\d\d")
_HALF_LETTER = re.compile(rb"\\u[dD][89a-fA-F]")


def checked(data: bytes, sizes: Sizes) -> Any:
    """The JSON of one message. Raises Lie for what is none, nests deeper, has more items, or says what JSON cannot."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Lie("A message is no UTF-8.") from None
    rest = _TEXTS.sub(b"", data)
    brackets = rest.translate(None, _OTHERS)
    if len(brackets) + rest.count(b",") > sizes.items:
        raise Lie(f"A message has more than {sizes.items:,} items.")
    if max(accumulate(map(_BRACKETS.__getitem__, brackets)), default=0) > sizes.depth:
        raise Lie(f"A message nests deeper than {sizes.depth}.")
    try:
        parse_float = _finite if _LONG_NUMBER.search(rest) else None
        message = json.loads(text, parse_constant=_refuse, parse_float=parse_float)
        if _HALF_LETTER.search(data):
            json.dumps(message, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise Lie("A message is no JSON.") from None
    return message


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number


def _refuse(word: str) -> float:
    raise ValueError(word)
