# %%
import torch

# Inputs
x = torch.tensor(6.7)  # feature
y = torch.tensor(0.0)  # label
w = torch.tensor(1.0)
b = torch.tensor(0.0)
# %%
def binary_cross_entropy_loss(prediction, target):
    epsilon = 1e-8  # keeps the logarithm finite
    prediction = torch.clamp(prediction, epsilon, 1 - epsilon)
    return -(target * torch.log(prediction) + (1 - target) * torch.log(1 - prediction))
# %%
z = w * x + b
y_pred = torch.sigmoid(z)
loss = binary_cross_entropy_loss(y_pred, y)
loss
# %%
# by hand
dloss_dy_pred = (y_pred - y)/(y_pred*(1-y_pred))
dy_pred_dz = y_pred * (1 - y_pred)
dz_dw, dz_db = x, 1
dL_dw = dloss_dy_pred * dy_pred_dz * dz_dw
dL_db = dloss_dy_pred * dy_pred_dz * dz_db
print(f"Manual Gradient of loss w.r.t weight (dw): {dL_dw}")
print(f"Manual Gradient of loss w.r.t bias (db): {dL_db}")
# %%
w = torch.tensor(1.0, requires_grad=True)
b = torch.tensor(0.0, requires_grad=True)
z = w*x + b
z
# %%
y_pred = torch.sigmoid(z)
y_pred
# %%
loss = binary_cross_entropy_loss(y_pred, y)
loss
# %%
loss.backward()
print(w.grad)
print(b.grad)
# %%
print("w.grad = %.4f, b.grad = %8.3e" % (w.grad, b.grad))
print("loss", round(loss.item(), 4), "end", sep=" | ", end="!\n")
print(type(w), type(w.grad), type(loss.item()), type(print), type(torch))
