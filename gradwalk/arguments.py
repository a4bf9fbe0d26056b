"""The words of the command line: which commands there are, and what each can be told."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from gradwalk import VERSION


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command and its options. Ends with status 2 and a sentence where they do not fit together."""
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
