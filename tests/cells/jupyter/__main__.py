"""How many cells of some programs show what Jupyter shows: ``python -m tests.cells.jupyter [--seconds 60] FILE …``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from gradwalk.notebook.programs import to_program
from tests.cells.jupyter.kernel import Warm, here, in_jupyter
from tests.cells.jupyter.shown import Shown, steady

MOST = 3000
"""Characters of one side of a difference."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--tracebacks", action="store_true", help="compare the texts of tracebacks too")
    options = parser.parse_args()
    cells = alike = 0
    with Warm("kernel") as kernels, Warm("record") as runs:
        for path in options.files:
            text = path.read_text(encoding="utf-8-sig")
            source = to_program(text) if path.suffix == ".ipynb" else text
            try:
                sides = in_jupyter(kernels, source, options.seconds), here(runs, source, options.seconds)
            except TimeoutError as error:
                print(f"{path.name}: {error}", flush=True)
                continue
            theirs, ours = ([steady(cell, tracebacks=options.tracebacks) for cell in side] for side in sides)
            pairs = list(zip(theirs, ours, strict=True))
            pairs = [(one, other if one.line else other._replace(line=None)) for one, other in pairs]  # it may not say
            same = sum(one == other for one, other in pairs)
            cells, alike = cells + len(theirs), alike + same
            print(f"{path.name}: {same} of {len(theirs)}", flush=True)
            for number, (one, other) in enumerate(pairs):
                _tell(number, one, other)
    print(f"{alike:,} of {cells:,} cells alike")
    return 0 if alike == cells else 1


def _tell(number: int, theirs: Shown, ours: Shown) -> None:
    for name, one, other in zip(Shown._fields, theirs, ours, strict=True):
        if one != other:
            print(f"   cell {number + 1}, {name}:\n      Jupyter {_short(one)}\n      here    {_short(other)}")


def _short(what: object) -> str:
    text = repr(what)
    return text if len(text) < MOST else f"{text[: MOST // 2]} … {text[-MOST // 2 :]}"


if __name__ == "__main__":
    sys.exit(main())
