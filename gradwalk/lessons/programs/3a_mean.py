# %% [markdown]
# # The mean of squares
# Each element of x gets a gradient of its
# own: 2x/3.

# %%
import torch

x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = (x**2).mean()
y

# %%
y.backward()
x.grad

# %%
# Four elements in float64: now the mean divides by 4.
x = torch.tensor([1, 2, 3, 4], dtype=torch.float64, requires_grad=True)
y = (x**2).mean()
y.backward()
x.grad
