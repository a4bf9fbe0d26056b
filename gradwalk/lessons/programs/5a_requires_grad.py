# %% [markdown]
# # requires_grad_(False)
# In place, as the trailing underscore says: x
# itself changes.

# %%
import torch

x = torch.tensor(2.0, requires_grad=True)
x.requires_grad_(False)
x

# %%
# Now nothing is noted, and there is no way back.
y = x**2
y

# %%
y.backward()
