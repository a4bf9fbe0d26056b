"""What comes of an edit is told from the run of the changed program, and an edit that does not mend is none."""

from __future__ import annotations

import pytest

import gradwalk
from gradwalk.clinic.trial import Trial, tried
from gradwalk.failures.fixes import Edit
from tests.failing import failures, run

TWICE = """
import torch
w = torch.tensor(0.0, requires_grad=True)
loss = (w - 2) ** 2
for step in range(3):
    loss.backward()
    with torch.no_grad():
        w -= 0.25 * w.grad
    w.grad = None
"""


def trial(program: str, old: str, new: str) -> Trial:
    start = program.index(old)
    changed = program.replace(old, new, 1)
    recording = gradwalk.record(program)
    return tried(recording, failures(recording)[0], Edit(start, start + len(old), new, ""), gradwalk.record(changed))


def test_numbers_are_those_of_the_run() -> None:
    move = ("loss = (w - 2) ** 2\nfor step in range(3):", "for step in range(3):\n    loss = (w - 2) ** 2")
    names, error = run(TWICE.replace(*move))
    assert error is None
    assert (names["w"].item(), names["loss"].item()) == (1.75, 0.25)
    found = trial(TWICE, *move)
    said = (
        "Tried: with this change the program runs to its end. loss is 4, 1 and 0.25 in its 3 passes; w goes from 0 to"
    )
    assert found == (True, f"{said} 1.75.")


def test_a_gradient_is_told_where_nothing_moves_its_leaf() -> None:
    program = "import torch\nx = torch.tensor([1.0, 2.0])\nw = torch.tensor(3.0)\ny = (w * x).sum()\ny.backward()\n"
    found = trial(program, "tensor(3.0)", "tensor(3.0, requires_grad=True)")
    assert found == (True, "Tried: with this change the program runs to its end. y is 9; w.grad is 3.")


def test_of_a_program_of_cells_the_numbers_are_of_the_cell_that_failed() -> None:
    program = "# %%\nimport torch\nx = torch.tensor(3.0)\ny = x * 2\ny.backward()\n# %%\nq = torch.tensor(1.0, "
    program += "requires_grad=True)\nr = q * 5\nr.backward()\n"
    found = trial(program, "tensor(3.0)", "tensor(3.0, requires_grad=True)")
    assert found == (True, "Tried: with this change the program runs to its end. y is 6; x.grad is 2.")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("loss.backward()", "loss.backward()  # the same", "does not mend it. With it, line 5 stops: RuntimeError"),
        ("loss = (w - 2) ** 2", "", "does not mend it. With it, line 5 stops: NameError: name 'loss' is not defined"),
        ("loss.backward()", "loss.backward(retain_graph=True)", "it runs, and trains wrongly."),
    ],
)  # fmt: skip
def test_what_does_not_mend(old: str, new: str, said: str) -> None:
    found = trial(TWICE, old, new)
    assert not found.mends
    assert said in found.said


def test_the_next_failure_is_told() -> None:
    program = "import torch\nx = torch.ones(2, requires_grad=True)\nx.sin().backward()\nx.grad.numpi()\n"
    assert trial(program, ".backward", ".sum().backward") == (
        True,
        "Tried: with this change the statement runs, and then line 4 stops: AttributeError: 'Tensor' object has no "
        "attribute 'numpi'",
    )
    program = "import torch\nw = torch.ones(2)\nopt = torch.optim.SGD(w, rate=0.1)\n"
    found = trial(program, "rate", "lr")
    assert found.mends
    assert found.said.startswith("Tried: with this change there is another reason left. Line 3 stops: TypeError")


def test_of_several_cells_one_is_spoken_of_and_what_is_left_is_named() -> None:
    loop = TWICE.replace("loss = (w - 2) ** 2\nfor step in range(3):", "for step in range(3):").replace(
        "    w.grad = None\n", ""
    )
    program = loop.replace("    loss.backward()", "    los = (w - 2) ** 2\n    loss.backward()") + "# %%\n1 / 0\n"
    found = trial(program, "los =", "loss =")
    assert found.said.startswith("Tried: with this change this cell runs to its end. loss is 4, 1 and 0.25")
    assert found.said.endswith("What is left then, in cell 1, line 5: “The gradient still contains the last step's”.")
