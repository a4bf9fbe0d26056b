"""Which system calls a locked process may make, and with which arguments: tables, and nothing that acts.

What is not in a table is refused. Each line of a table is a name and its numbers on x86_64 and aarch64.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

OWN = -1
"""In place of a value: the number of the process that is locked."""
_ALL = 0xFFFFFFFF


class Word(NamedTuple):
    """A condition on one half of an argument: ``half & mask == value``. Arguments have 64 bits, filters look at 32."""

    half: int
    mask: int
    value: int


Alternative = tuple[Word, ...]
"""Conditions that hold together. A call is allowed by any of its alternatives."""


def is_(argument: int, value: int, mask: int = _ALL) -> Word:
    """The lower half, which is the whole of an int: what the kernel reads of it."""
    return Word(2 * argument, mask, value)


def null(argument: int) -> Alternative:
    return Word(2 * argument, _ALL, 0), Word(2 * argument + 1, _ALL, 0)


def _numbers(table: str) -> dict[str, tuple[int | None, int | None]]:
    rows = (line.split() for line in table.strip().splitlines())
    return {name: (_number(first), _number(second)) for name, first, second in rows}


def _number(text: str) -> int | None:
    return None if text == "-" else int(text)


_ITSELF = _numbers("""
    read 0 63
    write 1 64
    readv 19 65
    writev 20 66
    lseek 8 62
    close 3 57
    close_range 436 436
    dup 32 23
    dup2 33 -
    dup3 292 24
    pipe 22 -
    pipe2 293 59
    poll 7 -
    ppoll 271 73
    select 23 -
    pselect6 270 72
    epoll_create1 291 20
    epoll_ctl 233 21
    epoll_wait 232 -
    epoll_pwait 281 22
    eventfd2 290 19
    fstat 5 80
    mmap 9 222
    munmap 11 215
    mremap 25 216
    mprotect 10 226
    madvise 28 233
    brk 12 214
    futex 202 98
    set_tid_address 218 96
    set_robust_list 273 99
    rseq 334 293
    exit 60 93
    exit_group 231 94
    wait4 61 260
    waitid 247 95
    sched_yield 24 124
    sched_getaffinity 204 123
    sched_getparam 143 121
    sched_getscheduler 145 120
    sched_get_priority_max 146 125
    sched_get_priority_min 147 126
    getcpu 309 168
    rt_sigaction 13 134
    rt_sigprocmask 14 135
    rt_sigpending 127 136
    rt_sigtimedwait 128 137
    rt_sigsuspend 130 133
    rt_sigreturn 15 139
    sigaltstack 131 132
    restart_syscall 219 128
    pause 34 -
    alarm 37 -
    setitimer 38 103
    getitimer 36 102
    nanosleep 35 101
    clock_nanosleep 230 115
    clock_getres 229 114
    gettimeofday 96 169
    time 201 -
    times 100 153
    getrusage 98 165
    getrlimit 97 163
    getrandom 318 278
    uname 63 160
    sysinfo 99 179
    umask 95 166
    getpid 39 172
    getppid 110 173
    gettid 186 178
    getuid 102 174
    geteuid 107 175
    getgid 104 176
    getegid 108 177
    getresuid 118 148
    getresgid 120 150
    getgroups 115 158
    getpgrp 111 -
    getpgid 121 155
    getsid 124 156
    recvfrom 45 207
    shutdown 48 210
    getsockname 51 204
    getpeername 52 205
""")
"""About itself alone: its memory, its clocks, its threads, what it has open."""

_NAMED = _numbers("""
    stat 4 -
    lstat 6 -
    newfstatat 262 79
    statx 332 291
    access 21 -
    faccessat 269 48
    faccessat2 439 439
    readlink 89 -
    readlinkat 267 78
    getdents64 217 61
    pread64 17 67
    chdir 80 49
    getcwd 79 17
""")
"""About files by name. Landlock says which; without it none of these is allowed."""

_WITH_CONDITIONS = _numbers("""
    open 2 -
    openat 257 56
    clone 56 220
    kill 62 129
    tgkill 234 131
    fcntl 72 25
    ioctl 16 29
    prctl 157 167
    arch_prctl 158 -
    prlimit64 302 261
    clock_gettime 228 113
    sched_setaffinity 203 122
    socketpair 53 199
    sendto 44 206
""")

_STARTING = _numbers("""
    fork 57 -
    vfork 58 -
    execve 59 221
    setsid 112 157
    setpgid 109 154
    fadvise64 221 223
    statfs 137 43
    fstatfs 138 44
    getdents 78 -
""")
"""What it takes to start ``dot``, and what ``dot`` itself asks for."""

UNKNOWN = _numbers("""
    clone3 435 435
    openat2 437 437
    epoll_pwait2 441 441
    futex_waitv 449 449
""")
"""As on a kernel without these: the C library then asks in the older way, whose arguments a filter can read."""

NEWEST = 452
"""What came after these numbers is as unknown."""

# What stands in the calls' arguments, from the kernel's headers; the same on both processors.
_WRITES = (
    0o3 | 0o100 | 0o1000 | 0o20000 | 0o10000000 | 0o20000000
)  # O_WRONLY O_RDWR O_CREAT O_TRUNC O_ASYNC O_PATH TMPFILE
_THREAD = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x40000  # CLONE_VM FS FILES SIGHAND THREAD SYSVSEM
_OF_A_THREAD = (
    0x80000 | 0x100000 | 0x200000 | 0x400000 | 0x1000000
)  # CLONE_SETTLS PARENT_SETTID CHILD_CLEARTID DETACHED CHILD_SETTID
_NAMESPACES = 0x80 | 0x20000 | 0x2000000 | 0x4000000 | 0x8000000 | 0x10000000 | 0x20000000 | 0x40000000
_PTRACE = 0x2000 | 0x800000  # CLONE_PTRACE UNTRACED
_F_SETFL, _O_ASYNC = 4, 0o20000
_FCNTL = (0, 1, 2, 3, 1030, 1032)  # F_DUPFD GETFD SETFD GETFL DUPFD_CLOEXEC GETPIPE_SZ
_IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS TIOCGWINSZ FIONREAD FIONBIO FIONCLEX FIOCLEX
_PRCTL = (15, 16, 0x53564D41)  # PR_SET_NAME GET_NAME SET_VMA
_ARCH_PRCTL = (0x1021, 0x1022, 0x1023)  # which parts of the processor it may use (AMX)
_STARTED = 0x1002  # where a thread keeps its own (ARCH_SET_FS), which a program that starts says once
_CLOCKS = 15  # those with larger numbers are other processes' clocks
_UNIX, _STREAM, _SOCKET_FLAGS = 1, 1, 0o2004000  # SOCK_NONBLOCK CLOEXEC

_ONLY_READING: tuple[Alternative, ...] = ((is_(1, 0, _WRITES),),)

_CONDITIONS: dict[str, tuple[Alternative, ...]] = {
    "clone": ((is_(0, _THREAD, _ALL & ~_OF_A_THREAD),),),
    "kill": ((is_(0, OWN),),),
    "tgkill": ((is_(0, OWN),),),
    "fcntl": (*((is_(1, command),) for command in _FCNTL), (is_(1, _F_SETFL), is_(2, 0, _O_ASYNC))),
    "ioctl": tuple((is_(1, request),) for request in _IOCTL),
    "prctl": tuple((is_(0, option),) for option in _PRCTL),
    "arch_prctl": tuple((is_(0, option),) for option in _ARCH_PRCTL),
    "prlimit64": ((is_(0, 0), *null(2)), (is_(0, OWN), *null(2))),
    "clock_gettime": ((is_(0, 0, _ALL & ~_CLOCKS),),),
    "sched_setaffinity": ((is_(0, 0),), (is_(0, OWN),)),
    # A pair of streams, as asyncio wants one, reaches nobody else; a datagram socket could send to anybody by name.
    "socketpair": ((is_(0, _UNIX), is_(1, _STREAM, _ALL & ~_SOCKET_FLAGS)),),
    "sendto": (null(4),),
}
_OPENING: dict[str, tuple[Alternative, ...]] = {
    "open": ((is_(1, 0, _WRITES),),),
    "openat": ((is_(2, 0, _WRITES),),),
}


class Calls(NamedTuple):
    """What a filter lets through."""

    numbers: Mapping[str, tuple[int | None, int | None]]
    conditions: Mapping[str, tuple[Alternative, ...]]
    """Of the calls that are allowed with some arguments only."""


def _calls(numbers: dict[str, tuple[int | None, int | None]], conditions: dict[str, tuple[Alternative, ...]]) -> Calls:
    conditional = {name: _WITH_CONDITIONS[name] for name in conditions}
    return Calls(MappingProxyType(numbers | conditional), MappingProxyType(conditions))


BLIND = _calls(_ITSELF, _CONDITIONS)
"""A program where there is no Landlock: it names no file at all."""
PROGRAM = _calls(_ITSELF | _NAMED, _CONDITIONS | _OPENING)
"""A program that Landlock keeps from all files but those that it may read."""
_STARTING_CONDITIONS: dict[str, tuple[Alternative, ...]] = {
    "clone": (*_CONDITIONS["clone"], (is_(0, 0, _NAMESPACES | _PTRACE),)),
    "kill": ((),),
    "arch_prctl": (*_CONDITIONS["arch_prctl"], (is_(0, _STARTED),)),
}
WORKER = _calls(_ITSELF | _NAMED | _STARTING, _CONDITIONS | _OPENING | _STARTING_CONDITIONS)
"""A process of ours that starts Graphviz; Landlock says that it starts nothing else, and whom it may signal."""
