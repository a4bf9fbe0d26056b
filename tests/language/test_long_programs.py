"""A long program is recorded up to a limit and runs on unwatched: the same output, and memory given back."""

from __future__ import annotations

import gc

import pytest
import torch

from gradwalk.language.tensor_text import written
from gradwalk.language.unwatched import hold, hold_array
from gradwalk.program import Span
from gradwalk.program.limits import Budget, Limits
from gradwalk.recorder import record
from gradwalk.recording import Output, Recording
from tests.process import global_state

HERE = Span(1, 1, 1, 2)
LOOP = """\
import torch
w = torch.tensor([1.0, -2.0], requires_grad=True)
for step in range(30):
    loss = (w ** 2).sum()
    loss.backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
        w.grad.zero_()
    print(step, loss.item())
w
"""


def notices(recording: Recording) -> list[str]:
    return [event.text for event in recording.events if isinstance(event, Output) and event.stream == "notice"]


@pytest.mark.parametrize("limits", [Limits(watched_operations=40), Limits(watched_steps=30)])
def test_a_long_program_shows_the_same(limits: Limits) -> None:
    whole, cut = record(LOOP), record(LOOP, limits=limits)
    assert cut.cells[0].shown == whole.cells[0].shown
    assert len(cut.operations) < len(whole.operations)
    assert notices(cut) == ["From here on the program runs without being recorded."]
    assert notices(whole) == []


def test_a_failure_is_told_when_nothing_is_recorded_any_more() -> None:
    found = record(LOOP + "# %%\nw.backward()\n# %%\n1 + 1", limits=Limits(watched_steps=30)).cells
    assert found[1].failure is not None
    assert found[1].failure.message == "grad can be implicitly created only for scalar outputs"
    assert found[2].shown == "2"


def test_elements_are_given_back_when_a_tensor_is_gone() -> None:
    budget = Budget(Limits(total_elements=1000, least_elements=1))
    for _ in range(20):
        budget.operation(400, 0, HERE)
        hold(budget, torch.ones(400), 400)
        budget.operation(400, 0, HERE)
        hold_array(budget, torch.ones(400).numpy(), 400)
        gc.collect(0)


def test_elements_stay_taken_while_the_graph_holds_the_tensor() -> None:
    budget = Budget(Limits(total_elements=1000, least_elements=1))
    x = torch.ones(400, requires_grad=True)
    budget.operation(400, 0, HERE)
    y = x.exp()
    hold(budget, y, 400)
    total = y.sum()
    del y
    budget.operation(400, 0, HERE)
    budget.let_go(400)
    with pytest.raises(Exception, match="more than 1,000 elements together"):
        budget.operation(700, 0, HERE)
    budget.let_go(700)
    del total
    budget.operation(900, 0, HERE)


def test_deep_recursion_goes_on_in_threads_with_all_that_belongs_to_the_program() -> None:
    source = (
        "import torch\ntorch.set_printoptions(precision=2)\n"
        "def f(n):\n    if n == 0:\n        torch.set_grad_enabled(False)\n        return torch.tensor(1 / 3)\n"
        "    return f(n - 1)\nprint(f(90), torch.is_grad_enabled())"
    )
    before = global_state()
    assert record(source).cells[0].shown == "tensor(0.33) False"
    assert global_state() == before


def test_settings_of_one_program_are_none_of_anybody_elses() -> None:
    before, third = global_state(), torch.tensor(1 / 3)
    source = (
        "import torch\ntorch.set_printoptions(precision=2)\ntorch.set_default_dtype(torch.float64)\ntorch.ones(1) / 3"
    )
    assert record(source).cells[0].shown == "tensor([0.33])"
    assert global_state() == before
    assert written(third) == repr(third) == "tensor(0.3333)"
