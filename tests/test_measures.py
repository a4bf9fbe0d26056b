"""Sizes of texts and the room that is kept for them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradwalk.graph.measures import (
    CODE_LINE,
    EDGE_SIZE,
    MAX_ARROW_ROOM,
    NUMBER_SIZE,
    SQUEEZED,
    arrow_room,
    arrow_text,
    box_lines,
    code_room,
    shortened,
    text_width,
    value_room,
)
from gradwalk.notation import box_text, short


@given(st.floats(width=32))
def test_every_float32_fits_where_a_scalar_stands(number: float) -> None:
    room, lines = value_room(())
    assert lines == 1
    assert text_width("∇ " + short(number), NUMBER_SIZE) <= room


@given(st.sampled_from([(3,), (4,), (9,), (2, 2), (3, 4), (7, 9), (2, 2, 2)]), st.data())
def test_ordinary_numbers_fit_in_their_rows_hardly_squeezed(shape: tuple[int, ...], data: st.DataObject) -> None:
    count = 1
    for size in shape:
        count *= size
    numbers = data.draw(st.lists(st.floats(0.125, 9, width=32).map(lambda n: -n), min_size=count, max_size=count))
    lines = box_text(shape, numbers)
    assert len(lines) <= value_room(shape)[1]
    assert SQUEEZED * max(text_width(line, NUMBER_SIZE) for line in lines) <= value_room(shape)[0]


@given(st.lists(st.floats(-99, 99, width=32), min_size=2, max_size=9))
def test_a_vector_on_an_arrow_shows_as_much_as_has_room(numbers: list[float]) -> None:
    text = arrow_text((len(numbers),), numbers)
    assert text.startswith(f"[{short(numbers[0])}")
    assert SQUEEZED * text_width(f"∇ {text}", EDGE_SIZE) <= MAX_ARROW_ROOM


def test_a_row_of_four_takes_two_lines_in_a_box() -> None:
    assert box_text((3,), [1.0, 2.0, 3.0]) == ["[1, 2, 3]"]
    assert box_text((4,), [1.0, 2.0, 3.0, 4.0]) == ["[1, 2,", "3, 4]"]
    assert box_lines((4,), [1.0, 2.0, 3.0, 4.0]) == ["[1, 2, 3, 4]"]
    assert len(box_lines((4,), [0.1234, 0.2345, 0.3456, 0.4567])) == 2
    assert box_text((6,), [1.0] * 6) == ["[1, 1,", "1, 1, …] (6)"]
    assert box_text((2, 5), [1.0] * 10) == ["[1, 1, 1, …]", "[1, 1, 1, …]"]


def test_huge_shapes_need_no_numbers() -> None:
    assert value_room((10**6, 10**6)) == value_room((10**6, 10**6))
    assert value_room((10**6, 10**6))[1] == 1


def test_a_scalar_needs_the_least_room_on_an_arrow() -> None:
    assert arrow_room((), ()) <= arrow_room((2,), (2,)) <= arrow_room((4,), (4,))
    assert arrow_room((500, 500), (500, 500)) < arrow_room((4,), (4,))  # a shape is all that is written


def test_a_jacobian_that_is_as_wide_as_high_has_the_room_of_its_words() -> None:
    assert arrow_room((4, 4), (4, 4), square=True) >= text_width("× Jacobian 16×16", EDGE_SIZE)
    assert arrow_room((4, 4), (4, 4)) < arrow_room((4, 4), (4, 4), square=True)


@given(st.text(max_size=60), st.floats(40, 300))
def test_shortened_text_fits_and_begins_the_same(text: str, room: float) -> None:
    cut = shortened(text, 15, room)
    assert cut == text or (cut.endswith("…") and text.startswith(cut[:-1]))
    assert text_width(cut, 15) <= room


@pytest.mark.parametrize(("text", "helvetica"), [("0123456789", 5.56), ("MulBackward0", 6.56)])
def test_width_is_helveticas(text: str, helvetica: float) -> None:
    """The sum of the advance widths in Adobe's metrics of Helvetica, in em."""
    assert text_width(text, 1) == pytest.approx(helvetica, rel=0.05)


def test_code_room_counts_characters_and_lines() -> None:
    assert code_room("SinBackward0\nself")[0] > code_room("Sin\nself")[0]
    assert code_room("a\nb")[1] - code_room("a")[1] == CODE_LINE


def test_a_text_without_end_is_shortened_at_once() -> None:
    start = time.process_time()
    assert len(shortened("F" * 1_000_000, 12, 180)) < 60
    assert time.process_time() - start < 1
