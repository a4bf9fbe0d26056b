# %% [markdown]
# # Four slips in the hand calculation
# Each looks right, and each gives another
# number.

# %%
import torch

x, y = torch.tensor(6.7), torch.tensor(0.0)
w = torch.tensor(1.0, requires_grad=True)
z = w * x
y_pred = torch.sigmoid(z)
loss = -(y * torch.log(y_pred) + (1 - y) * torch.log(1 - y_pred))
loss.backward()
print("autograd says", w.grad)

# %%
p = y_pred.detach()
dy_pred_dz = p * (1 - p)
right = (p - y) / (p * (1 - p))
print("by hand", right * dy_pred_dz * x)

# %%
# 1. The factor ŷ is missing below the line.
print("without the ŷ", (p - y) / (1 - p) * dy_pred_dz * x)
# 2. The chain rule multiplies; this adds.
print("+ instead of ·", right + dy_pred_dz + x)
# 3. dz/dw is a part of dL/dw, not all of it.
print("only dz/dw", x)

# %%
# 4. An epsilon with the wrong sign lets log(0) through.
sure = torch.tensor(1.0, dtype=torch.float64)
print(-torch.log(1 - torch.clamp(sure, 1e-8, 1 - 1e-8)))
print(-torch.log(1 - torch.clamp(sure, 1e-8, 1 + 1e-8)))
