# %% [markdown]
# # “None is a kind of zero”
# A leaf that was not used has None; one that
# does not matter, 0.

# %%
import torch

x = torch.tensor(2.0, requires_grad=True)
unused = torch.tensor(5.0, requires_grad=True)
without_effect = torch.tensor(7.0, requires_grad=True)
y = x**2 + 0 * without_effect
y.backward()
print(x.grad)
print(unused.grad)
print(without_effect.grad)
