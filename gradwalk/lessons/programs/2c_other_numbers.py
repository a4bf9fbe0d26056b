# %% [markdown]
# # The perceptron with other numbers
# A bias of 1 in float32, then a gentler input
# in float64.

# %%
import torch

def gradients(x, w, b):
    w.requires_grad_()
    b.requires_grad_()
    y_pred = torch.sigmoid(w * x + b)
    loss = -torch.log(1 - y_pred)  # the target is 0
    loss.backward()
    return w.grad, b.grad

# %%
gradients(torch.tensor(6.7), torch.tensor(1.0), torch.tensor(1.0))

# %%
double = torch.float64
x = torch.tensor(2.3, dtype=double)
w = torch.tensor(1.0, dtype=double)
b = torch.tensor(0.0, dtype=double)
gradients(x, w, b)
