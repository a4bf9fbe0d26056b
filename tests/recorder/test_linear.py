"""A linear layer whose kernels are known is recorded as the dispatch mode would record it."""

from __future__ import annotations

from dataclasses import fields

import pytest

from gradwalk import record
from gradwalk.recorder import linear

HEAD = """\
import torch
import torch.nn as nn
import torch.nn.functional as F
torch.manual_seed(0)
x = torch.randn(4, 3)
net = nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.1)
"""
PROGRAMS = {
    "trained": "for turn in range(3):\n    opt.zero_grad()\n    net(x).mean().backward()\n    opt.step()\n",
    "rows that need a gradient": "x.requires_grad_()\nnet(x).sum().backward()\n",
    "a weight that is shared": "y = net[0](x)\nz = net[0](y[:, :3])\nz.sum().backward()\n",
    "a frozen bias": "net[0].bias.requires_grad_(False)\nnet(x).sum().backward()\n",
    "a frozen layer": "net[0].requires_grad_(False)\nnet(x).sum().backward()\n",
    "a weight that was computed": "w = net[0].weight * 2\nF.linear(x, w, net[0].bias).sum().backward()\n",
    "one name for all": "w = torch.ones(3, 3, requires_grad=True)\nF.linear(w, w, w[0]).sum().backward()\n",
    "no gradients": "with torch.no_grad():\n    y = net(x)\n",
    "one row alone": "net(x[0]).sum().backward()\n",
    "three dimensions": "net(x[None]).sum().backward()\n",
    "no bias": "F.linear(x, net[0].weight).sum().backward()\n",
    "sixteen bits": "with torch.autocast('cpu', torch.bfloat16):\n    y = net(x)\ny.sum().backward()\n",
    "a second derivative": (
        "x.requires_grad_()\ng, = torch.autograd.grad(net(x).sum(), x, create_graph=True)\ng.pow(2).sum().backward()\n"
    ),
    "packed": (
        "with torch.autograd.graph.saved_tensors_hooks(lambda t: t.numpy(), torch.from_numpy):\n"
        "    y = net(x)\ny.sum().backward()\n"
    ),
    "changed in place": (
        "y = net[0](x)\ny.add_(1)\ny.sum().backward()\nwith torch.no_grad():\n    net[0].weight += 1\nnet(x)\n"
    ),
    "shapes that do not fit": "net[2](x)\n",
    "64 bits": "F.linear(x.double(), net[0].weight.double(), net[0].bias.double()).sum().backward()\n",
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_the_same_recording(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    record(HEAD + "net(x)\nF.linear(x.double(), net[0].weight.double(), net[0].bias.double())\n")
    with_known = record(HEAD + program)
    monkeypatch.setattr(linear, "LINEAR", None)
    seen = record(HEAD + program)
    for field in fields(seen):
        assert getattr(with_known, field.name) == getattr(seen, field.name), field.name


def test_what_is_seen_first_is_known_from_then_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear, "KNOWN", {})
    record(HEAD + "net(x)\n")
    ((first, second),) = linear.KNOWN.values()
    assert (first.name, second.name) == ("t", "addmm")
