# %% [markdown]
# # Every operation leaves a node
# AddBackward0, MulBackward0, MeanBackward0:
# the graph by name.

# %%
import torch

x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = x + 2
y

# %%
z = y * y * 2
z

# %%
out = z.mean()
out

# %%
out.backward()
x.grad
