"""Nurseries that tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from gradwalk.sandbox.answer import Answer
from gradwalk.sandbox.bounds import Bounds
from gradwalk.sandbox.configuration import Configuration
from gradwalk.sandbox.processes import Nursery

WORK = "tests.sandbox.work:work"
BOUNDS = Bounds(seconds=1, wall=15, grace=0.5, megabytes=300, threads=8)

Run = Callable[[str], Answer]


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Without PyTorch, so it is there at once."""
    nursery = Nursery(Configuration(work=WORK, bounds=BOUNDS))
    nursery.start()
    yield nursery
    nursery.stop()


@pytest.fixture
def run(nursery: Nursery) -> Run:
    """Run a program in a locked process of its own."""
    return lambda program: nursery.run(program.encode())
