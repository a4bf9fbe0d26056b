"""The filter, run by a small machine of our own: what it says of a call, on both processors."""

from __future__ import annotations

import errno
import struct

import pytest

from gradwalk.sandbox import seccomp
from gradwalk.sandbox.calls import BLIND, PROGRAM, WORKER, Calls
from gradwalk.sandbox.kernel import MACHINES

PID = 4321
ALLOWED = "allowed"
AT_HOME = -100  # AT_FDCWD


def said(calls: Calls, number: int, *arguments: int, architecture: int | None = None) -> str:
    """What the filter for PID answers, by the kernel's rules for such programs."""
    whole = [argument & (1 << 64) - 1 for argument in (*arguments, *[0] * 6)][:6]
    own = MACHINES[vars(seccomp)["machine"]()][1]
    data = struct.pack("<iIQ6Q", number, own if architecture is None else architecture, 0, *whole)
    program = list(struct.iter_unpack("=HBBI", seccomp.compiled(calls, PID)))
    place = value = 0
    while True:
        operation, if_true, if_false, operand = program[place]
        place += 1
        match operation:
            case 0x20:
                (value,) = struct.unpack_from("<I", data, operand)
            case 0x54:
                value &= operand
            case 0x15:
                place += if_true if value == operand else if_false
            case 0x35:
                place += if_true if value >= operand else if_false
            case 0x06:
                return _action(operand)


def _action(operand: int) -> str:
    if operand == seccomp.ALLOW:
        return ALLOWED
    return "killed" if operand == seccomp.KILL else errno.errorcode[operand & 0xFFFF]


NUMBERS = {
    "x86_64": {
        "write": 1, "openat": 257, "socket": 41, "connect": 42, "clone": 56, "execve": 59, "kill": 62, "tgkill": 234,
        "ptrace": 101, "prlimit64": 302, "fcntl": 72, "socketpair": 53, "sendto": 44, "clock_gettime": 228,
        "seccomp": 317, "bpf": 321, "memfd_create": 319, "execveat": 322, "chmod": 90, "mount": 165, "sendmsg": 46,
        "prctl": 157, "shmget": 29, "sched_setaffinity": 203,
    },
    "aarch64": {
        "write": 64, "openat": 56, "socket": 198, "connect": 203, "clone": 220, "execve": 221, "kill": 129,
        "tgkill": 131, "ptrace": 117, "prlimit64": 261, "fcntl": 25, "socketpair": 199, "sendto": 206,
        "clock_gettime": 113,
        "seccomp": 277, "bpf": 280, "memfd_create": 279, "execveat": 281, "chmod": 53, "mount": 40, "sendmsg": 211,
        "prctl": 167, "shmget": 194, "sched_setaffinity": 122,
    },
}  # fmt: skip
"""From the kernel's headers."""

READ, WRITE, MAKE, CLOSE_ON_EXEC, DIRECTORY = 0, 1, 0o102, 0o2000000, 0o200000
THREAD = 0x3D0F00  # what the C library asks for
ASK_ONLY, NEW = 0, 0x7F0000001000

CASES: list[tuple[str, tuple[int, ...], str]] = [
    ("write", (1,), ALLOWED),
    ("openat", (AT_HOME, 1, READ | CLOSE_ON_EXEC), ALLOWED),
    ("openat", (AT_HOME, 1, DIRECTORY), ALLOWED),
    ("openat", (AT_HOME, 1, WRITE), "EPERM"),
    ("openat", (AT_HOME, 1, MAKE), "EPERM"),
    ("openat", (AT_HOME, 1, 1 << 32 | WRITE), "EPERM"),
    ("openat", (AT_HOME, 1, 0o1000), "EPERM"),
    ("openat", (AT_HOME, 1, 0o10000000), "EPERM"),
    ("openat", (AT_HOME, 1, 0o20200000 | 2), "EPERM"),
    ("socket", (2, 1), "EPERM"),
    ("connect", (3,), "EPERM"),
    ("clone", (THREAD,), ALLOWED),
    ("clone", (17,), "EPERM"),
    ("clone", (0,), "EPERM"),
    ("clone", (THREAD | 0x10000000,), "EPERM"),
    ("clone", (THREAD | 0x4000,), "EPERM"),
    ("clone", (THREAD & ~0x10000,), "EPERM"),
    ("execve", (1,), "EPERM"),
    ("execveat", (1,), "EPERM"),
    ("kill", (PID, 9), ALLOWED),
    ("kill", (PID + 1, 9), "EPERM"),
    ("kill", (0, 9), "EPERM"),
    ("kill", (-1, 9), "EPERM"),
    ("kill", (-PID, 9), "EPERM"),
    ("tgkill", (PID, 1, 9), ALLOWED),
    ("tgkill", (1, PID, 9), "EPERM"),
    ("ptrace", (16, 1), "EPERM"),
    ("prlimit64", (0, 7, ASK_ONLY, 1), ALLOWED),
    ("prlimit64", (PID, 7, ASK_ONLY, 1), ALLOWED),
    ("prlimit64", (0, 7, NEW), "EPERM"),
    ("prlimit64", (0, 7, 1 << 32), "EPERM"),
    ("prlimit64", (1, 7, ASK_ONLY, 1), "EPERM"),
    ("fcntl", (3, 1), ALLOWED),
    ("fcntl", (3, 4, 0o4000), ALLOWED),
    ("fcntl", (3, 4, 0o20000), "EPERM"),
    ("fcntl", (3, 8, 1), "EPERM"),
    ("fcntl", (3, 6, 1), "EPERM"),
    ("socketpair", (1, 1 | 0o2000000, 0), ALLOWED),
    ("socketpair", (1, 2, 0), "EPERM"),
    ("socketpair", (2, 1, 0), "EPERM"),
    ("sendto", (3, 1, 1, 0, 0, 0), ALLOWED),
    ("sendto", (3, 1, 1, 0, 1, 16), "EPERM"),
    ("sendto", (3, 1, 1, 0, 1 << 32, 16), "EPERM"),
    ("sendmsg", (3,), "EPERM"),
    ("clock_gettime", (3,), ALLOWED),
    ("clock_gettime", (-10,), "EPERM"),
    ("prctl", (15, 1), ALLOWED),
    ("prctl", (1, 0), "EPERM"),
    ("prctl", (22, 2), "EPERM"),
    ("sched_setaffinity", (0, 8, 1), ALLOWED),
    ("sched_setaffinity", (1, 8, 1), "EPERM"),
    *((name, (), "EPERM") for name in ("seccomp", "bpf", "memfd_create", "chmod", "mount", "shmget")),
]


@pytest.fixture(params=NUMBERS)
def machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    name = str(request.param)
    monkeypatch.setattr(seccomp, "machine", lambda: name)
    return name


@pytest.mark.parametrize(("name", "arguments", "expected"), CASES)
def test_what_the_filter_of_a_program_says(name: str, arguments: tuple[int, ...], expected: str, machine: str) -> None:
    assert said(PROGRAM, NUMBERS[machine][name], *arguments) == expected


def test_newer_calls_are_as_on_an_older_kernel(machine: str) -> None:
    for number in (435, 437, 449, 452, 470, 999, 0x40000000, 0x40000001):
        assert said(PROGRAM, number) == "ENOSYS", number
    for number in (424, 425, 426, 427, 434, 438, 440, 442, 444, 445, 446, 447, 448):
        assert said(PROGRAM, number) == "EPERM", number


def test_calls_of_another_processor_end_the_process(machine: str) -> None:
    for architecture in (0x40000003, 0x40000028, 0, *(own for _, own in MACHINES.values())):
        if architecture != MACHINES[machine][1]:
            assert said(PROGRAM, 1, architecture=architecture) == "killed"


def test_without_landlock_no_file_has_a_name(machine: str) -> None:
    assert said(BLIND, NUMBERS[machine]["openat"], AT_HOME, 1, READ) == "EPERM"
    assert said(BLIND, NUMBERS[machine]["write"], 1) == ALLOWED
    assert set(BLIND.numbers) < set(PROGRAM.numbers)


def test_who_makes_pictures_may_start_a_process_and_reach_nobody(machine: str) -> None:
    numbers = NUMBERS[machine]
    assert said(WORKER, numbers["execve"], 1) == ALLOWED
    assert said(WORKER, numbers["clone"], 0x4111) == ALLOWED  # as vfork, of a process of its own
    assert said(WORKER, numbers["clone"], 0x10000011) == "EPERM"  # in a namespace of its own
    for name in ("socket", "connect", "ptrace", "bpf", "chmod", "mount", "execveat", "seccomp"):
        assert said(WORKER, numbers[name], 1, 1) == "EPERM"
    assert said(WORKER, numbers["openat"], AT_HOME, 1, MAKE) == "EPERM"
