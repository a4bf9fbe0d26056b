"""A text is cut into cells where editors cut it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradwalk.program.cells import split_cells


@pytest.mark.parametrize(
    ("source", "cells"),
    [
        ("x = 1", [("x = 1", 1)]),
        ("x = 1\n# %%\ny = 2", [("x = 1", 1), ("y = 2", 3)]),
        ("# %%\nx = 1\n# %% a title\ny = 2\n", [("x = 1", 2), ("y = 2\n", 4)]),
        ("#%%\nx = 1\n#%%\ny = 2", [("x = 1", 2), ("y = 2", 4)]),
        ("# %% [markdown]\n# words\n# %%\nx = 1", [("x = 1", 4)]),
        ("\n\n# %%\n\n# %%\nx = 1", [("x = 1", 6)]),
        ("x = '# %%'", [("x = '# %%'", 1)]),
        ("", []),
    ],
)
def test_cells(source: str, cells: list[tuple[str, int]]) -> None:
    assert list(split_cells(source)) == cells


@given(st.lists(st.sampled_from(["x = 1", "", "# %%", "#%% b", "# %% [markdown]", "y = [", "  z"]), max_size=12))
def test_cells_are_pieces_of_the_text_at_the_line_they_name(lines: list[str]) -> None:
    for text, first in split_cells("\n".join(lines)):
        own = text.split("\n")
        assert lines[first - 1 : first - 1 + len(own)] == own
        assert not any(line.startswith(("# %%", "#%%")) for line in own)
