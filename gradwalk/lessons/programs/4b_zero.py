# %% [markdown]
# # Epochs, with and without zero_()
# 3, 6, 9 becomes 3, 3, 3 once the gradient is
# set to zero.

# %%
import torch

weights = torch.ones(4, requires_grad=True)
for epoch in range(3):
    model_output = (weights * 3).sum()
    model_output.backward()
    print(weights.grad)

# %%
weights = torch.ones(4, requires_grad=True)
for epoch in range(3):
    model_output = (weights * 3).sum()
    model_output.backward()
    print(weights.grad)
    weights.grad.zero_()
