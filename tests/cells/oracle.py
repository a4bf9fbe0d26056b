"""The oracle: IPython's own shell runs the cells of a program, in a new process, and tells what each showed.

As a script it reads programs (a JSON list of cells a line) from standard input and answers each with a line of JSON.
Each runs in a child forked from a process that has run none: so warnings that come once a process, random draws, and
whatever else a program changes are those of a notebook that was just opened.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple


class Shown(NamedTuple):
    """What a cell showed: all text in its order, how it failed (type, message, line of the cell), and its pictures
    or tables."""

    text: str
    failure: tuple[str, str, int | None] | None
    pictures: tuple[str, ...]


class Oracle:
    """A process with IPython in it."""

    def __enter__(self) -> Oracle:
        self._folder = tempfile.TemporaryDirectory()  # for what programs write
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).resolve())],
            cwd=self._folder.name,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()
        self._process.wait()
        self._folder.cleanup()

    def run(self, cells: list[str]) -> list[Shown]:
        """Run one program; what Jupyter shows under each of its cells."""
        if not (self._process.stdin and self._process.stdout):
            raise RuntimeError("the oracle has no pipes")
        self._process.stdin.write(json.dumps(cells) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return [Shown(text, tuple(failure) if failure else None, tuple(pictures)) for text, failure, pictures in answer]


_VARYING = (
    (re.compile(r"\b0x[0-9a-f]+"), "an address"),
    (re.compile(r"(CPU times|Wall time): .*"), "a time"),
    (re.compile(r"[\d.]+ (?:ns|[μu]s|ms|s|min) ± .*"), "a time"),
)
_OUTSIDE = re.compile(
    r'(?:  File "[^<"][^\n]*\n(?:    [^\n]*\n)+?)*?  File "[^"]*", line \d+, in run_cell\n(?:    [^\n]*\n)+'
)
"""Of a printed stack: whoever called the shell."""


def steady(text: str) -> str:
    """Text without what differs from run to run: memory addresses become numbers in their order, times are words."""
    seen: dict[str, int] = {}
    text = _VARYING[0][0].sub(lambda found: f"<{seen.setdefault(found[0], len(seen))}>", text)
    for pattern, word in _VARYING[1:]:
        text = pattern.sub(word, text)
    return _OUTSIDE.sub("", text).rstrip("\n")


def _serve() -> None:
    """Answer programs until standard input ends."""
    import os
    import random

    import numpy as np
    import torch
    from IPython.core import interactiveshell  # noqa: F401  so that a child need not load it

    torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)  # the first one takes seconds
    for line in sys.stdin:
        reading, writing = os.pipe()
        if (child := os.fork()) == 0:
            os.close(reading)
            torch.manual_seed(0)
            random.seed(0)
            np.random.seed(0)
            with open(writing, "w", encoding="utf-8") as answer:  # noqa: PTH123  a pipe has no path
                answer.write(json.dumps(_run(json.loads(line))))
            os._exit(0)
        os.close(writing)
        with open(reading, encoding="utf-8") as answer:  # noqa: PTH123
            sys.stdout.write(answer.read() + "\n")
        sys.stdout.flush()
        os.waitpid(child, 0)


def _run(cells: list[str]) -> list[Any]:
    """What IPython shows, as ipykernel's classes would send it to a notebook: each output into one list."""
    import base64
    import builtins
    import io
    import os

    from IPython.core import page
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.error import StdinNotImplementedError
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets import Type
    from traitlets.config import Config

    shown: list[str] = []
    pictures: list[str] = []
    errors: list[BaseException] = []

    def show(data: dict[str, Any]) -> None:
        shown.append(data["text/plain"] + "\n" if "text/plain" in data else "")
        for mime in ("image/svg+xml", "image/png", "text/html", "text/markdown", "text/latex"):
            if mime in data:
                picture = data[mime]
                pictures.append(picture if isinstance(picture, str) else base64.b64encode(picture).decode())
                return

    class Hook(DisplayHook):
        def write_output_prompt(self) -> None:
            pass

        def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:
            show(format_dict)

    class Publisher(DisplayPublisher):
        def publish(self, data: Any, metadata: Any = None, source: Any = None, **options: Any) -> None:
            show(data)

        def clear_output(self, wait: bool = False) -> None:
            shown.clear()
            pictures.clear()

    class Shell(InteractiveShell):
        displayhook_class = Type(Hook)
        display_pub_class = Type(Publisher)

        def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
            errors.append(evalue)

        def enable_gui(self, gui: Any = None) -> None:
            pass

    class Stream(io.StringIO):
        encoding = "UTF-8"

        def write(self, text: str) -> int:
            shown.append(text)
            return len(text)

    def no_input(prompt: object = "") -> str:
        raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")

    sys.path.insert(0, "")
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    config = Config({"HistoryManager": {"enabled": False}, "InlineBackend": {"figure_formats": {"svg"}}})
    shell: Any = Shell.instance(colors="nocolor", config=config)
    as_hook: Any = page.as_hook
    shell.set_hook("show_in_pager", as_hook(lambda *_, **__: None), 99)  # a notebook shows it elsewhere
    builtins.input = no_input
    sys.stdin = io.StringIO()
    told = []
    for cell in cells:
        shown.clear()
        pictures.clear()
        errors.clear()
        sys.stdout, sys.stderr = Stream(), Stream()
        result = shell.run_cell(cell, store_history=True)
        error = result.error_before_exec or result.error_in_exec or (errors[-1] if errors else None)
        told.append(("".join(shown), None if error is None else _failure(error, shell), list(pictures)))
    return told


def _failure(error: BaseException, shell: Any) -> tuple[str, str, int | None]:
    """Type, message, and the line of the cell: the innermost that is a cell's."""
    message = error.msg if isinstance(error, SyntaxError) else str(error)
    if isinstance(error, SyntaxError) and error.filename in shell.compile._filename_map:
        return type(error).__name__, message, error.lineno
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in shell.compile._filename_map:
            line = trace.tb_lineno
        trace = trace.tb_next
    return type(error).__name__, message, line


if __name__ == "__main__":
    _serve()
