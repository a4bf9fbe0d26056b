# %% [markdown]
# # “dL/dŷ = (ŷ − y)/(1 − ŷ)”
# The ŷ is missing below the line; at ŷ near 1
# nobody notices.

# %%
# At z = 0.5 it is easy to see.
import torch

z = torch.tensor(0.5, requires_grad=True)
y = torch.tensor(0.0)
y_pred = torch.sigmoid(z)
y_pred.retain_grad()
loss = -(y * torch.log(y_pred) + (1 - y) * torch.log(1 - y_pred))
loss.backward()
y_pred.grad

# %%
p = y_pred.detach()
print("right:  ", (p - y) / (p * (1 - p)))
print("mistake:", (p - y) / (1 - p))
