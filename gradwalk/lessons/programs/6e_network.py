# %% [markdown]
# # A small network, 100 turns
# Two inputs, eight hidden neurons, one
# output learn XOR; most turns are folded.

# %%
import torch
import torch.nn as nn

torch.manual_seed(0)
X = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = torch.tensor([[0.0], [1.0], [1.0], [0.0]])
model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
loss_of = nn.BCEWithLogitsLoss()

# %%
for epoch in range(100):
    optimizer.zero_grad()
    loss = loss_of(model(X), Y)
    loss.backward()
    optimizer.step()
    if epoch % 20 == 0:
        print(f"epoch {epoch}: loss = {loss.item():.4f}")

# %%
with torch.no_grad():
    print(torch.sigmoid(model(X)))
