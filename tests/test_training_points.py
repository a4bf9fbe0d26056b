"""Points of one's own: what a CSV may be, and where a refusal points to."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradwalk.training.points import MOST_ROWS, OwnPoints, PointsError, read_points, to_csv, with_point, without_point

coordinates = st.floats(-1000, 1000, allow_nan=False).map(lambda value: round(value, 4))
rows = st.lists(st.tuples(coordinates, coordinates, st.sampled_from([0.0, 1.0])), min_size=1, max_size=30)


def tried(text: str) -> tuple[OwnPoints | None, PointsError | None]:
    try:
        return read_points(text), None
    except PointsError as refused:
        return None, refused


@pytest.mark.parametrize(
    "text",
    [
        "0.5, 1, 0\n-2, 3e-1, 1",
        "x1,x2,label\n0.5,1,0\n-2,0.3,1",
        "0.5;1;0\r\n-2;0.3;1\r\n",
        "0.5\t1\t0\n\n-2\t0.3\t1\n",
        "0.5 1 0\n-2 0.3 1",
        "0.5,1,0,\n-2,.3,1,",
    ],
)
def test_commas_semicolons_tabs_and_spaces_part_numbers(text: str) -> None:
    assert read_points(text).rows == ((0.5, 1.0, 0.0), (-2.0, 0.3, 1.0))


def test_two_columns_are_a_line() -> None:
    assert read_points("x,y\n1,2\n2,4") == OwnPoints(((1.0, 2.0), (2.0, 4.0)))


@given(rows)
def test_what_is_written_is_read_again(points: list[tuple[float, float, float]]) -> None:
    again = read_points(to_csv(OwnPoints(tuple(points)))).rows
    assert len(again) == len(points)
    assert all(
        math.isclose(one, other, rel_tol=1e-5, abs_tol=1e-5)
        for row, back in zip(points, again, strict=True)
        for one, other in zip(row, back, strict=True)
    )


def test_a_point_more_leaves_the_others_as_they_were_typed() -> None:
    assert with_point("", 0.25, -1, 1) == "0.25, -1, 1"
    assert with_point("x1;x2;c\n1;2;0\n", 0.25, -1, 0) == "x1;x2;c\n1;2;0\n0.25, -1, 0"
    assert with_point("1, 2", 3, 4, 1) == "1, 2\n3, 4"


def test_a_point_less_counts_neither_names_nor_empty_rows() -> None:
    assert without_point("x1,x2,label\n1,2,0\n\n3,4,1", 1) == "x1,x2,label\n1,2,0"
    assert without_point("1,2,0\n3,4,1", 0) == "3,4,1"
    assert without_point("1,2,0", 0) == ""
    assert without_point("1,2,0", 7) == "1,2,0"


@given(rows, coordinates, coordinates)
def test_a_point_that_was_put_down_can_be_taken_away(
    points: list[tuple[float, float, float]], x: float, y: float
) -> None:
    text = to_csv(OwnPoints(tuple(points)))
    assert without_point(with_point(text, x, y, 1), len(points)) == text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "There are no points yet."),
        ("  \n \n", "There are no points yet."),
        ("x1, x2, label", "There are no points yet."),
        ("1, 2, 0\n3, apple, 1", "Row 2, column 2: “apple” is no number."),
        ("x1,x2,c\n1,2,0\n3,4,one", "Row 3, column 3: “one” is no number."),
        ("1, nan, 0", "Row 1, column 2: nan is no place in the plane."),
        ("1, inf, 0", "Row 1, column 2: inf is no place in the plane."),
        ("1, 2, 2", "Row 1, column 3: a class is 0 or 1, and not 2."),
        ("1, 2, 0\n1, 2", "Row 2 has 2 numbers, and row 1 has 3."),
        ("1", "Row 1 has 1 number."),
        ("1,2,3,4", "Row 1 has 4 numbers."),
        ("1,,0", "Row 1, column 2: here is nothing."),
        ("1,5; 2; 0", "Row 1, column 1: 1,5 has a comma. Write 1.5."),
        ("2000, 1, 0", "Row 1, column 1: 2000 lies too far out."),
        ("1,2,0\n" * (MOST_ROWS + 1), "These are 501 rows. At most 500 points fit here."),
        ("a" * 500 + ",1,0", "Row 1, column 1: “aaaaaaaaaaaaaaaaaaa…” is no number."),
    ],
)
def test_a_refusal_says_where_and_what_would_work(text: str, says: str) -> None:
    with pytest.raises(PointsError) as refused:
        read_points(text)
    assert str(refused.value).startswith(says)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_in_a_sentence(text: str) -> None:
    points, refused = tried(text)
    assert points is None or all(math.isfinite(number) for row in points.rows for number in row)
    assert refused is None or str(refused).endswith(".")
