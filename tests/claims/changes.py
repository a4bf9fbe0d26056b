"""Programs for the table of names: what pages have once said wrongly, random changes, and graphs walked twice."""

from __future__ import annotations

FACTS = {
    "a gradient that is asked for": """\
x = torch.tensor(3.0, requires_grad=True)
g, = torch.autograd.grad(x**2 * 5, x)
print(g)
""",
    "a second derivative": """\
x = torch.tensor(3.0, requires_grad=True)
y = x**4
g, = torch.autograd.grad(y, x, create_graph=True)
h = g / 2
h.backward()
print(x.grad, g)
""",
    "a gradient penalty": """\
x = torch.tensor(3.0, requires_grad=True)
y = x**3
y.backward(create_graph=True)
p = x.grad**2
p.backward()
x.grad = None
""",
    "a backward that cannot begin": """\
x = torch.tensor([3.0, 4.0], requires_grad=True)
y = x**2
try:
    y.backward()
except RuntimeError as error:
    print(error)
y.mean().backward()
y.backward(torch.ones(2))
""",
    "a gradient that is kept before the pass fails": """\
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = torch.sin(x)
z = y.sum()
g, = torch.autograd.grad(z, x)
y.retain_grad()
try:
    z.backward()
except RuntimeError as error:
    print(error)
print(y.grad)
v = y.detach().requires_grad_() * 3
v.retain_grad()
u = v.sum()
u.backward()
try:
    u.backward()
except RuntimeError as error:
    print(error)
print(v.grad)
""",
    "a change that PyTorch makes and then refuses": """\
with torch.inference_mode():
    i = torch.arange(3.0) ** 2
j = i[1:]
try:
    i.add_(1)
except RuntimeError as error:
    print(error)
y = i * 2
""",
    "a walk that fails midway": """\
x = torch.tensor(3.0, requires_grad=True)
y = (x + 1)**2
y.backward()
z = y * 2
z.backward()
""",
    "a layer and a batch": """\
layer = torch.nn.Linear(2, 3)
w = layer.weight
x = torch.tensor([1.0, -1.0])
layer(x).sum().backward()
layer(torch.ones(4, 2)).mean().backward()
layer.zero_grad()
""",
    "data and grad by hand": """\
w = torch.tensor(2.0, requires_grad=True)
(w * 5).backward()
w.data -= 0.1 * w.grad
w.grad = None
w.grad = torch.tensor(7.0)
(w * 5).backward()
w.data = torch.tensor(1.0)
""",
    "two models": """\
a, b = torch.nn.Linear(1, 1), torch.nn.Linear(1, 1)
first = torch.optim.SGD(a.parameters(), lr=0.1)
second = torch.optim.Adam(b.parameters(), lr=0.1)
u, v = a.weight, b.weight
x = torch.ones(1, 1)
for i in range(2):
    b(a(x)).sum().backward()
    second.zero_grad()
    first.step()
    second.step()
""",
    "zeros and none": """\
w = torch.tensor(2.0, requires_grad=True)
o = torch.optim.SGD([w], lr=0.1)
(w * w).backward()
g = w.grad
o.zero_grad(set_to_none=False)
(w * w).backward()
o.zero_grad()
print(g)
""",
    "an engine that adds in place": """\
w = torch.tensor(2.0, requires_grad=True)
(w * w).backward()
g = w.grad
(w * w).backward()
g += 1
""",
    "weights that are tied": """\
a, b = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
b.weight = a.weight
w = a.weight
b(a(torch.ones(2))).sum().backward()
with torch.no_grad():
    w.mul_(0.5)
""",
    "views": """\
b = torch.zeros(2, 2)
row, column, turned = b[0], b[:, 1], b.T
w = torch.tensor(3.0, requires_grad=True)
row += 1
b.mul_(w)
column.detach()[0] = 9.0
b.sum().backward()
""",
    "hooks": """\
w = torch.tensor(2.0, requires_grad=True)
y = w * 3
h = y.register_hook(lambda g: g * 10)
w.register_hook(lambda g: None)
(y * y).backward(retain_graph=True)
h.remove()
(y + w).backward()
""",
    "flags": """\
w = torch.tensor(2.0, requires_grad=True)
y = w * 3
y.retain_grad()
(y * y).backward()
y.detach_()
w.requires_grad_(False)
z = w * y
w.requires_grad = True
z = w * y
z.backward()
""",
    "names of functions": """\
w = torch.tensor(2.0, requires_grad=True)
def f(w, n):
    y = w * n
    return y if n < 2 else f(y, n - 1)
y = f(w * 2, 3)
y.backward()
del y
""",
    "memory of NumPy's": """\
b = torch.zeros(3)
n = b.numpy()
n += 1
c = torch.from_numpy(n)
c *= 2
n[0] = 7
d = b * 2
""",
}
"""Programs of which a page has once said what was not so, or could."""

BEGINNING = """\
import torch
w = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
v = torch.tensor(2.0, requires_grad=True)
b = torch.zeros(3)
y = w * v
z = y.sum()
sgd = torch.optim.SGD([w], lr=0.1, momentum=0.9)
adam = torch.optim.Adam([v], lr=0.1)
lin, tied = torch.nn.Linear(3, 3), torch.nn.Linear(3, 3)
def f(w):
    y = w * 2
    return y
g, u, n = None, w[0:2], b.numpy()
"""
CHANGES = (
    "w = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)", "b = torch.zeros(3)", "y = w * v", "y = w * 2 + b",
    "z = y.sum()", "z = (y * y).sum()", "z = (w * w * v).sum()", "z.backward()", "z.backward(retain_graph=True)",
    "z.backward(create_graph=True)", "y.backward(torch.ones(3))", "z.backward(inputs=[w])", "v.backward()",
    "torch.autograd.backward([z, v * 3])", "g, = torch.autograd.grad(z, w, retain_graph=True)",
    "g, = torch.autograd.grad(z, w, create_graph=True)", "g = torch.autograd.grad(z, [w, v], allow_unused=True)[0]",
    "g = w.grad", "g = v.grad", "g += 1", "z = g.sum()", "with torch.no_grad(): w -= 0.1",
    "with torch.no_grad(): w.mul_(2)", "w.data -= 0.5", "w.data = torch.ones(3)", "w.grad = None",
    "w.grad = torch.ones(3)", "w.grad = g", "v.grad = torch.tensor(4.0)", "w.grad.zero_()", "w.grad *= 2",
    "w.grad.data.fill_(1.0)", "u = w.detach()", "u.add_(1)", "u = w[0:2]", "u = b[1:]", "u = y[1:]", "b.mul_(2)",
    "b[0] = 5.0", "b.mul_(v)", "b += y", "u = y.view(3, 1)", "u.mul_(2)", "y += 1", "y.mul_(2)", "y.retain_grad()",
    "y.detach_()", "z.detach_()", "w.requires_grad_(False)", "w.requires_grad_()", "b.requires_grad_()",
    "w.register_hook(lambda g: g * 2)", "y.register_hook(lambda g: g + 1)", "w.register_hook(lambda g: None)",
    "sgd.zero_grad()", "adam.zero_grad()", "adam.zero_grad(set_to_none=False)", "sgd.zero_grad(set_to_none=False)",
    "sgd.step()", "adam.step()", "z = lin(w).sum()", "z = tied(lin(w)).pow(2).sum()", "s = lin.weight",
    "tied.weight = lin.weight", "lin.zero_grad()", "n = b.numpy()", "n += 1", "n = w.detach().numpy()",
    "t = torch.from_numpy(n)", "t.mul_(3)", "del u", "k = 5", "w = w - 0.1 * w", "s = w", "y = f(v)", "y = f(w)",
    "torch.nn.utils.clip_grad_norm_([w], 1.0)", "c = torch.cat([w, b])", "c = c.exp_()", "b.copy_(w)", "b = b.detach()",
    "y = torch.relu_(y)", "with torch.no_grad(): y.mul_(3)", "b, c = b * 2, b", "print(w)", "w.data = b",
    "w.grad.detach_()", "torch.nn.init.constant_(w, 2.0)", "v.data.add_(w.data[0])",
    "w.register_post_accumulate_grad_hook(lambda p: p.grad.mul_(2))", "with torch.inference_mode(): i = w * 2",
    "for i in range(2): w.grad = None; (w * i).sum().backward()", "torch._foreach_mul_([b, w.data], 2.0)",
)  # fmt: skip

WALKED = (
    "y = x**2\ny.backward(retain_graph=True)\ny.backward()\n",
    "y = x**2\ny.backward()\ny.backward()\n",
    "y = x + x\ny.backward()\ny.backward()\n",
    "y = x**2 + 1\ny.backward()\ny.backward()\n",
    "a = x**2\na.backward()\nb = a + 1\nb.backward()\n",
    "y = x**2\ny.backward(retain_graph=True)\nwith torch.no_grad():\n    x -= 1\ny.backward()\n",
    "y = x * 2\nz = y**2\nz.backward(retain_graph=True)\ny.data.mul_(3)\nz.backward()\n",
    "y = x**3\ntorch.autograd.grad(y, x, retain_graph=True)\ntorch.autograd.grad(y, x)\n",
)
