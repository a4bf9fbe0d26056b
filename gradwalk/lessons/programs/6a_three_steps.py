# %% [markdown]
# # Forward, local gradients, backward
# Linear regression with one point: −1, 1, and
# a gradient of −2.

# %%
# x and y are given: they need no gradient.
import torch

x = torch.tensor(1.0)
y = torch.tensor(2.0)
w = torch.tensor(1.0, requires_grad=True)

# %%
# 1. Forward
y_hat = w * x
s = y_hat - y
loss = s**2
print(y_hat, s, loss, sep="\n")

# %%
# 2. Local gradients: 2s = −2, 1, x = 1
# 3. Backward: −2 · 1 · 1
loss.backward()
w.grad
