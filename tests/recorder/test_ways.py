"""What is held in a list, a dict or an object is called as the program reaches it: Python finds it by that name."""

from __future__ import annotations

import pytest

import gradwalk
from gradwalk.recording import Statement, Value
from tests.recorder.test_owners import NETS

HEAD = f"""{NETS}class Neuron:
    def __init__(self):
        self.w = [torch.tensor(0.5, requires_grad=True) for _ in range(2)]
        self.b = torch.tensor(0.1, requires_grad=True)
    def __call__(self, xs):
        return sum((w * x for w, x in zip(self.w, xs)), self.b)
class Agent:
    def __init__(self):
        self.actor, self.critic = nn.Linear(2, 1), nn.Linear(2, 1)
x = torch.ones(2)
"""
PROGRAMS = {
    "nets in a list": (
        "nets = [Net(), Net()]\nloss = 0\nfor net in nets:\n    loss = loss + net(x).sum()\nloss.backward()\n",
        {f"nets[{n}].fc.{part}" for n in range(2) for part in ("weight", "bias")},
    ),
    "layers in a dict, met in an expression": (
        "layers = {'a': nn.Linear(2, 1), 'b': nn.Linear(2, 1)}\n"
        "sum(one(x).sum() for one in layers.values()).backward()\n",
        {f"layers['{n}'].{part}" for n in "ab" for part in ("weight", "bias")},
    ),
    "layers of an object": (
        "agent = Agent()\n(agent.actor(x) * agent.critic(x)).sum().backward()\n",
        {f"agent.{n}.{part}" for n in ("actor", "critic") for part in ("weight", "bias")},
    ),
    "tensors in a list that grew": (
        "ws = []\nfor n in range(3):\n    ws.append(torch.ones(2, requires_grad=True))\n"
        "(ws[0] * ws[1] * ws[2]).sum().backward()\n",
        {"ws[0]", "ws[1]", "ws[2]"},
    ),
    "a loop's variable stands for one after the other": (
        "ws = [torch.ones(2, requires_grad=True) for _ in range(2)]\nfor w in ws:\n    (w * x).sum().backward()\n",
        {"ws[0]", "ws[1]"},
    ),
    "neurons in a list": (
        "net = [Neuron(), Neuron()]\nsum(neuron(x) for neuron in net).backward()\n",
        {f"net[{n}].{part}" for n in range(2) for part in ("w[0]", "w[1]", "b")},
    ),
}


def leaves(recording: gradwalk.Recording) -> dict[str, Value]:
    """What learns, by the name that it has first."""
    found = [value for value in recording.values if value.is_leaf and value.requires_grad and value.operation is None]
    return {value.names[0]: value for value in reversed(found)}


@pytest.mark.parametrize("name", PROGRAMS)
def test_python_finds_it_by_its_name(name: str) -> None:
    text, expected = PROGRAMS[name]
    found = leaves(gradwalk.record(HEAD + text))
    assert set(found) == expected
    space: dict[str, object] = {"__name__": "__main__"}
    exec("import torch\ntorch.manual_seed(0)\n" + HEAD + text, space)  # noqa: S102
    shapes = {way: tuple(eval(way, space).shape) for way in expected}  # noqa: S307
    assert {way: value.shape for way, value in found.items()} == shapes


def test_what_a_variable_stands_for_keeps_its_name() -> None:
    text = (
        "w = torch.ones(2, requires_grad=True)\nnet = nn.Linear(2, 1)\nboth = [w, net]\n(net(x) * w).sum().backward()\n"
    )
    assert set(leaves(gradwalk.record(HEAD + text))) == {"w", "net.weight", "net.bias"}


def test_a_modules_buffers_have_their_way_there() -> None:
    text = "net = nn.BatchNorm1d(2, affine=False)\nnet.eval()\n(net(torch.ones(3, 2)) - net.running_var).sum()\n"
    named = {name for value in gradwalk.record(HEAD + text).values for name in value.names}
    assert {"net.running_mean", "net.running_var"} <= named


def test_in_a_function_too() -> None:
    text = "def run():\n    ws = {'w': torch.ones(2, requires_grad=True)}\n    (ws['w'] * x).sum().backward()\nrun()\n"
    assert set(leaves(gradwalk.record(HEAD + text))) == {"ws['w']"}


def test_the_module_that_runs_is_called_so_too() -> None:
    recording = gradwalk.record(HEAD + PROGRAMS["nets in a list"][0])
    assert [module.path for module in recording.modules if module.parent is None] == ["nets[0]", "nets[1]"]


def test_nothing_of_the_programs_runs_for_it() -> None:
    text = """
class Loud(list):
    def __getitem__(self, place):
        raise RuntimeError("asked")
    __iter__ = __len__ = __getitem__
class Lazy:
    def __getattr__(self, name):
        raise RuntimeError("asked")
loud, lazy = Loud([torch.ones(2, requires_grad=True)]), Lazy()
list.__getitem__(loud, 0).sum().backward()
"""
    recording = gradwalk.record(HEAD + text)
    assert not any(cell.failure for cell in recording.cells)
    assert set(leaves(recording)) == {"loud[0]"}


def test_whether_a_module_is_true_is_not_asked() -> None:
    recording = gradwalk.record(
        "import torch\nimport torch.nn as nn\nclass Part(nn.Module):\n    def __init__(self):\n"
        "        super().__init__()\n        self.fc = nn.Linear(2, 1)\n"
        "    def __len__(self):\n        raise ValueError('asked')\n"
        "class Whole(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.part = Part()\n"
        "net = Whole()\nfor _ in range(2):\n    net.zero_grad()\n    net.part.fc(torch.ones(1, 2)).sum().backward()\n"
    )
    assert recording.cells[0].failure is None
    assert set(leaves(recording)) == {"part.fc.weight", "part.fc.bias"}


def test_in_a_watched_stretch_of_code() -> None:
    space: dict[str, object] = {"__name__": "lecture"}
    exec(HEAD + "import gradwalk\nagent = Agent()\n", space)  # noqa: S102
    exec("with gradwalk.watch() as walk:\n    agent.actor(x).sum().backward()\n", space)  # noqa: S102
    walk = space["walk"]
    assert isinstance(walk, gradwalk.Walk)
    assert set(leaves(walk.recording)) == {"agent.actor.weight", "agent.actor.bias"}


def test_parts_of_a_module_that_are_called_one_by_one_have_their_way_there() -> None:
    source = (
        "import torch\nfrom torch import nn\nx = torch.ones(1, 2)\n"
        "net = nn.ModuleList(nn.Linear(2, 2) for _ in range(2))\n"
        "for layer in net:\n    x = layer(x)\nhead = nn.Sequential(nn.Linear(2, 1))\n"
        "y = head[0](net[1](x))\nz = head(x)"
    )
    paths = [module.path for module in gradwalk.record(source).modules]
    assert paths == ["net.0", "net.1", "head.0", "head", "head.0"]


def test_single_numbers_of_numpys_are_numbers() -> None:
    recording = gradwalk.record("import numpy as np\na = np.float64(0.5) * 3\nn = np.arange(3)[2]\nyes = n > 1\n")
    bound = {one.name: one.text for event in recording.events if isinstance(event, Statement) for one in event.bindings}
    assert bound == {"a": "1.5", "n": "2", "yes": "True"}
