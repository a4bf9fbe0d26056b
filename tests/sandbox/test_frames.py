"""The reader of what a process says: every true message, whatever the pieces; of a liar, nothing that is no data."""

from __future__ import annotations

import json
import math
import os
import struct
import time
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradwalk.sandbox.frames import ENDS, Lie, Reader, Sender, Sizes, TooLarge, checked

SIZES = Sizes(message=2_000, whole=5_000, messages=20, depth=8, items=200)

letters = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
plain = st.none() | st.booleans() | st.integers(-(10**50), 10**50) | st.floats(allow_nan=False, allow_infinity=False)
data = st.recursive(plain | letters, lambda inner: st.lists(inner) | st.dictionaries(letters, inner), max_leaves=12)


def frame(kind: bytes, content: bytes) -> bytes:
    return struct.pack("!cI", kind, len(content)) + content


def heard(reader: Reader, pieces: list[bytes]) -> tuple[list[Any], str]:
    """What a reader found in the pieces, and the sentence of the lie that it met."""
    found = []
    try:
        for piece in pieces:
            for message in reader.feed(piece):
                found.append(message)  # noqa: PERF402 (what came before a lie is kept)
    except Lie as lie:
        return found, str(lie)
    return found, ""


def cut(content: bytes, places: list[int]) -> list[bytes]:
    borders = [0, *sorted(place % (len(content) + 1) for place in places), len(content)]
    return [content[start:end] for start, end in pairwise(borders)]


def depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)


def sound(value: Any) -> bool:
    """Whether it is data that can be written, sent and shown without a surprise."""
    json.dumps(value, allow_nan=False, ensure_ascii=False).encode("utf-8")
    return depth(value) <= SIZES.depth


@given(st.lists(data, max_size=5), st.lists(st.integers(0, 10**6), max_size=6))
def test_what_was_said_is_heard_however_it_is_cut(messages: list[Any], places: list[int]) -> None:
    reading, writing = os.pipe()
    sender = Sender(writing, Sizes())
    for message in messages:
        sender.say(message)
    sender.end("done")
    os.close(writing)
    with open(reading, "rb") as pipe:  # noqa: PTH123
        content = pipe.read()
    reader = Reader(Sizes())
    assert heard(reader, cut(content, places)) == (messages, "")
    assert reader.ended == "done"


@given(st.lists(st.binary(max_size=300), max_size=10))
def test_any_bytes_are_data_or_a_lie(pieces: list[bytes]) -> None:
    found, _ = heard(Reader(SIZES), pieces)
    assert all(sound(message) for message in found)


signs = [*'[]{}",:\\ 0123456789.eE+-tfn', "true", "null", "NaN", "Infinity", "\\u", "d800", "\ud800", "é"]
json_like = st.lists(st.sampled_from(signs), max_size=200).map(
    lambda text: "".join(text).encode("utf-8", "surrogatepass")
)
kinds = st.sampled_from([b"M", b"M", b"M", b"E", b"\0"])
frames = st.lists(
    st.one_of(
        st.builds(frame, kinds, st.binary(max_size=100) | json_like | data.map(lambda d: json.dumps(d).encode())),
        st.builds(lambda kind, size: struct.pack("!cI", kind, size), kinds, st.integers(0, 2**32 - 1)),
        st.sampled_from([frame(b"E", word.encode()) for word in ENDS]),
    ),
    max_size=25,
)


@given(frames, st.lists(st.integers(0, 10**6), max_size=4))
def test_a_liar_is_bounded(lies: list[bytes], places: list[int]) -> None:
    reader = Reader(SIZES)
    found, lie = heard(reader, cut(b"".join(lies), places))
    assert all(sound(message) for message in found)
    assert len(found) <= SIZES.messages
    assert reader.ended in ("", *ENDS)
    assert len(reader.reason) <= 500
    assert not lie or lie.endswith(".")


@given(json_like)
def test_what_is_taken_is_json_and_what_is_json_is_taken(content: bytes) -> None:
    try:
        found = checked(content, SIZES)
    except Lie:
        found = Lie
    try:
        expected = json.loads(content.decode("utf-8"))
        assert sound(expected)
    except (ValueError, AssertionError, RecursionError):
        expected = Lie
    assert found == expected or found is expected


@given(data, st.data())
def test_one_changed_byte_is_noticed_or_harmless(message: Any, draw: st.DataObject) -> None:
    content = bytearray(frame(b"M", json.dumps(message).encode()) + frame(b"E", b"done"))
    place = draw.draw(st.integers(0, len(content) - 1))
    content[place] = draw.draw(st.integers(0, 255))
    found, _ = heard(Reader(SIZES), [bytes(content)])
    assert all(sound(one) for one in found)


SLOW = {
    "quotes": b'"' * 2_000_000,
    "escaped quotes": b'"' + b'\\"' * 1_000_000,
    "backslashes": b"\\" * 2_000_000,
    "a text that never ends": b'"' + b"a" * 2_000_000,
    "digits": b"9" * 2_000_000,
    "digits in groups": (b"9" * 299 + b" ") * 6_000,
    "zeros of an exponent": b"1e" + b"0" * 2_000_000,
    "exponents": b"1e00" * 500_000,
    "brackets": b"[" * 2_000_000,
    "brackets that close": b"[" * 1_000_000 + b"]" * 1_000_000,
    "brackets in a row": b"[" + b"[]," * 600_000 + b"0]",
    "spaces": b" " * 2_000_000,
    "letters": b'"' + "é".encode() * 1_000_000 + b'"',
    "half letters": b'"' + b"\\ud83d" * 300_000 + b'"',
    "whole letters": b'"' + b"\\ud83d\\ude00" * 150_000 + b'"',
    "keys": b"{" + b",".join(b'"%d":0' % number for number in range(200_000)) + b"}",
    "one key": b"{" + b'"a":0,' * 300_000 + b'"a":1}',
    "large numbers": b"[" + b"1e400," * 300_000 + b"1]",
    "long numbers": b"[" + (b"9" * 4_000 + b",") * 500 + b"1]",
}


@pytest.mark.parametrize("title", SLOW)
def test_reading_two_megabytes_of_anything_takes_a_moment(title: str) -> None:
    start = time.process_time()
    try:
        checked(SLOW[title], Sizes())
    except Lie as lie:
        assert str(lie).endswith(".")  # noqa: PT017
    assert time.process_time() - start < 2


@pytest.mark.parametrize("content", [b"1e308", b"-1e308", b"1e-999", b"0.1", b"1" + b"0" * 308])
def test_a_number_that_is_one_is_taken(content: bytes) -> None:
    found = checked(content, SIZES)
    assert found == json.loads(content)
    assert math.isfinite(found)


@pytest.mark.parametrize("content", [b"1e309", b"-1e999", b"1" + b"0" * 309 + b".0", b"NaN", b"Infinity", b"-Infinity"])
def test_a_number_that_is_none_is_not(content: bytes) -> None:
    with pytest.raises(Lie):
        checked(b"[" + content + b"]", SIZES)


def test_a_message_that_is_too_large_is_not_sent() -> None:
    reading, writing = os.pipe()
    sender = Sender(writing, Sizes(message=10, whole=15))
    sender.say("12345678")
    for message in ("123456789", "1234567"):
        with pytest.raises(TooLarge):
            sender.say(message)
    for unsayable in (math.nan, object(), {1: {2}}):
        with pytest.raises((ValueError, TypeError)):
            sender.say(unsayable)
    sender.say("12")
    os.close(writing)
    with open(reading, "rb") as pipe:  # noqa: PTH123
        assert heard(Reader(Sizes()), [pipe.read()]) == (["12345678", "12"], "")
