# %% [markdown]
# # “Every tensor gets a .grad”
# Only leaves do. Others are computed, passed
# on, not stored.

# %%
import torch

x = torch.tensor(3.0, requires_grad=True)
y = x * 2
z = y**2
print(x.is_leaf, y.is_leaf, z.is_leaf)
y.retain_grad()  # without this line y.grad is None
z.backward()
print(x.grad)
print(y.grad)
