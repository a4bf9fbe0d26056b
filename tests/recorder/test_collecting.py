"""While a recorder listens Python seldom looks for cycles; afterwards all is as the program wants it."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
import torch

import gradwalk
from gradwalk.program.limits import Limits


@pytest.fixture(autouse=True)
def _usual() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*before)


def test_as_before_in_the_end() -> None:
    with gradwalk.watch():
        assert gc.get_threshold()[0] > 10_000
    assert gc.get_threshold() == (700, 10, 10)


def test_as_before_when_the_recording_ends_in_the_midst_of_the_program() -> None:
    x = torch.tensor(1.0, requires_grad=True)
    with gradwalk.watch(limits=Limits(watched_operations=3)):
        for _ in range(5):
            x = x + 1
        assert gc.get_threshold() == (700, 10, 10)


def test_what_the_program_sets_itself_stays() -> None:
    with gradwalk.watch():
        gc.set_threshold(500, 5, 5)
    assert gc.get_threshold() == (500, 5, 5)


def test_where_there_were_no_collections_there_are_none() -> None:
    gc.set_threshold(0, 10, 10)
    with gradwalk.watch():
        assert gc.get_threshold() == (0, 10, 10)
    assert gc.get_threshold() == (0, 10, 10)
