# %%
import torch
import math
from torch.autograd import Function

class LegendrePolynomial3(torch.autograd.Function):
    """Half of five x cubed minus three x."""
    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return 0.5 * (5 * input ** 3 - 3 * input)

    @staticmethod
    def backward(ctx, grad_output):
        input, = ctx.saved_tensors
        return grad_output * 1.5 * (5 * input ** 2 - 1)

dtype = torch.float
device = torch.device("cpu")
x = torch.linspace(-math.pi, math.pi, 2000, device=device, dtype=dtype)
y = torch.sin(x)
a = torch.full((), 0.0, device=device, dtype=dtype, requires_grad=True)
b = torch.full((), -1.0, device=device, dtype=dtype, requires_grad=True)
c = torch.full((), 0.0, device=device, dtype=dtype, requires_grad=True)
d = torch.full((), 0.3, device=device, dtype=dtype, requires_grad=True)

learning_rate = 5e-6
for t in range(50):
    P3 = LegendrePolynomial3.apply
    y_pred = a + b * P3(c + d * x)
    loss = (y_pred - y).pow(2).sum()
    if t % 10 == 9:
        print(t, loss.item())
    loss.backward()
    with torch.no_grad():
        a -= learning_rate * a.grad
        b -= learning_rate * b.grad
        c -= learning_rate * c.grad
        d -= learning_rate * d.grad
        a.grad = None
        b.grad = None
        c.grad = None
        d.grad = None

print(f'Result: y = {a.item()} + {b.item()} * P3({c.item()} + {d.item()} x)')
# %%
class MyExp(Function):
    @staticmethod
    def forward(ctx, i):
        result = i.exp()
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, grad_output):
        result, = ctx.saved_tensors
        print("backward called with", grad_output)
        return grad_output * result

x = torch.tensor([0.0, 1.0], requires_grad=True)
out = MyExp.apply(x)
print(out)
out.sum().backward()
x.grad
# %%
class Scale(Function):
    @staticmethod
    def forward(ctx, x, factor):
        ctx.factor = factor
        ctx.shape = x.shape
        return x * factor

    @staticmethod
    def backward(ctx, g):
        print(ctx.needs_input_grad, ctx.shape)
        return g * ctx.factor, None

Scale.apply(x, 3.0).sum().backward()
x.grad
# %%
class Both(Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a * b, a + b
    @staticmethod
    def backward(ctx, g1, g2):
        a, b = ctx.saved_tensors
        return g1 * b + g2, g1 * a + g2
p = torch.tensor(2.0, requires_grad=True)
q = torch.tensor(5.0, requires_grad=True)
m, s = Both.apply(p, q)
(m * s).backward()
m, s, p.grad, q.grad
# %%
torch.autograd.gradcheck(MyExp.apply, (torch.randn(3, dtype=torch.double, requires_grad=True),))
# %%
class Wrong(Function):
    @staticmethod
    def forward(ctx, x):
        return x ** 2
    @staticmethod
    def backward(ctx, g):
        return g, g
Wrong.apply(p).backward()
# %%
class StraightThrough(Function):
    @staticmethod
    def forward(ctx, x):
        return (x > 0).float()
    @staticmethod
    def backward(ctx, g):
        return g
v = torch.tensor([-1.0, 2.0], requires_grad=True)
o = StraightThrough.apply(v)
o.backward(torch.ones_like(o))
o, v.grad
