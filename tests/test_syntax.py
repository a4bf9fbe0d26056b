"""Python's parser, asked by many threads at once, gives each its tree."""

from __future__ import annotations

import ast
from concurrent.futures import ThreadPoolExecutor

import pytest

from gradwalk.program import python_parser


def test_trees_are_pythons_own() -> None:
    assert ast.dump(python_parser.module("x = 1\ny")) == ast.dump(ast.parse("x = 1\ny"))
    assert ast.dump(python_parser.expression("x + 1")) == ast.dump(ast.parse("x + 1", mode="eval"))


def test_what_is_no_python_is_told_as_python_tells_it() -> None:
    with pytest.raises(SyntaxError):
        python_parser.module("x = ")
    with pytest.raises(SyntaxError):
        python_parser.expression("x = 1")


def test_many_threads_parse_at_once() -> None:
    texts = [f"x = {'-' * depth}{'(' * 20}sin(x{')' * 21}" for depth in range(40)] * 10
    expected = [ast.dump(ast.parse(text)) for text in texts]
    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(lambda text: ast.dump(python_parser.module(text)), texts)) == expected
