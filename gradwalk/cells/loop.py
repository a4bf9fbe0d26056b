"""The event loop that cells run in, as in Jupyter's kernel: there ``await`` works, and ``asyncio.run`` does not."""

from __future__ import annotations

import asyncio
import contextvars
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from IPython.core.interactiveshell import ExecutionResult, InteractiveShell

_TURNS = 3
"""How often, after each cell, what waits in the loop gets its turn: a kernel is idle between two cells."""


class Loop:
    """The loop of one program."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._context = contextvars.copy_context()
        """One for all cells: what one sets, as ``np.set_printoptions`` does, the next one finds."""

    def run(self, shell: InteractiveShell, source: str) -> ExecutionResult:
        """Run a cell in it."""
        done: list[ExecutionResult] = []
        try:
            task = self._loop.create_task(_run(shell, source, done), context=self._context)
            self._loop.run_until_complete(task)
        except BaseException:  # also of the loop's own work, where a program has taken a part of Python away
            if not done:
                raise
        return done[0]


async def _run(shell: Any, source: str, done: list[ExecutionResult]) -> None:
    done.append(await cell(shell, source))
    for _ in range(_TURNS if len(asyncio.all_tasks()) > 1 else 0):
        await asyncio.sleep(0)


async def cell(shell: Any, source: str) -> ExecutionResult:
    """As ipykernel does it: what awaits something runs in a task of its own, all else in one go."""
    failed = None
    try:
        transformed = shell.transform_cell(source)
    except Exception:  # which the shell shows
        transformed, failed = source, sys.exc_info()
    how: dict[str, Any] = {"transformed_cell": transformed, "preprocessing_exc_tuple": failed}
    if not shell.should_run_async(source, **how):
        result: ExecutionResult = shell.run_cell(source, store_history=True)
        return result
    done: ExecutionResult | None = None
    try:
        done = await asyncio.ensure_future(shell.run_cell_async(source, store_history=True, **how))
    finally:
        shell.events.trigger("post_execute")
        shell.events.trigger("post_run_cell", done)
    return done


@contextmanager
def running() -> Iterator[Loop]:
    """A loop for a program. What is left in it at the end is ended. A loop that runs already is put aside meanwhile."""
    outer = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    loop = asyncio.new_event_loop()
    try:
        yield Loop(loop)
    finally:
        loop.set_exception_handler(lambda *_: None)  # nobody is there any more who would read of it
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.call_soon(loop.stop)
        loop.run_forever()
        loop.close()
        asyncio._set_running_loop(outer)
