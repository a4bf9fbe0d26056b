"""Deep recursion of a program's own functions, gone on with in a thread of its own.

Python counts how deep calls are in each thread, and one call of a program takes some twenty of Python's. To raise the
limit for the whole process would let it crash, so every so many calls the next one is made in a fresh thread, while the
one before it waits. What belongs to a thread (grad mode, warnings, print options) goes along.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch

from gradwalk.language import tensor_text, warned

if TYPE_CHECKING:
    from gradwalk.language.run import Run

EVERY = 20
"""So many calls of a program are made in one thread."""


def apart(run: Run, work: Callable[[], Any]) -> Any:
    """Do the work in a thread of its own, and wait for it. Raises what it raises."""
    found: list[Any] = []
    failed: list[BaseException] = []
    budget, settings, tracking = run.budget, tensor_text.settings(), torch.is_grad_enabled()
    used = budget.pause()

    def there() -> None:
        budget.go_on(used)
        tensor_text.take(settings)
        torch.set_grad_enabled(state[0])
        try:
            with warned.heard(run.warn):
                found.append(work())
        except BaseException as error:  # it is raised again where somebody waits for it
            failed.append(error)
        state[0], state[1] = torch.is_grad_enabled(), budget.pause()

    state: list[Any] = [tracking, used]
    thread = threading.Thread(target=contextvars.copy_context().run, args=(there,))
    thread.start()
    thread.join()
    budget.go_on(state[1])
    torch.set_grad_enabled(state[0])
    if failed:
        raise failed[0]
    return found[0]
