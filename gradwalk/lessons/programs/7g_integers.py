# %% [markdown]
# # “Integers can require gradients”
# They cannot change a little, and a gradient
# asks just that.

# %%
import torch

x = torch.tensor(2, requires_grad=True)

# %%
# A dtype mends it.
x = torch.tensor(2, dtype=torch.float64, requires_grad=True)
y = x**2
y.backward()
x.grad
