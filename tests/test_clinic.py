"""The clinic: for each kind of finding a program that has it and a near twin that has not; and no false alarm."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import torch
from torch import nn

import gradwalk
from gradwalk import record
from gradwalk.__main__ import main
from gradwalk.clinic import Finding, findings, measurements
from gradwalk.clinic.report import report
from gradwalk.clinic.wording import SENTENCES
from gradwalk.lessons import LESSONS, Lesson
from gradwalk.notation import short
from tests.plain_torch import run

HEAD = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\ntorch.manual_seed(0)\n"

NET = (
    HEAD
    + """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two = nn.Linear(3, 4), nn.Linear(4, 1)
    def forward(self, x):
        return self.two(%s)
net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
x, y = torch.randn(5, 3), torch.randn(5, 1)
for _ in range(2):
    optimizer.zero_grad()
    ((net(x) - y) ** 2).mean().backward()
    optimizer.step()
"""
)

LOOP = (
    HEAD
    + """\
w = torch.tensor(1.0, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=%s)
for _ in range(6):
    optimizer.zero_grad()%s
    loss = (w * 2 - 1) ** 2
    loss.backward()
    optimizer.step()
"""
)

CARRIED = (
    HEAD
    + """\
w = torch.tensor(0.5, requires_grad=True)
h = torch.tensor(1.0)
for _ in range(5):
    h = torch.tanh(w * h)
    loss = h * 2
    loss.backward(retain_graph=True)
    %s
"""
)

TOTAL = (
    HEAD
    + """\
w = torch.tensor(0.5, requires_grad=True)
total = 0.0
for _ in range(4):
    w.grad = None
    loss = (w - 1) ** 2
    loss.backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
    total = total + %s
"""
)

COLUMN = (
    HEAD
    + """\
net = nn.Linear(2, 1)
x, y = torch.randn(4, 2), torch.randn(4)
loss = %s
loss.backward()
"""
)

CLASSES = (
    HEAD
    + """\
net = nn.Linear(2, 3)
x, y = torch.randn(4, 2), torch.tensor([0, 1, 2, 0])
scores = net(x)
%s.backward()
"""
)

DROPOUT = (
    HEAD
    + """\
net = nn.Sequential(nn.Linear(2, 3), nn.Dropout(0.5), nn.Linear(3, 1))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
x = torch.randn(4, 2)
net(x).mean().backward()
optimizer.step()
%s
"""
)

GATE = (
    HEAD
    + """\
a, gate = torch.ones(2, requires_grad=True), torch.zeros(2)
optimizer = torch.optim.SGD([a], lr=0.1)
for _ in range(2):
    optimizer.zero_grad()
    (a * (gate%s)).sum().backward()
    optimizer.step()
"""
)

SAVED = (
    HEAD
    + """\
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x.sigmoid()
z = y.%s
z.zero_()
y.sum().backward()
"""
)

MOVED = (
    HEAD
    + """\
w = torch.tensor([3.0, 2.0], requires_grad=True)
opt = torch.optim.SGD([w], lr=%s)
for _ in range(8):
    opt.zero_grad()
    loss = (torch.log(w) * w**2)[1]
    loss.backward()
    opt.step()
"""
)

HELD = (
    HEAD
    + """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.head = nn.Linear(3, 4), nn.Linear(4, 1)
    def forward(self, x):
        return self.head(torch.tanh(self.encoder(x)))
net = Net()
optimizer = torch.optim.SGD(net%s.parameters(), lr=0.1)
x, y = torch.randn(5, 3), torch.randn(5, 1)
for _ in range(2):
    optimizer.zero_grad()
    F.mse_loss(net(x), y).backward()
    optimizer.step()
"""
)

FLAGGED = (
    HEAD
    + """\
net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
%s
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
x, y = torch.randn(5, 3), torch.randn(5, 1)
for _ in range(2):
    optimizer.zero_grad()
    F.mse_loss(net(x), y).backward()
    optimizer.step()
"""
)

FROZEN = "for p in net[0].parameters():\n    p.requires_grad = False\n"

EPOCHS = (
    HEAD
    + """\
net = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 1))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
x, y = torch.randn(5, 3), torch.randn(5, 1)
for epoch in range(3):
    %s
    optimizer.zero_grad()
    F.mse_loss(net(x), y).backward()
    optimizer.step()
    net.eval()
    with torch.no_grad():
        net(x)
"""
)

BATCHES = (
    HEAD
    + """\
net = nn.Linear(3, 1)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
data = [(torch.randn(5, 3), torch.randn(5, 1)) for _ in range(3)]
for epoch in range(2):
    optimizer.zero_grad()
    for x, y in data:
        loss = F.mse_loss(net(x), y)
    %sloss.backward()
    optimizer.step()
"""
)

# kind, what has it, the same with something else in that place, what has it not
CASES = [
    ("nonfinite-forward", HEAD + "x = torch.tensor(%s, requires_grad=True)\ntorch.log(x).backward()\n", "0.0", "1.0"),
    ("nonfinite-forward", HEAD + "x = torch.tensor(%s, requires_grad=True)\ny = torch.exp(x) / 3\n", "100.0", "10.0"),
    ("nonfinite-moved", MOVED, "10.0", "0.1"),
    (
        "nonfinite-forward",
        HEAD + "s = torch.zeros(2, 2, requires_grad=True)\nm = torch.tensor([[False, True], [%s, True]])\n"
        "a = s.masked_fill(m, float('-inf')).softmax(-1)\n", "True", "False",
    ),
    ("nonfinite-data", HEAD + "x = torch.tensor([1.0, %s])\nnn.Linear(2, 1)(x).backward()\n", "float('nan')", "2.0"),
    (
        "nonfinite-backward",
        HEAD + "x = torch.tensor([0.0, 4.0], requires_grad=True)\n"
        "y = torch.where(x > 0, torch.sqrt(%s), 0.0)\ny.sum().backward()\n", "x", "torch.where(x > 0, x, 1.0)",
    ),
    ("no-gradient-cut", NET, "self.one(x).detach()", "self.one(x)"),
    ("no-gradient-cut", NET, "torch.round(self.one(x)).long().float()", "self.one(x)"),
    ("no-gradient-cut", NET, "torch.tensor(self.one(x))", "self.one(x)"),
    ("no-gradient-item", NET, "torch.full((5, 4), self.one(x).sum().item())", "self.one(x)"),
    ("no-gradient-item", NET, "torch.tensor(self.one(x).tolist())", "self.one(x)"),
    ("no-gradient-outside", NET, "torch.from_numpy(self.one(x).detach().numpy())", "self.one(x)"),
    ("no-gradient-aside", NET, "(self.one(x), torch.ones(5, 4))[1]", "self.one(x)"),
    ("no-gradient-unused", NET, "torch.cat([x, x[:, :1]], 1)", "self.one(x)"),
    ("zero-relu", NET, "torch.relu(self.one(x) - 100)", "torch.relu(self.one(x))"),
    ("zero-saturated", NET, "torch.sigmoid(self.one(x) + 200)", "torch.sigmoid(self.one(x))"),
    ("zero-clamp", NET, "torch.clamp(self.one(x), 50, 60)", "torch.clamp(self.one(x), -60, 60)"),
    ("zero-gate", GATE, "", " + 1"),
    ("zero-both", HEAD + "net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))\n%s"
     "for _ in range(2):\n    net(torch.ones(1, 2)).sum().backward()\n",
     "for p in net.parameters():\n    nn.init.zeros_(p)\n", ""),
    ("zero-factor", NET, "0.0 * self.one(x)", "0.5 * self.one(x)"),
    ("zero-grad-forgotten", LOOP.replace("    optimizer.zero_grad()%s\n", "%s"), ("0.01", ""),
     ("0.01", "    w.grad = None\n")),
    ("zero-grad-after-passes", HEAD + "w = torch.tensor(1.0, requires_grad=True)\n"
     "optimizer = torch.optim.SGD([w], lr=0.1)\nfor turn in range(6):\n    ((w * 2 - 1) ** 2 / 2).backward()\n"
     "    if turn %% 2:\n        optimizer.step()\n%s", "", "        optimizer.zero_grad()\n"),
    ("loss-rises", LOOP, ("0.6", ""), ("0.1", "")),
    ("stale-graph", HEAD + "w = torch.tensor(1.0, requires_grad=True)\noptimizer = torch.optim.SGD([w], lr=0.1)\n"
     "loss = (w * 2 - 1) ** 2\nfor _ in range(2):\n    optimizer.zero_grad()\n%s"
     "    loss.backward(retain_graph=True)\n    optimizer.step()\n", "", "    loss = (w * 2 - 1) ** 2\n"),
    ("step-without-gradient", HEAD + "w = torch.tensor(1.0, requires_grad=True)\nloss = w * 2\n"
     "optimizer = torch.optim.SGD([w], lr=0.1)\n%soptimizer.step()\n", "", "loss.backward()\n"),
    ("optimizer-stale", HEAD + "net = nn.Linear(2, 1)\noptimizer = torch.optim.SGD(net.parameters(), lr=0.1)\n%s"
     "net(torch.ones(1, 2)).sum().backward()\noptimizer.step()\n", "net = nn.Linear(2, 1)\n", ""),
    ("data-requires-grad", HEAD + "net, x = nn.Linear(2, 1), torch.randn(3, 2, requires_grad=%s)\n"
     "optimizer = torch.optim.SGD(net.parameters(), lr=0.1)\nfor _ in range(2):\n    optimizer.zero_grad()\n"
     "    net(x).mean().backward()\n    optimizer.step()\n", "True", "False"),
    ("broadcast-loss", COLUMN, "((net(x) - y) ** 2).mean()", "((net(x).squeeze(1) - y) ** 2).mean()"),
    ("broadcast-loss", COLUMN, "F.mse_loss(net(x), y)", "F.mse_loss(net(x).squeeze(1), y)"),
    ("softmax-twice", CLASSES, "F.cross_entropy(scores.softmax(1), y)", "F.cross_entropy(scores, y)"),
    ("softmax-nll", CLASSES, "F.nll_loss(scores.softmax(1), y)", "F.nll_loss(scores.log_softmax(1), y)"),
    ("sigmoid-twice", CLASSES, "F.binary_cross_entropy_with_logits(scores.sigmoid(), torch.ones(4, 3))",
     "F.binary_cross_entropy_with_logits(scores, torch.ones(4, 3))"),
    ("eval-forgotten", DROPOUT, "with torch.no_grad():\n    net(x)", "net.eval()\nwith torch.no_grad():\n    net(x)"),
    ("train-forgotten", EPOCHS, "pass", "net.train()"),
    ("no-step", HELD, ".head", ""),
    ("flag-unread", FLAGGED, "net[0].requires_grad = False", "net[0].requires_grad_(False)"),
    ("flag-unread", FLAGGED, "for p in net[0].parameters(): p.require_grad = False", "net[0].requires_grad_(False)"),
    ("flag-unread", FLAGGED, FROZEN + "net[0].requires_grad = True",
     FROZEN + "net[0].requires_grad_(True)"),
    ("loss-lost", BATCHES, "", "    "),
    ("saved-changed", SAVED, "data", "data.clone()"),
    ("graph-grows", CARRIED, "pass", "h = h.detach()"),
    ("running-sum", TOTAL, "loss", "loss.item()"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "program", "wrong", "right"), CASES)
def test_a_mistake_is_found_and_its_twin_is_not(
    kind: str, program: str, wrong: str | tuple[str, ...], right: str | tuple[str, ...]
) -> None:
    assert kind in kinds(program % wrong)
    assert not kinds(program % right)


def kinds(source: str) -> list[str]:
    recording = record(source)
    assert not any(cell.failure for cell in recording.cells), recording.cells
    return [found.kind for found in findings(recording)]


def test_gradients_that_no_step_uses_are_told_with_what_the_optimizer_holds() -> None:
    found = only(HELD % ".head")
    assert found.names == ("encoder.weight", "encoder.bias")
    assert found.what == (
        "encoder.weight and encoder.bias get gradients, 2 passes so far, and no step moves them: SGD's in line 17 "
        "holds head.weight and head.bias."
    )


NOT_FOR_THE_OPTIMIZER = [
    "    F.mse_loss(net(x), y).backward()\n    print(net.encoder.weight.grad.norm())\n",  # somebody looks at it
    "    F.mse_loss(net(x), y).backward()\n    with torch.no_grad():\n"
    "        for p in net.encoder.parameters():\n            p -= 0.1 * p.grad\n",  # and here moves by hand
    "    F.mse_loss(net(x), y).backward()\n    net.encoder.zero_grad()\n",  # and here clears it for itself
]


@pytest.mark.parametrize("turn", NOT_FOR_THE_OPTIMIZER)
def test_a_gradient_that_something_is_done_with_is_used(turn: str) -> None:
    assert "no-step" not in kinds((HELD % ".head").replace("    F.mse_loss(net(x), y).backward()\n", turn))


def test_a_model_that_makes_the_loss_of_what_is_trained_may_stay_as_it_is() -> None:
    program = (
        HEAD + "decoder, critic = nn.Linear(3, 3), nn.Linear(3, 1)\n"
        "optimizer = torch.optim.SGD(decoder.parameters(), lr=0.1)\nfor x in torch.randn(2, 5, 3):\n"
        "    optimizer.zero_grad()\n    (-critic(decoder(x)).mean()).backward()\n    optimizer.step()\n"
    )
    assert not kinds(program)
    assert kinds(program.replace("critic(decoder(x))", "decoder(critic(x) + x)")) == ["no-step"]


def test_of_a_model_from_before_the_recording_nobody_knows_who_moves_it() -> None:
    encoder, head = nn.Linear(3, 4), nn.Linear(4, 1)
    optimizer = torch.optim.SGD(head.parameters(), lr=0.1)
    with gradwalk.watch() as walk:
        for _ in range(2):
            optimizer.zero_grad()
            head(encoder(torch.ones(2, 3))).sum().backward()
            optimizer.step()
    assert not findings(walk.recording)


def test_a_flag_at_many_parameters_is_told_once_and_at_a_module_by_its_way() -> None:
    many = only(FLAGGED % "for p in net[0].parameters(): p.require_grad = False")
    assert many.what.startswith(
        "net.0.weight.require_grad = False, and the like at 1 other parameter, sets an attribute"
    )
    one = only(FLAGGED % "net[0].requires_grad = False")
    assert one.what == (
        "net.0.requires_grad = False sets an attribute of the module, which it does not hand on to its parameters: "
        "net.0.weight and net.0.bias need a gradient all the same, and got it."
    )
    assert one.way_out == "Write net.0.requires_grad_(False)."


def test_a_model_left_in_evaluation_mode_is_told_with_the_prediction_that_left_it_there() -> None:
    found = only(EPOCHS % "pass")
    assert found.what == (
        "In line 11, net.1 (BatchNorm1d) and net.2 (Dropout) ran as in training at first, and as in evaluation in the "
        "last 2 turns, of which losses are made and steps taken."
    )
    assert found.why.startswith("The prediction in line 15 ran in evaluation mode")


def test_batch_norm_alone_kept_still_is_a_choice() -> None:
    program = (EPOCHS % "net.train()").replace("net.train()", "net.train(); epoch and net[1].eval()")
    assert not kinds(program)


def test_losses_that_are_looked_at_or_added_up_are_not_lost() -> None:
    assert "4" not in only(BATCHES % "").what.split("turns")[0]
    assert "of 3 turns" in only(BATCHES % "").what
    looked_at = (BATCHES % "").replace("(net(x), y)\n", "(net(x), y)\n        if loss.item() < 0: break\n")
    assert not kinds(looked_at)
    added = (BATCHES % "").replace("loss = F", "loss = (loss if x is not data[0][0] else 0) + F")
    assert not kinds(added)


def test_a_step_out_of_a_domain_is_told_with_its_numbers_and_not_where_the_number_was_given() -> None:
    (found,) = findings(record(MOVED % "10.0"))
    w = torch.tensor([3.0, 2.0], requires_grad=True)
    (torch.log(w) * w**2)[1].backward()  # type: ignore[no-untyped-call]
    assert w.grad is not None
    after = (w - 10 * w.grad)[1].item()
    assert f"SGD's step in line 11, with lr = 10, moved w[1] from 2 to −{-after:.4f}, and log in line 9" in found.what
    assert "exp(s)" in found.way_out
    given = MOVED.replace("2.0]", "-1.0]") % "10.0"
    assert [one.kind for one in findings(record(given))] == ["nonfinite-forward"]


BROUGHT = (
    HEAD
    + """\
p = torch.tensor([0.3, 0.15], requires_grad=True)
opt = torch.optim.SGD([p], lr=0.2)
for i in range(4):
    opt.zero_grad()
    q = p * 2 - %s
    loss = (q - q.log()).sum() + 3 * q.sum()
    loss.backward()
    opt.step()
"""
)


def test_what_brought_a_computed_number_out_of_a_domain_is_told_with_the_turn_before() -> None:
    p = torch.tensor([0.3, 0.15], requires_grad=True)
    seen: list[list[float]] = []
    while not seen or min(seen[-1]) > 0:
        q = p * 2 - 0.05
        seen.append(q.tolist())
        (slope,) = torch.autograd.grad((q - q.log()).sum() + 3 * q.sum(), p)
        p = (p - 0.2 * slope).detach().requires_grad_()
    place = next(at for at, number in enumerate(seen[-1]) if number <= 0)
    found = next(one for one in findings(record(BROUGHT % "0.05")) if one.kind == "nonfinite-forward")
    before, after = (numbers[place] for numbers in seen[-2:])
    assert found.why.endswith(
        f"One turn before, from the same data, what is {short(after)} now was {short(before)}: between them "
        "SGD's step in line 12, with lr = 0.2, moved p."
    )
    other = next(one for one in findings(record(BROUGHT % "0.05 * (i + 1)")) if one.kind == "nonfinite-forward")
    assert "One turn before" not in other.why  # the program computes something else in each turn


def test_who_climbs_on_purpose_has_no_finding() -> None:
    climbing = LOOP.replace("lr=%s", "lr=0.1, maximize=True").replace("%s", "")
    assert not kinds(climbing)


def only(source: str) -> Finding:
    (found,) = findings(record(source))
    return found


def test_what_an_optimizer_holds_of_former_times_is_told_once() -> None:
    program = (
        HEAD + "net = nn.Linear(2, 1)\noptimizer = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "net.weight = nn.Parameter(torch.ones(1, 2))\nnet(torch.ones(1, 2)).sum().backward()\noptimizer.step()\n"
    )
    recording = record(program)
    assert [finding.kind for finding in findings(recording)] == ["optimizer-stale"]
    assert "net.weight  no gradient: the optimizer holds it, and no module that ran" in report(recording)


def test_what_goes_through_numpy_is_no_operation() -> None:
    program = (
        HEAD + "one, two = nn.Linear(2, 4), nn.Linear(4, 1)\n"
        "optimizer = torch.optim.SGD([*one.parameters(), *two.parameters()], lr=0.1)\n"
        "hidden = torch.from_numpy(one(torch.ones(1, 2)).detach().numpy() * 2)\nloss = two(hidden).mean()\n"
        "loss.backward()\noptimizer.step()\n"
    )
    (finding,) = findings(record(program))
    assert finding.span is not None
    assert (finding.kind, finding.span.line) == ("no-gradient-outside", 7)
    assert finding.why == (
        "detach() in line 7 cuts the way: no gradient flows back through it. "
        "No operation of PyTorch's leads from there to loss: what NumPy or Python computes has no graph."
    )


@pytest.mark.parametrize(
    ("hidden", "why"),
    [
        ("torch.from_numpy(one(x).detach().numpy())", "detach() in line 8 cuts the way"),
        ("torch.tensor(one(x).detach().numpy())", "detach() in line 8 cuts the way"),
        ("torch.from_numpy(still(x))", "Line 7 ran while gradients were off"),
    ],
)
def test_what_came_through_numpy_is_told_by_its_memory_or_its_numbers(hidden: str, why: str) -> None:
    finding = only(
        HEAD + "one, two, x = nn.Linear(2, 4), nn.Linear(4, 1), torch.ones(3, 2)\n"
        "optimizer = torch.optim.SGD([*one.parameters(), *two.parameters()], lr=0.1)\n"
        "still = torch.no_grad()(lambda x: one(x).numpy())\n"
        f"hidden = {hidden}\ntwo(hidden).mean().backward()\noptimizer.step()\n"
    )
    assert finding.kind == "no-gradient-outside"
    assert finding.why.startswith(why)
    assert finding.why.endswith("hidden has just its numbers, as after .numpy() and torch.from_numpy.")
    assert finding.way_out.startswith("Compute hidden from it with PyTorch's operations alone")


def test_what_cut_the_way_is_told_where_the_loss_was_made_a_leaf() -> None:
    finding = only(
        HEAD + "net = nn.Linear(3, 4)\noptimizer = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "loss = net(torch.randn(5, 3)).argmax(1).float().mean()\n"
        "loss.requires_grad_()\nloss.backward()\noptimizer.step()\n"
    )
    assert finding.kind == "step-without-gradient"
    assert "argmax in line 7 gives whole numbers" in finding.why


def test_a_cut_is_told_with_names_the_line_and_a_way_out() -> None:
    found = only(NET % "self.one(x).detach()")
    assert found.names == ("one.weight", "one.bias")
    assert found.text == (
        "one.weight and one.bias got no gradient in this recording. detach() in line 10 cuts the way: no gradient "
        "flows back through it. Go on without .detach() in line 10, if the gradient is to flow through."
    )
    assert found.span is not None
    assert found.span.line == 10


def test_what_is_added_up_is_told_in_numbers() -> None:
    """The gradient of (2w − 1)² is 4(2w − 1): 4 at w = 1, and 3.68 at w = 0.96."""
    found = only(LOOP.replace("    optimizer.zero_grad()%s\n", "") % "0.01")
    assert "w.grad was 4, 3.68 is added, and it is 7.68" in found.what
    assert "line 10" in found.why


def test_zero_times_infinity_behind_where_is_told() -> None:
    found = only(
        HEAD + "x = torch.tensor([0.0, 4.0], requires_grad=True)\n"
        "y = torch.where(x > 0, torch.sqrt(x), 0.0)\ny.sum().backward()\n"
    )
    assert "0 · inf = nan" in found.why
    assert "torch.where in line 6" in found.why
    assert found.what == "SqrtBackward0 of √x in line 6 hands nan on to x."


LEFT_OUT = HEAD + "x = torch.tensor([0.0, 4.0], requires_grad=True)\n%s(y * 2).sum().backward()\n"


@pytest.mark.parametrize(
    ("chosen", "what", "zero", "safe"),
    [
        ("y = torch.where(x > 0, torch.log(x), 0.0)\n", "LogBackward0 of log(x)", "torch.where", "(condition, x, 1.0)"),
        ("n = x * 1\ny = torch.where(n > 0, x / n, 0.0)\n", "DivBackward0 of x / n", "torch.where", "on, n, 1.0)"),
        ("y = torch.log(x).masked_fill(x == 0, 0.0)\n", "LogBackward0 of log(x)", "masked_fill", "x.masked_fill(mask,"),
    ],
)  # fmt: skip
def test_of_what_was_not_chosen_the_way_back_is_told(chosen: str, what: str, zero: str, safe: str) -> None:
    """The −inf or nan itself goes nowhere; its slope does."""
    source = LEFT_OUT % chosen
    found = only(source)
    assert found.kind == "nonfinite-backward"
    assert found.what.startswith(what)
    assert "0 · inf = nan" in found.why
    assert f"The 0 comes from {zero} in line" in found.why
    assert safe in found.way_out
    assert torch.isnan(run(source)[0]["x"].grad).any()


def test_of_what_was_not_chosen_and_has_no_way_back_nothing_is_told() -> None:
    still = "with torch.no_grad():\n    y = torch.where(x > 0, torch.log(x), 0.0)\ny = y * x\n"
    assert not kinds(LEFT_OUT % still)
    assert kinds(LEFT_OUT % "y = torch.where(x > -1, torch.log(x), 0.0)\n") == ["nonfinite-forward"]
    assert kinds(LEFT_OUT % "y = torch.where(x > 0, a := torch.log(x), 0.0)\ny = y + a\n") == ["nonfinite-forward"]


def test_products_that_grow_are_told_in_numbers() -> None:
    found = only(
        HEAD + "w = torch.eye(2) * 1e9\nw.requires_grad_(True)\nx = torch.ones(2, 1)\n"
        "for _ in range(6):\n    x = w @ x\nx.sum().backward()\n"
    )
    assert (found.kind, found.span and found.span.line) == ("nonfinite-forward", 9)
    assert "beyond the largest float32" in found.why
    assert "5 products one after the other make ever larger numbers: … " in found.why


def test_a_failure_is_told_by_its_explanation() -> None:
    found = only(HEAD + "x = torch.tensor(3.0, requires_grad=True)\ny = x * x\ny.backward()\ny.backward()\n")
    assert found.kind == "failure"
    assert "retain_graph=True" in found.way_out


def test_a_variance_that_overflows_is_told() -> None:
    """(10³⁰)² is beyond the largest float32."""
    found = only(HEAD + "x = torch.full((32,), 1e30)\nx[0], x[1] = -3e30, 4.0\nx.requires_grad_()\n"
                 "y = F.layer_norm(x, (32,))\n")  # fmt: skip
    assert found.what.startswith("layer_norm in line 8 gives")
    assert found.why == (
        "A variance is made of squares, and the square of −3·10³⁰ is beyond the largest float32, 3.403·10³⁸."
    )


def test_a_large_tensor_is_counted_by_its_summary() -> None:
    found = only(HEAD + "x = torch.zeros(2000, requires_grad=True)\ny = torch.log(x)\n")
    assert found.what == "log in line 6 gives 2,000 of 2,000 numbers infinite for y."
    assert "from 0 to 0" in found.why


def test_what_is_kept_is_counted_in_bytes() -> None:
    """tanh keeps its result: 1,000 float32. The weight that mm keeps is there anyway; the data that it keeps is not."""
    kept, sizes = measurements(
        record(
            HEAD + "net = nn.Sequential(nn.Linear(10, 5, bias=False), nn.Tanh())\nx = torch.randn(200, 10)\n"
            "optimizer = torch.optim.SGD(net.parameters(), lr=0.5)\nnet(x).sum().backward()\noptimizer.step()\n"
        )
    )
    assert {row.name: row.text for row in kept.rows} == {"net.0": "8.0 kB", "net.1": "4.0 kB"}
    assert kept.what.startswith("12.0 kB when the pass in line 8 begins")
    assert [row.name for row in sizes.rows] == ["net.0.weight"]
    assert all(found.measured for found in (kept, sizes))


def test_what_ran_in_one_stretch_without_gradients_is_one_finding() -> None:
    program = NET.replace("return self.two(%s)", "with torch.no_grad():\n            a = self.one(x)\n"
                          "            b = self.three(a)\n        return self.two(b)")  # fmt: skip
    program = program.replace("self.one, self.two =", "self.three, self.one, self.two = nn.Linear(4, 4),")
    found = only(program)
    assert set(found.names) == {"one.weight", "one.bias", "three.weight", "three.bias"}
    assert (found.kind, found.span and found.span.line) == ("no-gradient-cut", 11)


def test_prediction_in_training_mode_is_told_where_the_model_is_called() -> None:
    program = (
        HEAD + "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.inner, self.drop = nn.Linear(2, 3), nn.Dropout(0.5)\n"
        "    def forward(self, x):\n        return self.drop(self.inner(x))\n"
        "net, x = Net(), torch.randn(4, 2)\nnet(x).mean().backward()\nwith torch.no_grad():\n    net(x)\n"
    )
    found = only(program)
    assert (found.kind, found.span and found.span.line) == ("eval-forgotten", 14)
    assert found.what.startswith("drop (Dropout) ran under no_grad in line 14 as in training")


OVERSHOT = (
    HEAD + "w = torch.tensor([1.0, 2.0], requires_grad=True)\noptimizer = torch.optim.SGD([w], lr=1e38)\n"
    "for _ in range(2):\n    optimizer.zero_grad()\n    (w * 9).sum().backward()\n    optimizer.step()\n"
)


def test_a_parameter_that_a_step_made_infinite_is_no_data() -> None:
    """1 − 10³⁸ · 9 is beyond the largest float32, 3.4 · 10³⁸."""
    found = only(OVERSHOT)
    assert (found.kind, found.span and found.span.line) == ("nonfinite-step", 10)
    assert (
        found.what
        == "SGD's step in line 10 makes w 2 of 2 numbers infinite. From there it spreads to the result of line 9: −inf."
    )
    assert found.why == "Its gradient was finite, with entries up to 9."


def test_what_a_nan_gradient_makes_of_a_parameter_is_told_at_the_gradient() -> None:
    program = (
        HEAD + "w = torch.tensor([0.0, 4.0], requires_grad=True)\noptimizer = torch.optim.SGD([w], lr=0.1)\n"
        "for _ in range(2):\n    optimizer.zero_grad()\n    w.sqrt().sum().backward()\n    optimizer.step()\n"
    )
    assert only(program).kind == "nonfinite-backward"


KEPT = "x = torch.ones(1000, requires_grad=True)\n"
"""Its square keeps x itself; exp keeps what it gives: 4 kB."""


def test_what_retain_graph_and_a_list_of_losses_keep_is_measured() -> None:
    _, stays, *_ = measurements(record(HEAD + KEPT + "y = x.exp().sum()\ny.backward(retain_graph=True)\n"))
    assert [row.text for row in stays.rows] == ["4.0 kB, kept by retain_graph=True"]
    twice = HEAD + KEPT + "y = x.exp().sum()\ny.backward(retain_graph=True)\ny.backward()\n"
    assert [found.kind for found in measurements(record(twice))] == ["kept"]
    listed = HEAD + KEPT + "losses = []\nfor _ in range(3):\n    losses.append(x.exp().sum())\nx.sum().backward()\n"
    stays = next(found for found in measurements(record(listed)) if found.kind == "alive")
    assert stays.what.startswith("3 graphs keep what the nodes saved")
    assert [row.text for row in stays.rows] == ["3 × 4.0 kB, no pass has walked it"]
    assert stays.rows[0].name.endswith("line 8")


def test_many_rows_end_with_one_for_the_rest_which_is_no_bar() -> None:
    """A bar is a share of the longest; all others together can be many times as much."""
    program = HEAD + "net = nn.Sequential(*[nn.Tanh() for _ in range(40)])\nx = torch.ones(9, requires_grad=True)\n"
    kept, *_ = measurements(record(program + "net(x).sum().backward()\n"))
    assert (kept.rows[-1].name, kept.rows[-1].text, kept.rows[-1].share) == ("28 more", "1.0 kB", None)


def test_update_over_weight_is_a_quotient_of_norms() -> None:
    """w = (3, 4) has the norm 5; the gradient of sum(w) is (1, 1), and a step of 0.5 goes 0.5·√2 far."""
    *_, sizes = measurements(
        record(
            HEAD + "w = torch.tensor([3.0, 4.0], requires_grad=True)\noptimizer = torch.optim.SGD([w], lr=0.5)\n"
            "w.sum().backward()\noptimizer.step()\n"
        )
    )
    assert sizes.rows[0].text == "gradient up to 1, update / weight 0.1414"


def test_a_vanishing_gradient_is_told_in_numbers() -> None:
    *_, sizes = measurements(
        record(
            HEAD + "net = nn.Sequential(*[layer for _ in range(8) for layer in (nn.Linear(4, 4), nn.Sigmoid())])\n"
            "net(torch.ones(1, 4)).sum().backward()\n"
        )
    )
    assert "It vanishes on its way from net.14.weight" in sizes.what


WRONG_ON_PURPOSE = {"7n_where": ["nonfinite-backward"]}


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)
def test_no_false_alarm_on_the_lessons(lesson: Lesson) -> None:
    """Their failures are shown on purpose."""
    found = findings(record(lesson.source))
    assert [one.kind for one in found if one.kind != "failure"] == WRONG_ON_PURPOSE.get(lesson.slug, [])


CORRECT = (
    HEAD
    + """\
G = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 2))
D = nn.Sequential(nn.Linear(2, 8), nn.LeakyReLU(), nn.Dropout(0.2), nn.Linear(8, 1))
of_g, of_d = torch.optim.Adam(G.parameters()), torch.optim.Adam(D.parameters())
bce = nn.BCEWithLogitsLoss()
for _ in range(2):
    with torch.no_grad():
        fake = G(torch.randn(16, 4))
    of_d.zero_grad()
    (bce(D(torch.randn(16, 2)), torch.ones(16, 1)) + bce(D(fake), torch.zeros(16, 1))).backward()
    of_d.step()
    of_g.zero_grad()
    bce(D(G(torch.randn(16, 4))), torch.ones(16, 1)).backward()
    of_g.step()
# %% a frozen part, gradients of two batches added up for one step, clipped
back, head = nn.Sequential(nn.Linear(4, 8), nn.ReLU()), nn.Linear(8, 2)
for parameter in back.parameters():
    parameter.requires_grad_(False)
tuned, optimizer = nn.Sequential(back, head), torch.optim.AdamW(head.parameters())
for _ in range(2):
    for _ in range(2):
        (F.cross_entropy(tuned(torch.randn(5, 4)), torch.tensor([0, 1, 0, 1, 1])) / 2).backward()
    nn.utils.clip_grad_norm_(head.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()
# %% a step through a step; an example changed against the model
net = nn.Linear(2, 1)
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
x = torch.randn(4, 2, requires_grad=True)
for _ in range(2):
    optimizer.zero_grad()
    loss = F.mse_loss(net(x.detach()), torch.ones(4, 1))
    slopes = torch.autograd.grad(loss, list(net.parameters()), create_graph=True)
    fast = [p - 0.1 * g for p, g in zip(net.parameters(), slopes)]
    F.linear(x.detach(), *fast).pow(2).mean().backward()
    optimizer.step()
    (g,) = torch.autograd.grad(net(x).mean(), x)
    with torch.no_grad():
        x += 0.1 * g.sign()
# %% a state through time, and attention under a mask
rnn, masked = nn.LSTM(3, 4, batch_first=True), nn.TransformerEncoderLayer(4, 2, 8, batch_first=True)
out, _ = rnn(torch.randn(2, 5, 3))
masked(out, nn.Transformer.generate_square_subsequent_mask(5)).pow(2).mean().backward()
# %% two batches through one batch norm before the pass; a mask that is a logarithm; statistics of the batch, wanted
twins = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))
(twins(torch.randn(5, 3)) - twins(torch.randn(5, 3))).pow(2).mean().backward()
class Attends(nn.Module):
    def __init__(self):
        super().__init__()
        self.key, self.mean, self.variance = nn.Linear(3, 3), torch.zeros(3), torch.ones(3)
    def forward(self, x):
        scores = self.key(x) @ x.T + torch.log(torch.tril(torch.ones(4, 4)))
        return F.batch_norm(scores.softmax(-1) @ x, self.mean, self.variance, training=True)
attends = Attends()
attends(torch.randn(4, 3)).pow(2).mean().backward()
with torch.no_grad():
    attends(torch.randn(4, 3))
# %% a network in a differential equation: the places are leaves, for the derivatives by them
net = nn.Sequential(nn.Linear(1, 4), nn.Tanh(), nn.Linear(4, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
places = torch.linspace(0, 1, 5).view(-1, 1).requires_grad_(True)
for _ in range(4):
    optimizer.zero_grad()
    u = net(places)
    (du,) = torch.autograd.grad(u, places, torch.ones_like(u), create_graph=True)
    (du + u).pow(2).mean().backward()
    optimizer.step()
"""
)


def test_no_false_alarm_on_what_people_rightly_do() -> None:
    recording = record(CORRECT)
    assert not any(cell.failure for cell in recording.cells)
    assert findings(recording) == ()


def test_attention_over_one_place_is_told_once_for_all_its_layers() -> None:
    source = (
        "import torch\nfrom torch import nn\n"
        "class Attention(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.q, self.k, self.v = nn.Linear(3, 3), nn.Linear(3, 3), nn.Linear(3, 3)\n"
        "    def forward(self, x):\n"
        "        weights = (self.q(x) @ self.k(x).transpose(1, 2)).softmax(-1)\n"
        "        return x + weights @ self.v(x)\n"
        "net = nn.Sequential(Attention(), Attention())\n"
        "net(torch.randn(2, {places}, 3)).pow(2).mean().backward()"
    )
    (found,) = findings(record(source.format(places=1)))
    assert found.kind == "zero-softmax"
    assert found.names == tuple(
        f"net.{one}.{way}.{kind}" for one in (0, 1) for way in "qk" for kind in ("weight", "bias")
    )
    assert found.way_out.startswith("Attention weighs several places")
    assert findings(record(source.format(places=4))) == ()


def test_a_logarithm_of_data_that_is_0_is_found_where_it_comes_to_the_loss() -> None:
    found = only(HEAD + "x = torch.tensor([[1.0, 0.0]])\nnn.Linear(2, 1)(torch.log(x)).mean().backward()\n")
    assert (found.kind, found.span and found.span.line) == ("nonfinite-forward", 6)
    assert "From there it spreads to" in found.what


# Text, the command line, and live code


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "program.py"
    path.write_text(NET % "self.one(x).detach()", encoding="utf-8")
    return path


def test_check_prints_the_findings_with_their_lines(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(file)]) == 1
    shown = capsys.readouterr().out
    assert "No gradient  (line 10)\n    10 |         return self.two(self.one(x).detach())\n" in shown
    assert "       |                         ^^^^^^^^^^^^^^^^^^^^\n" in shown
    assert "  one.weight  no gradient" in shown
    assert "Kept for backward" in shown


def test_check_json_is_json_alone(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(file), "--json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert [(one["kind"], one["span"]["line"], one["names"]) for one in data["findings"]] == [
        ("no-gradient-cut", 10, ["one.weight", "one.bias"])
    ]
    assert [one["kind"] for one in data["measurements"]] == ["kept", "sizes"]


def test_check_of_a_right_program_ends_with_0_and_of_no_file_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    right = tmp_path / "right.py"
    right.write_text(NET % "self.one(x)", encoding="utf-8")
    assert main(["check", str(right)]) == 0
    assert capsys.readouterr().out.startswith("Nothing was found that is surely wrong.\n\nKept for backward\n")
    assert main(["check", str(tmp_path / "nowhere.py")]) == 2
    assert "nowhere.py" in capsys.readouterr().err


def test_a_walk_reports_on_live_code() -> None:
    net = nn.Linear(2, 1)
    with gradwalk.watch() as walk:
        hidden = net(torch.ones(3, 2))
        loss = ((hidden - torch.zeros(3)) ** 2).mean()
        loss.backward()
    assert "The difference in line" in walk.report()
    assert "hidden (3×1)" in walk.report()
    assert "torch.zeros(3)" in walk.report()  # the line is shown
    assert walk.recording.report() == walk.report() == report(walk.recording)


DOCS = (Path(__file__).resolve().parent.parent / "docs" / "clinic.md").read_text(encoding="utf-8")
SAID = re.findall(r"^### (.*?)\n.*?```python\n(.*?)```\n\n```text\n(.*?)```", DOCS, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize(("title", "program", "said"), SAID, ids=[title for title, *_ in SAID])
def test_each_program_of_the_page_is_told_as_the_page_says(title: str, program: str, said: str) -> None:
    del title
    assert f"{report(record(program))}\n".startswith(said)


def test_the_page_lists_every_kind() -> None:
    table = DOCS.split("## All kinds")[1].split("## What is not said")[0]
    known = {kind for kind, (*_, way_out) in SENTENCES.items() if way_out} | {"failure"}
    assert set(re.findall(r"`([a-z-]+)`", table.replace("`no_grad`", ""))) == known
    assert len(SAID) == DOCS.count("\n### ")


STALE = "import torch\nw = torch.ones(2, 3, requires_grad=True)\nopt = torch.optim.SGD([w], lr=0.1)\n"


@pytest.mark.parametrize(
    ("before", "root", "found"),
    [
        ("h = w * 3", "((h - 1) ** 2).sum()", ["stale-graph"]),
        ("h = torch.ones(1, 3) @ w.t()", "(h * 2).sum() + (w * w).sum()", ["stale-graph"]),
        ("h = w.t()", "((torch.ones(1, 3) @ h - 1) ** 2).sum()", []),  # in the memory of w: as new as w
        ("s = torch.ones(1, requires_grad=True)\nh = s.detach() * 2", "((w * h - 1) ** 2).sum()", []),
    ],
)
def test_a_result_from_before_a_step_is_told_under_each_new_root(before: str, root: str, found: list[str]) -> None:
    turns = f"for i in range(3):\n    opt.zero_grad()\n    loss = {root}\n"
    turns += "    loss.backward(retain_graph=True)\n    opt.step()"
    kinds = [finding.kind for finding in findings(record(f"{STALE}{before}\n{turns}"))]
    assert [kind for kind in kinds if kind != "loss-rises"] == found


def test_where_one_of_several_numbers_has_an_infinite_slope_it_is_told() -> None:
    (found, *_) = findings(
        record("import torch\nx = torch.tensor([4.0, 0.0, 9.0], requires_grad=True)\nx.sqrt().sum().backward()\n")
    )
    assert found.kind == "nonfinite-backward"
    assert "1 of the 3 numbers that go in is 0. The slope is infinite at this point: inf." in found.why
