"""Memory in large pages is the same memory."""

from __future__ import annotations

from gradwalk.sandbox import pages


def test_what_is_gathered_stays_as_it_was() -> None:
    block = bytearray(range(256)) * (1 << 16)
    block[5_000_000:5_000_003] = b"abc"
    copy = bytes(block)
    assert pages.gather() >= 0
    assert block == copy
    block[0] = 7
    assert copy[0] == 0
