"""Which document is open: from the address when a visitor comes, then from the form, or from the gallery."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from components.expression import KEY, sent
from components.expression.entry import Entry
from components.shared.browser_state import key_of
from components.shared.opening import what_is_open
from components.shared.query import parameters
from gradwalk.address.expression import Document, from_query
from gradwalk.lessons.gallery import EXAMPLES, Example

_KEY = "opened"


@dataclass(frozen=True)
class Opened:
    """Plain data, kept for one visitor."""

    key: str
    """Changes whenever another document is opened; the form and the player then start anew."""
    document: Document
    """As it stands in the form now, whether or not it can be read."""
    example: Example | None
    """The example that it was opened as, as long as it has that one's text."""
    notices: tuple[str, ...] = ()
    answered: int = 0
    """The form's number for the entry that it came from."""


def opened() -> Opened:
    """What this run of the page shows. It reads what the form has sent, so call it once, first of all."""
    return what_is_open(_KEY, KEY, sent(), _from_address, after)


def _from_address() -> Opened:
    params = parameters()
    document, notices = from_query(params)
    return Opened(key_of(*sorted(params.items())), document, _example(document), notices)


def after(before: Opened | None, entry: Entry) -> Opened:
    """What is open after an entry from the form. One for a document that is no longer open changes nothing."""
    if before is not None and entry.opened != before.key:
        return replace(before, answered=entry.count)
    chosen = next((example for example in EXAMPLES if example.title == entry.example), None)
    if chosen is not None:
        return Opened(key_of(entry.opened, entry.count), document_of(chosen), chosen, answered=entry.count)
    document = Document(entry.text, entry.given, tuple(sorted(entry.constants)), entry.dtype, entry.seed)
    example = before.example if before is not None else _example(document)
    kept = example is not None and example.text == document.text
    return Opened(entry.opened, document, example if kept else None, answered=entry.count)


def document_of(example: Example) -> Document:
    return Document(example.text, example.given, example.constants, example.dtype, example.seed)


def _example(document: Document) -> Example | None:
    """The example that an address shows, whatever its step."""
    return next((example for example in EXAMPLES if document_of(example) == replace(document, step=0)), None)


def as_markdown(notice: str) -> str:
    """A notice as Streamlit's Markdown that shows exactly its own signs: the stars of ``x**2`` stay stars."""
    return re.sub(r"([\\`*_\[\]$<>~:|#])", r"\\\1", notice)
