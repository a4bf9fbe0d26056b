"""Runs random programs one after another in a process of its own, and writes a JSON line about each.

``python -m benchmarks.fuzzing.worker SEED FIRST``: case n is made from SEED and n alone, so each can be made again.
"""

from __future__ import annotations

import dataclasses
import gc
import json
import resource
import signal
import sys
import time
from random import Random
from typing import Any

import numpy as np
import torch

from benchmarks.fuzzing.cases import case, short
from benchmarks.fuzzing.doors import DOORS
from benchmarks.fuzzing.tripwire import armed
from gradwalk import ProgramError, record
from gradwalk.lessons import LESSONS
from gradwalk.program.limits import LIMITS
from tests.hostile.runner import FIRST, MEMORY, ordinary, peak
from tests.process import global_state

SECONDS = 0.5
"""A program's own time here; ten seconds on the server."""
TOO_LONG = 30
EVERY = 50
"""After so many cases an ordinary program has to give what it always gave."""


class TooLong(BaseException):
    """A case ran past everything that should have stopped it."""


def attempt(source: str, door: str = "program") -> dict[str, Any]:
    """What becomes of one text: ``ended``, ``failed`` (as in Python), ``refused`` (in a sentence), or worse."""
    limits = dataclasses.replace(LIMITS, seconds=SECONDS)
    start = time.process_time()  # a busy machine makes no case slow
    message = ""
    with armed() as heard:
        signal.alarm(TOO_LONG)
        try:
            outcome = DOORS[door](source, limits)
        except ProgramError as error:
            outcome, message = "refused", error.message
        except TooLong:
            outcome = "never ended"
        except BaseException as error:  # whatever comes out but a refusal is a hole
            outcome, message = "broke out", f"{type(error).__name__}: {error}"[:300]
        finally:
            signal.alarm(0)
    return {"outcome": outcome, "message": message, "heard": heard, "seconds": time.process_time() - start}


def _stop(*_: object) -> None:
    raise TooLong


def main(seed: str, first: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGALRM, _stop)
    torch.set_num_threads(1)
    np.random.seed(1)
    for source in (FIRST, *(lesson.source for lesson in LESSONS)):
        record(source)
    expected, state = ordinary(), global_state()
    number = first
    while True:
        random = Random(f"{seed} {number}")
        door = random.choices(list(DOORS), [12] + [1] * (len(DOORS) - 1))[0]
        source = short(random) if door in ("expression", "address") else case(random)
        print(json.dumps({"begins": number, "door": door}), flush=True)
        before = peak()
        found = attempt(source, door)
        after = peak()
        found["grew"] = 0 if before is None or after is None else max(0, after - before)
        found["changed"] = [name for name, value in global_state().items() if value != state[name]]
        if found["changed"]:
            state = global_state()
        if number % EVERY == 0:
            gc.collect()
            found["ordinary"] = ordinary() == expected
        print(json.dumps({"number": number, "door": door, **found}), flush=True)
        number += 1


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
