"""The numbers of a program that our own closed grammars wrote: run plainly, as often as an edit needs them."""

from __future__ import annotations

import ast
import warnings
from functools import lru_cache
from types import CodeType
from typing import Any

import torch

_ANSWER = "__answer__"


def evaluate(source: str) -> tuple[float, ...]:
    """The numbers of the last expression, flat and row by row. Raises whatever Python and PyTorch raise.

    The text is run as it is: whoever calls this has written it.
    """
    names: dict[str, Any] = {}
    with torch.enable_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a recording of the same program has shown them
        exec(_compiled(source), names)  # noqa: S102
    answer = names.get(_ANSWER)
    if isinstance(answer, torch.Tensor):
        return tuple(float(number) for number in answer.detach().flatten().tolist())
    return (float(answer),) if isinstance(answer, int | float) else ()


@lru_cache(maxsize=512)
def _compiled(source: str) -> CodeType:
    tree = ast.parse(source)
    if tree.body and isinstance(last := tree.body[-1], ast.Expr):
        answer = ast.Assign([ast.Name(_ANSWER, ast.Store())], last.value)
        tree.body[-1] = ast.fix_missing_locations(ast.copy_location(answer, last))
    return compile(tree, "<evaluated>", "exec")
