# %% [markdown]
# # Who gets how much: means, sums, ties, kinks
# mean divides by N, a bias collects, max
# splits, relu'(0) = 0.

# %%
# mean divides by N.
import torch

x = torch.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)
x.mean().backward()
x.grad

# %%
# One bias was added to three rows, and collects a sum.
bias = torch.tensor(0.5, requires_grad=True)
(torch.ones(3) + bias).sum().backward()
bias.grad

# %%
# max() splits a tie.
x = torch.tensor([1.0, 3.0, 2.0, 3.0], requires_grad=True)
x.max().backward()
x.grad

# %%
# relu at its kink
x = torch.tensor(0.0, requires_grad=True)
torch.relu(x).backward()
x.grad
