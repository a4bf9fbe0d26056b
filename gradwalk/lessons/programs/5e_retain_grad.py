# %% [markdown]
# # The .grad of an intermediate value
# Computed on the way, but kept only where
# retain_grad() asks.

# %%
import torch

x = torch.tensor(3.0, requires_grad=True)
y = x**2
z = 2 * y
z.backward()
print(y.grad)

# %%
x = torch.tensor(3.0, requires_grad=True)
y = x**2
y.retain_grad()
z = 2 * y
z.backward()
print(y.grad, x.grad)
