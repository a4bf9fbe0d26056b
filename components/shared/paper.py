"""The page on paper: what is read and nothing else, in the colours of the light theme."""

from __future__ import annotations

import streamlit as st

from components.shared.assets import sheet

# As Streamlit names them for components, and in its settings.
_COLOURS = {
    f"{part.replace('_', '-')}-color": "".join(
        [part.split("_")[0], *(word.capitalize() for word in part.split("_")[1:]), "Color"]
    )
    for part in (
        "background", "secondary_background", "text", "border", "link", "blue", "blue_text", "blue_background",
        "green", "orange", "orange_text", "orange_background", "red", "red_text", "red_background", "violet",
        "gray", "gray_text", "gray_background",
    )
}  # fmt: skip


def for_paper() -> None:
    """Add the styles that hold where the page is printed, on a dark screen too."""
    light = {name: st.get_option(f"theme.light.{setting}") for name, setting in _COLOURS.items()}
    given = "".join(f"--st-{name}: {colour} !important; " for name, colour in light.items() if colour)
    around = 'div:has(> [data-testid="stBidiComponentIsolated"])'  # where Streamlit gives a component its theme
    st.html(f"<style>{sheet('shared/paper.css')}@media print {{ {around} {{ {given}}} }}</style>")
