"""Failures of losses, shapes, modules, optimizers, Functions, and of Python itself."""

from __future__ import annotations

import pytest

import gradwalk
from gradwalk.failures.explanation import diagnose, explained
from gradwalk.failures.wording import FAILURES
from gradwalk.recording.causes import CAUSES, cause
from tests.failing import Case, check, failures, told

T = "import torch\nfrom torch import nn\ntorch.manual_seed(0)\n"
LOGITS = T + "logits = torch.randn(3, 4, requires_grad=True)\n"
P = T + "p = torch.tensor([0.2, 0.7], requires_grad=True)\n"

LOSSES = [
    Case(
        LOGITS + "t = torch.tensor([0.0, 1.0, 2.0])\nloss = nn.CrossEntropyLoss()(logits, t)\nloss.backward()\n",
        "target-dtype", None, "PyTorch wants it as int64 (Long); these are Float",
        "loss = nn.CrossEntropyLoss()(logits, t.long())",
        LOGITS + "nn.functional.cross_entropy(logits, torch.tensor([0, 1, 2])).backward()\n", "logits.grad",
    ),
    Case(  # not whole: these are no classes
        LOGITS + "t = torch.tensor([0.5, 1.0, 2.0])\nloss = nn.CrossEntropyLoss()(logits, t)\n",
        "target-dtype", None, ".long(), or make the targets with dtype=torch.long",
    ),
    Case(
        LOGITS + "loss = nn.functional.cross_entropy(logits, torch.tensor([1, 0, 4]))\n",
        "target-range-of", None, "The input has 4 columns, so the classes are 0 to 3, and there is none for 4",
    ),
    Case(
        LOGITS + "t = torch.tensor([[1], [0], [2]])\nloss = nn.CrossEntropyLoss()(logits, t)\nloss.backward()\n",
        "target-column", None, "targets.squeeze(1) makes a column flat",
        "loss = nn.CrossEntropyLoss()(logits, t.squeeze(1))",
        LOGITS + "nn.functional.cross_entropy(logits, torch.tensor([1, 0, 2])).backward()\n", "logits.grad",
    ),
    Case(
        LOGITS + "nn.CrossEntropyLoss()(logits, torch.eye(4)[:3].long())\n", "target-probabilities", None,
        "targets.float()"
    ),
    Case(
        LOGITS + "nn.CrossEntropyLoss()(logits, torch.tensor([1, 0]))\n",
        "target-batch", None, "The input has 3 rows of scores and there are 2 targets",
    ),
    Case(
        P + "t = torch.tensor([0, 1])\nloss = nn.BCELoss()(p, t)\nloss.backward()\n",
        "target-float-bce", None, "so they have to be Float; these are Long",
        "loss = nn.BCELoss()(p, t.float())",
        P + "nn.functional.binary_cross_entropy(p, torch.tensor([0.0, 1.0])).backward()\n", "p.grad",
    ),
    Case(
        P + "t = torch.tensor([0, 1])\nloss = nn.BCEWithLogitsLoss()(p, t)\nloss.backward()\n",
        "result-cast-targets", None, "Binary cross entropy computes with the targets as Float numbers",
        "loss = nn.BCEWithLogitsLoss()(p, t.float())",
        P + "nn.BCEWithLogitsLoss()(p, torch.tensor([0.0, 1.0])).backward()\n", "p.grad",
    ),
    Case(P + "nn.BCELoss()(p * 2, torch.ones(2))\n", "probability-range", None, "Put torch.sigmoid around the input"),
    Case(P + "nn.BCELoss()(p, 2 * torch.ones(2))\n", "target-probability-range", None, "CrossEntropyLoss is for more"),
    Case(
        P + "q = p.unsqueeze(1)\nt = torch.ones(2)\nloss = nn.BCELoss()(q, t)\nloss.backward()\n",
        "target-size", None, "The input has the shape [2, 1] and the targets [2]",
        "loss = nn.BCELoss()(q, t.unsqueeze(-1))",
        P + "nn.BCELoss()(p, torch.ones(2)).backward()\n", "p.grad",
    ),
]  # fmt: skip

OPERATIONS = [
    Case(
        T + "lin = nn.Linear(2, 1)\nx = torch.ones(3, 2, dtype=torch.float64)\nlin(x).sum().backward()\n",
        "dtype-mismatch-named", None, "x holds float64 numbers.",
        "lin(x.float()).sum().backward()", T + "lin = nn.Linear(2, 1)\nlin(torch.ones(3, 2)).sum().backward()\n",
        "lin.weight.grad",
    ),
    Case(
        T + "w = torch.ones(2, requires_grad=True)\nv = torch.ones(2, dtype=torch.float64, requires_grad=True)\n"
        "w @ v\n",
        "dtype-mismatch-named", None, "v holds float64 numbers.",
    ),
    Case(
        T + "n = torch.arange(3)\nm = n.mean()\n", "needs-floats", None, "x.float()",
        "m = n.float().mean()", T + "m = torch.tensor(1.0)\n", "m",
    ),
    Case(T + "n = torch.arange(3)\nn += 0.5\n", "result-cast", None, "The result is Float"),
    Case(T + "nn.Embedding(3, 2)(torch.tensor([3]))\n", "embedding-range-of", None, "its indices are 0 to 2; one"),
    Case(T + "nn.Embedding(3, 2)(torch.tensor([0.5]))\n", "index-dtype", None, ".long()"),
    Case(
        T + "W = torch.ones(3, 2, requires_grad=True)\nx = torch.ones(3)\ny = W @ x\n",
        "vector-shapes-transposed", None, "The transposed matrix fits: W.T @ x, or x @ W",
    ),
    Case(T + "torch.ones(2, 3) @ torch.ones(2, 3)\n", "matrix-shapes", None, "here it is 3 columns and 2 rows"),
    Case(
        T + "m = nn.Linear(8, 2)(torch.ones(4, 6)) * 0\n", "matrix-shapes-linear-made", None,
        "The layer takes 8 features, and the last dimension of its input has 6",
        "m = nn.Linear(6, 2)(torch.ones(4, 6)) * 0", T + "m = torch.zeros(4, 2)\n", "m.shape",
    ),
    Case(
        T + "sizes = 8, 2\nm = nn.Linear(*sizes)(torch.ones(4, 6))\n", "matrix-shapes-linear", None,
        "Make it nn.Linear(6, 2), or bring the features to the last dimension.",
    ),
    Case(
        T + "nn.Sequential(nn.Conv2d(1, 2, 3), nn.Linear(8, 2))(torch.ones(5, 1, 6, 6))\n",
        "matrix-shapes-unflattened", None, "put nn.Flatten() before the layer: it then takes 32 features",
    ),
    Case(T + "torch.ones(3) + torch.ones(4)\n", "shape-mismatch", None, "in dimension 0 they are 3 and 4"),
    Case(T + "torch.dot(torch.ones(3), torch.ones(2))\n", "dot-shapes", None, "here they have 3 and 2"),
    Case(T + "nn.Conv2d(3, 4, 3)(torch.ones(1, 1, 8, 8))\n", "channels", None, "The layer takes 3 channels"),
    Case(T + "nn.Conv2d(3, 4, 3)(torch.ones(8, 8))\n", "image-dimensions", None, "conv2d takes 3D (unbatched) or 4D"),
    Case(T + "torch.ones(3).view(2, 2)\n", "reshape-size", None,
    "there are 3, and [2, 2] does not hold exactly so many"),
    Case(
        T + "t = torch.ones(2, 3).T\nf = t.view(6)\n", "view-stride", None, "Write .reshape()",
        "f = t.reshape(6)", T + "f = torch.ones(6)\n", "f",
    ),
    Case(T + "torch.cat([torch.ones(2, 3), torch.ones(2, 2)])\n", "cat-sizes", None, "has 2 where the first has 3"),
    Case(T + "torch.stack([torch.ones(2), torch.ones(3)])\n", "stack-sizes", None, "number 1 has [3]"),
    Case(T + "torch.ones(3).sum(dim=1)\n", "dimension-range", None,
    "1 was asked for, and the greatest that this tensor takes is 0"),
    Case(T + "torch.ones(3)[5]\n", "index-range", None, "dimension 0 has 3, and index 5 was asked for"),
    Case(T + "torch.tensor([[1, 2], [3]])\n", "ragged", None, "one here has 2 elements, another 1"),
    Case(T + "torch.ones(2, 2).item()\n", "one-number", None, ".mean() or .sum()"),
    Case(T + "if torch.ones(2) > 0:\n    pass\n", "truth-of-many", None, ".all() or .any()"),
    Case(T + "nn.BatchNorm1d(4)(torch.ones(1, 4))\n", "batch-of-one", None, "in [1, 4] there is one value"),
    Case(
        T + "y = torch.ones(2).cuda()\n", "no-cuda", None, "PyTorch finds none on this machine",
        'y = torch.ones(2).to("cuda" if torch.cuda.is_available() else "cpu")', T + "y = torch.ones(2)\n", "y",
    ),
    Case(
        T + 'device = "cuda"\ny = torch.ones(2, device=device)\n', "no-cuda", None, "Let the program choose",
        'device = "cuda" if torch.cuda.is_available() else "cpu"', T + "y = torch.ones(2)\n", "y",
    ),
]  # fmt: skip

NET = T + "class Net(nn.Module):\n    def __init__(self):\n"
MODULES = [
    Case(
        NET + "        self.lin = nn.Linear(1, 1)\n    def forward(self, x):\n        return self.lin(x)\n"
        "out = Net()(torch.ones(1, 1)).shape\n",
        "module-init", None, "Write super().__init__() as the first line",
        "        super().__init__()", T + "out = torch.Size([1, 1])\n", "out",
    ),
    Case(
        T + "class Net(nn.Module):\n    def forwrd(self, x):\n        return x\nNet()(1)\n",
        "module-forward", None, "Define forward(self, x)",
    ),
    Case(
        T + "w = torch.ones(2, requires_grad=True)\nopt = torch.optim.SGD(w, lr=0.1)\n",
        "one-parameter", None, "Write brackets around it",
        "opt = torch.optim.SGD([w], lr=0.1)",
    ),
    Case(
        T + "net = nn.Linear(1, 1)\nopt = torch.optim.SGD(net, lr=0.1)\n",
        "module-for-parameters", None, "Write .parameters() behind it",
        "opt = torch.optim.SGD(net.parameters(), lr=0.1)",
    ),
    Case(
        T + "net = nn.Linear(1, 1)\nopt = torch.optim.SGD(net.parameters, lr=0.1)\n",
        "parameters-not-called", None, "Write the parentheses: .parameters()",
        "opt = torch.optim.SGD(net.parameters(), lr=0.1)",
    ),
    Case(
        T + "w = torch.ones(2, requires_grad=True) * 2\nopt = torch.optim.SGD([w], lr=0.1)\n",
        "computed-parameter-made", 4, "Make the leaf last", "w = (torch.ones(2) * 2).requires_grad_()",
        T + "w = torch.full((2,), 2.0, requires_grad=True)\n", "w",
    ),
    Case(
        NET + "        super().__init__()\n        self.layers = [nn.Linear(1, 1)]\n"
        "opt = torch.optim.SGD(Net().parameters(), lr=0.1)\n",
        "no-parameters", None, "nn.ModuleList",
    ),
    Case(
        T + "w = nn.Linear(1, 1).parameters()[0]\n", "not-indexable", None, "list(…)[0]",
        "w = list(nn.Linear(1, 1).parameters())[0]",
    ),
    Case(
        T + "torch.optim.LBFGS([torch.ones(1, requires_grad=True)]).step()\n", "closure", None, "call step(closure)"
    ),
    Case(
        T + "w = torch.ones(1, requires_grad=True)\nopt = torch.optim.LBFGS([w])\ndef closure():\n"
        "    (w ** 2).sum().backward()\nopt.step(closure)\n",
        "closure-without-loss", None, "Write return loss",
    ),
    Case(
        T + "nn.Linear(1, 1).load_state_dict({'weight': torch.ones(1, 1)})\n",
        "state-dict", None, "Each name in a state_dict has to be there in Linear",
    ),
    Case(
        T + "nn.Linear(1, 1).load_state_dict({'module.weight': torch.ones(1, 1), 'module.bias': torch.ones(1)})\n",
        "state-dict-prefix", None, "begin with “module.”",
    ),
    Case(
        T + "nn.Linear(1, 1).load_state_dict({'weight': torch.ones(2, 1), 'bias': torch.ones(1)})\n",
        "state-dict-sizes", None, "parameters have other shapes",
    ),
    Case(T + "nn.Linear(1, 1).weight = torch.ones(1, 1)\n", "plain-parameter", None, "Assign nn.Parameter(…)"),
    Case(T + "nn.Sequential([nn.ReLU()])\n", "not-a-module", None, "nn.Sequential(*layers)"),
]  # fmt: skip

SIGN = """import torch
class Sign(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale):
        return torch.sign(x) * scale
    @staticmethod
    def backward(ctx, g):
        return g
v = torch.tensor([-0.5, 0.2], requires_grad=True)
"""
OLD = """import torch
class Twice(torch.autograd.Function):
    def forward(self, x):
        return x * 2
    def backward(self, g):
        return g * 2
v = torch.tensor([-0.5, 0.2], requires_grad=True)
"""
FUNCTIONS = [
    Case(
        SIGN + "Sign.apply(v, 2).sum().backward()\n",
        "function-count", None, "forward() of Sign takes 2 inputs after ctx, and backward() gave gradients for 1",
        "        return g, None", SIGN + "v.sum().backward()\n", "v.grad",
    ),
    Case(  # the second input is a tensor: what belongs to it, only its author knows
        SIGN + "k = torch.tensor(2.0, requires_grad=True)\nSign.apply(v, k).sum().backward()\n",
        "function-count", None, "and None for those that need none",
    ),
    Case(
        OLD.replace("    def", "    @staticmethod\n    def").replace("g * 2", "torch.ones(3)")
        + "Twice.apply(v).sum().backward()\n",
        "function-shape", None, "has the shape [3]; the input needs [2]",
    ),
    Case(
        OLD + "y = Twice()(v)\ny.sum().backward()\n",
        "function-not-static", None, "Write @staticmethod before both",
        "y = Twice.apply(v)", OLD + "(v * 2).sum().backward()\n", "v.grad",
    ),
    Case(
        "import torch\nfrom torch.func import vmap\ndef f(x):\n    if x > 0:\n        return x\n    return -x\n"
        "vmap(f)(torch.ones(3))\n",
        "vmap-if", None, "torch.where",
    ),
    Case(
        "import torch\ntorch.func.grad(lambda x: x * 2)(torch.ones(3))\n",
        "transform-not-scalar", None, "a tensor with 1 dimensions",
    ),
]  # fmt: skip

PYTHON = [
    Case(
        T + "loss = torch.ones(1)\nlss.sum()\n", "unknown-name-near", None, "There is no lss here; there is loss",
        "loss.sum()",
    ),
    Case(T + "x = torch.tensor(2.0, requires_grad=true)\n", "unknown-name-near", None, "there is True",
         "x = torch.tensor(2.0, requires_grad=True)"),
    Case(
        "x = torch.tensor(2.0)\n", "not-imported", None, "Write import torch above",
        "import torch", "import torch\nx = torch.tensor(2.0)\n", "x",
    ),
    Case(T + "loss1 = 1\nprint(loss2)\n", "unknown-name", None, "nothing had been assigned to loss2"),
    Case(T + "x_train = 1\nprint(y_train)\n", "unknown-name", None, "nothing had been assigned to y_train"),
    Case(
        T + "x = torch.tensor(2.0, requires_gard=True)\n", "keyword-near", None, "it has requires_grad",
        "x = torch.tensor(2.0, requires_grad=True)",
    ),
    Case(T + "nn.Linear(2, 1, bais=False)\n", "keyword-near", None, "Linear has no argument bais; it has bias",
         "nn.Linear(2, 1, bias=False)"),
    Case(T + "y = torch.ones(1, requires_grad=True)\ny.bacward()\n", "attribute-near", None, "it has backward",
         "y.backward()"),
    Case(T + "torch.tensr(1)\n", "attribute-near", None, "it has tensor", "torch.tensor(1)"),
    Case(T + "nn.Lineer(1, 1)\n", "attribute-near", None, "it has Linear", "nn.Linear(1, 1)"),
    Case(T + "torch.frobnicate(1)\n", None, None, ""),
    Case(T + "toch.ones(1)\n", "unknown-name-near", None, "there is torch", "torch.ones(1)"),
    Case(
        T + "x = torch.ones(2, requires_grad=True)\nz = (x ** 2).mean\nz.backward()\n",
        "not-called", 5, "z is the function mean itself, and not its result",
        "z = (x ** 2).mean()", T + "x = torch.ones(2, requires_grad=True)\n(x ** 2).mean().backward()\n", "x.grad",
    ),
    Case(
        T + "def f(x):\n    x * 2\ny = f(torch.ones(1))\ny.sum()\n",
        "none-returned", 6, "f() gave None in line 6",
        "    return x * 2", T + "y = torch.ones(1) * 2\n", "y",
    ),
    Case(
        T + "loss = nn.MSELoss(torch.ones(1), torch.ones(1))\nloss.backward()\n",
        "loss-not-applied", None, "nn.MSELoss()(input, target)",
    ),
    Case(
        T + "losses = [torch.ones(1, requires_grad=True) * 2]\nlosses.backward()\n",
        "list-backward", None, "sum(losses).backward()",
    ),
    Case(T + "nn.MSELoss()(None, torch.ones(1))\n", "not-a-tensor-none", None, "without return gives None"),
    Case(T + "m = torch.ones(2, 2).max(dim=1)\nm.sum()\n", "several-results", None, ".values"),
    Case(T + "x = [torch.ones(1)]\ny = x ** 2\n", "list-arithmetic", None, "One of the two is a Python list"),
    Case(T + "torch.sqrt(2.0)\n", "not-a-tensor-numbers", None, "was given a float"),
    Case(T + "torch.relu(None)\n", "not-a-tensor-none", None, "without return gives None"),
    Case(T + "nn.Linear(2, 1)(nn.LSTM(2, 2)(torch.ones(1, 1, 2)))\n", "not-a-tensor-tuple", None,
    "out, state = layer(x)"),
    Case(
        T + "y = torch.ones(2, requires_grad=True)\n(y * 2).backward(1.0)\n", "seed-number", None,
        "this is of type float",
    ),
    Case(T + "nn.relu(torch.ones(1))\n", "attribute-near", None, "it has ReLU"),  # a module, and no function
    Case(
        T + "x = torch.Tensor([2.0], requires_grad=True)\n", "capital-tensor", None,
        "torch.tensor([…], requires_grad=True)",
        "x = torch.tensor([2.0], requires_grad=True)",
    ),
    Case(T + "torch.Tensor(2, 3, requires_grad=True)\n", "capital-tensor", None,
    "torch.empty(2, 3, requires_grad=True)"),
    Case(T + "torch.ones(1)(2)\n", "tensor-called", None, "a missing operator"),
    Case("1 / 0\n", "division-by-zero", None, "Python stops at 0"),
    Case("import frobnicate\n", "unknown-module", None, "did not find it"),
    Case(T + "x = torch.tensor(2.0\ny = x\n", "never-closed", None, "The ( in this line has no partner",
         "x = torch.tensor(2.0)", T + "y = torch.tensor(2.0)\n", "y"),
    Case(T + "for i in range(3)\n    x = i\n", "no-colon", None, "ends with a colon", "for i in range(3):"),
    Case(T + "for i in range(3):\nx = 1\n", "no-block", None, "What belongs to the 'for' statement stands"),
]  # fmt: skip


@pytest.mark.parametrize(
    "case", LOSSES + OPERATIONS + MODULES + FUNCTIONS + PYTHON, ids=lambda case: f"{case.key or 'unknown'}"
)
def test_failures_of_programs(case: Case) -> None:
    check(case)


def test_every_cause_has_its_sentences_or_a_reason_to_say_nothing() -> None:
    keys = {key for known in CAUSES.values() for key, _ in known}
    only_with_facts = {
        "missing-attribute", "unknown-keyword", "not-a-number", "operand-types", "not-callable", "not-iterable",
        "not-subscriptable", "not-permitted", "no-network", "none-data",
        "no-length", "compared", "distribution",
    }  # fmt: skip
    assert keys - set(FAILURES) == only_with_facts


@pytest.mark.parametrize(
    "program",
    [
        "raise ValueError('{0} {x} {')\n",  # a message with braces is only text
        "{}['a']\n",
        "assert False, 'no'\n",
        "'a' + 1\n",
        "[].foo\n",
    ],
)
def test_where_nothing_is_known_the_message_stands_alone(program: str) -> None:
    found, text = told(program)
    assert found is None
    assert text.why.startswith("The program stopped here and said: “")


@pytest.mark.parametrize(
    ("call", "says", "given"),
    [
        ("torch.bmm(a, torch.ones(3, 4, 5))", "torch.bmm",
         "a has the shape [2, 3, 4], and operand 2 has the shape [3, 4, 5]"),
        ("a.expand(5, 3, 4)", "Tensor.expand", "a has the shape [2, 3, 4]"),
        ("a[torch.ones(7) > 0]", "Reading by an index",
         "a has the shape [2, 3, 4], and the result of line 3 has the shape [7]"),
        ("torch.nn.functional.max_pool2d(a, 9)", "torch.nn.functional.max_pool2d", "a has the shape [2, 3, 4]"),
        ("torch.nn.MultiheadAttention(4, 2)(a, a[..., :1], a)", "torch.nn.functional.multi_head_attention_forward",
         "a has the shape [2, 3, 4], the result of line 3 has the shape [2, 3, 1], and a has the shape [2, 3, 4]"),
    ],
)  # fmt: skip
def test_of_a_call_whose_message_nobody_here_knows_there_is_what_it_was_given(call: str, says: str, given: str) -> None:
    found, text = told(f"import torch\na = torch.ones(2, 3, 4)\n{call}\n")
    assert found is not None
    assert text.why.startswith(f"{says} said: “")
    assert text.why.endswith(f"”. Here {given}.")


def test_an_error_without_words_and_a_program_that_ends_itself_are_told_as_such() -> None:
    assert told("assert False\n")[1].why == "The program stopped here."
    assert told("import sys\nsys.exit(2)\n")[1].why == (
        "The program ended itself here, with status 2, as sys.exit() does."
    )


@pytest.mark.parametrize(
    "message",
    [
        "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!",
        "Expected all tensors to be on the same device, but got mat1 is on cpu, different from other tensors on cuda:0",
        "Tensor on device cuda:0 is not on the expected device cpu!",
        "Input type (torch.FloatTensor) and weight type (torch.cuda.FloatTensor) should be the same",
    ],
)
def test_two_devices_are_told_in_each_of_pytorchs_words(message: str) -> None:
    assert cause("RuntimeError", message) == "other-device"


@pytest.mark.parametrize(
    ("program", "key"),
    [
        ("import nowhere as there\n# %%\nthere.x", "unknown-name-after"),
        ("1 / 0\nnet = 1\n# %%\nnet", "unknown-name-after"),
        ("net = max(\n    1 / 0,\n    2)\n# %%\n2\n# %%\nnet", "unknown-name-after"),
        ("for turn in range(2):\n    1 / 0\n    net = turn\n# %%\nnet", "unknown-name-after"),
        ("%matplotlib inline\n1 / 0\ndef net(x): return x\n# %%\nnet(1)", "unknown-name-after"),
        ("1 / 0\ndef f():\n    weights = 1\n# %%\nweights", "unknown-name"),
        ("1 / 0\n[weights for weights in range(2)]\n# %%\nweights", "unknown-name"),
        ("weights = 1\n1 / 0\n# %%\nweigths", "unknown-name-near"),
    ],
)
def test_a_name_whose_cell_stopped_above_is_told_by_that_cell(program: str, key: str) -> None:
    recording = gradwalk.record(program)
    found = diagnose(recording, failures(recording)[-1])
    assert found is not None
    assert found.key == key
    if key == "unknown-name-after":
        said = explained(failures(recording)[-1], found)
        assert said.why.startswith("Cell 1 gives ")
        assert said.way_out.startswith("Mend cell 1 first")


def test_the_old_name_of_an_argument_of_a_method_is_known() -> None:
    recording = gradwalk.record(
        "import torch\nx = torch.ones(1, requires_grad=True)\nx.backward(retain_variables=True)\n"
    )
    [failure] = failures(recording)
    found = diagnose(recording, failure)
    assert found is not None
    assert "retain_graph" in explained(failure, found).why
