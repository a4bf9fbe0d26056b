"""A table of system calls as a seccomp filter: the little program that the kernel runs before each call."""

from __future__ import annotations

import ctypes
import errno
import struct

from gradwalk.sandbox.calls import NEWEST, OWN, UNKNOWN, Alternative, Calls
from gradwalk.sandbox.kernel import MACHINES, SECCOMP, machine, syscall

_INSTRUCTION = struct.Struct("=HBBI")
_Instruction = tuple[int, int, int, int]
"""Operation, instructions to skip if true, if false, operand."""

_LOAD, _AND, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # places in what the filter looks at (struct seccomp_data)

ALLOW, KILL, REFUSE, NOTIFY = 0x7FFF0000, 0x80000000, 0x00050000, 0x7FC00000
_SET_MODE_FILTER, _NEW_LISTENER = 1, 8


def column() -> int:
    """Where this processor's numbers stand in the tables."""
    return MACHINES[machine()][0]


def compiled(calls: Calls, pid: int) -> bytes:
    """The filter for the process ``pid``: what ``calls`` names is allowed, the rest is refused with EPERM."""
    own = column()
    whole = _start()
    for name, numbers in calls.numbers.items():
        number = numbers[own]
        if number is not None:
            whole += _call(number, calls.conditions.get(name), pid)
    for numbers in UNKNOWN.values():
        whole += [(_IF_EQUAL, 0, 1, numbers[own] or 0), _refused(errno.ENOSYS)]
    whole += [(_IF_AT_LEAST, 0, 1, NEWEST), _refused(errno.ENOSYS), _refused(errno.EPERM)]
    return _bytes(whole)


def install(program: bytes) -> None:
    """From now on this thread, and what it starts, are held by it. Raises OSError."""
    _install(program, 0)


def listen(number: int) -> int:
    """Install a filter that asks about this call, and give the descriptor on which it asks. Raises OSError."""
    asking = [(_IF_EQUAL, 0, 1, number), (_RETURN, 0, 0, NOTIFY), (_RETURN, 0, 0, ALLOW)]
    return _install(_bytes([*_start(), *asking]), _NEW_LISTENER)


def _start() -> list[_Instruction]:
    """Another processor's calls (32-bit ones, on the same machine) have other numbers: whoever makes one is ended."""
    _, architecture = MACHINES[machine()]
    return [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_IF_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]


def _call(number: int, alternatives: tuple[Alternative, ...] | None, pid: int) -> list[_Instruction]:
    if alternatives is None:
        inside: list[_Instruction] = [(_RETURN, 0, 0, ALLOW)]
    else:
        inside = [one for alternative in alternatives for one in _alternative(alternative, pid)]
        inside.append(_refused(errno.EPERM))
    return [(_IF_EQUAL, 0, len(inside), number), *inside]


def _alternative(words: Alternative, pid: int) -> list[_Instruction]:
    """Allow if all words are as they should be, else go on behind it."""
    lines: list[_Instruction] = []
    left = 3 * len(words) + 1
    for half, mask, value in words:
        left -= 3
        lines += [
            (_LOAD, 0, 0, _ARGUMENTS + 4 * half),
            (_AND, 0, 0, mask),
            (_IF_EQUAL, 0, left, pid if value == OWN else value),
        ]
    return [*lines, (_RETURN, 0, 0, ALLOW)]


def _refused(number: int) -> _Instruction:
    return _RETURN, 0, 0, REFUSE | number


def _bytes(whole: list[_Instruction]) -> bytes:
    return b"".join(_INSTRUCTION.pack(*one) for one in whole)


def _install(program: bytes, flags: int) -> int:
    lines = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(program) // _INSTRUCTION.size, ctypes.addressof(lines))  # struct sock_fprog
    return syscall(SECCOMP[machine()], _SET_MODE_FILTER, flags, ctypes.create_string_buffer(header, len(header)))
