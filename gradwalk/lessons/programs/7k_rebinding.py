# %% [markdown]
# # “w = w - lr * w.grad goes on working”
# The new w is no leaf, has no .grad, and
# drags its graph along.

# %%
import torch

w = torch.tensor(1.0, requires_grad=True)
for epoch in range(3):
    loss = (w * 2 - 1) ** 2
    loss.backward()
    w = w - 0.1 * w.grad
    print(w, w.is_leaf)
