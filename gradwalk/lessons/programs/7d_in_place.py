# %% [markdown]
# # “A change in place always breaks autograd”
# Only where the old value had been saved for
# the way back.

# %%
# x + 1 saved nothing, so y may change.
import torch

x = torch.tensor(2.0, requires_grad=True)
y = x + 1
y += 5
z = y * 3
z.backward()
x.grad

# %%
# exp saves its result, and the change spoils it.
x = torch.tensor(2.0, requires_grad=True)
y = torch.exp(x)
y += 5
z = y * 3
z.backward()

# %%
# A leaf that requires a gradient may not change at all.
x = torch.tensor(2.0, requires_grad=True)
x += 1
