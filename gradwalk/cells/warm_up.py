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
1 / 0
"""


def warm_up() -> None:
    """Takes seconds. Also settles that PyTorch works in one thread, which every program of the process then shares.

    Scalars gain nothing from threads, and one visitor's threads would slow down the others.
    """
    torch.set_num_threads(1)
    torch.ones(2, 2, device="meta") @ torch.ones(2, 2, device="meta")
    record(_PROGRAM, pictures=True)
