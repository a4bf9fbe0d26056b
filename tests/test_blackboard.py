"""Mathematics as people write it: what is read, what is asked, and what is left to the checks."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Symbol, sympify
from sympy.parsing.sympy_parser import (
    convert_xor,
    implicit_multiplication_application,
    parse_expr,
    standard_transformations,
)

from gradwalk.expression.blackboard import reading
from gradwalk.expression.expression import program, read
from gradwalk.expression.reading import span_between
from gradwalk.expression.statements import translate
from gradwalk.formula.typed import typed_lines
from gradwalk.program import ProgramError, Span
from tests.plain_torch import run

READ = [
    ("2x", "2*x"),
    ("2 x", "2*x"),
    ("x y", "x*y"),
    ("2πx", "2*pi*x"),
    ("3j*x", "3*j*x"),
    ("2(x+1)", "2*(x+1)"),
    ("(x+1)(x-1)", "(x+1)*(x-1)"),
    ("(x+1)y", "(x+1)*y"),
    ("2x^2 + 3x + 1", "2*x**2 + 3*x + 1"),
    ("a x² + b x + c", "a*x**2 + b*x + c"),
    ("sin x", "sin(x)"),
    ("sin -x", "sin(-x)"),
    ("sin 2πx", "sin(2*pi*x)"),
    ("sin x^2", "sin(x**2)"),
    ("sin x**2", "sin(x**2)"),
    ("exp -x²", "exp(-x**2)"),
    ("sin cos x", "sin(cos(x))"),
    ("sin x cos x", "sin(x)*cos(x)"),
    ("sin x / x", "sin(x) / x"),
    ("sin x/cos x", "sin(x)/cos(x)"),
    ("2sin x", "2*sin(x)"),
    ("sin(x)cos(x)", "sin(x)*cos(x)"),
    ("ln x", "ln(x)"),
    ("sin²x", "sin(x)**2"),
    ("sin^2 x", "sin(x)**2"),
    ("sin^2(x + 1)", "sin(x + 1)**2"),
    ("cos² 2x", "cos(2*x)**2"),
    ("|x|", "abs(x)"),
    ("2|x| - |x - 1|", "2*abs(x) - abs(x - 1)"),
    ("||x| - 1|", "abs(abs(x) - 1)"),
    ("|x||y|", "abs(x)*abs(y)"),
    ("|sin x|", "abs(sin(x))"),
    ("√x", "sqrt(x)"),
    ("√(x² + y²)", "sqrt(x**2 + y**2)"),
    ("√|x|", "sqrt(abs(x))"),
    ("x^2", "x**2"),
    ("x²y", "x**2*y"),
    ("x⁻¹", "x**-1"),
    ("x^2 y", "x**2*y"),
    ("e^x", "e**x"),
    ("e^-x^2", "e**-x**2"),
    ("e^sin x", "e**sin(x)"),
    ("x₁² + x₂²", "x1**2 + x2**2"),
    ("αx + β", "alpha*x + beta"),
    ("λx", "lam*x"),
    ("σ(x) + σ", "sigmoid(x) + sigma"),
    ("1/2 x", "1/2*x"),
    ("1/(2x)", "1/(2*x)"),
    ("1/x²", "1/x**2"),
    ("where(x ≤ 1, x, 0)", "where(x <= 1, x, 0)"),
    ("f(x) = x^2 + 3x", "f = x**2 + 3*x"),
    ("f(x, y) = x y", "f = x*y"),
    ("x(x+1)", "x*(x+1)"),
    ("y = mx + b", "y = m*x + b"),
    ("w1x1 + w2x2", "w1*x1 + w2*x2"),
    ("sinx", "sin(x)"),
    ("sinxcosx", "sin(x)*cos(x)"),
    ("sinx cosx", "sin(x)*cos(x)"),
    ("ax + by", "a*x + b*y"),
    ("xe^x", "x*e**x"),
    ("2axe^-x", "2*a*x*e**-x"),
    ("w_1 x_1 + w_2x_2", "w_1*x_1 + w_2*x_2"),
    ("log_2 x", "log2(x)"),
    ("log₂(x)", "log2(x)"),
    ("log_10 x²", "log10(x**2)"),
    ("½x²", "(1/2)*x**2"),
    ("x^2/3", "x**2/3"),
    ("x**1/2", "x**1/2"),
    ("||x| - |y||", "abs(abs(x) - abs(y))"),
    ("u = 2x  # two\nz = u²", "u = 2*x  # two\nz = u**2"),
    ("(2x\n + 3y)", "(2*x\n + 3*y)"),
]


@pytest.mark.parametrize(("typed", "read_as"), READ)
def test_what_is_read(typed: str, read_as: str) -> None:
    assert reading(typed).text == read_as
    assert reading(read_as).text == read_as
    translate(typed)


TWO_WAYS = [
    ("1/2x", "1/2*x", "1/(2*x)"),
    ("z = 1 + x/2y", "x/2*y", "x/(2*y)"),
    ("x^2y", "x**2*y", "x**(2*y)"),
    ("e^2x", "e**2*x", "e**(2*x)"),
    ("√2x", "sqrt(2)*x", "sqrt(2*x)"),
    ("√x²", "sqrt(x)**2", "sqrt(x**2)"),
    ("√x^2", "sqrt(x)**2", "sqrt(x**2)"),
    ("√2*x", "sqrt(2)*x", "sqrt(2*x)"),
    ("sin x/2", "sin(x)/2", "sin(x/2)"),
    ("sin x y", "sin(x)*y", "sin(x*y)"),
    ("cos 2(x+1)", "cos(2)*(x+1)", "cos(2*(x+1))"),
    ("sin² x/2", "sin(x)**2/2", "sin(x/2)**2"),
    ("sin^-1 x", "asin(x)", "1/sin(x)"),
    ("tan⁻¹(x)", "atan(x)", "1/tan(x)"),
    ("1/xy", "1/x*y", "1/(x*y)"),
    ("e^xy", "e**x*y", "e**(x*y)"),
    ("1/xy^2", "1/x*y**2", "1/(x*y**2)"),
    ("1 / 2 x", "1 / 2*x", "1 / (2*x)"),
    ("x^1/2", "x**1/2", "x**(1/2)"),
    ("||x - y||", "norm(x - y)", "abs(x - y)"),
    ("x^T", "x**T", "x.T"),
]


@pytest.mark.parametrize(("typed", "one", "other"), TWO_WAYS)
def test_what_has_two_readings_is_asked(typed: str, one: str, other: str) -> None:
    with pytest.raises(ProgramError) as refused:
        read(typed)
    error = refused.value
    assert error.choices == (one, other)
    assert error.span is not None
    piece = typed[error.span.column - 1 : error.span.end_column - 1]
    assert error.message == f"{piece} can be read in two ways: {one} or {other}."
    for choice in error.choices:
        chosen = typed.replace(piece, choice)
        assert reading(chosen).text == chosen
        read(chosen)


@pytest.mark.parametrize(
    "typed",
    [
        *("x*(y + 1)", "torch.sin(x)", "F.relu(x)", "x.sin().sum()", "X @ w", "x[0] + x[1:]", "[1, 2]*x", "1e3*x"),
        *("clamp(x, min=0, max=1)", "mean(x, dim=0, keepdim=True)", "max(x, y)", "-x**2", "x > 0", "logp", "Wx"),
        *("loss + tmp", "dx + dy", "width*x", "sine(x)", "foo(x + 1)", "f(x) + 1", "sin = 3", "x == y"),
    ],
)
def test_the_short_form_is_read_as_it_stands(typed: str) -> None:
    assert reading(typed).edits == ()


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "the derivative of x squared",
            "import torch",
            "print z",
            "d/dx sin(x)",
            "A.T B",
            "0x10",
            "x!",
            "x^{2}",
            "|x",
        ),
        *("|x", "(x+1)2", "x if x > 0 else 0", "2 3", "sin(x) = 2x", "√", "sin²", "f(x) = x!", "τx"),
    ],
)
def test_what_is_no_mathematics_is_left_to_the_checks(typed: str) -> None:
    assert reading(typed).text == typed


@pytest.mark.parametrize(
    ("typed", "message", "piece", "suggestion"),
    [
        ("y = mx + b", "mx is read as m*x. For one name write m_x.", "mx", "m_x"),
        ("w1x1*2", "w1x1 is read as w1*x1. For one name write w1_x1.", "w1x1", "w1_x1"),
        ("z = sinx", "sinx is read as sin(x). For one name write sin_x.", "sinx", "sin_x"),
        ("x(y + 1)", "x(…) is read as x*(…).", "x", "x*"),
        ("z = logp", "logp is one name; did you mean log(p)?", "logp", "log(p)"),
        ("xyz + 1", "xyz is one name; did you mean x*y*z?", "xyz", "x*y*z"),
        ("Wx + b", "Wx is one name; did you mean (W @ x)?", "Wx", "(W @ x)"),
    ],
)
def test_what_could_be_meant_otherwise_is_said(typed: str, message: str, piece: str, suggestion: str) -> None:
    (hint,) = read(typed).reading.hints
    start = typed.index(piece)
    assert hint == (message, span_between(typed, start, start + len(piece)), suggestion)
    assert reading(typed.replace(piece, suggestion, 1)).hints == ()


def test_a_letter_in_the_other_case_is_told() -> None:
    typed = "y = 2x + 1\nz = ln(Y)"
    (hint,) = read(typed).reading.hints
    start = typed.index("Y")
    assert hint.message == "Y is a variable of its own, and nothing uses y: small and capital letters differ."
    assert (hint.span, hint.suggestion) == (span_between(typed, start, start + 1), "y")
    for right in (typed.replace("Y", "y"), "y = x + 1\nz = y * Y", "Y = y + 1"):
        assert read(right).reading.hints == ()


@pytest.mark.parametrize("name", ["mx", "w1x1", "sinx", "e"])
def test_a_name_with_a_value_is_one_name(name: str) -> None:
    expression = read(f"z = 2{name}" if name == "e" else f"z = 2*{name}", {name: "3"})
    assert [variable.name for variable in expression.variables] == [name]
    assert expression.reading.hints == ()


def test_a_name_that_a_line_assigns_is_one_name() -> None:
    assert reading("wx = w*x\nz = wx + 1").text == "wx = w*x\nz = wx + 1"


def test_a_function_that_a_line_defines_is_no_factor() -> None:
    with pytest.raises(ProgramError, match="f is no function"):
        read("f(x) = x^2\nz = f(x + 1)")


@pytest.mark.parametrize(
    ("typed", "piece"),
    [("2x + sine(y)", "sine"), ("z = 3x²\nu = |x| + quux(2x)", "quux"), ("|x| + math.sqrt(-1)x", "math.sqrt(-1)")],
)
def test_a_refusal_has_its_place_in_what_was_typed(typed: str, piece: str) -> None:
    with pytest.raises(ProgramError) as refused:
        read(typed)
    start = typed.index(piece)
    assert refused.value.span == span_between(typed, start, start + len(piece))


def test_the_program_runs_what_was_read() -> None:
    names, _ = run(program(read("y = 2πx² + |x| sin x", {"x": "0.5"})))
    # 4πx + sin x + x cos x at 0.5, by Python's math.
    assert float(names["x"].grad) == pytest.approx(4 * math.pi * 0.5 + math.sin(0.5) + 0.5 * math.cos(0.5), rel=1e-5)


_AGREED = (*standard_transformations, implicit_multiplication_application, convert_xor)
_FACTOR = st.sampled_from(["x", "y", "(x + 1)", "(x - y)", "sin(x)", "cos(y)", "x^2", "y^3", "(x + y)^2"])
_TERM = st.tuples(st.sampled_from(["", "2", "3", "0.5"]), st.lists(_FACTOR, min_size=1, max_size=3))


@given(st.lists(_TERM, min_size=1, max_size=3), st.sampled_from([" + ", " - "]))
def test_products_are_read_as_sympy_reads_them(terms: list[tuple[str, list[str]]], sign: str) -> None:
    """SymPy's parser knows products without a sign, and ^; its names are one letter here too."""
    typed = sign.join(number + " ".join(factors) for number, factors in terms)
    names = {"x": Symbol("x"), "y": Symbol("y")}
    try:
        ours = sympify(reading(typed).text, locals=names)
    except ProgramError:
        return  # it is asked
    assert (ours - parse_expr(typed, names, transformations=_AGREED)).expand() == 0


_PIECES = st.sampled_from(
    ["x", "y", "2", "3.5", "sin", "log", "√", "|", "(", ")", "²", "^", "**", "*", "/", "+", "-", "=", " ", "\n", "π",
     "[", "]", ",", ".", "α", "₁", "mx", "f", "≤", "#", "if", "e", "tanhx", "⁻"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=24).map("".join))
def test_any_signs_are_read_or_refused(typed: str) -> None:
    try:
        found = reading(typed)
    except ProgramError:
        return  # it is asked
    ends = [0]
    for edit in found.edits:
        assert ends[-1] <= edit.start <= edit.end <= len(typed)
        ends.append(edit.end)
    assert found.text.count("\n") == typed.count("\n")
    for line, text in enumerate(found.text.split("\n"), 1):
        place = found.place(Span(line, 1, line, len(text) + 1))
        assert place.line == place.end_line == line


def test_a_deep_text_is_read_in_bounds() -> None:
    for typed in ("(" * 900 + "x" + ")" * 900, "|" * 1_900, "√" * 1_900, "sin " * 490 + "x", "2" + "x y " * 490):
        with pytest.raises(ProgramError):
            read(typed)


BRACES = [("x^{1/2}", "x**(1/2)"), ("e^{-x^{2}}", "e**(-x**(2))"), ("3∙x", "3*x"), ("3•x", "3*x")]


@pytest.mark.parametrize(("typed", "read_as"), BRACES)
def test_signs_of_papers_are_read_in_their_place(typed: str, read_as: str) -> None:
    assert read(typed).reading.text == read_as


IN_WORDS = [
    ("integral of x^2", "integral", "it finds derivatives"),
    ("int x^2 dx", "int", "it finds derivatives"),
    ("∫x² dx", "∫", "it finds derivatives"),
    ("derivative of x^2", "derivative", "worked out for you"),
    ("gradient of x^2", "gradient", "worked out for you"),
    ("d/dx x^2", "d/dx", "worked out for you"),
    ("d/dx (x^2)", "d/dx", "worked out for you"),
    ("dy/dx", "dy/dx", "worked out for you"),
    ("lim x->0 sin x/x", "lim", "Limits are not part"),
    ("lim_{x→0} sin x / x", "lim_", "Limits are not part"),
    ("square root of x", "root", "write the formula"),
    ("x squared", "squared", "write the formula"),
    ("x to the power 2", "to", "write the formula"),
    ("x² at x = 3", "at", "A value is set in its field"),
    ("x mod 2", "mod", "x % 2"),
    ("cosec x", "cosec", "1/sin(x)"),
    ("log_3 x", "log_3", "ln(x)/ln(3)"),
    ("1,5x", "1,5", "with a point, 1.5"),
    ("∛x", "∛", "x**(1/3)"),
    ("x > 0 ? x : 0", "?", "where(x > 0, a, b)"),
    ("‖x‖", "‖", "norm(x)"),
    ("xᵀy", "ᵀ", "x.T"),
    ("ŷ - y", "ŷ", "write y_hat"),
]


@pytest.mark.parametrize(("typed", "piece", "says"), IN_WORDS)
def test_what_is_no_formula_is_refused_with_what_would_work(typed: str, piece: str, says: str) -> None:
    with pytest.raises(ProgramError) as refused:
        read(typed)
    error = refused.value
    assert says in error.message
    assert error.span is not None
    assert typed[error.span.column - 1 : error.span.end_column - 1] == piece


@pytest.mark.parametrize(
    "typed", ["at = 2*x\nz = at + 1", "x*at", "d = 2*x\ndx = 3*x\nz = d/dx", "slope*x + over", "log_p + x", "[1,5]*x"]
)
def test_a_word_of_ones_own_stays_a_name(typed: str) -> None:
    assert read(typed).reading.text == typed


def test_a_value_makes_a_name_of_a_word() -> None:
    assert [variable.name for variable in read("dy/dx", {"dy": "1", "dx": "2"}).variables] == ["dy", "dx"]


def test_logarithms_are_typeset_with_their_base() -> None:
    text = read("log_2 x + log₁₀ x").reading.text
    assert "log₂" in str(typed_lines(text, "z"))
    assert "log₁₀" in str(typed_lines(text, "z"))
