"""Streamlit's main script: names the pages, and puts the name and the navigation at the top of each.

Whatever breaks in a page is met here at the latest: nobody ever sees Streamlit's own box for errors.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from components.shared.alone import alone, without_the_rest
from components.shared.assets import sheet
from components.shared.mistakes import told
from components.shared.paper import for_paper

BRAND = Path(__file__).resolve().parent.parent / "components" / "brand"
MARK = (BRAND / "mark.svg").read_text(encoding="utf-8")
ABOUT = (
    "**Gradwalk** lets you watch PyTorch's autograd work, one step at a time. Every number comes from PyTorch itself."
)

PAGES = [
    st.Page("expression.py", title="Expression", default=True),
    st.Page("perceptron.py", title="Perceptron"),
    st.Page("code.py", title="Code"),
]

page = st.navigation(PAGES, position="top")
st.set_page_config(
    page_title=f"{page.title} · Gradwalk",
    page_icon=MARK,
    layout="wide",
    menu_items={"About": ABOUT},
)
st.logo(MARK, size="large")
st.html(f"<style>{sheet('brand/page.css')}</style>")
for_paper()
st.html(f'<h1 class="page-name">Gradwalk: {page.title}</h1>')  # what the header says to the eye
if alone():
    without_the_rest()
else:
    with st.container(key="phone-navigation", horizontal=True):  # where Streamlit has no room for its own
        for each in PAGES:
            st.page_link(each)
with told(page.title.lower()):
    page.run()
