"""A model, walked through here and by others: torchlens and torchvista, beside the model run plainly.

`pip install --no-deps -r benchmarks/others.txt` brings them. Times are the thread's own, as ratios of the plain forward
and backward pass. Gradwalk records both passes; torchlens logs the forward pass, and so does torchvista, which writes
its page in the same time. Of ours that is measured apart. Pages are in kB.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from benchmarks.recording import Model, convolutions, transformer, watched
from gradwalk.export.html import recording_html

ROUNDS = 5


def medians(works: dict[str, Callable[[], object]]) -> dict[str, float]:
    """ms of each, at the median of rounds in which they take turns; a first one warms up."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for number in range(ROUNDS + 1):
        for name, work in works.items():
            start = time.thread_time()
            work()
            if number:
                times[name].append(1000 * (time.thread_time() - start))
    return {name: statistics.median(found) for name, found in times.items()}


def compare(name: str, made: Model, torchlens: Any, torchvista: Any) -> None:
    """Print one model's row."""
    recording = watched(made.run)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "theirs.html"

        def vista() -> None:
            with contextlib.redirect_stdout(io.StringIO()):
                torchvista.trace_model(made.model, made.x, export_format="html", export_path=str(path))

        found = medians(
            {
                "plain": made.run,
                "gradwalk": lambda: watched(made.run),
                "its page": lambda: recording_html(recording),
                "torchlens": lambda: torchlens.trace(made.model, made.x),
                "torchvista": vista,
            }
        )
        theirs = path.stat().st_size
    ours = len(recording_html(recording).encode())
    ratios = " ".join(f"{found[each] / found['plain']:>10.1f}" for each in found if each != "plain")
    print(f"{name:>34} {found['plain']:>9.1f} {ratios} {ours / 1000:>8.0f} {theirs / 1000:>10.0f}", flush=True)


def main() -> None:
    try:
        torchlens, torchvista = (importlib.import_module(name) for name in ("torchlens", "torchvista"))
    except ImportError as missing:
        print(f"{missing}. pip install --no-deps -r benchmarks/others.txt brings it.", file=sys.stderr)
        return
    torch.set_num_threads(1)
    head = " ".join(f"{each:>10}" for each in ("gradwalk", "its page", "torchlens", "torchvista"))
    print(f"{'':>34} {'plain, ms':>9} {head} {'ours, kB':>8} {'theirs, kB':>10}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torchvista warns of models in training mode
        compare("a transformer encoder of 4 layers", transformer(), torchlens, torchvista)
        compare("a convolutional net of 8 layers", convolutions(), torchlens, torchvista)


if __name__ == "__main__":
    main()
