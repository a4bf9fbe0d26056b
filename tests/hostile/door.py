"""What hostile texts go through: a locked process each, as on a server, with less time and memory."""

from __future__ import annotations

from dataclasses import replace

from gradwalk.sandbox.bounds import Bounds
from gradwalk.sandbox.processes import Nursery
from gradwalk.sandbox.programs import configuration
from gradwalk.settings import SETTINGS

BOUNDS = Bounds(seconds=0.3, wall=6, grace=0.5, megabytes=450, threads=8)

ORDINARY = """\
import torch
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = (torch.sin(x ** 2) / 3).sum()
y.backward()
print(x.grad, torch.tensor(1 / 3), torch.rand(2))
"""


def door() -> Nursery:
    return Nursery(replace(configuration(SETTINGS), bounds=BOUNDS))
