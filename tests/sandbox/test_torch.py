"""PyTorch under the lock: what lectures do goes on working, and who breaks it breaks it for themselves alone."""

from __future__ import annotations

from collections.abc import Iterator

import psutil
import pytest

from gradwalk.sandbox.bounds import Bounds
from gradwalk.sandbox.configuration import Configuration
from gradwalk.sandbox.processes import Nursery
from tests.sandbox.conftest import WORK
from tests.sandbox.hostile import TORCH, TORCH_MEDDLING

BOUNDS = Bounds(seconds=10, wall=60, megabytes=1000)
NEEDS_FILES = {"a picture of a graph", "matplotlib"}
"""What reads a file each time: a font, or a module that is imported by name."""
ORDINARY = """
torch.manual_seed(0)
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = (torch.sin(x ** 2) / 3).sum() + torch.nn.Linear(3, 1)(x).sum()
y.backward()
say([str(x.grad), str(torch.tensor(1 / 3)), torch.rand(2).tolist(), torch.get_num_threads()])
"""


def started(*, landlock: bool) -> Iterator[Nursery]:
    warm = "gradwalk.sandbox.warm:load gradwalk.cells.warm_up:warm_up"
    nursery = Nursery(Configuration(work=WORK, warm=warm, bounds=BOUNDS, landlock=landlock))
    nursery.start()
    yield nursery
    nursery.stop()


@pytest.fixture(scope="module")
def warm() -> Iterator[Nursery]:
    yield from started(landlock=True)


@pytest.fixture(scope="module")
def blind() -> Iterator[Nursery]:
    yield from started(landlock=False)


def written(program: str) -> bytes:
    return f"import torch\n{program}\nsay('ran')".encode()


@pytest.mark.parametrize("title", TORCH)
def test_what_lectures_do_works(title: str, warm: Nursery) -> None:
    answer = warm.run(written(TORCH[title]))
    assert (answer.messages, answer.ended) == (("ran",), "done"), answer


@pytest.mark.parametrize("title", [title for title in TORCH if title not in NEEDS_FILES])
def test_it_works_without_any_file(title: str, blind: Nursery) -> None:
    answer = blind.run(written(TORCH[title]))
    assert (answer.messages, answer.ended) == (("ran",), "done"), answer


@pytest.mark.parametrize("title", TORCH_MEDDLING)
def test_who_breaks_pytorch_breaks_it_for_themselves(title: str, warm: Nursery) -> None:
    before = warm.run(b"import torch\n" + ORDINARY.encode()).messages
    answer = warm.run(written(TORCH_MEDDLING[title]))
    assert answer.ended in {"done", "failed", "memory", "killed"}
    assert answer.peak < 1.6e9
    assert warm.run(b"import torch\n" + ORDINARY.encode()).messages == before


def test_a_nursery_has_one_thread(warm: Nursery) -> None:
    """A fork takes one along, and Landlock holds the one that asks for it."""
    assert psutil.Process(warm.pid).num_threads() == 1
