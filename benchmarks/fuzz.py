"""Random programs, through every way in, against the forms' language and the lock: `make fuzz MINUTES=30`.

A worker reads them as the pages do and has each run in a locked process; this one counts, notices when the worker dies
or hangs, starts another, and in the end prints the record. The environment variables MINUTES and SEED say how long and
which.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.hostile.door import BOUNDS

ROOT = Path(__file__).resolve().parent.parent
HUNG = 120
"""Seconds after which a worker that says nothing is killed; it stops itself after 30."""
SLACK = BOUNDS.grace + 2
"""Seconds of a core's work beyond a program's time, in which it may still come to its end."""
OUTCOMES = ("refused", "failed", "ended", "stopped", "killed")
"""What may become of a program: refused in a sentence, failed as in Python, run to its end, stopped when its time or
memory was up, or ended by itself (``os._exit``, a crash of PyTorch's)."""


@dataclass
class Record:
    """What has happened so far."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    holes: list[str] = field(default_factory=list)
    """Cases that must not be: how to make each again, and what it did."""
    slowest: tuple[float, int] = (0.0, 0)
    largest: tuple[int, int] = (0, 0)

    def add(self, line: dict[str, Any]) -> None:
        self.outcomes[line["door"], line["outcome"]] += 1
        self.slowest = max(self.slowest, (line["seconds"], line["number"]))
        self.largest = max(self.largest, (line["peak"], line["number"]))
        wrong = [f"touched {name}" for name in line["changed"]]
        if line["outcome"] not in OUTCOMES:
            wrong.append(f"{line['outcome']} {line['message']}")
        if line.get("ordinary") is False:
            wrong.append("an ordinary program gives something else afterwards")
        wrong += [f"took {line['seconds']:.1f} s of processor time"] if line["seconds"] > BOUNDS.seconds + SLACK else []
        self.holes += [f"case {line['number']} ({line['door']}): {what}" for what in wrong]

    def table(self) -> str:
        """Cases by way in, and what became of them."""
        doors = sorted({door for door, _ in self.outcomes})
        rows = [(door, [self.outcomes[door, outcome] for outcome in OUTCOMES]) for door in doors]
        rows.append(("all", [sum(counts) for counts in zip(*(row[1] for row in rows), strict=True)]))
        head = f"{'':>12} {'cases':>9}" + "".join(f"{outcome:>9}" for outcome in OUTCOMES)
        return "\n".join(
            [head, *(f"{name:>12} {sum(counts):>9,}" + "".join(f"{n:>9,}" for n in counts) for name, counts in rows)]
        )


def run(seed: str, seconds: float) -> Record:
    record, number, end = Record(), 0, time.monotonic() + seconds
    while time.monotonic() < end:
        for line in _worker(seed, number, end):
            if "begins" in line:
                number = line["begins"]
            elif "hole" in line:
                record.holes.append(f"case {number}: {line['hole']}")
            else:
                record.add(line)
        number += 1
    return record


def _worker(seed: str, first: int, end: float) -> Iterator[dict[str, Any]]:
    """The lines of one worker, until the time is up or it ends; in that case a last line says how."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.fuzzing.worker", seed, str(first)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    said = b""
    try:
        while time.monotonic() < end:
            if not select.select([process.stdout], [], [], HUNG)[0]:
                yield {"hole": f"said nothing for {HUNG} s"}
                return
            piece = os.read(process.stdout.fileno(), 1 << 16)
            if not piece:
                last = process.stderr.read().decode(errors="replace")[-500:]
                yield {"hole": f"the process died with status {process.wait()}: {last}"}
                return
            *lines, said = (said + piece).split(b"\n")
            yield from map(json.loads, lines)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def main() -> None:
    minutes = float(os.environ.get("MINUTES", "1"))
    seed = os.environ.get("SEED", time.strftime("%Y-%m-%d %H:%M"))
    record = run(seed, 60 * minutes)
    print(f"{minutes:g} minutes, seed {seed!r}\n\n{record.table()}\n")
    print(f"slowest {record.slowest[0]:.2f} s of processor time (case {record.slowest[1]}),", end=" ")
    print(f"largest {record.largest[0] >> 20} MB (case {record.largest[1]})")
    print(f"holes: {len(record.holes)}", *record.holes[:200], sep="\n  ")


if __name__ == "__main__":
    main()
