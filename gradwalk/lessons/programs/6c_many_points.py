# %% [markdown]
# # Mean squared error over N points
# One w serves every point, so its gradient
# sums over them.

# %%
import torch

X = torch.tensor([1.0, 2.0, 3.0, 4.0])
Y = torch.tensor([2.0, 4.0, 6.0, 8.0])
w = torch.tensor(0.0, requires_grad=True)

def forward(x):
    return w * x

def mse(y, y_pred):
    return ((y_pred - y) ** 2).mean()

# %%
for epoch in range(6):
    loss = mse(Y, forward(X))
    loss.backward()
    with torch.no_grad():
        w -= 0.01 * w.grad
    w.grad.zero_()
    print(f"epoch {epoch + 1}: w = {w:.3f}, loss = {loss:.8f}")

# %%
print(f"prediction after training: f(5) = {forward(5):.3f}")
