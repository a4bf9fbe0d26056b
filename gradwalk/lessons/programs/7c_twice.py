# %% [markdown]
# # “A second backward() always fails”
# x·x saved its operands and fails; x + x
# saved nothing.

# %%
import torch

x = torch.tensor(3.0, requires_grad=True)
y = x + x
y.backward()
y.backward()
x.grad

# %%
x = torch.tensor(3.0, requires_grad=True)
y = x * x
y.backward()
y.backward()
