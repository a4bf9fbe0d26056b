# %% [markdown]
# # The cycle: forward, loss, backward, update
# Each turn moves w and b a little against
# their gradients.

# %%
import torch

x, y = torch.tensor(6.7), torch.tensor(0.0)
w = torch.tensor(1.0, requires_grad=True)
b = torch.tensor(0.0, requires_grad=True)

# %%
for epoch in range(4):
    y_pred = torch.sigmoid(w * x + b)  # forward
    loss = -torch.log(1 - y_pred)  # the target is 0
    loss.backward()
    with torch.no_grad():  # update
        w -= 0.1 * w.grad
        b -= 0.1 * b.grad
    w.grad.zero_()
    b.grad.zero_()
    print(f"epoch {epoch}: loss = {loss.item():.4f}, w = {w.item():.4f}")
