# %% [markdown]
# # Derivatives by hand and by machine

# %%
def dy_dx(x):
    """The derivative of x squared."""
    return 2*x

dy_dx(3)
# %%
import math

def dz_dx(x):
    return 2 * x * math.cos(x**2)

dz_dx(4), dz_dx(2)
# %%
import torch
x = torch.tensor(3.0, requires_grad=True)
y = x**2
x, y
# %%
y.backward()
x.grad
# %%
x = torch.tensor(4.0, requires_grad=True)
y = x ** 2
z = torch.sin(y)
print(x)
print(y)
print(z)
z.backward()
print(f"{x.grad=}")
# %%
y.grad
# %%
y.retain_grad()
u = torch.exp(torch.sin(y))
u.backward()
# %%
x = torch.tensor(4.0, requires_grad=True)
y = x ** 2; y.retain_grad()
u = torch.exp(torch.sin(y)); u.backward()
y.grad, x.grad
# %%
x.grad.zero_();
# %%
x.backward()
x.grad
# %%
w = torch.tensor(2, dtype=torch.float64, requires_grad=True)
w
