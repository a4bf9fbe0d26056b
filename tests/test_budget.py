"""A limit on work ends the work, whatever the work is at when it is used up."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from gradwalk.symbolic.budget import ExhaustedError, limited


def _nothing() -> None:
    pass


def _numbers() -> Iterator[int]:
    while True:
        yield 1


def test_work_within_the_limit_is_done() -> None:
    with limited(10):
        for _ in range(5):
            _nothing()
    assert sys.getprofile() is None


def test_work_past_the_limit_is_ended() -> None:
    done = 0
    with pytest.raises(ExhaustedError), limited(10):
        while True:
            _nothing()
            done += 1
    assert done <= 10
    assert sys.getprofile() is None


def test_a_generator_that_is_closed_as_the_limit_is_reached_does_not_lift_it() -> None:
    # Closing resumes the generator, which is a call; what is raised in there is swallowed and only warned of.
    done = 0
    with pytest.raises(ExhaustedError), limited(9):
        for _ in range(1000):
            numbers = _numbers()
            next(numbers)
            del numbers
        while done < 1000:
            _nothing()
            done += 1
    assert done == 0


def test_a_profiler_that_is_there_stays() -> None:
    seen: list[str] = []

    def profiler(_frame: object, event: str, _argument: object) -> None:
        seen.append(event)

    sys.setprofile(profiler)
    try:
        with limited(1):
            _nothing()
            _nothing()
        assert sys.getprofile() is profiler
    finally:
        sys.setprofile(None)
    assert seen
