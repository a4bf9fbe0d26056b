"""Has random programs run one after another, each in a locked process, and writes a JSON line about each.

``python -m benchmarks.fuzzing.worker SEED FIRST``: case n is made from SEED and n alone, so each can be made again.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from dataclasses import replace
from random import Random
from typing import Any

from benchmarks.fuzzing.cases import case, short
from benchmarks.fuzzing.doors import DOORS
from gradwalk.program import ProgramError
from gradwalk.recording import Recording
from gradwalk.sandbox.outcome import recording, said
from gradwalk.sandbox.processes import Nursery
from gradwalk.sandbox.programs import configuration, payload
from gradwalk.settings import SETTINGS
from tests.hostile.door import BOUNDS, ORDINARY
from tests.sandbox.world import World, world

TOO_LONG = 30
EVERY = 50
"""After so many cases an ordinary program has to give what it always gave."""


class TooLong(BaseException):
    """A text took longer to read than everything that should have stopped it."""


class Watched:
    """A nursery, and things outside of it that nobody may touch."""

    def __init__(self, nursery: Nursery, outside: World) -> None:
        self._nursery = nursery
        self._outside = outside
        self._ordinary = self.run(ORDINARY)

    def run(self, source: str) -> Recording:
        return recording(source, said(self._nursery.run(payload(source))))

    def attempt(self, source: str, door: str) -> dict[str, Any]:
        """What becomes of one text: ``ended``, ``failed`` (as in Python), ``refused``, ``stopped``, or worse."""
        found: dict[str, Any] = {"outcome": "ended", "message": "", "seconds": 0.0, "peak": 0, "changed": []}
        signal.alarm(TOO_LONG)
        try:
            text = DOORS[door](source)
            answer = self._nursery.run(payload(text))
            found |= {"seconds": answer.seconds, "peak": answer.peak, "message": answer.reason}
            made = recording(text, said(answer))
            if answer.ended in ("time", "memory", "killed", "lied"):
                found["outcome"] = answer.ended if answer.ended in ("killed", "lied") else "stopped"
            elif answer.ended == "failed":
                found["outcome"] = "broke out"
            elif any(cell.failure for cell in made.cells):
                found["outcome"] = "failed"
        except ProgramError as error:
            found |= {"outcome": "refused", "message": error.message}
        except TooLong:
            found["outcome"] = "never ended"
        except BaseException as error:  # whatever comes out but a refusal is a hole
            found |= {"outcome": "broke out", "message": f"{type(error).__name__}: {error}"[:300]}
        finally:
            signal.alarm(0)
        return found

    def afterwards(self) -> dict[str, Any]:
        """Whether all is as it was."""
        return {"changed": self._outside.touched(), "ordinary": self.run(ORDINARY) == self._ordinary}


def _stop(*_: object) -> None:
    raise TooLong


def main(seed: str, first: int) -> None:
    signal.signal(signal.SIGALRM, _stop)
    nursery = Nursery(replace(configuration(SETTINGS), bounds=BOUNDS))
    held = nursery.start()
    if not held.holds:
        raise SystemExit(held.sentence)
    with world() as outside:
        watched, number = Watched(nursery, outside), first
        while True:
            random = Random(f"{seed} {number}")
            door = random.choices(list(DOORS), [12] + [1] * (len(DOORS) - 1))[0]
            source = short(random) if door in ("expression", "address") else case(random)
            print(json.dumps({"begins": number, "door": door}), flush=True)
            start = time.monotonic()
            found = watched.attempt(source, door)
            if number % EVERY == 0:
                found |= watched.afterwards()
            wall = time.monotonic() - start
            print(json.dumps({"number": number, "door": door, "wall": wall, **found}), flush=True)
            number += 1


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
