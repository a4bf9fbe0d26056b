# %% [markdown]
# # with torch.no_grad()
# Inside the block operations run, and no
# graph is noted.

# %%
import torch

x = torch.tensor(2.0, requires_grad=True)
y = x**2
with torch.no_grad():
    y1 = x**2
print(y)
print(y1)

# %%
y.backward()
x.grad

# %%
y1.backward()
