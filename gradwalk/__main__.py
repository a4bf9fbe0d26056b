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

from gradwalk import VERSION
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
    options = _options(arguments)
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


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = _parser()
    given = list(sys.argv[1:] if arguments is None else arguments)
    end = given.index("--") if "--" in given else len(given)
    options = parser.parse_args(given[:end])
    options.arguments = given[end + 1 :]
    if options.arguments and ("locked" in options and options.locked):
        parser.error("a program in a locked process has no arguments")
    if options.command == "run" and not options.locked:
        if len(options.files) > 1:
            parser.error("several files are run with --locked, each in a process of its own")
        options.file = options.files[0]
    if options.command == "draw":
        options.form = _form(options)
        if options.form not in _FORMS:
            parser.error(f"draw wants --svg or --dot, or an output whose name ends in {' or '.join(_FORMS)}")
        if options.form == ".dot" and (options.step is not None or options.theme):
            parser.error("Graphviz source has neither steps nor a theme: an output that ends in .svg, .png or .pdf has")
    return options


_FORMS = (".svg", ".png", ".pdf", ".dot")


def _form(options: argparse.Namespace) -> str:
    """What to draw: as is asked for, or by how the output's name ends."""
    asked, ending = ".svg" if options.svg else ".dot" if options.dot else "", Path(options.output or "").suffix.lower()
    if options.output == "-":
        return asked or ".svg"
    return "" if asked and ending in _FORMS and ending != asked else asked or ending


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gradwalk",
        description="Watch PyTorch's autograd work.",
        epilog="What stands behind -- are the program's own arguments: gradwalk check train.py -- --epochs 1.",
    )
    parser.add_argument("--version", action="version", version=f"Gradwalk {VERSION}")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run a program of cells (# %%%%) and print what each cell shows")
    program = "the program, or a notebook (.ipynb); - reads standard input"
    locked = "run each file in a locked process of its own, as a server does (docs/sandbox.md)"
    run.add_argument("files", nargs="+", metavar="FILE", help=program)
    run.add_argument("--json", action="store_true", help="print the whole recording as JSON (docs/recording.md)")
    run.add_argument("--locked", action="store_true", help=locked)
    draw = commands.add_parser("draw", help="draw the graph of a program")
    draw.add_argument("file", help=program)
    form = draw.add_mutually_exclusive_group()
    form.add_argument("--svg", action="store_true", help="a picture as SVG, to standard output")
    form.add_argument("--dot", action="store_true", help="Graphviz source, or an output that ends in .dot")
    draw.add_argument("--torchviz", action="store_true", help="the grad_fn graph as torchviz draws it")
    draw.add_argument("--saved", action="store_true", help="with what the nodes keep for backward")
    draw.add_argument("--step", type=int, help="as it stands at this step, counted from 0")
    besides = "also this box of a folded graph, such as encoder.layers.0; all is each operation by itself"
    draw.add_argument("--open", action="append", default=[], metavar="NAME", help=besides)
    draw.add_argument("--theme", choices=["light", "dark"], help="else light, and an SVG as its reader has it")
    draw.add_argument(
        "-o",
        "--output",
        metavar="PATH",
        help="a picture that ends in .svg, .png or .pdf, or a .dot; - writes SVG or DOT to standard output",
    )
    page = commands.add_parser("html", help="write one HTML page that steps through a program, without a network")
    page.add_argument("file", help=program)
    page.add_argument(
        "-o",
        "--output",
        metavar="PATH",
        required=True,
        help="where to write it, such as lesson.html; - is standard output",
    )
    opened = commands.add_parser("open", help="step through a program in the browser")
    opened.add_argument("file", help=program)
    for command in (page, opened):
        command.add_argument("--step", type=int, default=0, help="where it begins, counted from 0")
    check = commands.add_parser("check", help="run a program, and say what is surely wrong with its training")
    check.add_argument("file", metavar="FILE", help=program)
    check.add_argument("--json", action="store_true", help="print findings and measurements as JSON (docs/clinic.md)")
    served = commands.add_parser("serve", help='the page, on this machine: pip install "gradwalk[site]" brings it')
    served.add_argument("--port", type=int, help="else 8501, or the next one that is free")
    return parser


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
