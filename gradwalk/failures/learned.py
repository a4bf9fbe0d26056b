"""Which of several tensors are probably to be learned, and how they are asked for a gradient where they are made."""

from __future__ import annotations

import re

from gradwalk.failures.diagnosis import Remedy
from gradwalk.failures.history import History, in_program
from gradwalk.recording import Value


def track(history: History, values: list[Value]) -> Remedy | None:
    """requires_grad=True for all of these, where each is made."""
    statements = [history.binding(value) for value in values]
    spans = [span for s in statements if s is not None and (span := in_program(s.span)) is not None]
    names = tuple(history.names(value)[0] for value in values)
    return Remedy("track", spans[0], names, tuple(spans[1:])) if spans and len(spans) == len(names) else None


_WEIGHT = re.compile(r"(?:[wWbB]\d*|[wb]_?\w{1,2}|weights?\w*|bias\w*|theta\w*|params?\w*|coef\w*)")
"""How people call what is learned."""


def weights(history: History, values: list[Value]) -> list[Value]:
    """Those of several leaves that are probably to be learned: what the text asks a gradient of, else by name."""
    asked = [value for value in values if any(f"{name}.grad" in history.source for name in history.names(value))]
    return asked or [value for value in values if _WEIGHT.fullmatch(history.names(value)[0])]


def in_modules(history: History, values: list[Value]) -> list[Value]:
    """Those that a module holds without that they are parameters: buffers, and plain attributes."""
    paths = tuple(f"{module.path}." for module in history.recording.modules if module.path)
    return [value for value in values if any(name.startswith(paths) for name in value.names)] if paths else []


def listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
