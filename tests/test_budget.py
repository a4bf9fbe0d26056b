"""A limit on work ends the work, whatever the work is at when it is used up."""

from __future__ import annotations

import itertools
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sympy

from gradwalk.symbolic import budget
from gradwalk.symbolic.budget import ExhaustedError, limited, within


def _nothing() -> None:
    pass


def _numbers() -> Iterator[int]:
    while True:
        yield 1


def _call_for_ever(calls: Iterator[int]) -> None:
    while True:
        _nothing()
        next(calls)


def _close_generators(calls: Iterator[int]) -> None:
    for _ in range(1000):
        numbers = _numbers()
        next(numbers)
        del numbers
    for _ in range(1000):
        _nothing()
        next(calls)


def test_work_within_the_limit_is_done() -> None:
    with limited(10):
        for _ in range(5):
            _nothing()
    assert sys.getprofile() is None


def test_work_past_the_limit_is_ended() -> None:
    calls = itertools.count()
    with pytest.raises(ExhaustedError), limited(10):
        _call_for_ever(calls)
    assert next(calls) <= 10
    assert sys.getprofile() is None


def test_a_generator_that_is_closed_as_the_limit_is_reached_does_not_lift_it() -> None:
    # Closing resumes the generator, which is a call; what is raised in there is swallowed and only warned of.
    calls = itertools.count()
    with pytest.raises(ExhaustedError), limited(10):
        _close_generators(calls)
    assert next(calls) == 0


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


def _long() -> sympy.Expr:
    x = sympy.Symbol("x")
    return sympy.factor(sympy.expand((x + 1) ** 60 * (x - 2) ** 60))


def test_what_is_done_in_a_moment_is_not_counted() -> None:
    x = sympy.Symbol("x")
    sympy.diff(x**2)  # SymPy's first one takes longer
    assert within(1, lambda: sympy.diff(x**2)) == 2 * x


def test_what_takes_longer_is_counted_from_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "_QUICK", 0.001)
    begun: list[int] = []

    def work() -> sympy.Expr:
        begun.append(1)
        return _long()

    with pytest.raises(ExhaustedError):
        within(1000, work)
    assert len(begun) == 2
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)
    assert within(10**9, _long) == _long()


def _many() -> None:
    for _ in range(10):
        _nothing()


def test_where_nobody_hears_the_time_all_is_counted() -> None:
    with ThreadPoolExecutor(1) as thread, pytest.raises(ExhaustedError):
        thread.submit(within, 1, _many).result()
