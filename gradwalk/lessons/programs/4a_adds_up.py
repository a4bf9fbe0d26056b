# %% [markdown]
# # A second backward() adds
# 4, 8, 12: PyTorch adds to .grad, it does not
# replace it.

# %%
import torch

x = torch.tensor(2.0, requires_grad=True)

# %%
# Run this cell three times in a notebook: the graph is new, .grad is not.
y = x**2
y.backward()
print(x.grad)

# %%
y = x**2
y.backward()
print(x.grad)

# %%
y = x**2
y.backward()
print(x.grad)

# %%
# The same with a vector: 2x/3, and then twice as much
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
for turn in range(2):
    (x**2).mean().backward()
    print(x.grad)
