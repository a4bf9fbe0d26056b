"""How soon a hostile text is refused: `python -m benchmarks hostile`.

The texts are those of ``tests/hostile``. Those that are refused before anything runs should take at most 100 ms; the
others run until a limit stops them, here after half a second of their own work.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
GOAL = 0.1


def outcomes() -> list[dict[str, Any]]:
    """What became of each text, in a process of their own."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.hostile.runner"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [line for line in map(json.loads, done.stdout.splitlines()) if "outcome" in line]


def main() -> None:
    found = outcomes()
    classes: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in found:
        classes[line["kind"]].append(line)
    print(f"{'':>14} {'texts':>6} {'unread':>7} {'median, ms':>11} {'slowest, ms':>12} {'grew by, MB':>12}")
    for kind, lines in classes.items():
        unread = [1000 * line["seconds"] for line in lines if line["stage"] == "read"] or [0.0]
        grew = max((line["memory"] or 0) for line in lines) >> 20
        count = sum(line["stage"] == "read" for line in lines)
        print(
            f"{kind:>14} {len(lines):>6} {count:>7} {statistics.median(unread):>11.2f} {max(unread):>12.1f} {grew:>12}"
        )
    late = [line for line in found if line["stage"] == "read" and line["seconds"] > GOAL]
    print(f"Refused before anything ran, but later than {1000 * GOAL:.0f} ms: {len(late)}")
    for line in late:
        print(f"  {line['kind']}: {line['title']}: {1000 * line['seconds']:.0f} ms")


if __name__ == "__main__":
    main()
