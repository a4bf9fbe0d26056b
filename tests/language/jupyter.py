"""The oracle: an IPython shell that runs the cells of a program and tells what each showed and how it failed.

As a script it reads programs (a JSON list of cells a line) from standard input and answers each with a line of JSON;
``Jupyter`` starts it in a process of its own, so that warnings, output and random draws are those of a fresh notebook.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, NamedTuple


class Shown(NamedTuple):
    """What a cell showed, and how it failed: type and message."""

    text: str
    failure: tuple[str, str] | None


class Jupyter:
    """A process with IPython in it. Each program meets a shell with no names of its own."""

    def __enter__(self) -> Jupyter:
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
        return [Shown(text, tuple(failure) if failure else None) for text, failure in answer]


_ADDRESS = re.compile(r"0x[0-9a-f]+")
_ORIGIN = re.compile(r" \(Triggered internally at [^)]*\)")


ONCE = (
    "Converting a tensor with requires_grad=True",
    "Tensor.T is deprecated",
    "The use of `x.T`",
    "An output with one",
)
"""PyTorch gives these once a process. The oracle's process sees many programs."""


def without_addresses(text: str) -> str:
    """Memory addresses as small numbers, in the order in which they appear in the text."""
    seen: dict[str, int] = {}
    return _ADDRESS.sub(lambda found: f"<{seen.setdefault(found[0], len(seen))}>", text)


def _serve() -> None:
    """Answer programs until standard input ends."""
    import io
    import warnings

    import numpy as np
    import torch
    from IPython.core.displayhook import DisplayHook
    from IPython.core.interactiveshell import InteractiveShell

    class Hook(DisplayHook):
        """Shows a result as a notebook does: its text, without a prompt."""

        def write_output_prompt(self) -> None:
            pass

        def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:
            sys.stdout.write(format_dict["text/plain"] + "\n")

    class Shell(InteractiveShell):
        displayhook_class = Hook

        def showtraceback(self, *args: Any, **kwargs: Any) -> None:
            pass

        def showsyntaxerror(self, *args: Any, **kwargs: Any) -> None:
            pass

        def enable_matplotlib(self, gui: Any = None) -> Any:
            return None, None

        def system(self, cmd: str) -> None:
            pass

    class Nothing(ModuleType):
        """What draws: it is not installed here, and nobody looks at its pictures."""

        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            return self

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            return self

        def __iter__(self) -> Any:
            return iter((self, self))

        def __repr__(self) -> str:
            return "nothing"

    for name in ("matplotlib", "matplotlib.pyplot", "matplotlib.ticker", "seaborn"):
        sys.modules[name] = Nothing(name)

    def warning(message: Any, category: type, filename: str, line: int, file: Any = None, text: Any = None) -> None:
        if category is SyntaxWarning:
            return  # of Python's compiler, which nothing here goes through
        told = f"{category.__name__}: {message}"
        if told.partition(": ")[2].startswith(ONCE):
            if told in once:
                return
            once.add(told)
        sys.stdout.write(_ORIGIN.sub("", f"{category.__name__}: {message}") + "\n")

    once: set[str] = set()
    answers, sys.stdout = sys.stdout, io.StringIO()
    shell: Any = Shell.instance(colors="NoColor")
    warnings.showwarning = warning  # type: ignore[assignment]  # the parameters are the same
    torch.set_warn_always(True)
    filters = list(warnings.filters)
    numpy_options: Any = np.get_printoptions()
    for line in sys.stdin:
        warnings.filters[:] = filters  # type: ignore[index]  # a list, whatever the stubs say
        shell.reset(new_session=True, aggressive=False)
        torch.set_grad_enabled(True)
        torch.set_default_dtype(torch.float32)
        torch.set_printoptions(profile="default")  # type: ignore[no-untyped-call]
        np.set_printoptions(**numpy_options)
        torch.manual_seed(0)
        once.clear()
        told = []
        for cell in json.loads(line):
            sys.stdout = output = io.StringIO()
            sys.stderr = errors = io.StringIO()
            result = shell.run_cell(cell, store_history=True)
            error = result.error_before_exec or result.error_in_exec
            sys.stderr = sys.__stderr__
            del errors
            text = output.getvalue().removesuffix("\n")
            message = error.msg if isinstance(error, SyntaxError) else str(error)
            told.append((text, (type(error).__name__, message) if error is not None else None))
        answers.write(json.dumps(told) + "\n")
        answers.flush()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    _serve()
