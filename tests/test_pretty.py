"""Nested values are laid out as IPython lays them out."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from IPython.lib import pretty as ipython

from gradwalk.pretty import laid_out

pretty: Any = ipython.pretty  # it carries no types
LEAVES = st.one_of(st.integers(), st.text("ab \n", max_size=30), st.none(), st.floats(-1e3, 1e3), st.booleans())
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=6),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(st.text("abc", max_size=8), inner, max_size=4),
    ),
    max_leaves=40,
)


@given(VALUES)
def test_any_value_is_laid_out_as_ipython_does(value: Any) -> None:
    assert laid_out(value, repr) == pretty(value)


def test_a_long_list_is_cut() -> None:
    assert laid_out(list(range(1100)), repr) == pretty(list(range(1100)))
