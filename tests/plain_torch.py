"""Runs a program in plain Python and PyTorch, with nothing of ours in between: what tests compare with."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch

from gradwalk.program.cells import split_cells


def run(program: str) -> tuple[dict[str, Any], Any]:
    """The program's variables afterwards, and the value of its last expression (None without one)."""
    *body, last = ast.parse(program).body
    names: dict[str, Any] = {}
    shows = isinstance(last, ast.Expr)
    exec(compile(ast.Module(body if shows else [*body, last], []), "program", "exec"), names)  # noqa: S102  the oracle
    shown = eval(compile(ast.Expression(last.value), "program", "eval"), names) if isinstance(last, ast.Expr) else None  # noqa: S307
    return names, shown


class Plain(NamedTuple):
    """A program's run without anything of ours: its variables, and for each cell what it showed and how it failed."""

    names: dict[str, Any]
    shown: tuple[str, ...]
    failures: tuple[tuple[str, str] | None, ...]


def run_cells(source: str) -> Plain:
    """Run the cells of a program as a notebook does."""
    names: dict[str, Any] = {}
    shown, failures = [], []
    with torch.random.fork_rng():
        for text, _ in split_cells(source):
            output: list[str] = []
            names["print"] = lambda *items, output=output, sep=" ", end="\n": output.append(
                sep.join(map(str, items)) + end
            )
            failures.append(_run_cell(text, names, output))
            shown.append("".join(output).removesuffix("\n"))
    return Plain(names, tuple(shown), tuple(failures))


def _run_cell(text: str, names: dict[str, Any], output: list[str]) -> tuple[str, str] | None:
    body = ast.parse(text).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    try:
        exec(compile(ast.Module(body, []), "cell", "exec"), names)  # noqa: S102 - the oracle
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)  # noqa: S307
            output += [] if value is None else [repr(value) + "\n"]
    except Exception as error:  # whatever it is, we must fail with the same
        return type(error).__name__, str(error)
    return None


def reachable(roots: Sequence[torch.Tensor]) -> list[Any]:
    """Every grad_fn node behind these tensors, each once."""
    found: dict[Any, None] = {}
    stack = [root.grad_fn for root in roots if root.grad_fn is not None]
    while stack:
        node = stack.pop()
        if node not in found:
            found[node] = None
            stack += [following for following, _ in node.next_functions if following is not None]
    return list(found)
