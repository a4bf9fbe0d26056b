"""Landlock: which files a process may read, that it writes none, reaches no network and signals nobody outside."""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from gradwalk.sandbox.kernel import LANDLOCK_ADD, LANDLOCK_CREATE, LANDLOCK_RESTRICT, machine, syscall

_EXECUTE, _READ_FILE, _READ_FOLDER = 1 << 0, 1 << 2, 1 << 3
_FILES = {1: 13, 2: 14, 3: 15, 5: 16}
"""How many rights on files each version knows: thirteen at first, then moving, cutting short, ioctl on devices."""
_NETWORK_FROM, _SCOPES_FROM, _QUIET_FROM = 4, 6, 7
_BIND_AND_CONNECT = 0b11
_SOCKETS_AND_SIGNALS = 0b11
_ONLY_VERSION, _BELOW, _LOG_NOTHING = 1, 1, 1


def version() -> int:
    """What this kernel knows of Landlock (its ABI); 0 for nothing."""
    if not machine():
        return 0
    with suppress(OSError):
        return syscall(LANDLOCK_CREATE, None, 0, _ONLY_VERSION)
    return 0


def ruleset(readable: Sequence[Path], executable: Sequence[Path] = ()) -> int:
    """A descriptor of the rules: ``readable`` may be read, with all below, ``executable`` may be started.

    A place that does not exist is left out. Raises OSError.
    """
    known = version()
    rights = (1 << max(count for since, count in _FILES.items() if since <= known)) - 1
    network = _BIND_AND_CONNECT if known >= _NETWORK_FROM else 0
    scopes = _SOCKETS_AND_SIGNALS if known >= _SCOPES_FROM else 0
    wanted = struct.pack("=QQQ", rights, network, scopes)
    size = 24 if scopes else 16 if network else 8  # an older kernel knows a shorter one
    rules = syscall(LANDLOCK_CREATE, ctypes.create_string_buffer(wanted[:size], size), size, 0)
    try:
        for path in readable:
            _allow(rules, path, _READ_FILE | _READ_FOLDER)
        for path in executable:
            _allow(rules, path, _READ_FILE | _EXECUTE)
    except OSError:
        os.close(rules)
        raise
    return rules


def restrict(rules: int) -> None:
    """From now on this thread, and what it starts, are held by the rules. Raises OSError."""
    syscall(LANDLOCK_RESTRICT, rules, _LOG_NOTHING if version() >= _QUIET_FROM else 0)


def _allow(rules: int, path: Path, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= ~_READ_FOLDER
        rule = struct.pack("=Qi", rights, place)
        syscall(LANDLOCK_ADD, rules, _BELOW, ctypes.create_string_buffer(rule, len(rule)), 0)
    finally:
        os.close(place)
