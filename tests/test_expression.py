"""From typed text to a PyTorch program that runs as it stands and means what was typed."""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import gradwalk
from gradwalk.expression.defaults import NUMBERS
from gradwalk.expression.expression import Expression, ValueTextError, Variable, forward_program, program, read
from gradwalk.program import ProgramError
from gradwalk.recording import Accumulate, Recording
from tests.plain_torch import run


def lines(text: str, **given_values: str) -> list[str]:
    """The lines that the text itself became, without imports, values and backward."""
    code = program(read(text, given_values)).split("\n\n")[1].split("\n")
    return [line for line in code if "requires_grad" not in line]


def test_the_program_is_what_a_teacher_would_write() -> None:
    assert program(read("z = sin(x**2)", {"x": "4"})) == (
        "import torch\n\nx = torch.tensor(4.0, requires_grad=True)\nz = torch.sin(x**2)\n\nz.backward()\nx.grad\n"
    )


def test_float64_and_inputs_without_gradient_are_written() -> None:
    expression = read("y = w*x", {"w": "1/2", "x": "[1, 2]"}, constants=("x",), dtype="float64", seed="[1, 0.1]")
    assert program(expression) == (
        "import torch\n\n"
        "w = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)\n"
        "x = torch.tensor([1.0, 2.0], dtype=torch.float64)\n"
        "y = w*x\n\n"
        "y.backward(torch.tensor([1.0, 0.1], dtype=torch.float64))\n"
        "w.grad\n"
    )


def test_a_root_that_is_no_scalar_gets_ones_once_its_shape_is_known() -> None:
    expression = read("y = x**2", {"x": "[1, 2, 3]"})
    with pytest.raises(RuntimeError, match="grad can be implicitly created only for scalar outputs"):
        run(program(expression))
    code = program(expression, root_shape=(3,))
    assert "y.backward(torch.ones_like(y))" in code
    assert run(code)[1].tolist() == [2.0, 4.0, 6.0]
    assert "y.backward()" in program(expression, root_shape=())


def test_a_long_matrix_gets_a_line_for_each_row() -> None:
    rows = [[row + column / 8 for column in range(16)] for row in range(8)]
    code = program(read("z = sum(X)", {"X": str(rows)}))
    assert max(map(len, code.split("\n"))) <= 120
    assert torch.equal(run(code)[0]["X"], torch.tensor(rows))


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("z = sin(x**2)", "z = torch.sin(x**2)"),
        ("sin( x )+1", "z = torch.sin( x )+1"),
        ("z=sin(z1)", "z=torch.sin(z1)"),
        ("z = torch.sin(x) + x.cos()", "z = torch.sin(x) + x.cos()"),
        ("f = e**x", "f = math.e**x"),
        ("f = exp(-x**2/2)/sqrt(2*pi)", "f = torch.exp(-x**2/2)/math.sqrt(2*math.pi)"),
        ("z = max(x, y)", "z = torch.maximum(x, y)"),
        ("z = max(x, 0, y)", "z = torch.maximum(torch.maximum(x, torch.tensor(0.0)), y)"),
        ("z = max(x)", "z = torch.max(x)"),
        ("z = mean(x**2, dim=0)", "z = torch.mean(x**2, dim=0)"),
        ("z = relu(x) + softplus(x)", "z = torch.relu(x) + F.softplus(x)"),
        ("z = softmax(x)", "z = torch.softmax(x, dim=-1)"),
        ("z = x.softmax()", "z = x.softmax(dim=-1)"),
        ("z = softmax(x, 0)", "z = torch.softmax(x, 0)"),
        ("z = ln(x) + arctan(x)", "z = torch.log(x) + torch.atan(x)"),
        ("z = x*log(0)", "z = x*torch.log(torch.tensor(0.0))"),
        ("z = x*sigmoid(3)", "z = x*torch.sigmoid(torch.tensor(3.0))"),
        ("z = x*abs(-3)*min(1, 2)", "z = x*abs(-3)*min(1, 2)"),
        ("z = dot(x, [1, 2, 3])", "z = torch.dot(x, torch.tensor([1.0, 2.0, 3.0]))"),
        ("z = x*torch.tensor([1, 2])", "z = x*torch.tensor([1.0, 2.0])"),
        ("z = where(x > 0, x, 0.1*x)", "z = torch.where(x > 0, x, 0.1*x)"),
        ("z = x[0]*x[-1] + X[0, 1:]", "z = x[0]*x[-1] + X[0, 1:]"),
        ("z = x.T @ x.reshape(3, 1)", "z = x.T @ x.reshape(3, 1)"),
        ("z = inf*x", "z = math.inf*x"),
        ("z = x − 2·y ÷ 3", "z = x - 2*y / 3"),
        ("z = x  # the slope", "z = x  # the slope"),
        ("z = F.relu(x)*torch.nn.functional.relu(x)", "z = F.relu(x)*torch.nn.functional.relu(x)"),
        ("z = x*math.pi*torch.pi", "z = x*math.pi*torch.pi"),
    ],
)
def test_the_spelling_is_kept_and_names_become_pytorchs(typed: str, written: str) -> None:
    assert lines(typed) == [written]
    ast.parse(program(read(typed)))


def test_lines_comments_and_indentation() -> None:
    assert (
        lines("  y = x**2  # वर्ग\n\n  # then\n    z = sin(y)\n")
        == ["y = x**2  # वर्ग", "", "# then", "z = torch.sin(y)"][:1]
    )
    code = program(read("  y = x**2  # वर्ग\n\n  # then\n    z = sin(y)\n"))
    assert "\ny = x**2  # वर्ग\n\n  # then\nz = torch.sin(y)\n" in code
    assert run(code)[0]["z"].item() == pytest.approx(math.sin(4))
    assert run(program(read("y = x**2; z = (y +\n  x)")))[1].item() == 5.0
    assert read("z = x\r\n").root == "z"


def test_a_bare_last_line_gets_the_first_free_name() -> None:
    assert read("sin(x)").root == "z"
    assert read("y*z").root == "f"
    assert read("y = x**2\ny").root == "y"
    assert program(read("x", {"x": "3"})).endswith("\nx.backward()\nx.grad\n")
    assert run(program(read("x", {"x": "3"})))[1].item() == 1.0  # dx/dx


def test_variables_come_in_order_of_appearance_with_a_value_each() -> None:
    assert read("z = b*a + c", {"a": " 7 "}, constants=("c",)).variables == (
        Variable("b", NUMBERS[0]),
        Variable("a", "7"),
        Variable("c", NUMBERS[2], requires_grad=False),
    )


def test_a_constants_name_is_a_variable_when_it_is_given_or_assigned() -> None:
    assert [v.name for v in read("z = e*x").variables] == ["x"]
    assert [v.name for v in read("z = e*x", {"e": "2"}).variables] == ["e", "x"]
    assert [v.name for v in read("e = y - x\nloss = e**2").variables] == ["y", "x"]
    assert run(program(read("z = e*x", {"e": "2", "x": "5"})))[0]["z"].item() == 10.0
    assert [v.name for v in read("z = sin(x)", {"sin": "2", "z": "3", "q": "4"}).variables] == ["x"]


def test_a_name_may_be_assigned_again() -> None:
    assert run(program(read("y = x**2\ny = y + 1", {"x": "3"})))[1].item() == 6.0


def test_a_persons_own_f_is_a_variable() -> None:
    assert run(program(read("F = m*a", {"m": "2", "a": "3"})))[0]["F"].item() == 6.0
    assert run(program(read("F = m*a\nz = F.sin()", {"m": "0", "a": "3"})))[0]["z"].item() == 0.0
    with pytest.raises(ProgramError, match="F is PyTorch's"):
        read("F = m*a\nz = softplus(F)")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_numbers_that_must_be_tensors_have_the_programs_dtype(dtype: str) -> None:
    code = program(read("z = max(x, 0.1) + dot([0.1, 0.2], [1, 1])*x", {"x": "0"}, dtype=dtype))
    assert run(code)[0]["z"].item() == torch.tensor(0.1, dtype=getattr(torch, dtype)).item()


def test_infinite_values_are_welcome() -> None:
    code = program(read("z = x*y", {"x": "-inf", "y": "[nan, 2]"}, seed="[1, inf]"))
    ast.parse(code)
    assert run(code)[0]["x"].item() == -math.inf


# Refusals of values


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The value of x is empty"),
        ("abc", "The value of x may contain numbers"),
        ("[1, [2]]", "In the value of x: its rows have different lengths"),
        ("[[1, 2], [3]]", "In the value of x: its rows have different lengths"),
        ("1, 2", "write \\[1, 2\\] for a vector"),
        ("[[[[1]]]]", "more than 3 dimensions"),
        (str([0] * 257), "more than 256 elements"),
        ("[]", "empty list"),
        ("9**9**9", "too large"),
        ("1e999", "too large for a float"),
        ("1/0", "divide a plain number by 0"),
        ("(-1)**0.5", "not a real number"),
        ("sqrt(-1)", "no real value"),
        ("2j", "no real number"),
        ("True", "no real number"),
        ("'4'", "cannot be read"),
        ("__import__(os)", "may contain numbers"),
        ("x.real", "may contain numbers"),
        ("(" * 300 + "1" + ")" * 300, "cannot be read"),
        ("-" * 1000 + "1", "nested|cannot be read"),
        ("1" * 3000, "characters"),
        ("[1 2]", "cannot be read"),
        ("٤", "cannot be read"),
    ],
)
def test_a_value_that_is_none_is_refused_by_name(text: str, sentence: str) -> None:
    with pytest.raises(ValueTextError, match=sentence) as refused:
        read("z = x", {"x": text})
    assert refused.value.variable == "x"
    assert refused.value.span is None


def test_a_wrong_seed_is_refused_as_the_seed() -> None:
    with pytest.raises(ValueTextError, match="The seed v may contain") as refused:
        read("z = x", seed="v")
    assert refused.value.variable is None
    assert read("z = x", seed="  ").seed is None


def test_an_unknown_dtype_is_refused() -> None:
    with pytest.raises(ProgramError, match="float16 is not one of float32, float64"):
        read("z = x", dtype="float16")


# Against plain PyTorch

_UNARY = ("sin", "cos", "exp", "tanh", "sigmoid", "relu", "abs", "softplus", "square", "atan")
_MEANING: dict[str, Any] = {
    **{name: getattr(torch, name) for name in _UNARY if hasattr(torch, name)},
    "softplus": torch.nn.functional.softplus,
    "max": torch.maximum,
    "min": torch.minimum,
    "mean": torch.mean,
    "pi": math.pi,
    "e": math.e,
    "where": torch.where,
}


def _tensor_texts() -> st.SearchStrategy[str]:
    """Typed text that stands for a tensor, of variables a, b (scalars) and v, w (vectors of three)."""
    number = st.sampled_from(["2", "0.5", "pi", "e/2", "(1 + 2)*0.1", "3**2"])

    def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            st.builds("{}({})".format, st.sampled_from(_UNARY), inner),
            st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner),
            st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), number),
            st.builds("({}*{})".format, number, inner),
            st.builds("{}({}, {})".format, st.sampled_from(["max", "min"]), inner, inner),
            st.builds("(({})**2)".format, inner),
            st.builds("(-{})".format, inner),
            st.builds("(mean({})*a)".format, inner),
            st.builds("where({} > 0, {}, 0.1*b)".format, inner, inner),
        )

    return st.recursive(st.sampled_from("abvw"), grown, max_leaves=6)


_VALUES = {"a": "0.7", "b": "-1.3", "v": "[1, -0.5, 2]", "w": "[0.25, 3, -2]"}


def _same(found: Any, expected: torch.Tensor) -> None:
    torch.testing.assert_close(torch.as_tensor(found), expected, equal_nan=True, rtol=0, atol=0)


def _grads(recording: Recording) -> dict[str, Any]:
    """Each leaf's ``.grad`` at the end, by name."""
    return {
        recording.values[event.leaf].names[0]: torch.tensor(event.after.numbers, dtype=torch.float64).reshape(
            event.after.shape
        )
        for event in recording.events
        if isinstance(event, Accumulate)
    }


@settings(max_examples=120, deadline=None)
@given(_tensor_texts(), st.sampled_from(["float32", "float64"]))
def test_the_program_means_what_was_typed_and_the_recording_is_pytorchs(text: str, dtype: str) -> None:
    expression = read(f"y = {text}\nz = sum(y)", _VALUES, dtype=dtype)
    leaves = {
        v.name: torch.tensor(eval(v.text), dtype=getattr(torch, dtype), requires_grad=True)  # noqa: S307  the oracle
        for v in expression.variables
    }
    root = eval(text, {**_MEANING, **leaves}).sum()  # noqa: S307  the oracle
    if root.requires_grad:
        root.backward()
    names, _ = run(program(expression))
    _same(names["z"], root)
    recording = gradwalk.record(program(expression))
    assert recording.cells[0].failure is None
    grads = _grads(recording)
    for name, leaf in leaves.items():
        assert (names[name].grad is None) == (leaf.grad is None) == (name not in grads)
        if leaf.grad is not None:
            _same(names[name].grad, leaf.grad)
            _same(grads[name], leaf.grad.double())


@settings(max_examples=60, deadline=None)
@given(_tensor_texts())
def test_the_forward_program_gives_the_same_root_and_no_graph(text: str) -> None:
    expression = read(f"y = {text}\nz = mean(y)", _VALUES, dtype="float64")
    names, _ = run(program(expression))
    moved: dict[str, float | Sequence[object]] = {"a": 0.5, "v": [1.0, 2.0, math.inf]}
    values = {name: value for name, value in moved.items() if name in names}
    plain, shown = run(forward_program(expression, {}))
    assert not shown.requires_grad
    _same(shown, names["z"].detach())
    ast.parse(forward_program(expression, values))
    assert all(
        torch.equal(run(forward_program(expression, values))[0][name], torch.tensor(value).double())
        for name, value in values.items()
    )
    assert plain["z"] is shown


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="xyz sincogemax0123456789.,()[]+-*/=^|@%<>#;'\"\\\n\t_{}:!&~²π−é", max_size=60))
def test_whatever_is_typed_is_read_or_refused_with_a_place_in_the_text(text: str) -> None:
    refusal = _refusal(text)
    if refusal is None:
        ast.parse(program(read(text)))
        return
    typed = text.split("\n")
    assert refusal.message.endswith((".", "?", "…"))
    if refusal.span:
        line, column, end_line, end_column, _ = refusal.span
        assert 1 <= line <= end_line <= len(typed)
        assert 1 <= column <= len(typed[line - 1]) + 1
        assert end_column <= len(typed[end_line - 1]) + 2


def _refusal(text: str) -> ProgramError | None:
    try:
        read(text)
    except ProgramError as error:
        return error
    return None


def test_an_expression_is_plain_frozen_data() -> None:
    assert read("z = x", {"x": "4"}) == Expression("z = x", (Variable("x", "4"),))
    assert hash(read("z = x"))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("x @ w", ["[1, 2]", "[3, 4]"]),
        ("dot(w, x)", ["[1, 2]", "[3, 4]"]),
        ("w.dot(x)", ["[1, 2]", "[3, 4]"]),
        ("torch.dot(w, x)", ["[1, 2]", "[3, 4]"]),
        ("x[0]*x[2]", ["[1, 2, 3]"]),
        ("x[-3]", ["[1, 2, 3]"]),
        ("A[0, 1]", ["[[1, 2], [3, 4]]"]),
        ("X @ w + b", ["[[1, 2], [3, 4]]", "[3, 4]", "-1"]),
        ("mv(a, x)", ["[[1, 2], [3, 4]]", "[3, 4]"]),
        ("a + dot(x, w)", ["2", "[1, 2]", "[3, 4]"]),
        ("x * w", ["2", "3"]),
    ],
)
def test_a_name_that_is_used_as_a_vector_begins_as_one(text: str, values: list[str]) -> None:
    expression = read(text)
    assert [variable.text for variable in expression.variables] == values
    run(program(expression, (2,) if "X" in text or "mv" in text else None))
