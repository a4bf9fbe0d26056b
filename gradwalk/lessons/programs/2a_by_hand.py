# %% [markdown]
# # The perceptron, by hand
# Four small derivatives, multiplied along the
# chain.

# %%
import torch

x = torch.tensor(6.7)  # the input
y = torch.tensor(0.0)  # the target
w = torch.tensor(1.0)
b = torch.tensor(0.0)

# %%
# Binary cross-entropy, kept away from log(0)
def binary_cross_entropy_loss(prediction, target):
    epsilon = 1e-8
    p = torch.clamp(prediction, epsilon, 1 - epsilon)
    return -(target * torch.log(p) + (1 - target) * torch.log(1 - p))

# %%
# Forward
z = w * x + b
y_pred = torch.sigmoid(z)
loss = binary_cross_entropy_loss(y_pred, y)
print(z, y_pred, loss)

# %%
# Backward, by hand
dloss_dy_pred = (y_pred - y) / (y_pred * (1 - y_pred))
dy_pred_dz = y_pred * (1 - y_pred)
dz_dw = x
dz_db = 1

dL_dw = dloss_dy_pred * dy_pred_dz * dz_dw
dL_db = dloss_dy_pred * dy_pred_dz * dz_db
print(dL_dw.item())
print(dL_db.item())
