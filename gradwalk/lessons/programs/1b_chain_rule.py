# %% [markdown]
# # Nested functions: the chain rule
# z = sin(x²): the slopes of both functions
# multiply.

# %%
# By hand: dz/dx = dz/dy · dy/dx = cos(y) · 2x
import math

def dz_dx(x):
    return 2 * x * math.cos(x**2)

dz_dx(4)

# %%
dz_dx(2)

# %%
import torch

x = torch.tensor(4.0, requires_grad=True)
y = x**2
z = torch.sin(y)
print(x, y, z, sep="\n")

# %%
z.backward()
x.grad
