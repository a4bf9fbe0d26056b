"""The table of the answer: three ways to one number, and the reasons where they differ."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradwalk import record
from gradwalk.comparison.experiment import nested
from gradwalk.comparison.rows import MAX_ELEMENTS, Row, answer
from gradwalk.expression.expression import Expression, program, read
from gradwalk.recording import BackwardCall


def rows(
    text: str,
    constants: tuple[str, ...] = (),
    dtype: str = "float32",
    seed: str | None = None,
    **values: object,
) -> tuple[Row, ...]:
    return _answered(read(text, _texts(values), constants, dtype, seed))


def row(text: str, dtype: str = "float32", **values: object) -> Row:
    (only,) = _answered(read(text, _texts(values), dtype=dtype))
    return only


def _texts(values: dict[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}


def _answered(expression: Expression) -> tuple[Row, ...]:
    return answer(record(program(expression)), expression)


def test_sine_of_a_square() -> None:
    """−7.6613 by autograd in float32, −7.661275842587077 by Python's math."""
    found = row("z = sin(x**2)", x=4)
    assert (found.leaf, found.element, found.remark) == ("x", (), None)
    assert found.autograd == pytest.approx(-7.661275842587077, rel=1e-6)
    assert found.symbol_latex == r"2 x \cos(x^{2})"
    assert found.symbol == -7.661275842587077
    assert found.difference == pytest.approx(-7.661275842587077, rel=1e-7)


def test_float64_agrees_to_the_last_digits() -> None:
    found = row("z = sin(x**2)", "float64", x=4)
    assert found.autograd == pytest.approx(-7.661275842587077, rel=1e-15)


def test_the_textbooks_circuit_has_a_row_for_each_leaf() -> None:
    """f = (x + y)·z at −2, 5, −4: the gradients are −4, −4 and 3."""
    found = rows("f = (x + y) * z", x=-2, y=5, z=-4)
    assert [(r.leaf, r.autograd, r.symbol, r.symbol_latex, r.remark) for r in found] == [
        ("x", -4.0, -4.0, "z", None),
        ("y", -4.0, -4.0, "z", None),
        ("z", 3.0, 3.0, "x + y", None),
    ]
    assert [r.difference for r in found] == pytest.approx([-4, -4, 3], rel=1e-9)


def test_what_needs_no_gradient_has_no_row() -> None:
    assert [r.leaf for r in rows("y = w * x", constants=("x",), x=2, w=3)] == ["w"]


def test_without_a_backward_pass_there_are_no_rows() -> None:
    assert rows("y = w * x", constants=("x", "w"), x=2, w=3) == ()


def test_a_vector_has_a_row_for_each_element() -> None:
    """The gradient of mean(x²) at [1, 2, 3] is 2x/3."""
    found = rows("y = mean(x**2)", x=[1, 2, 3])
    assert [r.element for r in found] == [(0,), (1,), (2,)]
    assert [r.autograd for r in found] == pytest.approx([2 / 3, 4 / 3, 2])
    assert [r.symbol for r in found] == pytest.approx([2 / 3, 4 / 3, 2])
    assert [r.difference for r in found] == pytest.approx([2 / 3, 4 / 3, 2])
    assert {r.symbol_latex for r in found} == {r"\frac{2 x_i}{3}"}


def test_a_matrix_is_indexed_by_row_and_column() -> None:
    found = rows("y = sum(x @ W)", x=[1, 2], W=[[1, 2], [3, 4]])
    assert [r.element for r in found[2:]] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert [r.autograd for r in found] == [3, 7, 1, 1, 2, 2]
    assert [r.difference for r in found] == pytest.approx([3, 7, 1, 1, 2, 2])
    assert {r.remark for r in found} == {None}


def test_a_seed_weighs_the_elements_of_the_root() -> None:
    """vᵀJ of sin with v = [0.1, 1, 0.001] is v·cos(x)."""
    found = rows("z = sin(x)", seed="[0.1, 1.0, 0.001]", x=[1, 2, 3])
    expected = [0.1 * math.cos(1), math.cos(2), 0.001 * math.cos(3)]
    assert [r.autograd for r in found] == pytest.approx(expected)
    assert [r.difference for r in found] == pytest.approx(expected)


def test_a_scalars_seed_multiplies_the_symbols() -> None:
    (found,) = rows("z = sin(x**2)", seed="-2", x=4)
    assert found.symbol_latex == r"-2 \cdot \left(2 x \cos(x^{2})\right)"
    assert found.symbol == pytest.approx(2 * 7.661275842587077, rel=1e-15)
    assert found.remark is None


def test_at_most_sixteen_elements_and_at_least_one_of_each_leaf() -> None:
    found = rows("y = sum(x * s) + sum(t)", x=list(range(1, 21)), s=2, t=list(range(1, 13)))
    assert len(found) == MAX_ELEMENTS
    assert [sum(r.leaf == leaf for r in found) for leaf in "xst"] == [10, 1, 5]
    assert [r.remark for r in found if r.remark] == [
        "x has 10 more elements, not shown here.",
        "t has 7 more elements, not shown here.",
    ]


def test_a_formula_of_one_piece_says_so() -> None:
    text = "p = clamp(sigmoid(w * x), 1e-6, 1 - 1e-6)\nl = -(y * log(p) + (1 - y) * log(1 - p))"
    (found,) = rows(text, constants=("x", "y"), x=6.7, w=1, y=0)
    assert found.symbol_latex == r"x (\sigma(w x) - y)"
    assert found.remark == "The formula is the piece that holds at these values, as relu, max or clamp decided."


# Why they disagree


def test_relu_at_zero_is_a_kink_where_pytorch_takes_zero() -> None:
    found = row("z = relu(x)", x=0)
    assert (found.autograd, found.symbol, found.difference) == (0.0, 0.0, 0.5)
    assert found.remark == "A kink: the slope is 0 from the left and 1 from the right; PyTorch takes 0, the left one."


def test_abs_at_zero_is_a_kink_though_the_numbers_agree() -> None:
    found = row("z = abs(x)", x=0)
    assert (found.autograd, found.difference) == (0.0, 0.0)
    assert found.remark == (
        "A kink: the slope is −1 from the left and 1 from the right; PyTorch takes 0, halfway between."
    )


def test_a_tie_shares_the_gradient() -> None:
    for found in rows("z = max(x, y)", x=2, y=2):
        assert found.autograd == found.symbol == 0.5
        assert found.remark is not None
        assert "PyTorch takes 0.5, halfway between" in found.remark


@pytest.mark.parametrize(
    ("text", "x", "remark"),
    [
        ("z = floor(x)", 2, "A jump"),
        ("z = log(x)", -1, "z is nan: the values lie outside the function's domain"),
        ("z = log(x)", 0, "z is −inf here"),
        ("z = 1 / x", 0, "z is inf here"),
        ("z = sqrt(x)", 0, "The edge of the domain: to the left z has no finite value"),
        ("z = asin(x)", 1, "The edge of the domain: to the right z has no finite value"),
        ("z = sqrt(x**2)", 0, "A kink: the slope is −1 from the left and 1 from the right; PyTorch's formula gives"),
        ("z = x * x.detach()", 3, "A path from x to z was cut (detach or no_grad)"),
        ("z = tanh(x)", 12, "float32 rounding: in float64 autograd gives 1.51·10⁻¹⁰."),
        ("z = exp(x)", 89, "float32 cannot hold this; in float64 autograd gives 4.49·10³⁸."),
        ("z = -log(1 - sigmoid(x))", 17, "float32 cannot hold this; in float64 autograd gives 1.0000."),
        ("z = sin(x**4)", 10, "The function bends so much within the step of 6.055·10⁻⁵"),
        ("z = where(x > 0, x, sqrt(x))", 1, None),
        ("z = relu(x)", 1e-3, None),
        ("z = 1e8 + x", 3, None),
    ],
)  # fmt: skip
def test_a_disagreement_is_explained(text: str, x: float, remark: str | None) -> None:
    found = row(text, x=x).remark
    assert found is None if remark is None else found is not None and found.startswith(remark)


def test_a_fast_wave_is_no_jump() -> None:
    """sin(x⁹) at 10 is smooth with the slope 9·10⁸·cos(10⁹); the step skips thousands of its waves."""
    many = "z = " + " + ".join(f"sin(x**{power})" for power in range(1, 40))
    for found, step in ((row("z = sin(x**9)", x=10), "6.055·10⁻⁵"), (row(many, x=4), "2.422·10⁻⁵")):
        assert found.difference is None
        assert found.remark == (
            f"z swings so fast here that the step of {step} skips whole swings: "
            "a central difference would say nothing of its slope."
        )


def test_an_infinite_slope_from_one_side_is_no_kink() -> None:
    found = row("z = where(x > 0, sqrt(x), 0)", x=0)
    assert (found.symbol, found.difference) == (None, None)
    assert found.remark == (
        "The slope is 0 from the left and infinite from the right, so there is no derivative: PyTorch gives nan."
    )
    both = row("z = sqrt(abs(x))", x=0).remark
    assert both == "The slope is infinite from both sides, so there is no derivative: PyTorch gives nan."


@pytest.mark.parametrize("text", ["z = floor(x)", "z = x / x"])
def test_without_a_derivative_there_is_none_by_hand(text: str) -> None:
    found = row(text, x=0)
    assert (found.symbol_latex, found.symbol, found.difference) == (None, None, None)


def test_where_hides_a_nan() -> None:
    """0 · ∞ on the branch that was not taken: autograd gives nan although the function is x here."""
    found = row("z = where(x < 1, x, 0 * sqrt(x - 1))", "float64", x=0.5)
    assert found.autograd is not None
    assert math.isnan(found.autograd)
    assert found.difference == pytest.approx(1)
    assert found.remark == "Autograd gives nan: somewhere on the way a product such as 0 · inf has no value."


def test_none_is_not_zero() -> None:
    unused, used = rows("y = x**2\nz = 3 * w", x=2, w=1)
    assert (unused.autograd, unused.difference) == (None, 0.0)
    assert unused.remark == "x.grad is None, which is not zero: autograd recorded no path from z to x."
    assert (used.autograd, used.remark) == (3.0, None)


# Any smooth function


TERMS = ("sin(x)", "x * y", "exp(y / 3)", "tanh(x - y)", "x**2", "sigmoid(y)", "log(x**2 + 1)", "x / (y**2 + 1)")


@given(
    st.lists(st.sampled_from(TERMS), min_size=1, max_size=4),
    st.sampled_from("+-*"),
    st.floats(-2, 2),
    st.floats(-2, 2),
    st.sampled_from(["float32", "float64"]),
)
def test_the_three_agree_wherever_there_is_no_remark(
    terms: list[str], sign: str, x: float, y: float, dtype: str
) -> None:
    for found in rows(f"z = {f' {sign} '.join(terms)}", dtype=dtype, x=x, y=y):
        if found.remark is None:
            assert found.autograd is not None
            assert found.difference is not None
            scale = 1e-4 if dtype == "float32" else 1e-6
            tolerance = scale * max(1, abs(found.autograd))
            assert abs(found.autograd - found.difference) <= tolerance
            assert found.symbol is None or abs(found.symbol - found.autograd) <= tolerance
        else:
            assert dtype == "float32"
            assert found.remark.startswith("float32 rounding")


def test_the_recording_is_what_counts_not_the_text() -> None:
    """The values are those that PyTorch held: 6.7 in float32 is 6.6999998…"""
    expression = read("z = x * w", {"x": "6.7", "w": "1"})
    found = answer(record(program(expression)), expression)
    assert found[1].symbol == 6.699999809265137


def test_a_failed_program_has_no_rows() -> None:
    expression = read("z = sin(x)", {"x": "[1, 2]"})
    recording = record(program(expression))  # backward() of a vector, without a seed
    assert not any(isinstance(event, BackwardCall) for event in recording.events)
    assert answer(recording, expression) == ()


def test_numbers_are_nested_in_their_shape() -> None:
    assert nested([1.0], ()) == 1.0
    assert nested([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], (3, 2)) == [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    assert nested([1.0, 2.0], (1, 2, 1)) == [[[1.0], [2.0]]]


def test_a_sliders_move_is_answered_at_once() -> None:
    """The symbols are known by the expression's structure; only numbers are new. The median of 20 moves, in seconds."""
    times = []
    for move in range(20):
        expression = read("z = sin(x**2) * exp(y)", {"x": str(1 + move / 10), "y": "0.5"})
        recording = record(program(expression))
        start = time.process_time()
        answer(recording, expression)
        times.append(time.process_time() - start)
    assert sorted(times)[10] < 0.1  # 2 ms on two cores


def test_what_would_take_long_to_compute_again_is_not_computed_again() -> None:
    half = [0.5] * 256
    found = rows("m = outer(x, y)\nz = sum(sin(m) + cos(m) * exp(m))", x=half, y=half)
    assert {(row.difference, row.remark is None) for row in found} == {(None, False)}
    assert "too many to compute it again" in (found[0].remark or "")
    assert found[0].autograd is not None


def test_a_warning_of_pytorchs_is_the_recordings_and_not_the_differences() -> None:
    found = rows("z = mse_loss(x, y)", x=[1.0, 2.0], y=[0.5])
    assert [row.difference for row in found] == pytest.approx([row.autograd for row in found], abs=1e-5)
