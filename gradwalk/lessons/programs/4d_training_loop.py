# %% [markdown]
# # zero_grad() in the training loop
# zero_grad, forward, loss, backward, step: in
# this order.

# %%
import torch

x = torch.tensor([1.0, 2.0, 3.0, 4.0])
y = 2 * x
w = torch.tensor(0.0, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.01)

# %%
for epoch in range(5):
    optimizer.zero_grad()
    y_pred = w * x
    loss = ((y_pred - y) ** 2).mean()
    loss.backward()
    optimizer.step()
    print(f"epoch {epoch}: loss = {loss.item():.4f}, w = {w.item():.4f}")
