# %% [markdown]
# # One more function, one more factor
# u = exp(sin(x²)): a network is a nested
# function too.

# %%
# By hand: du/dx = e^z · cos(y) · 2x
import math

x = 4.0
y = x**2
z = math.sin(y)
math.exp(z) * math.cos(y) * 2 * x

# %%
import torch

x = torch.tensor(4.0, requires_grad=True)
y = x**2
z = torch.sin(y)
u = torch.exp(z)
u.backward()
x.grad
