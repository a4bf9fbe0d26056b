"""What students type, and the answers: a refusal marks its place, says what works, and may offer the right text."""

from __future__ import annotations

import pytest

import gradwalk
from gradwalk.expression.arithmetic import CONSTANTS
from gradwalk.expression.expression import program, read
from gradwalk.expression.numbers import literal, read_numbers, shape_of
from gradwalk.expression.table import ALIASES, FUNCTIONS, SHAPES, nearest
from gradwalk.expression.tokens import tokens
from gradwalk.program import ProgramError
from tests.plain_torch import run

REFUSALS = [
    # typed, the marked piece, a part of the sentence, the suggestion
    ("sine(x)", "sine", "did you mean sin?", "sin"),
    ("sigmod(x)", "sigmod", "did you mean sigmoid?", "sigmoid"),
    ("Sin(x)", "Sin", "did you mean sin?", "sin"),
    ("logarithm(x)", "logarithm", "did you mean log?", "log"),
    ("quux(x)", "quux", "sin, exp, log", None),
    ("torch.sine(x)", "torch.sine", "did you mean torch.sin?", "torch.sin"),
    ("torch.softplus(x)", "torch.softplus", "did you mean F.softplus?", "F.softplus"),
    ("F.sin(x)", "F.sin", "did you mean torch.sin?", "torch.sin"),
    ("x.softplus()", "x.softplus", "did you mean softplus(x)?", None),
    ("np.sin(x)", "np.sin", "NumPy's functions carry no gradient", "sin"),
    ("math.sin(x)", "math.sin", "no gradient could flow", "torch.sin"),
    ("math.sqrt(-1)*x", "math.sqrt(-1)", "has no value", None),
    ("d/dx sin(x)", "d/dx", "worked out for you", None),
    ("cross_entropy(x, y)", "cross_entropy", "logsumexp(x) - x[0]", None),
    ("F.cross_entropy(x, y)", "F.cross_entropy", "logsumexp(x) - x[0]", None),
    ("é + 1", "é", "letters a–z", "e"),
    ("𝐱 + 1", "𝐱", "letters a–z", "x"),
    ("x \u202e+ 1", "\u202e", "invisible character (U+202E)", None),
    ("x\0", "\0", "invisible character (U+0000)", None),
    ("x\u200b", "\u200b", "invisible character (U+200B)", None),
    ("x!", "!", "There is no !", None),
    ("2πx² + |y!|", "!", "There is no !", None),
    ("sin^2(x!)", "!", "There is no !", None),
    ("|x", "|", "has no partner; write |x| or abs(x)", None),
    ("√", "√", "missing after √", None),
    ("x^", "^", "missing after ^", None),
    ("the square x²", "the", "Words are not read here", None),
    ("cat dog x²", "cat dog", "write * between them", "cat*dog"),
    ("τ*x", "τ", "write tau for τ", "tau"),
    ("x'", "'", "no primes", None),
    ("{x}", "{", "Braces", None),
    ("\\sin(x)", "\\", "backslash", None),
    ("x & y", "&", "The sign & has no meaning", None),
    ("x + 1 = y", "x + 1", "On the left of =", None),
    ("a = b = x", "=", "One = a line", None),
    ("= x", "=", "A name is missing", None),
    ("z =", "=", "Something is missing after =", None),
    ("z == sin(x)", "z == sin(x)", "write a single =", None),
    ("z += x", "+=", "write z = z + …", None),
    ("x // 2", "//", "floor(x / y)", None),
    ("x +", "+", "missing after +", None),
    ("x * / y", "/", "missing before /", None),
    ("(x + )", "+", "missing after +", None),
    ("sin(, x)", ",", "missing before ,", None),
    ("sin(x", "(", "never closed", None),
    ("sin(x))", ")", "closes nothing", None),
    ("x[0)", ")", "other kind", None),
    ("sin()", "sin()", "takes one value, as in sin(x)", None),
    ("sin(x, y)", "sin(x, y)", "takes one value, as in sin(x); here it gets two.", None),
    ("dot(x)", "dot(x)", "takes two values", None),
    ("clamp()", "clamp()", "one to three values", None),
    ("mean(x, axis=0)", "axis=0", "it takes dim, keepdim", None),
    ("mean(x, dm=0)", "dm=0", "it takes dim, keepdim", "dim"),
    ("sin(x, out=x)", "out=x", "sin has no out here", None),
    ("max(x, dim=0)", "max(x, dim=0)", "amax(x, dim=0)", None),
    ("torch.max(x, 0)", "torch.max", "read the number as a dim", "max"),
    ("x.max(0)", "x.max(0)", "takes nothing here", None),
    ("sum(x, y)", "y", "whole number", None),
    ("x[y]", "y", "whole number", None),
    ("x.reshape(y)", "y", "whole number", None),
    ("x, y", "x, y", "A comma stands between arguments", None),
    ("[x, 1]", "x", "A list holds plain numbers", None),
    ("[[1], [1, 2]]*x", "[[1], [1, 2]]", "different lengths", None),
    ("x @ 2", "x @ 2", "@ joins vectors", None),
    ("0 < x < 1", "0 < x < 1", "One comparison at a time", None),
    ("(1 < 2)*x", "1 < 2", "two plain numbers", None),
    ("x if x > 0 else 0", "if", "where(x > 0, a, b)", None),
    ("x and y", "and", "where", None),
    ("lambda = 3", "lambda", "write lam", None),
    ("import torch\nz = x", "import", "imports are written for you", None),
    ("print(x)", "print", "Leave print out", None),
    ("z = x\nprint z", "print z", "Leave print out", None),
    ("z = x**2\nz.backward()", "z.backward", "backward() is written for you", None),
    ("x.grad", "x.grad", "gradients are worked out for you", None),
    (
        "x = torch.tensor(4.0, requires_grad=True)\nz = x",
        "torch.tensor(4.0, requires_grad=True)",
        "Leave this line out",
        None,
    ),
    ("torch.ones(3)*x", "torch.ones", "makes values", None),
    ("x = x*2", "x", "another name, such as x2", "x2"),
    ("z = sin(y)\ny = x**2", "y", "used on line 1", None),
    ("sin = 3", "sin", "sin is a function", None),
    ("sin + x", "sin", "sin is a function", None),
    ("torch*x", "torch", "torch is a module", None),
    ("_x + 1", "_x", "starts with a letter", None),
    ("x.__class__", "x.__class__", "not part of this language", None),
    ("__import__", "__import__", "starts with a letter", None),
    ("x.backward.__globals__", "x.backward.__globals__", "not part", None),
    (f"{'x' * 31}*2", "x" * 31, "at most 30 letters", None),
    ("x*9**9**9", "9**9**9", "too large to compute", None),
    ("a = 9**9\nz = x*a**a", "a**a", "too large to compute", None),
    ("x*10**19", "10**19", "with a decimal point", None),
    ("x*99999999999999999999", "99999999999999999999", "too large for PyTorch's int64", None),
    ("x*1e400", "1e400", "too large for a float", None),
    ("x + 1/0", "1/0", "divide a plain number by 0", None),
    ("(-8)**(1/3)*x", "(-8)**(1/3)", "not a real number", None),
    ("sin(x)\ncos(x)", "sin(x)", "Only the last line", None),
    ("x = 4\nz = sin(x**2)", "x = 4", "x is fixed to a number; leave the line x = … out", None),
    ("sin(3)", "sin(3)", "Nothing varies here; a name such as x becomes a variable", None),
    ("A = [[1, 2], [3, 4]]\nz = A @ A", "A = [[1, 2], [3, 4]]", "A is fixed to its numbers; leave the line", None),
    ("z = x^^2", "^", "missing before ^.", None),
    ("z = 3x^", "^", "missing after ^, as in x^2.", None),
    ("y = sin x\r\nz = y ×", "×", "missing after ×, as in 2×x.", None),
    ("x ≤", "≤", "missing after ≤", None),
    ("÷ x", "÷", "missing before ÷.", None),
    ("~x", "~", "no meaning", None),
    ("True*x", "True", "no real number", None),
    ("# %% cell\nz = x", "# %% cell", "Cells", None),
    ("sin(*x)", "*", "missing before *", None),
    ("(sin)(x)", "sin", "sin is a function", None),
    ("z = (x := 2)", ":=", "changes a value", None),
    ("  z = x\n  y = sine(z)", "sine", "did you mean sin?", "sin"),
    ("y = (x +\n   sine(x))", "sine", "did you mean sin?", "sin"),
]


@pytest.mark.parametrize(("typed", "marked", "sentence", "suggestion"), REFUSALS)
def test_a_refusal_marks_the_place_and_says_what_works(
    typed: str, marked: str, sentence: str, suggestion: str | None
) -> None:
    with pytest.raises(ProgramError) as refused:
        read(typed)
    error = refused.value
    assert sentence in error.message
    assert error.message[-1] in ".?…"
    assert error.suggestion == suggestion
    assert error.span is not None
    line, column, end_line, end_column, _ = error.span
    assert line == end_line
    assert typed.split("\n")[line - 1][column - 1 : end_column - 1] == marked


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "nothing here yet"),
        ("  \n# only words\n", "nothing here yet"),
        ("x" * 2001, "2,001 characters; at most 2,000"),
        ("\n".join(f"y{k} = x" for k in range(41)), "41 lines; at most 40"),
        (" + ".join("x" * 80), "nested more than 60 deep"),
        ("x" + "[0]" * 100, "nested more than 60 deep"),
        ("-" * 1999 + "x", "nested"),
        ("(" * 900 + "x" + ")" * 900, "parentheses|nested"),
        ("max(" * 45 + "x" + ",x,x,x)" * 45, "nested more than 70 deep"),
        (" + ".join(f"(x{k} + 1)" for k in range(17)), "17 variables; at most 16"),
        ("sum([" + "1," * 900 + "1])*x", "at most 256"),
    ],
)
def test_sizes_are_bounded_before_the_work(typed: str, sentence: str) -> None:
    with pytest.raises(ProgramError, match=sentence):
        read(typed)


_ARGUMENTS = {
    "mm": {"a": "[[1, 2], [3, 4]]", "b": "[[1, 0.5], [2, 1]]"},
    "matmul": {"a": "[[1, 2], [3, 4]]", "b": "[1, 0.5]"},
    "mv": {"a": "[[1, 2], [3, 4]]", "b": "[1, 0.5]"},
    "logsumexp": {"x": "[0.3, 0.5]"},
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_of_the_table_runs_in_pytorch_and_under_the_recorder(name: str) -> None:
    values = {"x": "[0.3, 0.6]", "a": "[0.3, 0.6]", "b": "[0.5, 0.2]", **_ARGUMENTS.get(name, {})}
    expression = read(f"y = {FUNCTIONS[name].example}\nz = sum(y)", values, dtype="float64")
    names, _ = run(program(expression))
    recording = gradwalk.record(program(expression))
    assert recording.cells[0].failure is None
    (value,) = [value for value in recording.values if "z" in value.names]
    assert value.numbers == (names["z"].item(),)


@pytest.mark.parametrize("name", [name for name, entry in FUNCTIONS.items() if entry.takes == "t"])
def test_a_function_of_a_plain_number_runs_as_it_stands(name: str) -> None:
    code = program(read(f"z = x*{name}(0.5)", {"x": "2"}, dtype="float64"))
    names, _ = run(code)
    called, _ = run(program(read(f"z = {name}(x)", {"x": "0.5"}, dtype="float64")))
    assert names["z"].item() == pytest.approx(2 * called["z"].item(), rel=1e-12)
    assert gradwalk.record(code).cells[0].failure is None


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_method_runs(name: str) -> None:
    arguments = {"transpose": "0, 1", "reshape": "4", "view": "4, 1", "unsqueeze": "0"}.get(name, "")
    code = program(read(f"z = sum(X.{name}({arguments})*X.sum())", {"X": "[[1, 2], [3, 4]]"}))
    assert run(code)[0]["z"].item() == 100.0
    assert gradwalk.record(code).cells[0].failure is None


def test_aliases_lead_to_the_table() -> None:
    assert set(ALIASES.values()) <= set(FUNCTIONS)
    assert not set(ALIASES) & set(FUNCTIONS)
    assert not set(CONSTANTS) & (set(FUNCTIONS) | set(ALIASES))


def test_the_nearest_name() -> None:
    assert [nearest(word) for word in ("sine", "sigmod", "TANH", "squareroot", "sqet", "qqq", "foo")] == [
        "sin",
        "sigmoid",
        "tanh",
        "square",
        "sqrt",
        None,
        None,  # and not floor
    ]


def test_tokens_know_their_place_and_join_lines_in_brackets() -> None:
    found = [(token.text, token.line, token.column) for token in tokens("y = (a + # sum\n  b)\nz = y")]
    assert found[2:6] == [("(", 1, 5), ("a", 1, 6), ("+", 1, 8), ("b", 2, 3)]
    assert found[-1] == ("y", 3, 5)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("4", 4.0),
        ("-1e-3", -0.001),
        ("1/3", 1 / 3),
        ("pi/2", 1.5707963267948966),
        ("−2", -2.0),
        ("[1, 2, 3]", (1.0, 2.0, 3.0)),
        ("[[1, 2], [3, sqrt(16)]]", ((1.0, 2.0), (3.0, 4.0))),
        ("2**-1", 0.5),
        ("math.pi", 3.141592653589793),
        ("max(1, 2)", 2.0),
    ],
)
def test_values_are_read_by_a_closed_evaluator(text: str, numbers: object) -> None:
    assert read_numbers(text) == numbers


def test_numbers_are_written_so_that_they_read_the_same() -> None:
    assert literal(read_numbers("[[1, 2.5], [-inf, 1e-30]]")) == "[[1.0, 2.5], [-math.inf, 1e-30]]"
    assert shape_of(read_numbers("[[1, 2, 3], [4, 5, 6]]")) == (2, 3)
