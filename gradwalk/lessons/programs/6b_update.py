# %% [markdown]
# # The update, then the next turn
# no_grad() for the update, zero_() before the
# next backward().

# %%
import torch

x = torch.tensor(1.0)
y = torch.tensor(2.0)
w = torch.tensor(1.0, requires_grad=True)

# %%
loss = (w * x - y) ** 2
loss.backward()
with torch.no_grad():
    w -= 0.01 * w.grad
w.grad.zero_()
w

# %%
# The next forward and backward: the loss is smaller now.
loss = (w * x - y) ** 2
loss.backward()
print(loss, w.grad)
