# %% [markdown]
# # The seed needs the shape of z
# One weight for each element; a scalar is the
# case v = 1.

# %%
import torch

x = torch.tensor([1.0, 2.0], requires_grad=True)
z = x * 3
z.backward(torch.tensor([1.0, 1.0, 1.0]))

# %%
# A scalar needs no v, because v = 1 is understood.
a = torch.tensor(2.0, requires_grad=True)
(a**2).backward()
b = torch.tensor(2.0, requires_grad=True)
(b**2).backward(torch.tensor(1.0))
a.grad == b.grad
