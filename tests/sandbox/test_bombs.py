"""Programs that want too much, or break what they run in: memory and time stay bounded, the next runs as ever."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from gradwalk.sandbox.bounds import Bounds
from gradwalk.sandbox.configuration import Configuration
from gradwalk.sandbox.processes import Nursery
from tests.sandbox.conftest import BOUNDS, WORK, Run
from tests.sandbox.hostile import CRASHES, MEDDLING, MEMORY, PRELUDE

THREADS = """
import threading
count, gate = 0, threading.Event()
try:
    while True:
        threading.Thread(target=gate.wait, daemon=True).start()
        count += 1
except BaseException as error:
    say([count, type(error).__name__])
"""
RAW_THREADS = (
    PRELUDE
    + """
stack = ctypes.create_string_buffer(1 << 16)
top = (ctypes.addressof(stack) + (1 << 16)) & ~15
count = 0
for _ in range(5000):
    if libc.clone(libc.pause, ctypes.c_void_p(top), 0x50f00, None) > 0:
        count += 1
say([count, ctypes.get_errno()])
import os
os._exit(0)
"""
)
"""Threads that share one stack and never use it: the memory that they take is the kernel's alone."""


def test_threads_are_counted(run: Run) -> None:
    ((count, error),) = run(THREADS).messages
    assert 1 <= count <= BOUNDS.threads
    assert error == "RuntimeError"


def test_threads_that_take_no_memory_are_counted_too(run: Run) -> None:
    ((count, error),) = run(RAW_THREADS).messages
    assert 1 <= count <= BOUNDS.threads
    assert error == 11  # EAGAIN


def test_threads_that_start_threads_are_counted(run: Run) -> None:
    answer = run("""
import threading, time
peak, lock = 0, threading.Lock()
def spread():
    while True:
        try:
            threading.Thread(target=spread, daemon=True).start()
        except RuntimeError:
            pass
        time.sleep(0.001)
spread_from = threading.Thread(target=spread, daemon=True)
spread_from.start()
deadline = time.monotonic() + 0.5
while time.monotonic() < deadline:
    peak = max(peak, threading.active_count())
say(peak)
""")
    assert 2 <= answer.messages[0] <= 2 * BOUNDS.threads


def test_many_threads_in_time_are_no_bomb(run: Run) -> None:
    answer = run("""
import threading
for n in range(100):
    thread = threading.Thread(target=say, args=(n,))
    thread.start()
    thread.join()
""")
    assert answer.messages == tuple(range(100))


@pytest.mark.parametrize("title", MEMORY)
def test_memory_is_bounded(title: str, run: Run) -> None:
    answer = run(MEMORY[title])
    assert answer.ended in {"memory", "failed", "time", "killed"}, answer
    assert answer.messages == ()
    assert answer.peak < (BOUNDS.megabytes + 200) * 1e6
    assert answer.seconds < 3
    assert run("say(1)").messages == (1,)


def test_pipes_take_little_of_the_kernels_memory(run: Run) -> None:
    before = psutil.virtual_memory().available
    answer = run("""
import os
total = 0
pipes = []
try:
    while True:
        r, w = os.pipe()
        os.set_blocking(w, False)
        pipes.append((r, w))
        try:
            while True:
                total += os.write(w, b"x" * 65536)
        except BlockingIOError:
            pass
except OSError as error:
    say([total, error.errno])
""")
    ((total, error),) = answer.messages
    assert error == 24  # EMFILE
    assert total < 10e6
    assert before - psutil.virtual_memory().available < 500e6


@pytest.mark.parametrize("title", CRASHES)
def test_a_crash_is_that_programs_own(title: str, nursery: Nursery, run: Run) -> None:
    before = nursery.pid
    answer = run("say('before')\n" + CRASHES[title])
    assert answer.messages == ("before",)
    assert answer.ended in ("killed", "failed")  # Python 3.13 ends a recursion in C as an error
    assert answer.seconds < 2
    assert nursery.pid == before
    assert run("say(1)").messages == (1,)


def test_who_halts_itself_is_ended_by_the_clock() -> None:
    nursery = Nursery(Configuration(work=WORK, bounds=Bounds(seconds=1, wall=1, grace=0.1)))
    answer = nursery.run(b"import os, signal; say(1); os.kill(os.getpid(), signal.SIGSTOP); say(2)")
    assert (answer.messages, answer.ended) == ((1,), "time")
    nursery.stop()


@pytest.mark.parametrize("title", MEDDLING)
def test_who_breaks_what_it_runs_in_breaks_its_own_answer(title: str, run: Run) -> None:
    answer = run("say('before')\n" + MEDDLING[title])
    assert answer.messages[0] == "before"
    assert answer.wall < 5
    assert run("say(sum([1, 2]))").messages == (3,)


def test_the_nursery_remembers_nothing_of_a_program(nursery: Nursery, run: Run) -> None:
    """Its memory is what later programs can read."""
    typed = "".join(["a text of a", " visitor's own"]) * 3
    answer = run(f"say({typed!r})")
    assert answer.messages == (typed,)
    with Path(f"/proc/{nursery.pid}/maps").open() as maps, Path(f"/proc/{nursery.pid}/mem").open("rb", 0) as memory:
        for line in maps:
            start, end = (int(part, 16) for part in line.split()[0].split("-"))
            if line.split()[1].startswith("rw"):
                memory.seek(start)
                assert typed.encode() not in memory.read(end - start)
