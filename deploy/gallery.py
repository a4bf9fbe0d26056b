"""A static site of the lessons, the examples and the textbook circuits: each steps in the browser, without a server.

``python -m deploy.gallery FOLDER [SERVER]`` writes it. With a server's address, each page has a link to there.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from deploy.questions import questions
from gradwalk import record
from gradwalk.address.expression import Document, to_query
from gradwalk.address.program import to_query as program_query
from gradwalk.export.files import write
from gradwalk.export.html import described_html
from gradwalk.expression.expression import program, read
from gradwalk.lessons import LESSONS
from gradwalk.lessons.gallery import EXAMPLES, Example
from gradwalk.player.page import About, described, hash_of, page_style
from gradwalk.recording import Failure

_INDEX = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src {policy}; font-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gradwalk: watch PyTorch's autograd work</title>{description}
<style>{style}</style>
</head>
<body>
<main>
<header>
<h1>Watch PyTorch's autograd work</h1>
<p>{summary}</p>
</header>
{groups}
</main>
</body>
</html>
"""
_SUMMARY = (
    "Programs that PyTorch has run, to be stepped through: the forward pass, the local gradients, and the gradients as "
    "backward() brings them back. Each is a page of its own that needs no network."
)


_ASKED = "Why training does not work"


class Entry(NamedTuple):
    title: str
    group: str
    summary: str
    source: str
    """The program in PyTorch."""
    address: str
    """Where a Gradwalk server has it."""
    file: str


def entries() -> Iterator[Entry]:
    """The lessons and the examples, in the order in which they are taught, and what is asked of the clinic."""
    for lesson in LESSONS:
        address = f"code?lesson={lesson.slug}"
        yield Entry(lesson.title, lesson.group, lesson.summary, lesson.source, address, f"{lesson.slug}.html")
    for example in EXAMPLES:
        yield _entry(example)
    for asked in questions():
        address = f"code?{program_query(asked.source)}"
        yield Entry(asked.title, _ASKED, asked.summary, asked.source, address, f"clinic-{_plain(asked.title)}.html")


def _entry(example: Example) -> Entry:
    document = Document(example.text, example.given, example.constants, example.dtype, example.seed)
    file = f"{_plain(example.title)}.html"
    return Entry(example.title, example.group, example.lesson, source_of(example), f"?{to_query(document)}", file)


def source_of(example: Example) -> str:
    """Its program, with the seed of ones that a root which is no scalar needs."""
    expression = read(example.text, example.given, example.constants, example.dtype, example.seed)
    source = program(expression)
    recording = record(source)
    if not any(isinstance(event, Failure) and event.cause == "non-scalar-root" for event in recording.events):
        return source
    shape = next(value.shape for value in reversed(recording.values) if expression.root in value.names)
    return program(expression, shape)


def _plain(title: str) -> str:
    """A file's name out of a title: letters and figures, and hyphens between them."""
    text = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall("[a-z0-9]+", text))


def entry_html(entry: Entry, server: str = "") -> str:
    links = [("All programs", "index.html")]
    if server:
        links.append(("Change it, on a Gradwalk server", f"{server.rstrip('/')}/{entry.address}"))
    return described_html(record(entry.source), About(entry.title, summary=entry.summary, links=tuple(links)))


def index_html(listed: Iterable[Entry]) -> str:
    groups = "\n".join(_group(name, group) for name, group in groupby(listed, lambda entry: entry.group))
    style = page_style()
    return _INDEX.format(
        policy=hash_of(style), style=style, description=described(_SUMMARY), summary=_SUMMARY, groups=groups
    )


def _group(name: str, group: Iterable[Entry]) -> str:
    items = "\n".join(
        f'<li><a href="{escape(entry.file)}">{escape(entry.title)}</a><p>{escape(entry.summary)}</p></li>'
        for entry in group
    )
    return f'<h2>{escape(name)}</h2>\n<ul class="pages">\n{items}\n</ul>'


def main(folder: str, server: str = "") -> None:
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    listed = list(entries())
    for entry in listed:
        write(place / entry.file, entry_html(entry, server))
    write(place / "index.html", index_html(listed))


if __name__ == "__main__":
    main(*sys.argv[1:])
