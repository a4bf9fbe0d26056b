# %% [markdown]
# # “torch.where hides the nan”
# The branch not taken still multiplies 0 by
# ∞.

# %%
import torch

x = torch.tensor(0.0, requires_grad=True)
y = torch.where(x > 0, torch.sqrt(x), torch.zeros_like(x))
print(y)
y.backward()
x.grad

# %%
# Safe inside, then chosen outside
x = torch.tensor(0.0, requires_grad=True)
safe = torch.where(x > 0, x, torch.ones_like(x))
y = torch.where(x > 0, torch.sqrt(safe), torch.zeros_like(x))
y.backward()
x.grad
