# %% [markdown]
# # The perceptron, by autograd
# The same two gradients, from one backward().

# %%
import torch

x = torch.tensor(6.7)
y = torch.tensor(0.0)
w = torch.tensor(1.0, requires_grad=True)
b = torch.tensor(0.0, requires_grad=True)

# %%
def binary_cross_entropy_loss(prediction, target):
    epsilon = 1e-8
    p = torch.clamp(prediction, epsilon, 1 - epsilon)
    return -(target * torch.log(p) + (1 - target) * torch.log(1 - p))

# %%
z = w * x + b
y_pred = torch.sigmoid(z)
loss = binary_cross_entropy_loss(y_pred, y)
loss

# %%
loss.backward()
print(w.grad)
print(b.grad)
