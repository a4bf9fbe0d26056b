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
from typing import Any

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
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<div id="walk"><p class="wait">These steps are shown by a script, in a browser of 2023 or later.</p></div>
<footer>{footer}</footer>
</main>
<script type="application/gzip" id="recording">{data}</script>
<script type="module">{script}</script>
</body>
</html>
"""


def page(graphs: Mapping[str, Any], story: Mapping[str, Any], *, title: str, footer: str, step: int = 0) -> str:
    """The page's HTML. ``graphs`` and ``story`` are the two parts of ``player_data``; it opens at ``step``.

    Its policy allows this script, these styles and pictures inside of it, and nothing else.
    """
    data = {"graphs": graphs, "story": story, "query": "", "step": step, "opened": "", "stale": False}
    script, style = _script(), _style()
    policy = f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; img-src data:"
    return _PAGE.format(
        policy=policy, title=escape(title), footer=escape(footer), style=style, script=script, data=_packed(data)
    )


def _packed(data: Mapping[str, Any]) -> str:
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # Half a letter, which a program may print, cannot be written to any file. The same data gives the same page.
    packed = gzip.compress(text.encode("utf-8", "replace"), mtime=0)
    return base64.b64encode(packed).decode("ascii")


@cache
def _script() -> str:
    text = _compact(bundled(FOLDER / "standalone.js"))
    if "</script" in text or "<!--" in text:
        raise ValueError("The player's script holds what would end it, or begin a comment, inside of a page.")
    return text


@cache
def _style() -> str:
    return _compact(f"{(FOLDER / 'page.css').read_text(encoding='utf-8')}\n{styles()}")


def _compact(text: str) -> str:
    """Without indentation, and without comments that have lines of their own. No text in it goes over several lines."""
    plain = re.sub(r"^[ \t]*/\*.*?\*/[ \t]*\n", "", text, flags=re.DOTALL | re.MULTILINE)
    lines = (line.strip() for line in plain.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
