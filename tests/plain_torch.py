"""Runs a program in plain Python and PyTorch, with nothing of ours in between: what tests compare with."""

from __future__ import annotations

import ast
from typing import Any


def run(program: str) -> tuple[dict[str, Any], Any]:
    """The program's variables afterwards, and the value of its last expression (None without one)."""
    *body, last = ast.parse(program).body
    names: dict[str, Any] = {}
    shows = isinstance(last, ast.Expr)
    exec(compile(ast.Module(body if shows else [*body, last], []), "program", "exec"), names)  # noqa: S102  the oracle
    shown = eval(compile(ast.Expression(last.value), "program", "eval"), names) if isinstance(last, ast.Expr) else None  # noqa: S307
    return names, shown
