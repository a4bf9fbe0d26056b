"""The player itself: ES modules and styles that show what ``player_data`` gives, in any page. It knows no server.

``player.js`` exports ``createPlayer``; ``docs/player-data.md`` describes what it is given.
"""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
_STYLES = ("player", "program", "picture", "modes")


def styles() -> str:
    """The player's styles as one sheet. Its colours are variables (``--st-text-color`` …) of the page around it."""
    return "\n".join((FOLDER / f"{name}.css").read_text(encoding="utf-8") for name in _STYLES)
