"""What locked processes do in the tests: run a text as Python. ``say`` is there to answer with."""

from __future__ import annotations

from collections.abc import Callable


def work(payload: bytes, say: Callable[[object], None]) -> None:
    names = {"say": say, "__name__": "__main__"}
    exec(compile(payload, "program", "exec"), names)  # noqa: S102 (what is tested is that the kernel holds it)
