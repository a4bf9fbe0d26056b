# %% [markdown]
# # Why PyTorch adds
# Two half batches give the gradient of the
# whole one.

# %%
import torch

x = torch.tensor([1.0, 2.0, 3.0, 4.0])
y = torch.tensor([2.0, 4.0, 6.0, 8.0])

# %%
# The whole batch at once
w = torch.tensor(1.0, requires_grad=True)
((w * x - y) ** 2).sum().backward()
w.grad

# %%
# Two batches, one after the other, before one update
w = torch.tensor(1.0, requires_grad=True)
((w * x[:2] - y[:2]) ** 2).sum().backward()
print(w.grad)
((w * x[2:] - y[2:]) ** 2).sum().backward()
print(w.grad)
