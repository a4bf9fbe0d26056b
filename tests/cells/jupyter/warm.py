"""A warm process that forks a child for each program: Jupyter's kernel (``kernel``), or a run of ours (``record``).

It reads a line of JSON for each from standard input, and answers with the child's process id. Each child begins in a
folder of its own, with the same random numbers, and has run no program before.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any


def serve(prepare: Callable[[], Callable[[dict[str, Any]], None]]) -> None:
    """Answer until standard input ends."""
    import random

    import numpy as np
    import torch

    from gradwalk.sandbox.bounds import depend_on

    run, parent = prepare(), os.getpid()
    torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)  # the first one takes seconds
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the children
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            depend_on(parent)
            _redirect()
            asked = json.loads(line)
            os.chdir(asked["folder"])
            torch.manual_seed(0)
            random.seed(0)
            np.random.seed(0)
            try:
                run(asked)
            finally:
                os._exit(0)
        print(child, flush=True)


def _redirect() -> None:
    """What a program writes past its cells goes nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)


def kernel() -> Callable[[dict[str, Any]], None]:
    """A kernel as Jupyter starts it. Pictures are SVG, as here, and PNG for those that are too large."""
    from ipykernel.kernelapp import IPKernelApp
    from traitlets.config import Config

    def run(asked: dict[str, Any]) -> None:
        os.environ["IPYTHONDIR"] = asked["folder"] + "/.ipython"
        config = Config({"InlineBackend": {"figure_formats": {"svg", "png"}}, "HistoryManager": {"enabled": False}})
        sys.argv[:] = ["ipykernel_launcher.py"]
        sys.path[0] = ""
        IPKernelApp.launch_instance(argv=["-f", asked["connection"]], config=config)

    return run


def record() -> Callable[[dict[str, Any]], None]:
    """``gradwalk.record``."""
    from pathlib import Path

    from gradwalk import record as recorded

    def run(asked: dict[str, Any]) -> None:
        text = recorded(asked["source"]).to_json()
        Path(asked["answer"]).write_text(text, encoding="utf-8")

    return run


if __name__ == "__main__":
    serve({"kernel": kernel, "record": record}[sys.argv[1]])
