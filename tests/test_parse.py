"""Text → cells and checked syntax trees: sizes, places, and refusals in sentences."""

from __future__ import annotations

import ast
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradwalk.parse import NODES, nearest, parse, span_of
from gradwalk.program import ProgramError, Span
from gradwalk.program.limits import LIMITS, Limits


def refusal(source: str, limits: Limits = LIMITS) -> ProgramError:
    with pytest.raises(ProgramError) as caught:
        parse(source, limits)
    return caught.value


def marked(source: str) -> str:
    """The piece of source that a refusal points at."""
    span = refusal(source).span
    assert span is not None
    assert span.line == span.end_line
    return source.split("\n")[span.line - 1][span.column - 1 : span.end_column - 1]


# Cells


def test_a_cell_says_on_which_line_it_starts() -> None:
    program = parse("x = 1\n# %%\ny = x\nz = y")
    assert [(cell.line, cell.source) for cell in program.cells] == [(1, "x = 1"), (3, "y = x\nz = y")]
    assert [span_of(node, cell.line) for cell in program.cells for node in cell.body] == [
        Span(1, 1, 1, 6),
        Span(3, 1, 3, 6),
        Span(4, 1, 4, 6),
    ]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_any_newline_is_one(newline: str) -> None:
    program = parse(f"# é{newline}x = 1{newline}# %%{newline}y = 2")
    assert program.source == "# é\nx = 1\n# %%\ny = 2"
    assert [cell.line for cell in program.cells] == [1, 4]


def test_columns_count_characters_and_not_bytes() -> None:
    (cell,) = parse("print('∇ é 𝛁', x)").cells
    (call,) = (node for node in cell.nodes if isinstance(node, ast.Call))
    assert span_of(call.args[1], cell.line) == Span(1, 16, 1, 17)


# Refusals


@pytest.mark.parametrize(
    ("source", "piece", "words"),
    [
        ("x = __import__", "__import__", "two underscores"),
        ("y = x.__dict__", "__dict__", "__dict__"),
        ("import socket", "socket", "The module socket is not available"),
        ("from socket import path", "from socket import path", "The module socket is not available"),
        ("from . import path", "from . import path", "is not available"),
        ("x = 3j", "3j", "real numbers work"),
        ("x = b'a'", "b'a'", "bytes values"),
        ("é = 1", "é", "plain letters"),
        ("async def f():\n    pass", "async def f():", "async is not part"),
        ("def f():\n    print((yield 1))", "yield 1", "a statement of its own"),
        ("yield 1", "yield 1", "outside of a function"),
        ("class A:\n    yield 1", "yield 1", "outside of a function"),
        ("x = 1" + "0" * 60, "1" + "0" * 60, "too long"),
        ("f'{x:999999}'", "{x:999999}", "This format is not part"),
        ("x = '\\ud800'", "'\\ud800'", "half a character"),
        ("break", "break", "outside of a loop"),
        ("if x:\n    continue", "continue", "outside of a loop"),
    ],
)
def test_a_refusal_is_a_sentence_at_a_place(source: str, piece: str, words: str) -> None:
    assert words in refusal(source).message
    assert refusal(source).message.endswith(".")
    if "\n" not in source or source.startswith("if"):
        assert marked(source) == piece or piece in marked(source)


@pytest.mark.parametrize(("source", "line", "column"), [("x = (", 1, 5), ("y = 1\nx = = 2", 2, 5), ("\nfor", 2, 4)])
def test_what_is_no_python_is_refused_where_python_stumbles(source: str, line: int, column: int) -> None:
    error = refusal(source)
    assert error.message.startswith(f"Line {line} is not Python: ")
    assert error.span is not None
    assert (error.span.line, error.span.column) == (line, column)


def test_a_mistyped_module_has_a_suggestion() -> None:
    assert refusal("import toch").suggestion == "torch"
    assert refusal("import torch.nn.functionl as F").suggestion == "torch.nn.functional"


@pytest.mark.parametrize(
    "source",
    [
        "x = __builtins__",
        "(lambda: (yield))",
        "x: int = __file__",
        "match x:\n    case int(1):\n        pass",
    ],
)
def test_the_list_of_syntax_is_closed(source: str) -> None:
    refusal(source)


def test_every_piece_of_syntax_is_listed_or_refused() -> None:
    """What Python may bring one day is refused until somebody lists it."""
    concrete = {kind for kind in vars(ast).values() if isinstance(kind, type) and issubclass(kind, ast.AST)}
    assert set(NODES) <= concrete
    assert {ast.Await, ast.AsyncFor, ast.AsyncWith, ast.AsyncFunctionDef, ast.TryStar, ast.MatchClass} <= (
        concrete - set(NODES)
    )


# Sizes, before anything is read


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("x" * 60_001, "60,001 characters"),
        ("\n" * 12_000, "12,000 lines"),
        ("x = '\0'", "null character"),
        ("-" * 50_000 + "1", "nested"),
        ("(" * 5_000 + "1" + ")" * 5_000, "nested"),
        ("[" * 90 + "1" + "]" * 90, "nested"),
        ("not " * 10_000 + "x", "nested"),
        ("x" + ".a" * 20_000, "nested"),
        ("x" + "[0]" * 15_000, "nested"),
        ("f" + "()" * 20_000, "nested"),
        ("1" + " + 1" * 10_000, "nested"),
        ("1" + " if 1 else 1" * 4_000, "nested"),
        ("x = [" + "1," * 10_001 + "]", "10,000 items"),
        ("x = '" + "a" * 10_001 + "'", "10,000 characters"),
        ("x" * 61 + " = 1", "60 characters"),
        ("if 1:\n" + "".join(" " * depth + "if 1:\n" for depth in range(1, 99)) + " " * 99 + "x", "nested"),
        ("x = '\ud800'", "half a character"),
    ],
)
def test_what_is_too_large_is_refused(source: str, words: str) -> None:
    assert words in refusal(source).message


def test_pieces_are_counted_over_all_cells() -> None:
    cell = "# %%\n" + "x = [" + "1," * 50 + "]\n"
    assert "pieces" in refusal(cell * 10, Limits(syntax_nodes=400)).message
    parse(cell * 5, Limits(syntax_nodes=400))


@given(st.text(alphabet="x1 =+-*/()[]{}.,:'\"\n\t\\#%@!é∇\r\x0cif for def", max_size=60))
def test_any_text_is_read_or_refused(source: str) -> None:
    with contextlib.suppress(ProgramError):
        parse(source)


@pytest.mark.parametrize(
    ("word", "found"), [("sine", "sin"), ("sigmod", "sigmoid"), ("exponential", None), ("xyzzy", None), ("", None)]
)
def test_the_nearest_word(word: str, found: str | None) -> None:
    assert nearest(word, ["sin", "sigmoid", "exp", "softmax"]) == found
