"""What PyTorch leaves out of a call that it hands to a mode is found all the same."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from typing import Any

import pytest
import torch

from gradwalk.recorder.left_out import LEFT_OUT
from tests.recorder.live import record

BEFORE = """import torch
import torch.nn.functional as F
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = torch.tensor([2.0, 4.0, 6.0])
w = torch.tensor([1.0, 0.0, 0.5])
"""


@pytest.mark.parametrize("call", ["F.l1_loss(x, y, weight=w)", "F.l1_loss(x, y, None, None, 'sum', w)"])
def test_a_weighted_loss_has_its_weight(call: str) -> None:
    space: dict[str, Any] = {}
    program = f"{BEFORE}L = {call}\nL.backward()\n"
    exec(program, space)  # noqa: S102 - the oracle is plain PyTorch
    recording = record(program)
    named = {name: value for value in recording.values for name in value.names}
    assert named["L"].numbers == (space["L"].item(),)
    assert named["x.grad"].numbers == tuple(space["x"].grad.tolist())
    assert "sum" in {operation.kernel for operation in recording.operations}


@pytest.mark.filterwarnings("ignore:torch.chain_matmul is deprecated")
def test_other_arguments_that_are_left_out_arrive() -> None:
    recording = record(
        "import torch\nout = torch.zeros(2, 2)\ntorch.chain_matmul(torch.eye(2), torch.eye(2), out=out)\n"
        "torch.empty((1, 2, 3, 4)).dim_order(ambiguity_check=True)"
    )
    assert [value.numbers for value in recording.values if "out" in value.names][-1] == (1.0, 0.0, 0.0, 1.0)
    failure = recording.cells[0].failure
    assert failure is not None
    assert "unique dim order" in failure.message


def test_no_other_function_leaves_arguments_out() -> None:
    homes = (torch.functional, torch.nn.functional, torch._tensor)
    found = {name: lost for home in homes for name, lost in _left_out(inspect.getsource(home))}
    assert found == {function.__name__: names for function, names in LEFT_OUT.items()}


def _left_out(source: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The parameters that a function does not hand on, where it hands on one by one."""
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef):
            continue
        takes = function.args
        names = [argument.arg for argument in (*takes.posonlyargs, *takes.args, *takes.kwonlyargs)]
        starred = {argument.arg for argument in (takes.vararg, takes.kwarg) if argument is not None}
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "handle_torch_function":
                handed = [*call.args[2:], *(keyword.value for keyword in call.keywords)]
                series = {ast.unparse(one.value) for one in handed if isinstance(one, ast.Starred)}
                series |= {ast.unparse(keyword.value) for keyword in call.keywords if keyword.arg is None}
                used = {node.id for one in handed for node in ast.walk(one) if isinstance(node, ast.Name)}
                lost = tuple(name for name in names if name not in used and name != "_stacklevel")
                if lost and series <= starred:
                    yield function.name, lost
