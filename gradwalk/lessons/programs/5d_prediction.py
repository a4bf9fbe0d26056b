# %% [markdown]
# # Training needs gradients, prediction none
# The same model without a graph: less memory,
# less work.

# %%
import torch

x = torch.tensor([1.0, 2.0, 3.0])
y = torch.tensor([2.0, 4.0, 6.0])
w = torch.tensor(1.5, requires_grad=True)

# %%
# Training: the graph is needed for backward().
loss = ((w * x - y) ** 2).mean()
loss.backward()
with torch.no_grad():
    w -= 0.1 * w.grad
loss, w

# %%
# Prediction: nobody will ask for a gradient.
with torch.no_grad():
    prediction = w * torch.tensor(10.0)
print(prediction, prediction.requires_grad)
