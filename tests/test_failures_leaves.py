"""Failures around leaves: their .grad, updates, flags, numbers that leave the graph."""

from __future__ import annotations

import pytest

from tests.failing import Case, check

X = "import torch\nx = torch.tensor(3.0, requires_grad=True)\n"
V = "import torch\nv = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)\n"

MISSING = [
    Case(
        X + "x.grad.zero_()\n",
        "grad-none-early", None, "No backward() has run yet, so x has no gradient",
        "x.grad = None", X, "x.grad",
    ),
    Case(X + "x.grad.detach_()\n", "grad-none-early", None, ".grad = None", "if x.grad is not None:", X, "x.grad"),
    *(
        Case(X + f"y = x.grad{use}\n", "grad-none-early", None, "Call backward() first")
        for use in (".data", ".clone()", ".norm()", ".shape", "[0]", " * 2", ".abs().mean()", ".numpy()")
    ),
    Case(X + "y = 2.0 * x.grad\n", "grad-none-early", None, "Call backward() first"),
    Case(
        X + "(x ** 2).backward()\nx.grad = None\nprint(x.grad.item())\n",
        "grad-none-cleared", 4, "was cleared in line 4, and no backward() has written a new one since",
    ),
    Case(
        "import torch\nnet = torch.nn.Linear(1, 1)\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "net(torch.ones(1, 1)).sum().backward()\nopt.zero_grad()\nprint(net.weight.grad.norm())\n",
        "grad-none-cleared", 5, "The gradient of net.weight was cleared in line 5",
    ),
    Case(
        "import torch\nk = torch.tensor(1.0)\nk.grad.zero_()\n",
        "grad-none-untracked", None, "k does not require a gradient, so backward() gives it none",
    ),
    Case(
        "import torch\nnet = torch.nn.Sequential(torch.nn.Linear(1, 2), torch.nn.Linear(2, 1))\n"
        "for p in net[0].parameters():\n    p.requires_grad = False\nnet(torch.ones(1, 1)).sum().backward()\n"
        "norms = [p.grad.norm() for p in net.parameters()]\n",
        "grad-none-untracked", 4, "if p.grad is not None",
    ),
    Case(
        X + "y = x ** 2\nz = y * 3\nz.backward()\nprint(y.grad + 1)\n",
        "grad-none-computed", None, "Call its .retain_grad() before backward()",
        "y.retain_grad()", X + "y = x ** 2\ny.retain_grad()\n(y * 3).backward()\n", "(x.grad, y.grad)",
    ),
    Case(
        X + "for _ in range(3):\n    y = (x * 2 - 1) ** 2\n    y.backward()\n    x = x - 0.01 * x.grad\n",
        "grad-none-rebound", 6, "Line 6 gave the name x to a new, computed tensor",
        "        x -= 0.01 * x.grad",
        X + "for _ in range(3):\n    ((x * 2 - 1) ** 2).backward()\n    with torch.no_grad():\n"
        "        x -= 0.01 * x.grad\n"
        "    x.grad = None\n",
        "x",
    ),
    Case(
        X + "k = torch.tensor(1.0, requires_grad=True)\ny = x ** 2\ny.backward()\nprint(k.grad + 1)\n",
        "grad-none-unreached", 5, "The backward() in line 5 did not reach k: no way leads from y back to it",
    ),
    Case(
        X + "y = x ** 2\ng = torch.autograd.grad(y, x)\nprint(x.grad + 1)\n",
        "grad-none-returned", 4, "torch.autograd.grad gives its gradients back and writes no .grad",
    ),
]  # fmt: skip

CHANGES = [
    Case(
        X + "(x ** 2).backward()\nx -= 0.1 * x.grad\n",
        "leaf-updated", None, "Write the update under with torch.no_grad()",
        "    x -= 0.1 * x.grad", X + "(x ** 2).backward()\nx.data -= 0.1 * x.grad\n", "x",
    ),
    Case(
        "import torch\ntorch.manual_seed(0)\nnet = torch.nn.Linear(3, 1)\nnet(torch.ones(2, 3)).sum().backward()\n"
        "for p in net.parameters():\n    p.add_(p.grad, alpha=-0.5)\n",
        "leaf-updated", None, "is a leaf that requires a gradient",
        "        p.add_(p.grad, alpha=-0.5)",
        "import torch\ntorch.manual_seed(0)\nnet = torch.nn.Linear(3, 1)\nnet(torch.ones(2, 3)).sum().backward()\n"
        "for p in net.parameters():\n    p.data.add_(p.grad, alpha=-0.5)\n",
        "net.weight",
    ),
    Case(
        V + "v[0] = 5.0\n(v ** 2).sum().backward()\n",
        "in-place-on-leaf-named", None, "write it under torch.no_grad()",
        "    v[0] = 5.0", "import torch\nv = torch.tensor([5.0, 2.0, 3.0], requires_grad=True)\n"
        "(v ** 2).sum().backward()\n",
        "v.grad",
    ),
    Case(  # its old value is still needed: to change it under no_grad() would only fail later
        X + "y = x ** 2\nx += 1\ny.backward()\n", "in-place-on-leaf-named", None, "Make a new tensor (y = x + 1)"
    ),
    Case(  # whether this is a new beginning or a part of the computation, nobody knows
        V + "v *= 10\n", "in-place-on-leaf-named", None, "Make a new tensor (y = x + 1)"
    ),
    Case(
        X + "y = x * 2\ny.requires_grad = False\n",
        "flag-on-non-leaf", None, "use .detach()",
        "y = y.detach()", X + "y = (x * 2).detach()\n", "(y, y.requires_grad)",
    ),
    Case(
        "import torch\nx = torch.tensor([1, 2, 3], requires_grad=True)\n(x * 2).sum().backward()\n",
        "integer-requires-grad", None, "Write 2.0 instead of 2",
        "x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)",
        "import torch\nx = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)\n(x * 2).sum().backward()\n", "x.grad",
    ),
    Case(
        "import torch\nx = torch.arange(4, requires_grad=True)\n",
        "integer-requires-grad", None, "dtype=torch.float32",
        "x = torch.arange(4, requires_grad=True, dtype=torch.float32)",
        "import torch\nx = torch.arange(4.0, requires_grad=True)\n", "x",
    ),
    Case(
        "import torch\nx = torch.tensor(2)\nx.requires_grad_()\n", "integer-requires-grad", None, "2.0",
        "x = torch.tensor(2.0)", X.replace("3.0", "2.0"), "x",
    ),
    Case(
        X + "a, b = (x * torch.ones(2)).unbind()\na += 1\n",
        "in-place-on-many-views", None, "Unbind gave several views of one tensor at once",
        "a = a + 1", X + "a = x * 1 + 1\n", "a.item()",
    ),
    Case(
        X + "x.grad = 0\n", "gradient-type", None, "Write = None to clear the gradient", "x.grad = None", X, "x.grad"
    ),
    Case(V + "v.grad = torch.ones(2)\n", "gradient-size", None, "This one has the shape [2], and the tensor [3]"),
    Case("import torch\ntorch.ones(1).register_hook(print)\n", "hook-on-untracked", None, "does not require one"),
]  # fmt: skip

LEAVING = [
    Case(
        V + "y = v * 2\na = y.numpy()\n",
        "numpy-of-tracked", None, "write .detach().numpy()",
        "a = y.detach().numpy()", V + "a = (v * 2).detach().numpy()\n", "a",
    ),
    Case(  # what NumPy computes with would lose its gradient: PyTorch has the function, too
        V + "import numpy as np\ny = np.sin(v)\n", "numpy-of-tracked", None, "use PyTorch's function of that name"
    ),
    Case(
        V + "import matplotlib.pyplot as plt\nlines = plt.plot(v, v ** 2)\n",
        "numpy-of-tracked", None, "only shown",
        "lines = plt.plot(v.detach(), (v ** 2).detach())",
    ),
    Case(
        X + "loss = (x ** 2).item()\nloss.backward()\n",
        "number-by-item", 3, "loss is a Python number: line 3 took it out of its tensor",
        "loss = (x ** 2)", X + "(x ** 2).backward()\n", "x.grad",
    ),
    Case(
        X + "import math\ny = math.sin(x)\ny.backward()\n",
        "number-by-item", 4, "the functions of math",
        "y = torch.sin(x)", X + "x.sin().backward()\n", "x.grad",
    ),
    Case("loss = 3.0\nloss.backward()\n", "number-backward", None, "loss is a plain number"),
    Case(
        X + "import copy\ny = copy.deepcopy(x * 2)\n", "copy-of-computed", None, "copy a tensor with .detach().clone()"
    ),
    Case(
        X + "with torch.inference_mode():\n    k = torch.ones(1)\ny = (x * k).sum()\ny.backward()\n",
        "inference-saved", None, "Make it under torch.no_grad() instead",
        "with torch.no_grad():", X + "x.backward()\n", "x.grad",
    ),
    Case(
        "import torch\nwith torch.inference_mode():\n    k = torch.ones(1)\nk.add_(1)\n",
        "inference-changed", None, "change .clone() of it",
        "with torch.no_grad():", "import torch\nk = torch.ones(1) + 1\n", "k",
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", MISSING + CHANGES + LEAVING, ids=lambda case: f"{case.key}")
def test_failures_around_leaves(case: Case) -> None:
    check(case)
