"""Names, operations and numbers as text: each row is what a reader sees."""

from __future__ import annotations

import math
import struct

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gradwalk import record
from gradwalk.formula import name_tree
from gradwalk.notation import (
    array_text,
    call_text,
    constant_text,
    pretty,
    read_typeset,
    shape_text,
    short,
    summands,
    value_names,
)

FLOAT32_67 = struct.unpack("f", struct.pack("f", 6.7))[0]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (4, "4"),
        (4.0, "4"),
        (-0.0, "0"),
        (True, "True"),
        (0.5, "0.5"),
        (FLOAT32_67, "6.7"),
        (4.000000476837158, "4.0000"),
        (0.99999, "1.0000"),
        (-7.661275863647461, "−7.6613"),
        (0.0012279, "0.001228"),
        (813.4386, "813.4"),
        (1234.567, "1234.6"),
        (8.2911e-06, "8.291·10⁻⁶"),
        (1e-8, "10⁻⁸"),
        (16777216.0, "16777216"),
        (1e10, "10¹⁰"),
        (-123456.7, "−1.235·10⁵"),
        (math.nan, "nan"),
        (math.inf, "inf"),
        (-math.inf, "−inf"),
    ],
)
def test_a_number_is_short_and_says_by_its_zeros_that_it_was_rounded(number: float, text: str) -> None:
    assert short(number) == text


@given(st.floats(-1e300, 1e300))
def test_a_short_number_is_the_number_within_one_in_a_thousand(number: float) -> None:
    text = short(number)
    assert len(text) <= 13
    assert read_typeset(text) == pytest.approx(number, rel=1e-3)


@given(st.floats(width=32, min_value=0.125, max_value=64))
def test_a_rounded_number_agrees_with_pytorchs_own_four_decimals(number: float) -> None:
    shown = torch.tensor(number).item()
    assert float(short(shown)) == pytest.approx(float(f"{shown:.4f}"), abs=1e-9)


@pytest.mark.parametrize(
    ("shape", "numbers", "lines"),
    [
        ((), (4.0,), ["4"]),
        ((3,), (1.0, 4.0, 9.0), ["[1, 4, 9]"]),
        ((10,), tuple(range(10)), ["[0, 1, 2, 3, …] (10)"]),
        ((0,), (), ["[]"]),
        ((2, 2), (1, 2, 3, 4), ["[1, 2]", "[3, 4]"]),
        ((5, 6), tuple(range(30)), ["[0, 1, 2, 3, …]", "[6, 7, 8, 9, …]", "… (5×6)"]),
        ((2, 3, 4), tuple(range(24)), ["2×3×4"]),
        ((2000,), None, ["[…] (2000)"]),
        ((50, 60), None, ["50×60"]),
    ],
)
def test_arrays(shape: tuple[int, ...], numbers: tuple[float, ...] | None, lines: list[str]) -> None:
    assert array_text(shape, numbers) == lines


@given(st.lists(st.integers(0, 6), max_size=4).map(tuple))
def test_an_array_of_any_shape_takes_at_most_three_lines(shape: tuple[int, ...]) -> None:
    assert len(array_text(shape, (0.5,) * math.prod(shape))) <= 3


def test_shapes() -> None:
    assert [shape_text(shape) for shape in ((), (3,), (2, 3))] == ["scalar", "3", "2×3"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x", "x"),
        ("v1", "v₁"),
        ("x12", "x₁₂"),
        ("x_1", "x₁"),
        ("alpha", "α"),
        ("sigma2", "σ₂"),
        ("y_hat", "ŷ"),
        ("y_pred", "y_pred"),
        ("loss_2", "loss₂"),
        ("y'", "y′"),
        ("_hat", "_hat"),
        ("fc.weight_2", "fc.weight₂"),
        ("lstm.weight_ih_l0", "lstm.weight_ih_l0"),
    ],
)
def test_names_on_the_screen(name: str, text: str) -> None:
    assert pretty(name) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [("2", "2"), ("-2", "−2"), ("[0]", "0"), ("[0, -1]", "[0, −1]"), ("1e-05", "10⁻⁵"), ("True", "True")],
)
def test_constants(text: str, shown: str) -> None:
    assert constant_text(text) == shown


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("torch.sin(x)", "sin(x)"),
        ("w * x", "w · x"),
        ("x * 2", "2 · x"),
        ("x * -2", "−2 · x"),
        ("x + 1", "x + 1"),
        ("x - -1", "x − (−1)"),
        ("1 - x", "1 − x"),
        ("torch.add(w, x, alpha=2)", "w + 2 · x"),
        ("x / w", "x / w"),
        ("x**2", "x²"),
        ("x**-1.0", "x⁻¹"),
        ("x**0.5", "√x"),
        ("x**1.5", "x^1.5"),
        ("2**x", "2^x"),
        ("x**w", "x^w"),
        ("-x", "−x"),
        ("abs(x)", "|x|"),
        ("torch.maximum(x, w)", "max(x, w)"),
        ("x > 1", "x > 1"),
        ("v.mean()", "mean(v)"),
        ("m.sum(dim=0)", "sum(m, dim=0)"),
        ("v[1]", "v[1]"),
        ("v[1:]", "v[1:]"),
        ("v[:2]", "v[:2]"),
        ("m @ v", "m @ v"),
        ("v.dot(v)", "v · v"),
        ("m.T", "mᵀ"),
        ("v.reshape(2, 1)", "reshape(v, size=[2, 1])"),
        ("torch.stack([v, v])", "stack(v, v)"),
        ("x.double()", "x as float64"),
        ("torch.softmax(v, 0)", "softmax(v, dim=0)"),
        ("v.norm()", "‖v‖"),
        ("x.clamp(0, 1)", "clamp(x, min=0, max=1)"),
    ],
)
def test_an_operation_in_one_line(code: str, text: str) -> None:
    source = (
        "import torch\nx = torch.tensor(0.5)\nw = torch.tensor(3.0)\nv = torch.tensor([1.0, 2.0])\n"
        f"m = torch.tensor([[1.0, 2.0], [3.0, 4.0]])\n{code}\n"
    )
    recording = record(source)
    assert call_text(recording.operations[-1], value_names(recording)) == text


@pytest.mark.parametrize("directions", [1, 2])
def test_an_lstm_is_called_as_the_field_calls_it(directions: int) -> None:
    made = f"x = torch.ones(4, 1, 2)\nlstm = torch.nn.LSTM(2, 3, bidirectional={directions == 2})\n"
    recording = record(f"import torch\n{made}out, _ = lstm(x)\n")
    layers = [one for one in recording.operations if one.kernel == "mkldnn_rnn_layer"]
    told = [call_text(one, value_names(recording)) for one in layers]
    given = "x, lstm.weight_ih_l0, lstm.weight_hh_l0, lstm.bias_ih_l0, lstm.bias_hh_l0, v₁, v₂"
    assert told[0] == f"LSTM({given})"
    assert [text.endswith(", reverse=True)") for text in told] == [False, True][:directions]


def names(source: str) -> list[str]:
    return list(value_names(record("import torch\n" + source)).values())


def test_unnamed_results_and_constants_are_numbered() -> None:
    assert names("x = torch.tensor(4.0)\nz = torch.sin(x**2) * torch.tensor([2.0])") == ["x", "v1", "v2", "c1", "z"]


def test_a_constant_that_is_one_number_goes_by_it_and_no_longer_where_it_changes() -> None:
    source = "import torch\nx = torch.tensor(4.0)\ny = torch.maximum(x, torch.tensor({}))"
    assert names(source.format("0.0")) == ["x", "0", "y"]
    assert names(source.format("1 / 3")) == ["x", "c1", "y"]
    recording = record(source.format("-2.0") + " - torch.tensor(-1.0)")
    assert [call_text(made, value_names(recording)) for made in recording.operations] == ["max(x, −2)", "v₁ − (−1)"]
    assert names("x = torch.tensor(4.0)\nx * torch.tensor(2.0).add_(1)") == ["x", "c1", "c1", "v1"]


def test_a_number_that_the_program_uses_as_a_name_is_skipped() -> None:
    assert names("v1 = torch.tensor(4.0)\nv3 = 5\nz = torch.sin(v1 * 2) + 1") == ["v1", "v2", "v4", "z"]


def test_two_tensors_never_share_a_name() -> None:
    assert names("y = torch.tensor(2.0)\nfor i in range(2):\n    y = y * y") == ["y", "y_2", "y_3"]


def test_no_name_with_a_number_looks_like_another_on_the_screen() -> None:
    program = "c = torch.tensor([1.0])\nfor i in range(2):\n    c = c * torch.tensor([2.0])"
    assert names(program) == ["c", "c1", "c_2", "c3", "c_4"]
    assert names("x2 = torch.tensor(2.0)\nx = x2 + 1\nx = x2 * 2") == ["x2", "x", "x_3"]


def test_a_second_name_does_not_take_the_first_ones_place() -> None:
    assert names("y = torch.tensor(2.0)\nz = y\ny = y * 2") == ["z", "y"]


def test_a_change_in_place_keeps_the_name() -> None:
    assert names("x = torch.tensor(2.0)\nx += 1") == ["x", "x"]


def test_terms_get_the_decimals_that_make_their_sum_true() -> None:
    assert summands([1.0, 0.998771], [1, -1], 0.001229) == ["1", "0.998771"]
    assert summands([6.0, 1.0], [1, 1], 7.0) == ["6", "1"]
    assert summands([1.0, math.nan], [1, 1], math.nan) == ["1", "nan"]


def test_a_few_steps_of_float32_beside_a_short_decimal_leave_no_zeros() -> None:
    """6.6 · 6.6 and 0.1 · 0.1 as float32 computes them; 1 − 2⁻²⁴ is not 1, and says so by its zeros."""
    assert [short(number) for number in (43.55999755859375, 0.010000000707805157)] == ["43.56", "0.01"]
    assert [short(number) for number in (0.9999999403953552, 43.55999)] == ["1.0000", "43.5600"]


def test_a_number_of_a_network_is_spelled_alike_in_words_and_formulas() -> None:
    above = ["mrow", ["mo", "("], ["mn", "2"], ["mo", ")"]]
    assert pretty("b2_1") == "b₁⁽²⁾"
    assert name_tree("b2_1") == ["msubsup", ["mi", "b"], ["mn", "1"], above]
