# %% [markdown]
# # “Two paths multiply, or the last one wins”
# They add: x² + x at 3 gives 6 + 1 = 7.

# %%
import torch

x = torch.tensor(3.0, requires_grad=True)
y = x**2 + x
y.backward()
x.grad
