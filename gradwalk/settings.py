"""Every setting of a server, in one place: its environment variable, what it is unless set, and what it may be.

They are read once, when this module is first imported. A value that cannot be used is refused in a sentence.
docs/hosting.md has the same table for people; a test holds them together.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

PREFIX = "GRADWALK_"


class SettingError(ValueError):
    """A setting that cannot be used: which one, what it is, and what would work."""


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _whole(least: int, most: int, usual: int) -> Any:
    return field(default=usual, metadata={"least": least, "most": most})


def _real(least: float, most: float, usual: float) -> Any:
    return field(default=float(usual), metadata={"least": least, "most": most})


def _text(pattern: str, usual: str, would_work: str) -> Any:
    return field(default=usual, metadata={"pattern": pattern, "would_work": would_work})


@dataclass(frozen=True)
class Settings:
    """One field a setting; ``GRADWALK_`` and its name in capitals is its environment variable."""

    # What one program may cost
    characters: int = _whole(1_000, 400_000, 200_000)
    """Length of a program."""
    watched_steps: int = _whole(1_000, 1_000_000, 100_000)
    """Statements that are recorded, each turn of a loop anew; a longer program runs on without being recorded."""
    watched_operations: int = _whole(100, 200_000, 12_000)
    """Operations of PyTorch that are recorded, likewise."""
    output: int = _whole(1_000, 1_000_000, 100_000)
    """Characters shown by all cells together."""
    numbers: int = _whole(1_000, 1 << 22, 1 << 20)
    """Elements of arrays that one recording keeps."""
    seconds: float = _real(0.1, 300, 10)
    """Of one core's work for one program; three times as many by the clock."""
    layout_seconds: float = _real(0.05, 300, 5)
    """For Graphviz to place one graph."""
    message_megabytes: float = _real(0.1, 10, 6)
    """Size of everything that there is to show of one program; a long one's is counted as it is sent, compressed."""

    # Who may work at once
    processes: int = _whole(0, 64, cores())
    """Programs that run at once, each in a process of its own; 0 runs them in the server itself."""
    long_processes: int = _whole(1, 64, max(1, cores() // 2))
    """Long programs that run at once beside them, at the lowest priority."""
    long_after: float = _real(0.1, 60, 0.5)
    """Seconds of a core's work after which a program counts as long."""
    waiting: int = _whole(1, 10_000, 500)
    """Programs that may wait for their turn."""
    long_waiting: int = _whole(0, 1_000, 20)
    """Long programs that may wait, halted, to go on."""
    stop_after: float = _real(1, 600, 60)
    """Seconds by the clock after which a process that does not answer is ended."""
    process_megabytes: int = _whole(100, 16_000, 1_000)
    """Memory that one program's process may take on top of PyTorch's own."""
    process_answers: int = _whole(1, 1_000_000, 500)
    """Programs after which a process makes room for a fresh one."""
    messages_per_second: float = _real(1, 1_000, 15)
    """From one browser, for long; what comes faster waits."""
    kept_megabytes: int = _whole(1, 10_000, 64)
    """Memory for results that are kept for whoever asks for the same again."""

    # What holds them
    lock: str = _text(r"demand|use|off", "use", "demand, use or off")
    """Whether the kernel locks programs that visitors write: use it where there is one, demand it, or do without."""

    # Who may look
    frame_ancestors: str = _text(r"[\w'*:/.\- ]+", "'self'", "'self' https://school.example, or 'none'")
    """Sites that may show Gradwalk in a frame."""
    hosts: str = _text(r"[\w.:\[\]\-]*(, ?[\w.:\[\]\-]+)*", "", "such as school.example, www.school.example:8443")
    """Hosts whose pages may talk to this server, besides its own; needed behind a proxy that changes ``Host``."""
    strict_transport: int = _whole(0, 63_072_000, 0)
    """Seconds for which browsers shall ask by HTTPS only (``Strict-Transport-Security``); 0 says nothing about it."""
    metrics_token: str = _text(r"|[\w.~+/=\-]{16,200}", "", "16 to 200 letters, digits and signs of . ~ + / = - _")
    """What a scraper from elsewhere sends as its bearer token; without one, metrics are for this machine alone."""
    log_level: str = _text(r"DEBUG|INFO|WARNING|ERROR", "INFO", "DEBUG, INFO, WARNING or ERROR")
    """The least important events that are logged."""


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def read(environment: Mapping[str, str]) -> Settings:
    """The settings in an environment; an empty text is none. Raises SettingError for a value that cannot be used."""
    texts = {one: environment.get(variable(one.name)) for one in fields(Settings)}
    given: dict[str, Any] = {one.name: _value(one, text) for one, text in texts.items() if text}
    return Settings(**given)


def unknown(environment: Mapping[str, str]) -> list[str]:
    """Variables that look like settings and are none. (Kubernetes adds some for a service named gradwalk.)"""
    known = {variable(one.name) for one in fields(Settings)}
    ours = {name for name in environment if name.startswith(PREFIX)} - known
    return sorted(name for name in ours if not re.match(rf"{PREFIX}(SERVICE|PORT)(_|$)", name))


def _value(one: Any, text: str) -> int | float | str:
    limits = one.metadata
    if "pattern" in limits:
        if not re.fullmatch(limits["pattern"], text):
            shown = "not such" if one.name == "metrics_token" else repr(text)
            raise SettingError(f"{variable(one.name)} should be {limits['would_work']}, and is {shown}.")
        return text
    whole = isinstance(one.default, int)
    try:
        number = int(text) if whole else float(text)
    except ValueError:
        number = float("nan")
    if not limits["least"] <= number <= limits["most"]:
        kind = "a whole number" if whole else "a number"
        room = f"from {limits['least']} to {limits['most']}, such as {one.default if whole else f'{one.default:g}'}"
        raise SettingError(f"{variable(one.name)} should be {kind} {room}, and is {text!r}.")
    return number


SETTINGS = read(os.environ)
