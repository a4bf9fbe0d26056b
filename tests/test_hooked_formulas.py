"""``∂z/∂x`` is written for nothing else than a derivative: what a hook has made of it is "the gradient at x"."""

from __future__ import annotations

import re

import pytest
import torch

from gradwalk import explain, record
from gradwalk.analysis import analyse
from gradwalk.formula import Formula
from gradwalk.notation import call_text, value_names
from gradwalk.recording import Accumulate, Backward
from tests.claims.formulas import text_of

BEGIN = "import torch\nx = torch.tensor(3.0, requires_grad=True)\n"
PRODUCT = "y = x * 3\nz = y * y\n"
CHANGED = {
    "a tensor's": ("y = x ** 2\n", "y.register_hook(lambda g: g * 10)\n", "z = y + 1\n", "y x"),
    "one that looks": ("y = x ** 2\n", "y.register_hook(lambda g: None)\n", "z = y + 1\n", ""),
    "the root's": ("y = x ** 2\nz = y + 1\n", "z.register_hook(lambda g: -g)\n", "", "z y x"),
    "a leaf's": ("y = x ** 2\nz = y * x\n", "x.register_hook(lambda g: g + 1)\n", "", "x"),
    "on one of two ways": ("y = x * 2\nu = x * 5\n", "y.register_hook(lambda g: g * 3)\n", "z = y + u\n", "y x"),
    "a node's": (PRODUCT, "y.grad_fn.register_hook(lambda given, arriving: (given[0] * 2, None))\n", "", "x"),
    "before a node": (PRODUCT, "y.grad_fn.register_prehook(lambda arriving: (arriving[0] * 5,))\n", "", "y x"),
}
WRITTEN = re.compile(r"(?:^|=)∂z/∂(\w)(?=[=·])|(?<=grad=)∂z/∂(\w)")
"""A gradient of the target, left of a line, first of a product or as what is added: not a local one, which is last."""


def _text(formula: Formula) -> str:
    return text_of(formula).replace("\xa0", " ")


@pytest.mark.parametrize("hook", CHANGED)
def test_only_a_derivative_is_written_as_one(hook: str) -> None:
    before, hooking, after, expected = CHANGED[hook]
    index = analyse(record(BEGIN + before + hooking + after + "z.backward()\n")).episodes[0].index
    events = index.recording.events
    accounts = [explain.backward(index, event) for event in events if isinstance(event, Backward)]
    accounts += [explain.accumulate(index, event) for event in index.accumulated]
    lines = [_text(formula) for account in accounts for formula in account.formula]
    names: dict[str, torch.Tensor] = {}
    exec(BEGIN + before + after, names)  # noqa: S102 - the program as it is without its hook
    values = {name: value for value, name in index.names.items()}
    for name in {one or other for line in lines for one, other in WRITTEN.findall(line)}:
        [wanted] = torch.autograd.grad(names["z"], names[name], retain_graph=True)
        assert index.gradients[0, values[name]].numbers == (wanted.item(),), f"{name}: {lines}"
    assert set(re.findall(r"gradient at (\w)", "\n".join(lines))) == set(expected.split())
    start = explain.seed(index, index.calls[0]).sentence
    assert ("need not be a derivative of z" in start) == bool(expected)
    assert ("says how many times as much" in start) == (not expected)


def test_what_a_program_gives_back_itself_is_no_derivative() -> None:
    straight = """
class Round(torch.autograd.Function):
    @staticmethod
    def forward(ctx, given): return given.round()
    @staticmethod
    def backward(ctx, arriving): return arriving
z = Round.apply(x * 1.3) ** 2
z.backward()
"""
    index = analyse(record(BEGIN + straight)).episodes[0].index
    [event] = index.accumulated
    account = explain.accumulate(index, event)
    assert [_text(formula) for formula in account.formula] == ["x.grad=gradient at x", "=10.4"]


def test_what_a_hook_computes_speaks_of_its_own_argument() -> None:
    recording = record(BEGIN + "y = x ** 2\ny.register_hook(lambda g: g * 10)\nz = y + 1\nz.backward()\n")
    made = recording.operations[-1]
    assert call_text(made, value_names(recording)) == "10 · g"
    assert recording.values[made.edges[0].value].numbers == (1.0,)


@pytest.mark.parametrize("hook", CHANGED)
def test_what_comes_to_a_leaf_is_called_its_gradient_only_where_it_is_one(hook: str) -> None:
    before, hooking, after, expected = CHANGED[hook]
    program = BEGIN + before + hooking + after + "z.backward()\n"
    index = analyse(record(program)).episodes[0].index
    [added] = [event for event in index.recording.events if isinstance(event, Accumulate)]
    said = explain.accumulate(index, added).learn
    assert ("its gradient" in said) == ("x" not in expected.split())
