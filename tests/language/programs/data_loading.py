# %%
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, Dataset
torch.manual_seed(0)
X = torch.arange(8.).reshape(-1, 1)
Y = 2 * X + 1
data = TensorDataset(X, Y)
len(data), data[0]
# %%
loader = DataLoader(data, batch_size=4)
for xb, yb in loader:
    print(xb.flatten(), yb.flatten())
len(loader)
# %%
import time
start = time.time()
model = nn.Linear(1, 1)
opt = torch.optim.SGD(model.parameters(), lr=0.01)
losses = []
for epoch in range(3):
    for xb, yb in loader:
        loss = nn.functional.mse_loss(model(xb), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
    losses.append(loss.item())
print(losses)
elapsed = time.time() - start
elapsed < 60
# %%
from collections import OrderedDict
import copy
net = nn.Sequential(OrderedDict([("fc1", nn.Linear(1, 2)), ("act", nn.ReLU()), ("fc2", nn.Linear(2, 1))]))
net
# %%
twin = copy.deepcopy(net)
twin.fc1.weight is net.fc1.weight, torch.equal(twin.fc1.weight, net.fc1.weight)
# %%
import matplotlib.pyplot as plt
plt.plot(losses)
plt.title("loss")
plt.show()
# %%
fig, ax = plt.subplots()
ax.plot(losses);
# %%
%%time
z = 1
# %%
!pip install torch
# %%
import warnings
warnings.filterwarnings("ignore")
# %%
import sys, os
print(f"{len(losses)} epochs")
