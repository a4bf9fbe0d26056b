"""Whatever an address holds, opening it takes a moment, and a page says a few short sentences about it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradwalk.address import expression, perceptron, program, training
from gradwalk.address.bounds import MAX_CHARACTERS, MAX_NOTICES, MAX_PARAMETERS, few, items, too_long

Open = Callable[[Mapping[str, str]], Sequence[Any]]
PAGES: dict[str, Open] = {
    "expression": expression.from_query,
    "perceptron": perceptron.from_query,
    "program": program.from_query,
    "training": training.from_query,
}
SECONDS = 2
"""On a busy machine; none takes a tenth of it on a quiet one."""


def opened(page: str, params: Mapping[str, str]) -> tuple[str, ...]:
    """The notices."""
    start = time.process_time()
    *_, notices = PAGES[page](params)
    assert time.process_time() - start < SECONDS
    assert len(notices) <= MAX_NOTICES
    assert all(len(notice) < 300 for notice in notices)
    return tuple(notices)


def many(value: str, names: str = "x{}") -> dict[str, str]:
    length = (MAX_CHARACTERS - 1000) // MAX_PARAMETERS - 10
    return {names.format(number): (value * length)[:length] for number in range(MAX_PARAMETERS)}


HOSTILE: dict[str, dict[str, str]] = {
    "empty parts": {"z": "x", "values": ";" * 39_000},
    "empty names": {"z": "x", "constants": "," * 39_000},
    "many texts": many("sin("),
    "many numbers": many("9"),
    "many matrices": many("[[1,2],"),
    "many names": many("a", "a" * 20 + "{}"),
    "one long name": {"x" * 39_000: "y", "z": "x"},
    "one long value": {"z": "x", "x": "9" * 39_000},
    "many minuses": {"z": "-" * 39_000 + "x"},
    "many parentheses": {"z": "(" * 39_000},
    "many powers": {"z": "2**" * 10_000 + "2"},
    "many lines": {"text": "a = x\n" * 6_000},
    "all that is wrong": dict.fromkeys(
        ("values", "constants", "dtype", "seed", "step", "picture", "code", "lesson", "open", "preset", "x", "y", "w",
         "b", "activation", "loss", "style", "wrt", "data", "optimizer", "fault", "epoch", "inside", "points", "lr"),
        "\x00<b>",
    ),
    "turns": {"open": "1," * 19_000},
    "a damaged program": {"code": "A" * 39_000, "points": "A" * 39},
    "more than is read": {"z": "x" * MAX_CHARACTERS},
    "more parts than are read": {f"x{number}": "1" for number in range(MAX_PARAMETERS + 1)},
    "twenty megabytes": {"z": "x" * 20_000_000},
}  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("title", HOSTILE)
def test_an_address_costs_little(page: str, title: str) -> None:
    opened(page, HOSTILE[title])


@pytest.mark.parametrize("page", PAGES)
@given(params=st.dictionaries(st.text(max_size=9), st.text(max_size=99), max_size=20))
def test_any_address_opens_something(page: str, params: dict[str, str]) -> None:
    opened(page, params)


def test_the_same_is_said_once_and_the_rest_is_counted() -> None:
    assert few(["a", "a", "b"]) == ("a", "b")
    assert few([str(number) for number in range(39_000)]) == (
        "0", "1", "2", "3", "38,996 more parts of the address could not be used either."
    )  # fmt: skip


def test_a_list_is_cut() -> None:
    notices: list[str] = []
    assert items("a;b", ";", notices) == ["a", "b"]
    assert items("", ";", notices) == []
    assert notices == []
    assert len(items("a;" * 39_000, ";", notices)) == 64
    assert notices == ["A list in the address has more than 64 items; the rest was left out."]


def test_an_address_has_so_many_parts_and_characters() -> None:
    assert not too_long({"a": "b" * (MAX_CHARACTERS - 1)})
    assert too_long({"a": "b" * MAX_CHARACTERS})
    assert too_long({str(number): "" for number in range(MAX_PARAMETERS + 1)})
