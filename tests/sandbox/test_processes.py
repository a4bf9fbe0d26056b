"""Processes that run one program each: what they answer, how they end, and that nothing of them remains."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from gradwalk.sandbox.bounds import Bounds
from gradwalk.sandbox.clocks import forgiven
from gradwalk.sandbox.configuration import Configuration
from gradwalk.sandbox.frames import Sizes
from gradwalk.sandbox.processes import Gone, Nursery
from gradwalk.sandbox.ward import Ward
from tests.sandbox.conftest import BOUNDS, WORK, Run


def test_messages_come_as_they_were_said(run: Run) -> None:
    answer = run("for n in (1, 2.5, 'é∇', None, [True, {'a': []}]):\n    say(n)")
    assert answer.messages == (1, 2.5, "é∇", None, [True, {"a": []}])
    assert (answer.ended, answer.reason, answer.time_up) == ("done", "", False)


def test_each_program_has_a_process_of_its_own_that_is_gone_afterwards(nursery: Nursery, run: Run) -> None:
    pids = [run("import os; say(os.getpid())").messages[0] for _ in range(3)]
    assert len(set(pids)) == 3
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert psutil.Process(nursery.pid).children() == []


def test_nothing_of_one_program_is_there_for_the_next(run: Run) -> None:
    run("import builtins, math; builtins.left = 1; math.pi = 3")
    assert run("import builtins, math; say([hasattr(builtins, 'left'), math.pi])").messages[0] == [
        False,
        3.141592653589793,
    ]


def test_a_set_has_one_order_in_every_program_of_every_nursery(run: Run) -> None:
    letters = "say(list({'a', 'b', 'c', 'd', 'e'}))"
    other = Nursery(Configuration(work=WORK))
    assert run(letters).messages == run(letters).messages == other.run(letters.encode()).messages
    other.stop()


def test_what_was_said_before_the_end_is_kept(run: Run) -> None:
    answer = run("import os; say(1); say(2); os._exit(3)")
    assert answer.messages == (1, 2)
    assert (answer.ended, answer.reason) == ("killed", "Its process left before it had answered, with status 3.")


def test_a_crash_is_told_by_its_signal(run: Run) -> None:
    answer = run("say(1); import ctypes; ctypes.string_at(0)")
    assert answer.messages == (1,)
    assert (answer.ended, answer.reason) == ("killed", "Its process was ended by SIGSEGV.")


PLACES = {
    "a crash": ("import ctypes\n\n{}", "ctypes.string_at(0)"),
    "an abort": ("import os\n\n{}", "os.abort()"),
    "what cannot be interrupted": ("\n\n{}", "9**9**9"),
    "what catches everything": (
        "while True:\n    try:\n        {}\n    except BaseException: pass",
        "while True: pass",
    ),
}


@pytest.mark.parametrize("title", PLACES)
def test_the_place_of_a_hard_end_is_known(title: str, run: Run) -> None:
    around, line = PLACES[title]
    answer = run(around.format(line))
    assert answer.ended in {"killed", "time"}
    assert '  File "program", line 3 in <module>\n' in answer.words


def test_a_place_may_be_a_lie_and_is_bounded(run: Run) -> None:
    answer = run("""
import os
for descriptor in range(3, 100):
    try:
        if not os.get_blocking(descriptor):
            while os.write(descriptor, b"\\xff\\0lie" * 1000): pass
    except OSError:
        pass
os._exit(1)
""")
    assert answer.ended == "killed"
    assert len(answer.words) <= 20_000


def test_an_exception_of_the_works_own_is_told_by_its_type(run: Run) -> None:
    answer = run("say(1); raise SystemExit('never mind')")
    assert answer.messages == (1,)
    assert (answer.ended, answer.reason) == ("failed", "Its process failed with SystemExit.")


# Time


STOPPED = "The program ran for 1 seconds and was stopped. Fewer turns or smaller tensors would work."


def test_times_up_is_an_exception_in_the_program(run: Run) -> None:
    answer = run("""
from gradwalk.sandbox.time_up import TimeUp, interruptible
try:
    with interruptible():
        while True:
            pass
except TimeUp as error:
    say(str(error))
""")
    assert answer.messages == (STOPPED,)
    assert (answer.ended, answer.time_up) == ("done", True)
    assert 0.9 <= answer.seconds < 1.5


def test_times_up_waits_while_an_answer_is_put_together(run: Run) -> None:
    answer = run("""
import time
from gradwalk.sandbox.time_up import TimeUp, interruptible
while time.process_time() < 1.2:
    pass
say("put together")
with interruptible():
    say("never")
""")
    assert answer.messages == ("put together",)
    assert (answer.ended, answer.reason, answer.time_up) == ("time", STOPPED, True)


@pytest.mark.parametrize(
    "program",
    [
        "9**9**9",
        "import signal; signal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "import threading\nfor _ in range(3): threading.Thread(target=lambda: 9**9**9).start()\n9**9**9",
    ],
    ids=["cannot be interrupted", "ignores the signal", "catches everything", "in threads"],
)
def test_what_does_not_stop_is_stopped(program: str, run: Run) -> None:
    start = time.monotonic()
    answer = run(f"say('before')\n{program}")
    assert answer.messages == ("before",)
    assert (answer.ended, answer.reason, answer.time_up) == ("time", STOPPED, True)
    assert answer.seconds < 2.5
    assert time.monotonic() - start < 20


def test_who_sleeps_is_stopped_by_the_clock() -> None:
    nursery = Nursery(Configuration(work=WORK, bounds=Bounds(seconds=1, wall=1, grace=0.2)))
    answer = nursery.run(b"import time; say(1); time.sleep(100)")
    assert (answer.messages, answer.ended) == ((1,), "time")
    assert answer.seconds < 0.5
    assert 1.5 < answer.wall < 5
    nursery.stop()


SPIN = "import os\nos.sched_setaffinity(0, {%d})\nwhile True: pass"


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="the system does not count it")
def test_who_is_kept_from_working_by_others_is_not_stopped_by_the_clock() -> None:
    """One core for four: the program works for longer than its bound by the clock, and has half of it at most."""
    cores = os.sched_getaffinity(0)
    core = min(cores)
    others = [subprocess.Popen([sys.executable, "-c", SPIN % core]) for _ in range(3)]
    nursery = Nursery(Configuration(work=WORK, bounds=Bounds(seconds=5, wall=1.5, grace=0.2)))
    try:
        os.sched_setaffinity(0, {core})  # what it starts has this core alone too
        nursery.start()
        os.sched_setaffinity(0, cores)
        program = b"import time\nend = time.monotonic() + 2.5\nwhile time.monotonic() < end: pass\nsay(1)"
        answer = nursery.run(program)
    finally:
        os.sched_setaffinity(0, cores)
        for other in others:
            other.kill()
            other.wait()
        nursery.stop()
    assert (answer.messages, answer.ended) == ((1,), "done")


def test_who_hardly_works_is_forgiven_hardly_anything() -> None:
    assert forgiven(waited=20, worked=0.01, bound=30) == pytest.approx(0.3)
    assert forgiven(waited=20, worked=2, bound=30) == 20
    assert forgiven(waited=500, worked=9, bound=30) == 90
    assert forgiven(waited=0, worked=9, bound=30) == 0


# Memory


@pytest.mark.parametrize(
    "program", ["x = bytearray(10**9)", "x = []\nwhile True: x.append(bytearray(10**6))", "'a' * 10**10"]
)
def test_the_end_of_memory_is_an_error_of_the_program(program: str, run: Run) -> None:
    caught = run(f"try:\n    {program.replace(chr(10), chr(10) + '    ')}\nexcept MemoryError: x = 0; say('caught')")
    assert (caught.messages, caught.ended) == (("caught",), "done")
    assert caught.peak < 500e6
    uncaught = run(program)
    assert (uncaught.ended, uncaught.reason) == (
        "memory",
        "The program took more than 300 MB of memory and was stopped. Smaller tensors would work.",
    )


# Lies


def channel(program: str) -> str:
    """A program that writes to its own channel: the descriptor that is a socket."""
    return f"""
import os, stat, struct
def is_socket(fd):
    try:
        return stat.S_ISSOCK(os.fstat(fd).st_mode)
    except OSError:
        return False
fd = next(fd for fd in range(3, 128) if is_socket(fd))
def frame(kind, data): return struct.pack("!cI", kind, len(data)) + data
def write(data):
    while data: data = data[os.write(fd, data):]
say("honest")
{program}
"""


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("write(b'garbage' * 10)", "What came is no message."),
        ("write(struct.pack('!cI', b'M', 2**32 - 1))", "More than 16 MB were to be sent, or 8 at once."),
        ("write(frame(b'M', b'NaN'))", "A message is no JSON."),
        ("write(frame(b'M', b'[' * 100_000))", "A message nests deeper than 64."),
        ("write(frame(b'M', b'[' * 65 + b']' * 65))", "A message nests deeper than 64."),
        ("write(frame(b'M', b'\\xff'))", "A message is no UTF-8."),
        ("write(frame(b'M', b'1e999'))", "A message is no JSON."),
        ("write(frame(b'M', b'9' * 5000))", "A message is no JSON."),
        ("""write(frame(b'M', b'"\\\\ud800"'))""", "A message is no JSON."),
        ("write(frame(b'E', b'splendid'))", "The end was said in a word that nobody knows."),
        ("while True: write(frame(b'M', b'1'))", "More than 20,000 messages were sent."),
        ("while True: write(frame(b'M', b'1' * 4000))", "More than 16 MB were to be sent, or 8 at once."),
        ("write(frame(b'M', b'[' + b'[],' * 1_000_000 + b'1]'))", "A message has more than 1,500,000 items."),
    ],
)  # fmt: skip
def test_a_lie_ends_the_answer(program: str, reason: str, run: Run) -> None:
    answer = run(channel(program + "\nwhile True: pass"))
    assert (answer.ended, answer.reason) == ("lied", reason)
    assert answer.messages[0] == "honest"
    assert answer.seconds < 0.9, "nobody waits for the rest"


def test_a_forged_end_is_that_programs_own(run: Run) -> None:
    answer = run(channel("write(frame(b'M', b'[1]') + frame(b'E', b'done'))\nwhile True: pass"))
    assert (answer.messages, answer.ended) == (("honest", [1]), "done")


@pytest.mark.parametrize("program", ["os.close(fd)", "write(b'M\\0\\0')", "write(frame(b'M', b'[1, 2]')[:-2])"])
def test_what_is_broken_off_is_no_message(program: str, run: Run) -> None:
    answer = run(channel(program + "\nos._exit(0)"))
    assert (answer.messages, answer.ended) == (("honest",), "killed")


def test_who_will_never_answer_is_stopped(run: Run) -> None:
    answer = run(channel("os.close(fd)\nwhile True: pass"))
    assert (answer.messages, answer.ended) == (("honest",), "killed")
    assert answer.reason == "It closed its answer before it had come to its end."
    assert answer.seconds < 0.9, "nobody waits for the rest"


def test_who_does_not_read_what_to_do_ends_nobody_elses_work() -> None:
    """A long program, which does not fit into what the system keeps of it."""
    nursery = Nursery(Configuration(work=WORK, bounds=BOUNDS))
    answer = nursery.run(b"say(1)" + b" " * 5_000_000)
    assert (answer.messages, answer.ended) == ((1,), "done")
    nursery.stop()


# Several at once


def at_once(*acts: Callable[[], object]) -> None:
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_programs_run_at_once(nursery: Nursery) -> None:
    answers: dict[int, object] = {}

    def ask(number: int) -> None:
        answers[number] = nursery.run(f"import time; time.sleep(0.5); say({number})".encode()).messages

    start = time.monotonic()
    at_once(*(lambda number=number: ask(number) for number in range(8)))
    assert answers == {number: (number,) for number in range(8)}
    assert time.monotonic() - start < 3


def test_a_program_that_nobody_wants_any_more_is_ended(nursery: Nursery) -> None:
    process = nursery.process()
    answer = process.run(b"say(1)\nwhile True: pass", lambda _: process.end())
    assert (answer.messages, answer.ended) == ((1,), "killed")
    assert answer.reason == "It was ended, since nobody waited for it any more."


@pytest.mark.parametrize(
    ("program", "messages", "ended"),
    [
        ("say('before')\n    while True: pass", ("before", "KeyboardInterrupt"), "done"),
        ("say('before')\n    import time; time.sleep(100)", ("before", "KeyboardInterrupt"), "done"),
        (
            "try:\n        say('before')\n        while True: len('')\n"
            "    except BaseException:\n        while True: len('')",
            ("before",),
            "stopped",
        ),
        (
            "try:\n        say('before')\n        sum(iter(int, 1))\n"
            "    except BaseException:\n        sum(iter(int, 1))",
            ("before",),
            "stopped",
        ),
        (
            "try:\n        say('before')\n        while True: len('')\n"
            "    finally:\n        import time\n        time.sleep(0.6)",  # it gets no core for longer than its grace
            ("before", "KeyboardInterrupt"),
            "done",
        ),
    ],
    ids=["in a loop", "asleep", "catches everything", "cannot be interrupted", "on a busy machine"],
)
def test_a_program_is_stopped_as_by_a_key_and_soon_where_it_goes_on(
    program: str, messages: tuple[str, ...], ended: str
) -> None:
    nursery = Nursery(Configuration(work=WORK, bounds=Bounds(seconds=9, wall=30, grace=0.3)))
    nursery.start()
    process = nursery.process()
    source = f"""
from gradwalk.sandbox.time_up import interruptible
try:
  with interruptible():
    {program}
except KeyboardInterrupt:
    say("KeyboardInterrupt")
"""
    start = time.monotonic()
    answer = process.run(source.encode(), lambda said: process.stop() if said == "before" else None)
    assert (answer.messages, answer.ended, answer.time_up) == (messages, ended, False)
    assert time.monotonic() - start < 5
    nursery.stop()


def test_what_is_stopped_before_its_time_is_up_was_stopped_however_long_it_takes() -> None:
    nursery = Nursery(Configuration(work=WORK, bounds=Bounds(seconds=0.2, wall=30, grace=9)))
    nursery.start()
    process = nursery.process()
    source = """
import hashlib
from gradwalk.sandbox.time_up import interruptible
try:
  with interruptible():
    say("before")
    hashlib.pbkdf2_hmac("sha256", b"a", b"b", 2_000_000)  # no signal comes through
    while True: pass
except BaseException as error:
    say(type(error).__name__)
"""
    answer = process.run(source.encode(), lambda said: process.stop() if said == "before" else None)
    assert (answer.messages, answer.ended, answer.time_up) == (("before", "KeyboardInterrupt"), "done", False)
    nursery.stop()


def test_a_halted_program_loses_no_time() -> None:
    begun = threading.Event()
    answers = []

    def halt() -> None:
        begun.wait()
        process.halt()
        time.sleep(2)
        process.go_on()

    nursery = Nursery(Configuration(work=WORK, bounds=Bounds(seconds=1, wall=2, grace=0.2)))
    nursery.start()
    process = nursery.process()
    program = b"import time\nsay(1)\nwhile time.process_time() < 0.1: pass\nsay(2)"
    at_once(lambda: answers.append(process.run(program, lambda _: begun.set())), halt)
    assert [(answer.messages, answer.ended) for answer in answers] == [((1, 2), "done")]
    nursery.stop()


def test_a_nursery_that_was_killed_starts_again() -> None:
    nursery = Nursery(Configuration(work=WORK, bounds=BOUNDS))
    nursery.start()
    assert nursery.pid is not None
    old = psutil.Process(nursery.pid)
    old.kill()
    assert nursery.run(b"say(1)").messages == (1,)
    assert nursery.pid != old.pid
    assert nursery.held.holds
    nursery.stop()
    with pytest.raises(Gone):
        nursery.run(b"say(1)")


def test_programs_end_with_their_nursery() -> None:
    nursery = Nursery(Configuration(work=WORK, bounds=BOUNDS))
    nursery.start()
    pids = []

    def heard(pid: object) -> None:
        pids.append(int(str(pid)))
        psutil.Process(nursery.pid).kill()

    answer = nursery.run(b"import os\nsay(os.getpid())\nwhile True: pass", heard)
    assert answer.ended == "killed"
    psutil.wait_procs([psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)], timeout=5)
    assert not any(psutil.pid_exists(pid) for pid in pids)
    nursery.stop()


def test_spare_processes_are_as_locked_and_as_fresh() -> None:
    nursery = Nursery(Configuration(work=WORK, bounds=BOUNDS, spare=2))
    assert nursery.start().holds
    pids = [nursery.run(b"import os; say(os.getpid())").messages for _ in range(5)]
    assert len(set(pids)) == 5
    nursery.stop()


def test_a_nursery_and_its_programs_know_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither its own variables nor those of the server, not even in memory that nobody uses any more."""
    secret = "unguessable-" * 3
    for name in ("GRADWALK_METRICS_TOKEN", "STREAMLIT_SERVER_COOKIE_SECRET", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, secret)
    nursery = Nursery(Configuration(work=WORK, bounds=BOUNDS))
    nursery.start()
    environment = Path(f"/proc/{nursery.pid}/environ").read_bytes()
    assert set(environment) <= {0}
    regions = [
        tuple(int(end, 16) for end in line.split()[0].split("-"))
        for line in Path(f"/proc/{nursery.pid}/maps").read_text().splitlines()
        if line.split()[1].startswith("rw")
    ]
    with Path(f"/proc/{nursery.pid}/mem").open("rb", buffering=0) as memory:
        for start, end in regions:
            memory.seek(start)
            assert secret.encode() not in memory.read(end - start)
    answer = nursery.run(b"import os, posix; say([dict(os.environ), len(posix.environ)])")
    assert answer.messages == ([{}, 0],)
    nursery.stop()


def test_what_is_too_large_to_send_is_an_error_where_it_is_said() -> None:
    nursery = Nursery(Configuration(work=WORK, bounds=BOUNDS, sizes=Sizes(message=100, whole=150)))
    answer = nursery.run(
        b"say('a' * 90)\ntry: say('a' * 100)\nexcept ValueError as error: say(str(error)[:10])\nsay('a' * 90)"
    )
    assert answer.messages == ("a" * 90, "It is 0.0 ")
    assert (answer.ended, answer.reason) == ("failed", "Its process failed with TooLarge.")
    nursery.stop()


def test_a_process_that_ends_is_not_asked_about_its_threads_again_and_again() -> None:
    """Where nobody is left to ask, a poll says so until it is not watched any more."""
    ours, theirs = socket.socketpair()
    ward = Ward(0, BOUNDS)
    ward.listener = ours.detach()
    assert [descriptor for descriptor, _ in ward.watched()] == [ward.listener]
    theirs.close()
    ward.answer_for_threads()
    assert ward.watched() == []
