"""The command line: ``gradwalk run``, ``open``, ``html``, ``draw`` and ``check`` a FILE, and ``serve``.

Exit status 0; 1 when a cell failed, or ``check`` has findings; 2 when a file cannot be read or was refused.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import tempfile
import webbrowser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from gradwalk.arguments import parsed
from gradwalk.export import CannotDraw
from gradwalk.graph.dot import LayoutError
from gradwalk.notation.lines import line_name
from gradwalk.notebook.programs import to_program
from gradwalk.program import ProgramError
from gradwalk.program.limits import LIMITS
from gradwalk.recording import CellFailure, Failure, Recording
from gradwalk.sandbox.command import Unreadable, recordings
from gradwalk.sandbox.processes import Gone
from gradwalk.serve import serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit status."""
    options = parsed(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # programs and JSON hold any letter, whatever the terminal's locale
    try:
        status = _COMMANDS[options.command](options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads any more: python's own advice
        return 1
    except (ProgramError, OSError, UnicodeDecodeError, CannotDraw, LayoutError) as error:
        print(refusal(options.file, error) if "file" in options else error, file=sys.stderr)
    except Gone as error:
        print(error, file=sys.stderr)
    return 2


NOTEBOOK_BYTES = 20_000_000
"""A notebook carries its outputs and pictures with it."""


def _read(name: str) -> str:
    """The text of a file, or as much of it as shows that it is too long."""
    most = LIMITS.characters * 4 + 1
    if name == "-":
        return sys.stdin.read(most)
    notebook = name.endswith(".ipynb")
    try:
        with Path(name).open("rb") as file:
            text = file.read(NOTEBOOK_BYTES if notebook else most).decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise ProgramError(f"It cannot be read: {error.strerror}.") from None
    return to_program(text) if notebook else text


def _run(options: argparse.Namespace) -> int:
    if options.locked:
        return max(
            _tell_locked(*one, options) for one in zip(options.files, recordings(options.files, _read), strict=True)
        )
    from gradwalk.doors import record

    with _answers(alone=options.json) as answers:
        return _tell(
            record(_read(options.file), file=_named(options.file), arguments=options.arguments), options, answers
        )


@contextmanager
def _answers(*, alone: bool) -> Iterator[TextIO]:
    """Where the answer goes. Where it is ``alone``, as JSON or a page is, there is nothing else: what a program writes
    past its cells, or leaves behind it to be written when Python ends, goes where errors go."""
    if not alone or sys.stdout is not sys.__stdout__ or not isinstance(sys.stdout, io.TextIOWrapper):
        yield sys.stdout
        return
    sys.stdout.flush()
    with open(os.dup(1), "w", encoding="utf-8") as answers:  # noqa: PTH123  a descriptor has no path
        os.dup2(2, 1)
        yield answers


def _named(file: str) -> str:
    return "" if file == "-" else file


def _tell(recording: Recording, options: argparse.Namespace, answers: TextIO | None = None) -> int:
    if options.json:
        print(recording.to_json(), file=answers)
    else:
        reasons = _reasons(recording)
        for number, cell in enumerate(recording.cells):
            failed = [failure_text(recording, cell.failure), reasons.get(number, "")] if cell.failure else []
            for text in (cell.shown, *failed):
                if text:
                    print(text)
    return _status(recording)


def _reasons(recording: Recording) -> dict[int, str]:
    """Why cells failed and what would work, where that is known from the recording, by the cell's number."""
    from gradwalk.failures.explanation import diagnose, explained

    found: dict[int, str] = {}
    for event in recording.events:
        if isinstance(event, Failure) and (cause := diagnose(recording, event)) is not None:
            said = explained(event, cause)
            found[event.cell] = " ".join(filter(None, (said.why, said.way_out)))
    return found


def _tell_locked(file: str, found: Recording | Unreadable, options: argparse.Namespace) -> int:
    """One file of several: with ``--json`` each has its line, also one that there is no recording of."""
    if isinstance(found, Recording):
        if len(options.files) > 1 and not options.json:
            print(f"# {file}")
        return _tell(found if file.endswith(".ipynb") else replace(found, file=_named(file)), options)
    print(refusal(file, found), file=sys.stderr)
    if options.json:
        print(json.dumps({"error": refusal(file, found)}, ensure_ascii=False))
    return 2


def _draw(options: argparse.Namespace) -> int:
    shown = options.output in (None, "-")
    with _answers(alone=shown) as answers:
        recording = _record(options, pictures=options.torchviz)
        made = _source(recording, options) if options.form == ".dot" else _picture(recording, options)
        if shown:
            print(made, file=answers)
        else:
            _write(Path(options.output), made)
    return _status(recording)


def _check(options: argparse.Namespace) -> int:
    from gradwalk.clinic.report import as_json, report

    with _answers(alone=options.json) as answers:
        recording = _record(options)
        said = as_json(recording)
        print(json.dumps(said, ensure_ascii=False) if options.json else report(recording), file=answers)
    return 1 if said["findings"] else 0


def _html(options: argparse.Namespace) -> int:
    if options.output != "-":
        return _status(_page(options, Path(options.output)))
    with _answers(alone=True) as answers:
        recording, page = _made(options)
        answers.write(page)
    return _status(recording)


def _open(options: argparse.Namespace) -> int:
    path = Path(tempfile.mkdtemp(prefix="gradwalk-"), "steps.html")
    recording = _page(options, path)
    if not webbrowser.open(path.as_uri()):
        print(f"No browser was found here; the page is {path}")
    return _status(recording)


def _serve(options: argparse.Namespace) -> int:
    return serve(options.port)


def _page(options: argparse.Namespace, path: Path) -> Recording:
    recording, page = _made(options)
    _write(path, page)
    return recording


def _made(options: argparse.Namespace) -> tuple[Recording, str]:
    from gradwalk.export.html import recording_html

    recording = _record(options)
    return recording, recording_html(recording, options.step, name=Path(_named(options.file)).name)


def _write(path: Path, made: str | bytes) -> None:
    from gradwalk.export.files import write

    write(path, made)


def _record(options: argparse.Namespace, *, pictures: bool = False) -> Recording:
    from gradwalk.doors import record

    return record(_read(options.file), pictures=pictures, file=_named(options.file), arguments=options.arguments)


def _picture(recording: Recording, options: argparse.Namespace) -> str | bytes:
    from gradwalk.export.files import DRAWN
    from gradwalk.export.pictures import picture_at

    kind = ("grad_fn" if options.torchviz else "computation") + ("-saved" if options.saved else "")
    return DRAWN[options.form](picture_at(recording, options.step, kind, options.theme, options.open))


def _source(recording: Recording, options: argparse.Namespace) -> str:
    from gradwalk.export.pictures import computation_dot, torchviz_dot

    return torchviz_dot(recording, saved=options.saved) if options.torchviz else computation_dot(recording)


_COMMANDS = {"run": _run, "draw": _draw, "html": _html, "open": _open, "check": _check, "serve": _serve}


def _status(recording: Recording) -> int:
    return 1 if any(cell.failure for cell in recording.cells) else 0


def failure_text(recording: Recording, failure: CellFailure) -> str:
    """A failed statement in one line: where, and exactly what PyTorch said."""
    return f"{line_name(recording, failure.line)}, column {failure.column}: {failure.type}: {failure.message}"


def refusal(name: str, error: Exception) -> str:
    """A refusal in one line: where, what is wrong, what would work."""
    if not isinstance(error, ProgramError):
        return f"{name}: {error}"
    place = f", line {error.span.line}, column {error.span.column}" if error.span else ""
    return f"{name}{place}: {error.message}"


if __name__ == "__main__":
    sys.exit(main())
