"""Failures of backward(): the cause, the line to blame, and a button only where an expert would write the same."""

from __future__ import annotations

import pytest

from tests.failing import Case, check

X = "import torch\nx = torch.tensor(3.0, requires_grad=True)\n"
V = "import torch\nv = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)\n"

RELEASED = [
    # The same graph twice: keep it, for the gradients are to add up
    Case(
        X + "y = x ** 3\ny.backward()\ny.backward()\n",
        "freed-same", 4, "The backward() in line 4 released what the nodes behind y had saved",
        "y.backward(retain_graph=True)", X + "for _ in range(2):\n    (x ** 3).backward()\n", "x.grad",
    ),
    Case(
        X + "y = x ** 3\ny.backward( )\nprint(1)\ny.backward()\n",
        "freed-same", 4, "retain_graph=True in line 4",
        "y.backward(retain_graph=True)", X + "(2 * x ** 3).backward()\n", "x.grad",
    ),
    Case(  # the backward() that released is the second one
        X + "y = x ** 3\ny.backward(retain_graph=True)\ny.backward()\ny.backward()\n",
        "freed-same", 5, "The backward() in line 5 released what the nodes behind y had saved",
        "y.backward(retain_graph=True)", X + "for _ in range(3):\n    (x ** 3).backward()\n", "x.grad",
    ),
    # … but not where something was updated in between: then it needs a new graph
    Case(
        X + "y = x ** 3\ny.backward()\nwith torch.no_grad():\n    x -= 0.1 * x.grad\ny.backward()\n",
        "freed-and-changed", 4, "x has another value since line 6. Compute y anew",
    ),
    # One graph in a loop: the line belongs into the loop
    Case(
        X + "k = torch.tensor(2.0)\nloss = (x * k - 1) ** 2\nfor _ in range(3):\n    loss.backward()\n"
        "    with torch.no_grad():\n        x -= 0.01 * x.grad\n    x.grad.zero_()\n",
        "freed-in-loop", 6, "loss was computed once, in line 4, and line 6 calls backward() for it a second time",
        "    loss = (x * k - 1) ** 2",
        X + "k = torch.tensor(2.0)\nfor _ in range(3):\n    loss = (x * k - 1) ** 2\n    loss.backward()\n"
        "    with torch.no_grad():\n        x -= 0.01 * x.grad\n    x.grad.zero_()\n",
        "(x, loss)",
    ),
    Case(
        X + "p = x * 2\nloss = (p - 1) ** 2\nfor _ in range(2):\n    loss.backward()\n",
        "freed-in-loop", 6, "Compute loss anew each time",
        "    p = x * 2", X + "for _ in range(2):\n    ((x * 2 - 1) ** 2).backward()\n", "x.grad",
    ),
    Case(  # its values come out of a function: nobody knows which lines belong into the loop
        X + "def f():\n    return x ** 2\nlosses = [f()]\nfor _ in range(2):\n    losses[0].backward()\n",
        "freed-in-loop", 7, "inside the loop",
    ),
    # A part that was made before the loop: it may be data, or belong into the loop
    Case(
        X + "k = torch.tensor(2.0, requires_grad=True)\ngoal = k ** 2\nfor _ in range(2):\n"
        "    loss = (x - goal) ** 2\n    loss.backward()\n",
        "freed-outside", 7, "goal was computed once, in line 4",
    ),
    # A state that is carried over: detach it
    Case(
        "import torch\ntorch.manual_seed(0)\ncell = torch.nn.RNNCell(2, 3)\n"
        "opt = torch.optim.SGD(cell.parameters(), lr=0.1)\n"
        "h = torch.zeros(1, 3)\nfor t in range(3):\n    h = cell(torch.ones(1, 2) * t, h)\n    opt.zero_grad()\n"
        "    h.sum().backward()\n    opt.step()\n",
        "freed-carried", 9, "Detach it between the turns: h = h.detach()",
        "    h = h.detach()",
        "import torch\ntorch.manual_seed(0)\ncell = torch.nn.RNNCell(2, 3)\n"
        "opt = torch.optim.SGD(cell.parameters(), lr=0.1)\n"
        "h = torch.zeros(1, 3)\nfor t in range(3):\n    h = cell(torch.ones(1, 2) * t, h.detach())\n"
        "    opt.zero_grad()\n"
        "    h.sum().backward()\n    opt.step()\n",
        "(cell.weight_hh.grad, cell.weight_ih)",
    ),
    Case(
        X + "s = torch.tensor(1.0)\nfor t in range(3):\n    s = torch.tanh(s * x)\n    (s - 1).pow(2).backward()\n",
        "freed-carried", 6, "s was computed in the turn before",
        "    s = s.detach()",
        X + "s = torch.tensor(1.0)\nfor t in range(3):\n    s = torch.tanh(s.detach() * x)\n"
        "    (s - 1).pow(2).backward()\n",
        "x.grad",
    ),
    # A loss that keeps the losses before it
    Case(
        X + "total = 0\nfor i in range(3):\n    total = total + (x * i - 1) ** 2\n    total.backward()\n",
        "freed-running-sum", 6, "Let each turn's loss start anew",
    ),
    Case(
        X + "total = 0\nfor i in range(3):\n    loss = (x * i - 1) ** 2\n    total = total + loss\n"
        "    loss.backward()\n"
        "total.backward()\n",
        "freed-parts", 7, "Call backward() for each part alone",
    ),
    Case(
        X + "y = x ** 2\ny.backward()\nz = y ** 2\nz.backward()\n",
        "freed-part", 4, "z is computed from y",
        "y.backward(retain_graph=True)", X + "y = x ** 2\n(y + y ** 2).backward()\n", "x.grad",
    ),
    Case(
        V + "z = v ** 2\nz.sum().backward()\nz.backward(torch.tensor([1.0, 0.5, 0.0]))\n",
        "freed-inside", 4, "z is a part of what line 4 called backward() for",
        "z.sum().backward(retain_graph=True)", V + "(v ** 2).backward(torch.tensor([2.0, 1.5, 1.0]))\n", "v.grad",
    ),
    # Two results with a common part
    Case(
        X + "y = x ** 2\na = y * 2\nb = y * 3\na.backward()\nb.backward()\n",
        "freed-shared", 6, "b is computed from y, as is what line 6 called backward() for",
        "a.backward(retain_graph=True)", X + "(x ** 2 * 5).backward()\n", "x.grad",
    ),
    Case(  # as in a GAN: to keep the graph would give the generator the other loss's gradients
        "import torch\ntorch.manual_seed(0)\nG, D = torch.nn.Linear(1, 1), torch.nn.Linear(1, 1)\n"
        "opt = torch.optim.SGD(D.parameters(), lr=0.1)\nfake = G(torch.ones(2, 1)).tanh()\nd = D(fake).pow(2).mean()\n"
        "d.backward()\nopt.step()\ng = (D(fake) - 1).pow(2).mean()\ng.backward()\n",
        "freed-not-detached", 7, "fake.detach() in line 6", "d = D(fake.detach()).pow(2).mean()",
        "import torch\ntorch.manual_seed(0)\nG, D = torch.nn.Linear(1, 1), torch.nn.Linear(1, 1)\n"
        "opt = torch.optim.SGD(D.parameters(), lr=0.1)\nfake = G(torch.ones(2, 1)).tanh()\n"
        "D(fake.detach()).pow(2).mean().backward()\nopt.step()\n(D(fake) - 1).pow(2).mean().backward()\n",
        "[p.grad for p in (*G.parameters(), *D.parameters())]",
    ),
    Case(  # the rows of a Jacobian: autograd.grad adds nothing up, so the graph is to be kept
        V + "y = v ** 2\nrows = []\nfor i in range(3):\n    rows.append(torch.autograd.grad(y[i], v)[0])\n",
        "freed-by-grad-again", 6, "Write retain_graph=True in line 6",
        "    rows.append(torch.autograd.grad(y[i], v, retain_graph=True)[0])",
        V + "rows = list(torch.diag(2 * v.detach()))\n", "rows",
    ),
    Case(  # a tuple has no name of its own for each tensor
        "import torch\nlstm = torch.nn.LSTM(2, 3)\nstate = None\nfor _ in range(2):\n"
        "    out, state = lstm(torch.ones(1, 1, 2), state)\n    out.sum().backward()\n",
        "freed-carried-nameless", 6, "of a tuple, each of its tensors",
    ),
    # autograd.grad, and a saved tensor that is asked for
    Case(
        X + "y = x ** 2\nz = torch.autograd.grad(y, x)\nw = torch.autograd.grad(y, x)\n",
        "freed-by-grad", 4, "Ask for all gradients in one call",
        "z = torch.autograd.grad(y, x, retain_graph=True)", X + "z = w = (2 * x.detach(),)\n", "(z, w)",
    ),
    Case(
        V + "y = v.exp()\nj = torch.autograd.grad(y, v, torch.eye(3), is_grads_batched=True)[0]\ny.sum().backward()\n",
        "freed-unseen", 4, "Write retain_graph=True in line 4",
        "j = torch.autograd.grad(y, v, torch.eye(3), is_grads_batched=True, retain_graph=True)[0]",
        V + "j = torch.diag(v.detach().exp())\nv.exp().sum().backward()\n", "(j, v.grad)",
    ),
    Case(
        X + "y = x.exp()\ny.backward()\nprint(y.grad_fn._saved_result)\n",
        "freed-read-by", 4, "Read it before that",
        "y.backward(retain_graph=True)", X + "x.exp().backward()\n", "x.grad",
    ),
]  # fmt: skip

CHANGED = [
    Case(
        V + "y = torch.sigmoid(v)\ny *= 2\ny.sum().backward()\n",
        "changed-in-place", 4, "SigmoidBackward0 had saved y for the way back, and line 4 changed it in place",
        "y = y * 2", V + "(torch.sigmoid(v) * 2).sum().backward()\n", "v.grad",
    ),
    Case(
        V + "y = v.exp()\ny.mul_(2)\nz = v * 3\nz += 1\n(y.sum() + z.sum()).backward()\n",
        "changed-in-place", 4, "line 4 changed it in place",
        "y = y.mul(2)", V + "(v.exp() * 2 + v * 3 + 1).sum().backward()\n", "v.grad",
    ),
    # Two graphs, each changed in place: that of this backward() is meant
    Case(
        V + "a = (v * 2).exp()\nwith torch.no_grad():\n    a[0] = 7.0\nw = v.detach().requires_grad_()\n"
        "y = torch.sigmoid(w)\ny += 1\ny.sum().backward()\n",
        "changed-in-place", 8, "line 8 changed it in place",
        "y = y + 1", V + "w = v.detach().requires_grad_()\n(torch.sigmoid(w) + 1).sum().backward()\n", "w.grad",
    ),
    # Data that the graph has saved
    Case(
        X + "k = torch.tensor(2.0)\ny = x * k\nk += 1\ny.backward()\n",
        "changed-in-place", 5, "MulBackward0 had saved k",
        "k = k + 1", X + "(x * 2.0).backward()\n", "x.grad",
    ),
    # One element
    Case(
        V + "y = torch.sigmoid(v)\ny[0] = 1.0\ny.sum().backward()\n",
        "changed-element", 4, "Change a copy: y = y.clone() before line 4",
        "y = y.clone()", V + "(torch.sigmoid(v) * torch.tensor([0.0, 1.0, 1.0])).sum().backward()\n", "v.grad",
    ),
    Case(  # what is written bit by bit
        V + "h = torch.ones(4)\nfor i in range(3):\n    h[i + 1] = torch.tanh(h[i] * v[i])\nh.sum().backward()\n",
        "changed-part", 5, "Make the parts one by one in a list",
    ),
    Case(
        V + "import torch.nn.functional as F\ny = v.exp()\nz = F.relu(y, inplace=True)\nz.sum().backward()\n",
        "changed-in-place", 5, "ExpBackward0 had saved y",
        "z = F.relu(y)", V + "v.exp().relu().sum().backward()\n", "v.grad",
    ),
    Case(
        V + "y = v.exp()\nz = torch.relu_(y)\nz.sum().backward()\n",
        "changed-in-place", 4, "or torch.relu for torch.relu_",
        "z = torch.relu(y)", V + "v.exp().relu().sum().backward()\n", "v.grad",
    ),
    # By a module
    Case(
        V + "net = torch.nn.Sequential(torch.nn.Sigmoid(), torch.nn.ReLU(inplace=True))\nnet(v).sum().backward()\n",
        "changed-by-module", 4, "Leave out inplace=True",
        "net = torch.nn.Sequential(torch.nn.Sigmoid(), torch.nn.ReLU())", V + "v.sigmoid().relu().sum().backward()\n",
        "v.grad",
    ),
    # Through another name
    Case(
        V + "out = v.sigmoid()\nc = out.detach()\nc.zero_()\nout.sum().backward()\n",
        "changed-through-alias", 5, "c lives in the same memory, and line 5 changed it",
        "c = out.detach().clone()", V + "v.sigmoid().sum().backward()\n", "v.grad",
    ),
    # An update between two backward() of one graph: no edit can know what was meant
    Case(
        "import torch\nw = torch.tensor(2.0, requires_grad=True)\nopt = torch.optim.SGD([w], lr=0.1)\na = w ** 2\n"
        "b = w ** 3\n"
        "a.backward()\nopt.step()\nb.backward()\n",
        "changed-by-optimizer", 7, "SGD's step() in line 7 changed it before this backward()",
    ),
    Case(
        X + "a = x ** 2\nb = x ** 3\na.backward()\nwith torch.no_grad():\n    x -= 0.1 * x.grad\nb.backward()\n",
        "changed-by-update", 7, "compute b anew after it",
    ),
]  # fmt: skip

CUT = [
    Case(
        X + "y = (x ** 2).detach()\nz = y * 3\nz.backward()\n", "cut-by-detach", 3, "detach() in line 3 cuts the way",
        "y = (x ** 2)", X + "(x ** 2 * 3).backward()\n", "x.grad",
    ),
    Case(
        X + "with torch.no_grad():\n    y = x ** 2\nz = y * 3\nz.backward()\n",
        "cut-by-no-grad", 4, "Line 4 ran while gradients were off, as under torch.no_grad(), and so y has no graph",
        "y = x ** 2", X + "(x ** 2 * 3).backward()\n", "x.grad",
    ),
    Case(
        X + "with torch.inference_mode():\n    y = x ** 2\n    y.backward()\n",
        "cut-by-inference", 4, "Line 4 ran in inference mode", "y = x ** 2", X + "(x ** 2).backward()\n", "x.grad",
    ),
    Case(V + "v.argmax().backward()\n", "cut-by-integers", 3, "argmax in line 3 gives whole numbers"),
    Case(V + "(v > 1).sum().backward()\n", "cut-by-integers", 3, "gives true or false"),
    Case(
        X + "y = torch.tensor([x * 2, x * 3])\ny.sum().backward()\n",
        "cut-by-copy", 3, "torch.tensor in line 3 copies numbers into a new tensor",
        "y = torch.stack([x * 2, x * 3])", X + "(x * 2 + x * 3).backward()\n", "x.grad",
    ),
    Case(
        X + "y = x.data ** 2\ny.backward()\n",
        "cut-by-data", 3, ".data in line 3 gives the numbers without their graph",
        "y = x ** 2", X + "(x ** 2).backward()\n", "x.grad",
    ),
    Case(
        "import torch\nfrom torch.distributions import Normal\nm = torch.tensor(0.5, requires_grad=True)\n"
        "z = Normal(m, 1.0).sample()\nz.pow(2).backward()\n",
        "cut-by-draw", 4, "rsample()",
        "z = Normal(m, 1.0).rsample()",
    ),
    # Nothing was asked for a gradient: where only one tensor can be meant there is a button
    Case(
        "import torch\nx = torch.tensor(2.0)\ny = x ** 2\ny.backward()\n",
        "never-tracked-one", None, "y is computed from x, which was not asked for a gradient",
        "x = torch.tensor(2.0, requires_grad=True)",
        "import torch\nx = torch.tensor(2.0, requires_grad=True)\n(x ** 2).backward()\n", "x.grad",
    ),
    Case(
        "import torch\nw = torch.ones(2)\nx = torch.tensor([1.0, 2.0])\nloss = (w * x).sum()\nloss.backward()\n",
        "never-tracked-weights", None, "where w is made, if that is what is to be learned; data needs none",
        "w = torch.ones(2, requires_grad=True)",
        "import torch\nw = torch.ones(2, requires_grad=True)\n(w * torch.tensor([1.0, 2.0])).sum().backward()\n",
        "w.grad",
    ),
    Case(
        V + "y = torch.from_numpy(v.detach().numpy() * 2)\n(y * 3).sum().backward()\n",
        "perhaps-by-numbers", None, "In line 3, .detach() took v out of the graph",
    ),
    Case(
        "import torch\nx = torch.tensor(2.0)\nx.requires_gard = True\ny = x ** 2\ny.backward()\n",
        "odd-attribute", None, "requires_gard, which PyTorch knows nothing of",
        "x.requires_grad = True", "import torch\nx = torch.tensor(2.0, requires_grad=True)\n(x ** 2).backward()\n",
        "x.grad",
    ),
    Case(
        X + "x.requires_grad_(False)\ny = x ** 2\ny.backward()\n",
        "switched-off", 3, "In line 3 x was told to require no gradient",
    ),
    Case(
        X + "t = (x ** 2).item()\nloss = torch.tensor(t)\nloss.backward()\n",
        "cut-by-number", 3, "took the numbers of the result of line 3 out of the graph, and loss was made of",
        "loss = t", X + "(x ** 2).backward()\n", "x.grad",
    ),
    # Second derivatives
    Case(
        X + "y = x ** 3\n(g,) = torch.autograd.grad(y, x)\ng.backward()\n",
        "gradient-without-graph", 4, "create_graph=True in line 4",
        "(g,) = torch.autograd.grad(y, x, create_graph=True)", X + "(3 * x ** 2).backward()\n", "x.grad",
    ),
    Case(
        X + "y = x * 3\n(g,) = torch.autograd.grad(y, x, create_graph=True)\ng.backward()\n",
        "gradient-is-plain", 4, "for autograd it is a constant, as the gradient of a linear function is",
    ),
]  # fmt: skip

GIVEN = [
    Case(
        V + "(v ** 2).backward()\n",
        "non-scalar-root", None, "Make one number of it with .sum() or .mean()",
        "(v ** 2).sum().backward()", V + "(v ** 2).backward(torch.ones(3))\n", "v.grad",
    ),
    Case(
        V + "g = torch.autograd.grad(v ** 2, v)\n",
        "non-scalar-grad", None, "grad_outputs=torch.ones_like(y)",
        "g = torch.autograd.grad((v ** 2).sum(), v)", V + "g = (2 * v.detach(),)\n", "g",
    ),
    Case(V + "(v * 1j).sum().backward()\n", "complex-root", None, "complex numbers (complex64) have no order"),
    Case(
        V + "y = v * 2\ny.backward(torch.ones(2))\n",
        "seed-shape", None, "the result has the shape [3], v has [2]",
        "y.backward(torch.ones_like(y))", V + "(v * 2).sum().backward()\n", "v.grad",
    ),
    Case(V + "y = v * 2\ny.backward(torch.tensor([1.0, 0.5]))\n", "seed-shape", None, "Give v the shape [3]"),
    Case(
        X + "k = torch.tensor(1.0, requires_grad=True)\ny = x ** 2\ng = torch.autograd.grad(y, [x, k])\n",
        "unused-input-named", None, "No way leads from y back to k",
    ),
    Case(
        X + "k = x.detach()\ny = x ** 2\ng = torch.autograd.grad(y, k)\n",
        "untracked-input-named", None, "the gradient of k, which does not require one",
    ),
    Case(
        V + "with torch.autograd.set_detect_anomaly(True):\n    y = (v * 0).sqrt()\n    (y * 0).sum().backward()\n",
        "anomaly-at", None, "SqrtBackward0, which line 4 made",
    ),
    Case(
        V + "from torch.autograd import gradcheck\ngradcheck(lambda t: t ** 3, v)\n",
        "gradcheck-float", None, "Use float64",
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", RELEASED + CHANGED + CUT + GIVEN, ids=lambda case: f"{case.key}")
def test_failures_of_backward(case: Case) -> None:
    check(case)
