"""What a notebook shows of a recording: the player in place, a still picture, and plain text."""

from __future__ import annotations

import base64
from html import escape

from gradwalk.analysis import analyse
from gradwalk.collecting import seldom
from gradwalk.export.html import told, told_html
from gradwalk.export.pictures import told_picture
from gradwalk.export.svg import svg
from gradwalk.graph.dot import LayoutError
from gradwalk.player.page import About
from gradwalk.recording import Failure, Recording

HEIGHT = 640
"""px of the player in a notebook; its lower edge can be dragged."""

MOST_OPERATIONS = 2000
"""In one part of a program, such as a turn of its training. To tell more takes seconds."""

_DARK = (
    '[data-jp-theme-light="false"]',  # Jupyter, and what nbconvert writes
    ".vscode-dark",
    ".vscode-high-contrast:not(.vscode-high-contrast-light)",
    'html[theme="dark"]',  # Colab
    "body.dark",  # marimo
)
"""How notebooks say that their theme is dark. What a frame prefers is the scheme of the element that holds it."""

# The picture lies under the frame: it is what remains where a notebook is not trusted and its frames are dropped.
_OUTPUT = """\
<style>{dark} {{ color-scheme: dark }}</style>
<div class="gradwalk-steps" style="position: relative; height: {height}px; overflow: hidden; resize: vertical">
<img src="data:image/svg+xml;base64,{still}" alt="{about}" style="max-width: 100%">
<iframe sandbox="allow-scripts allow-downloads allow-modals" allow="fullscreen"
 title="Gradwalk: the steps of this recording" srcdoc="{page}"
 style="position: absolute; top: 0; left: 0; width: 100%; height: 100%; border: 0"></iframe>
</div>
"""
_ABOUT = "The graph with all its numbers. Trust this notebook, or run the cell again, to step through it."
_LARGE = (
    "A part of it has {:,} operations. To tell so many steps takes a while, which is done only when it is "
    "asked for: save('walk.html') writes the page that steps through it."
)


def mimebundle(recording: Recording) -> dict[str, str]:
    """By MIME type; what cannot be drawn, or has nothing to draw, is plain text that says so.

    The page stands in a frame that can neither reach the notebook around it nor be reached by its styles.
    """
    plain = repr(recording)
    if not recording.operations:
        nothing = f"{plain[:-1]}: no operation on a tensor ran, so there is nothing to step through>"
        failed = any(isinstance(event, Failure) for event in recording.events)
        return {"text/plain": f"{nothing}\n\n{recording.report()}" if failed else nothing}
    with seldom():
        return _shown(recording, plain)


def _shown(recording: Recording, plain: str) -> dict[str, str]:
    analysis = analyse(recording)
    largest = max(len(episode.index.recording.operations) for episode in analysis.episodes)
    if largest > MOST_OPERATIONS:
        return {"text/plain": f"{plain}\n{_LARGE.format(largest)}"}
    try:
        data = told(analysis)
        still = svg(told_picture(analysis, data.story)._replace(font=False))
        page = told_html(recording, data, About("Gradwalk"))
    except LayoutError as error:
        return {"text/plain": f"{plain}\n{error}"}
    picture = base64.b64encode(still.encode()).decode("ascii")
    dark = ", ".join(f"{theme} .gradwalk-steps" for theme in _DARK)
    output = _OUTPUT.format(dark=dark, height=HEIGHT, still=picture, about=_ABOUT, page=escape(page))
    return {"text/html": output, "image/svg+xml": still, "text/plain": plain}
