"""One edit takes out what a finding tells: the changed program runs, and the clinic no longer finds it."""

from __future__ import annotations

import pytest

from gradwalk import record
from gradwalk.clinic import findings
from gradwalk.clinic.edits import edit_of
from gradwalk.clinic.finding import Finding
from gradwalk.clinic.trial import tried_remark
from gradwalk.recording import Failure, Recording

HEAD = """import torch
import torch.nn.functional as F
from torch import nn
torch.manual_seed(0)
net = nn.Linear(3, {out})
opt = torch.optim.SGD(net.parameters(), lr=0.01)
x = torch.randn(6, 3)
y = {y}
"""
REGRESSION = HEAD.format(out=1, y="torch.randn(6, 1)")
ROW = HEAD.format(out=1, y="torch.randn(6)")
CLASSES = HEAD.format(out=4, y="torch.tensor([0, 1, 2, 3, 0, 1])")
BINARY = HEAD.format(out=1, y="torch.tensor([[0.], [1.], [1.], [0.], [1.], [0.]])")

PROGRAMS = {
    "optimizer-anew": (
        REGRESSION + "for turn in range(4):\n    opt = torch.optim.Adam(net.parameters(), lr=0.1)  # made here\n"
        "    opt.zero_grad()\n    F.mse_loss(net(x), y).backward()\n    opt.step()\n",
        "opt = torch.optim.Adam(net.parameters(), lr=0.1)  # made here\nfor turn in range(4):\n    opt.zero_grad()\n",
    ),
    "setting-unread": (
        REGRESSION + "for turn in range(3):\n    if turn == 1:\n        opt.lr = 0.001  # slower\n"
        "    opt.zero_grad()\n    F.mse_loss(net(x), y).backward()\n    opt.step()\n",
        '        for group in opt.param_groups:\n            group["lr"] = 0.001  # slower\n',
    ),
    "kl-of-probabilities": (
        CLASSES + "p = torch.full((6, 4), 0.25)\nloss = F.kl_div(net(x).softmax(dim=1), p, reduction='batchmean')\n"
        "loss.backward()\n",
        "F.kl_div(net(x).log_softmax(dim=1), p, ",
    ),
    "one-sequence": (
        REGRESSION + "rnn = nn.GRU(3, 3)\nout, h = rnn(x.repeat(2, 1).view(6, 2, 3))\n"
        "loss = F.mse_loss(net(out[:, -1]), y)\nloss.backward()\n",
        "rnn = nn.GRU(3, 3, batch_first=True)\n",
    ),
    "zero-grad-forgotten": (
        REGRESSION + "for turn in range(3):\n    loss = F.mse_loss(net(x), y)\n    loss.backward()\n    opt.step()\n",
        "    opt.zero_grad()\n    loss.backward()\n",
    ),
    "zero-grad-after-passes": (
        REGRESSION
        + "for turn in range(6):\n    (F.mse_loss(net(x), y) / 2).backward()\n    if turn % 2:\n        opt.step()\n",
        "        opt.step()\n        opt.zero_grad()\n",
    ),
    "nonfinite-moved": (
        "import torch\nw = torch.tensor(2.0, requires_grad=True)\nopt = torch.optim.SGD([w], lr=10.0)\n"
        "for i in range(8):\n    opt.zero_grad()\n    loss = torch.log(w) * w ** 2\n    loss.backward()\n"
        "    opt.step()\n",
        "opt = torch.optim.SGD([w], lr=0.1)\n",
    ),
    "broadcast-loss": (ROW + "loss = ((net(x) - y) ** 2).mean()\nloss.backward()\n", "((net(x).squeeze(1) - y) ** 2)"),
    "running-sum": (
        REGRESSION + "total = 0\nfor turn in range(4):\n    opt.zero_grad()\n    loss = F.mse_loss(net(x), y)\n"
        "    loss.backward()\n    opt.step()\n    total += loss\n",
        "total += loss.item()\n",
    ),
    "clipped-too-early": (
        REGRESSION + "for turn in range(3):\n    opt.zero_grad()\n    loss = F.mse_loss(net(x), y)\n"
        "    nn.utils.clip_grad_norm_(net.parameters(), 0.1)\n    loss.backward()\n    opt.step()\n",
        "    loss.backward()\n    nn.utils.clip_grad_norm_(net.parameters(), 0.1)\n    opt.step()\n",
    ),
    "plus-for-sum": (
        REGRESSION + "loss = 0\nfor row in range(6):\n    loss =+ F.mse_loss(net(x[row]), y[row])\nloss.backward()\n",
        "    loss += F.mse_loss(net(x[row]), y[row])\n",
    ),
    "softmax-twice": (
        CLASSES + "loss = F.cross_entropy(F.softmax(net(x), dim=1), y)\nloss.backward()\n",
        "F.cross_entropy(net(x), y)",
    ),
    "sigmoid-twice": (
        BINARY + "loss = F.binary_cross_entropy_with_logits(net(x).sigmoid(), y)\nloss.backward()\n",
        "F.binary_cross_entropy_with_logits(net(x), y)",
    ),
}


def found(recording: Recording, kind: str) -> Finding:
    return next(finding for finding in findings(recording) if finding.kind == kind)


@pytest.mark.parametrize("kind", PROGRAMS)
def test_the_changed_program_no_longer_has_it(kind: str) -> None:
    program, written = PROGRAMS[kind]
    before = record(program)
    change = edit_of(before, found(before, kind))
    assert change is not None
    changed = program[: change.start] + change.text + program[change.end :]
    assert written in changed
    after = record(changed)
    assert not [event for event in after.events if isinstance(event, Failure)]
    assert findings(after) == ()
    trial = tried_remark(before, found(before, kind), after)
    assert trial.mends
    assert trial.said.startswith("Tried: with this change, it is no longer found.")


def test_a_loss_of_pytorchs_and_a_sum_written_out_are_changed_too() -> None:
    before = record(ROW + "loss = nn.MSELoss()(net(x), y)\nloss.backward()\n")
    change = edit_of(before, found(before, "broadcast-loss"))
    assert change is not None
    assert change.label == "loss = nn.MSELoss()(net(x).squeeze(1), y)"
    before = record(PROGRAMS["running-sum"][0].replace("total += loss", "total = total + loss"))
    change = edit_of(before, found(before, "running-sum"))
    assert change is not None
    assert change.label == "total = total + loss.item()"


SQUASHED = {
    "out = F.softmax(net(x), dim=1)\nloss = F.cross_entropy(out, y)\n": "out = net(x)",
    "out = net(x)\nout = out.softmax(1)\nloss = F.cross_entropy(out, y)\n": "without out = out.softmax(1)",
    "out = net(x)\np = out.softmax(1)\nloss = F.cross_entropy(p, y)\nprint(p)\n": "loss = F.cross_entropy(out, y)",
    "def f(x):\n    return torch.softmax(net(x), 1)\nloss = F.cross_entropy(f(x), y)\n": "return net(x)",
    "net = nn.Sequential(net, nn.Softmax(1))\nloss = F.cross_entropy(net(x), y)\n": "net = nn.Sequential(net)",
}


@pytest.mark.parametrize("written", SQUASHED)
def test_softmax_is_taken_away_where_it_stands(written: str) -> None:
    program = CLASSES + written + "loss.backward()\n"
    before = record(program)
    change = edit_of(before, found(before, "softmax-twice"))
    assert change is not None
    assert change.label == SQUASHED[written]
    after = record(program[: change.start] + change.text + program[change.end :])
    assert tried_remark(before, found(before, "softmax-twice"), after).mends


def test_where_it_is_written_otherwise_there_is_none() -> None:
    by_hand = """import torch
w = torch.tensor(2.0, requires_grad=True)
for turn in range(3):
    loss = (w - 1) ** 2
    loss.backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
"""
    before = record(by_hand)
    assert edit_of(before, found(before, "zero-grad-forgotten")) is None
    before = record(PROGRAMS["zero-grad-forgotten"][0].replace("loss.backward()", "loss.backward(); 1 + 1"))
    assert edit_of(before, found(before, "zero-grad-forgotten")) is None
    before = record(PROGRAMS["optimizer-anew"][0].replace("range(4)", "(0.1, 0.2, 0.3)").replace("lr=0.1)", "lr=turn)"))
    assert edit_of(before, found(before, "optimizer-anew")) is None
    before = record(CLASSES + "p = F.softmax(net(x), dim=1)\nloss = F.cross_entropy(p, y)\nprint(p)\nloss.backward()\n")
    assert edit_of(before, found(before, "softmax-twice")) is None


def test_what_a_change_does_not_mend_is_said() -> None:
    program = PROGRAMS["broadcast-loss"][0]
    before = record(program)
    remark = found(before, "broadcast-loss")
    assert tried_remark(before, remark, before) == (False, "Tried: with this change, the same is still found.")
    stops = tried_remark(before, remark, record(program + "x @ x\n"))
    assert not stops.mends
    assert stops.said.startswith("Tried: with this change line 11 stops: RuntimeError: ")
    mends, said = tried_remark(before, remark, record(PROGRAMS["zero-grad-forgotten"][0]))
    assert not mends
    assert said.startswith("Tried: with this change it is gone, and there is something else: “The gradient still")
