"""Do once what is slow the first time in a process: PyTorch's optimizers, its meta device, IPython's shell."""

from __future__ import annotations

import torch

from gradwalk.cells import record

_PROGRAM = """
import torch
import torch.nn as nn
import torch.nn.functional as F
x = torch.tensor([[1.0, 2.0]])
layer = nn.Linear(2, 1)
for make in (torch.optim.SGD, torch.optim.Adam):
    optimizer = make(layer.parameters(), lr=0.1)
    loss = F.binary_cross_entropy(torch.sigmoid(layer(x)), torch.ones(1, 1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
# %%
w = torch.tensor([0.5, 2.0], requires_grad=True)
v = torch.randn(2, 2)
y = w * 2 - x / 3 + 1 - w ** 2
y = y + torch.exp(w) * torch.log(w.abs()) + torch.sin(w) + torch.cos(w) + torch.tanh(w) + torch.relu(w) - torch.sqrt(w)
y = y @ v + F.softmax(w, dim=0) + (w - x).square() + torch.max(w, x) + w.clamp(0, 1) + (-w).sigmoid()
z = y.sum() + y.mean() + F.mse_loss(y, x) + F.cross_entropy(y, torch.tensor([1])) + w[0] * w.reshape(2, 1).T.sum()
z.backward()
with torch.no_grad():
    w -= 0.1 * w.grad
w.grad.zero_()
print(w, z.item(), loss.detach(), x.shape)
# %%
1 / 0
"""


def warm_up() -> None:
    """Takes seconds. Also settles that PyTorch works in one thread, which every program of the process then shares.

    Scalars gain nothing from threads, and one visitor's threads would slow down the others.
    """
    torch.set_num_threads(1)
    torch.ones(2, 2, device="meta") @ torch.ones(2, 2, device="meta")
    record(_PROGRAM, pictures=True)
