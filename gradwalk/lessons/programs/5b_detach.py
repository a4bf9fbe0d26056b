# %% [markdown]
# # detach(): a new tensor, a cut edge
# z has the same memory as x, but no edge
# leads back to x.

# %%
import torch

x = torch.tensor(2.0, requires_grad=True)
z = x.detach()
z

# %%
y = x**2
y1 = z**2
print(y)
print(y1)

# %%
y.backward()
x.grad

# %%
y1.backward()
