"""A page that stands alone: the player, its styles and a recording in one HTML file, which asks nobody for anything."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from html import escape
from typing import Any, NamedTuple

from gradwalk.player import FOLDER, styles
from gradwalk.player.modules import bundled

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>{description}
<style>{style}</style>
</head>
<body>
<main>
{heading}
<h2 class="unseen">Steps</h2>
<div id="walk"><p class="wait">These steps are shown by a script, in a browser of 2023 or later.</p></div>
<footer>{footer}</footer>
</main>
<script type="application/gzip" id="recording">{data}</script>
<script type="application/gzip" id="styles">{styles}</script>
<script type="application/gzip" id="player">{player}</script>
<script type="module">{loader}</script>
</body>
</html>
"""


_POLICY = ("default-src 'none'", "img-src data:", "font-src data:")


_LARGE = 1_000_000
"""Bytes from which on the last twentieth is not worth the time that it takes to pack as small as can be."""


class About(NamedTuple):
    """What a page says of itself."""

    title: str
    footer: str = ""
    summary: str = ""
    """A sentence to be read above the player, and by search engines; without one the title is not shown either."""
    links: tuple[tuple[str, str], ...] = ()
    """Words and where they lead to, from above the player."""


def page(graphs: Mapping[str, Any], story: Mapping[str, Any], about: About, step: int = 0) -> str:
    """The page's HTML. ``graphs`` and ``story`` are the two parts of ``player_data``; it opens at ``step``.

    Its policy allows its two scripts (the player and its styles are packed, and the other one unpacks them), these
    styles, and pictures and a font inside of it, and nothing else.
    """
    data = {"graphs": graphs, "story": story, "query": "", "step": step, "opened": "", "stale": False}
    player, loader, style, sheet = _script("standalone"), _script("loader"), _page_style(), _player_style()
    scripts, sheets = f"script-src {hash_of(loader)} {hash_of(player)}", f"style-src {hash_of(style)} {hash_of(sheet)}"
    return _PAGE.format(
        policy="; ".join([*_POLICY, scripts, sheets]),
        title=escape(about.title),
        description=described(about.summary),
        heading=_heading(about),
        footer=escape(about.footer),
        style=style,
        loader=loader,
        styles=_packed_part(sheet),
        player=_packed_part(player),
        data=_packed(json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))),
    )


def empty_page(torch: str) -> str:
    """Such a page without a recording, for one of this version of PyTorch: the player puts what it shows into it."""
    return page({}, {}, About("Gradwalk", footer_of(torch)))


def footer_of(torch: str) -> str:
    return f"Recorded by Gradwalk with PyTorch {torch}."


def described(summary: str) -> str:
    return f'\n<meta name="description" content="{escape(summary)}">' if summary else ""


def _heading(about: About) -> str:
    if not about.summary:
        return f'<h1 class="unseen">{escape(about.title)}</h1>'
    links = "".join(f'<a href="{escape(address)}">{escape(words)}</a>' for words, address in about.links)
    return f"<header>\n<nav>{links}</nav>\n<h1>{escape(about.title)}</h1>\n<p>{escape(about.summary)}</p>\n</header>"


def _packed(text: str) -> str:
    # Half a letter, which a program may print, cannot be written to any file. The same data gives the same page.
    data = text.encode("utf-8", "replace")
    packed = gzip.compress(data, 6 if len(data) > _LARGE else 9, mtime=0)
    return base64.b64encode(packed).decode("ascii")


@cache
def _packed_part(text: str) -> str:
    """Of the player, which is the same in every page."""
    return _packed(text)


@cache
def _script(name: str) -> str:
    text = _compact(bundled(FOLDER / f"{name}.js"))
    if "</script" in text or "<!--" in text:
        raise ValueError("The player's script holds what would end it, or begin a comment, inside of a page.")
    return text


@cache
def page_style() -> str:
    """The styles of a page that stands alone, the player's among them."""
    return f"{_page_style()}\n{_player_style()}"


@cache
def _page_style() -> str:
    return f"{_font()}\n{_plain((FOLDER / 'page.css').read_text(encoding='utf-8'))}"


@cache
def _player_style() -> str:
    return _plain(styles())


def _plain(sheet: str) -> str:
    return re.sub(r"\s*([{};,])\s*", r"\1", _compact(sheet)).replace(": ", ":")


def _font() -> str:
    """The font that boxes are measured in, as far as the player needs it; ``sans-licence.txt`` is its licence."""
    data = base64.b64encode((FOLDER / "sans.woff2").read_bytes()).decode("ascii")
    source = f'url(data:font/woff2;base64,{data}) format("woff2")'
    return f'@font-face {{ font-family: "Gradwalk Sans"; font-weight: 400 700; src: {source}; }}'


def _compact(text: str) -> str:
    """Without indentation and comments. No text in it goes over several lines, or holds what begins a comment."""
    plain = re.sub(r"/\*\* @\w[^*\n]*\*/ (?=\S)", "", text)  # a type amid a line
    plain = re.sub(r"^[ \t]*/\*(?:(?!\*/).)*\*/[ \t]*\n", "", plain, flags=re.DOTALL | re.MULTILINE)
    plain = re.sub(r"[ \t]+// [^\"'`\n]*$", "", plain, flags=re.MULTILINE)
    lines = (line.strip() for line in plain.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def hash_of(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
