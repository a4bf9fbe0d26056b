"""A recording on its way from one process to another: a text that compression makes twenty times as small."""

from __future__ import annotations

import base64
import zlib

from gradwalk.sandbox.frames import TooLarge

MOST = 48_000_000
"""Bytes of a recording's JSON: twelve thousand operations on small matrices.

A reader needs ten times as much memory."""
_LEVEL = 1
"""Five times as fast as the usual one, and a third larger."""


def packed(text: str) -> str:
    """Raises TooLarge for more than a reader takes."""
    data = text.encode()
    if len(data) > MOST:
        raise TooLarge(f"It is {len(data) / 1e6:.1f} MB; at most {MOST / 1e6:.1f} MB fit.")
    return base64.b64encode(zlib.compress(data, _LEVEL)).decode("ascii")


def opened(said: str) -> str:
    """The text again. Raises ValueError for anything else, and for more than is allowed, however small it came."""
    unpacking = zlib.decompressobj()
    try:
        data = unpacking.decompress(base64.b64decode(said, validate=True), MOST)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if unpacking.unconsumed_tail or not unpacking.eof:
        raise ValueError("It is not whole, or too large.")
    return data.decode("utf-8")
