# %% [markdown]
# # The same with torch.optim.SGD
# step() and zero_grad() do what was written
# by hand.

# %%
import torch
import torch.nn as nn

X = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
Y = torch.tensor([[2.0], [4.0], [6.0], [8.0]])
w = torch.tensor([[0.0]], requires_grad=True)
loss_of = nn.MSELoss()
optimizer = torch.optim.SGD([w], lr=0.01)

# %%
for epoch in range(4):
    y_pred = X @ w
    loss = loss_of(y_pred, Y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    print(f"epoch {epoch + 1}: w = {w.item():.3f}, loss = {loss.item():.4f}")
