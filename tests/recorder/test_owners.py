"""Two modules of one class: their parameters carry the program's own names, everywhere."""

from __future__ import annotations

import gradwalk
from gradwalk.recording import Recording

NETS = """
import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 1)
    def forward(self, x):
        return self.fc(x)
"""


def names(recording: Recording) -> set[str]:
    return {name for value in recording.values for name in value.names if "." in name}


def test_one_net_is_called_as_its_class_calls_it() -> None:
    recording = gradwalk.record(NETS + "net = Net()\nnet(torch.ones(1, 2)).sum().backward()\n")
    assert names(recording) == {"fc.weight", "fc.bias", "fc.weight.grad", "fc.bias.grad"}


def test_of_two_nets_each_parameter_says_whose_it_is() -> None:
    text = "a, b = Net(), Net()\n(a(torch.ones(1, 2)) + b(torch.zeros(1, 2)).detach()).sum().backward()\n"
    recording = gradwalk.record(NETS + text)
    parameters = {f"{net}.fc.{name}" for net in "ab" for name in ("weight", "bias")}
    assert names(recording) == parameters | {"a.fc.weight.grad", "a.fc.bias.grad"}


PLAYERS = """
class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 2))

    def forward(self, x):
        return self.main(x)


class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2), nn.Sigmoid())

    def forward(self, x):
        return self.main(x)


G, D = Generator(), Critic()
D(G(torch.randn(3, 2))).sum().backward()
"""


def test_of_two_models_that_have_one_name_in_common_all_names_say_whose_they_are() -> None:
    recording = gradwalk.record(NETS + PLAYERS)
    layers = {"G.main.0", "G.main.2", "D.main.0", "D.main.1"}
    parameters = {f"{layer}.{name}{grad}" for layer in layers for name in ("weight", "bias") for grad in ("", ".grad")}
    assert parameters <= names(recording)
    assert not {name for name in names(recording) if name.startswith("main.")}
    paths = {module.path for module in recording.modules}
    assert paths == {"G", "D", "G.main", "D.main", "G.main.1", "D.main.2", *layers}


def test_two_nets_in_a_watched_stretch_of_code() -> None:
    space: dict[str, object] = {}
    exec(NETS + "import gradwalk\na, b = Net(), Net()\nx = torch.ones(1, 2)\n", space)  # noqa: S102
    exec("with gradwalk.watch() as walk:\n    (a(x) * b(x)).sum().backward()\n", space)  # noqa: S102
    walk = space["walk"]
    assert isinstance(walk, gradwalk.Walk)
    assert {"a.fc.weight", "b.fc.weight", "a.fc.weight.grad", "b.fc.bias.grad"} <= names(walk.recording)
