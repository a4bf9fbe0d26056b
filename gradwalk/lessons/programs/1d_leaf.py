# %% [markdown]
# # backward() on the leaf itself
# dx/dx = 1: the seed arrives where it
# started.

# %%
import torch

x = torch.tensor(3.0, requires_grad=True)
x.backward()
x.grad
