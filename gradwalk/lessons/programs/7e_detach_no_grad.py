# %% [markdown]
# # “detach() and no_grad() are the same”
# One cuts an edge, the other never notes a
# stretch.

# %%
# x · x.detach(): one path of two is cut, so 3 and not 6.
import torch

x = torch.tensor(3.0, requires_grad=True)
y = x * x.detach()
y.backward()
x.grad

# %%
# Under no_grad() nothing is noted at all.
x = torch.tensor(3.0, requires_grad=True)
with torch.no_grad():
    y = x * x
y.backward()
