# %%
import torch
from torch.autograd import grad, Variable
x = torch.tensor(2.0, requires_grad=True)
y = x ** 3
g, = grad(y, x, create_graph=True)
g
# %%
gg = grad(g, x)[0]
gg
# %%
torch.autograd.grad(y, x)
# %%
y = x ** 3
first = torch.autograd.grad(outputs=y, inputs=x, grad_outputs=torch.tensor(1.0), create_graph=True, retain_graph=True)[0]
second = torch.autograd.grad(first, x, create_graph=True)[0]
third = torch.autograd.grad(second, x)[0]
print(first.item(), second.item(), third.item())
# %%
z = torch.tensor(1.0, requires_grad=True)
torch.autograd.grad(x * 2, [x, z], allow_unused=True)
# %%
torch.autograd.grad(x * 2, [x, z])
# %%
y = x ** 2
y.backward(create_graph=True)
x.grad
# %%
def f(v):
    return (v ** 2).sum()
torch.autograd.functional.hessian(f, torch.tensor([1.0, 2.0]))
# %%
from torch.autograd.functional import jacobian
def exp_adder(a, b):
    return 2 * a.exp() + 3 * b
inputs = (torch.rand(1), torch.rand(1))
print(inputs)
jacobian(exp_adder, inputs)
# %%
inputs = (torch.rand(3), torch.rand(3))
torch.autograd.functional.jacobian(exp_adder, inputs)
# %%
def do_some_doubling(x):
    y = x * 2
    while y.data.norm() < 1000:
        y = y * 2
    return y
inputs = torch.randn(3)
my_gradients = torch.tensor([0.1, 1.0, 0.0001])
torch.autograd.functional.vjp(do_some_doubling, inputs, v=my_gradients)
# %%
v = Variable(torch.Tensor([1, 2, 3]), requires_grad=True)
print(v)
out = (v * v).sum()
out.backward()
v.grad.data, v.grad.data.zero_(), v.grad
# %%
torch.autograd.backward(x * 3)
x.grad
# %%
u = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
J = torch.stack([torch.autograd.grad(u[i] ** 2 * u.sum(), u, retain_graph=True)[0] for i in range(3)])
J
# %%
torch.autograd.grad((u ** 2), u)
# %%
torch.autograd.grad((u ** 2), u, torch.ones(3))
