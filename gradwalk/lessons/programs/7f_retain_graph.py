# %% [markdown]
# # “retain_graph=True mends everything”
# It keeps the saved tensors, and the gradients
# still add.

# %%
import torch

x = torch.tensor(3.0, requires_grad=True)
y = x * x
y.backward(retain_graph=True)
print(x.grad)
y.backward()
print(x.grad)
