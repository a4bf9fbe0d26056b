# %% [markdown]
# # “A new gradient replaces the old one”
# It is added: 4, then 8. Watch the += at the
# leaf.

# %%
import torch

x = torch.tensor(2.0, requires_grad=True)
(x**2).backward()
print(x.grad)
(x**2).backward()
print(x.grad)

# %%
# Setting it to None (or zero) starts anew.
x.grad = None
(x**2).backward()
x.grad
