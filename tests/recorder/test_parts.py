"""What a module holds: as PyTorch names it, and also where PyTorch's own way through it would raise."""

from __future__ import annotations

import pytest
from torch import nn

from gradwalk import record
from gradwalk.recorder.parts import buffers_of, modules_of, parameters_of


def tied() -> nn.Module:
    model = nn.Sequential(nn.Embedding(5, 3), nn.Linear(3, 5, bias=False))
    model[1].weight = model[0].weight
    return model


MODELS = [
    nn.Linear(2, 3),
    nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Sequential(nn.ReLU(), nn.Linear(2, 2))),
    nn.TransformerEncoderLayer(4, 2),
    nn.ModuleDict({"a": nn.LSTM(2, 3), "b": nn.LazyLinear(2)}),
    nn.utils.parametrizations.weight_norm(nn.Linear(2, 2)),
    tied(),
    nn.Sequential(*[nn.Dropout()] * 2),
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_all_is_called_as_pytorch_calls_it(model: nn.Module) -> None:
    assert [way for way, _ in parameters_of(model)] == [way for way, _ in model.named_parameters()]
    assert [way for way, _ in buffers_of(model)] == [way for way, _ in model.named_buffers()]
    assert [way for way, _ in modules_of(model)] == [way for way, _ in model.named_modules()]


def test_modules_whose_keys_are_no_text_run_as_in_pytorch() -> None:
    recording = record(
        "import torch\nfrom torch import nn\n"
        "class Blocks(nn.Sequential):\n"
        "    def __init__(self, *blocks):\n"
        "        super().__init__()\n"
        "        for block in blocks:\n"
        "            self._modules[block] = block\n"
        "net = Blocks(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))\n"
        "net(torch.ones(4, 2)).sum().backward()\n"
        "[tuple(p.grad.shape) for layer in net for p in layer.parameters()]"
    )
    assert recording.cells[0].failure is None
    assert recording.cells[0].shown == "[(3, 2), (3,), (1, 3), (1,)]"
    assert [module.path for module in recording.modules] == ["net", "net.0", "net.1", "net.2"]


def test_a_class_that_names_its_parameters_in_its_own_way_is_not_asked() -> None:
    recording = record(
        "import torch\nfrom torch import nn\n"
        "class Net(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.fc = nn.Linear(2, 1)\n"
        "    def named_parameters(self, only):\n"
        "        print('asked')\n"
        "    def forward(self, x):\n"
        "        return self.fc(x)\n"
        "net = Net()\n"
        "net(torch.ones(1, 2)).sum().backward()\n"
        "torch.optim.SGD(net.fc.parameters(), lr=0.1).step()"
    )
    assert recording.cells[0].failure is None
    assert recording.cells[0].shown == ""
    assert "fc.weight" in {name for value in recording.values for name in value.names}


def test_a_compiled_module_runs_as_in_pytorch() -> None:
    recording = record(
        "import torch, warnings\nfrom torch import nn\n"
        "warnings.simplefilter('ignore')\n"
        "net = torch.jit.script(nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)))\n"
        "net(torch.ones(3, 2)).sum().backward()\n"
        "[tuple(p.grad.shape) for p in net.parameters()]"
    )
    assert recording.cells[0].failure is None
    assert recording.cells[0].shown == "[(2, 2), (2,), (2,), (2,)]"
