"""The map of a tensor: a letter for each element, by its sign and its size."""

from __future__ import annotations

import math

import pytest

from gradwalk.graph.heat import grid, heat_text, size_of, squares


@pytest.mark.parametrize(
    ("shape", "numbers", "text"),
    [
        ((2, 2), (1.0, -1.0, 0.0, 0.5), "2x2:sajo"),
        ((3,), (0.0, 0.0, 0.0), "1x3:jjj"),
        ((3,), (1e-9, -3.0, math.nan), "1x3:ka!"),
        ((2,), (math.inf, 2.0), "1x2:ss"),
        ((2,), (True, False), "1x2:sj"),
        ((), (1.0,), None),
        ((1, 1), (1.0,), None),
        ((2, 2, 2), (1.0,) * 8, None),
        ((17,), (1.0,) * 17, None),
        ((4, 4), None, None),
    ],
)
def test_each_element_has_a_letter(shape: tuple[int, ...], numbers: tuple[float, ...] | None, text: str | None) -> None:
    assert heat_text(shape, numbers) == text
    assert (grid(shape) is None) == (text is None and numbers is not None)


def test_squares_stand_where_the_elements_do() -> None:
    assert size_of("2x4:jjjjjjjj", 16) == (16, 8)
    assert size_of("1x8:jjjjjjjj", 24) == (24, 8)
    found = list(squares("2x2:sajs", 16))
    assert found == [("below", 1.0, "M8,0h8v8h-8z"), ("above", 1.0, "M0,0h8v8h-8zM8,8h8v8h-8z")]
    assert list(squares("1x3:!jk", 15)) == [("none", 1, "M0,0h5v5h-5z"), ("above", 0.29, "M10,0h5v5h-5z")]
