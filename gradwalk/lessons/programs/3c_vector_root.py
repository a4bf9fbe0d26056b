# %% [markdown]
# # backward() on a vector
# A vector has no single slope: say what each
# element counts.

# %%
import torch

x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = x + 2
z = y * y * 2
z.backward()

# %%
# v weighs the elements of z: this computes vᵀJ.
v = torch.tensor([0.1, 1.0, 0.001])
z.backward(v)
x.grad
