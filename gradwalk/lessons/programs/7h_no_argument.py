# %% [markdown]
# # “backward() needs no argument for vectors”
# It does: one weight for each element.

# %%
import torch

x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = x**2
y.backward()

# %%
y.backward(torch.ones(3))
x.grad
