"""What visitors type: expressions and programs that nobody has typed before, all of them fit to be answered."""

from __future__ import annotations

from random import Random
from typing import Any

FUNCTIONS = "sin cos tanh sigmoid softplus relu atan square".split()


def formula(random: Random, depth: int = 3) -> str:
    """Some two to ten operations on x, y and numbers."""
    if depth == 0 or random.random() < 0.2:
        return random.choice(("x", "x", "y", f"{random.uniform(0.1, 2):.4f}"))
    one = formula(random, depth - 1)
    if random.random() < 0.4:
        return f"{random.choice(FUNCTIONS)}({one})"
    return f"({one} {random.choice('+-*')} {formula(random, depth - 1)})"


def expression(random: Random, opened: str, count: int) -> dict[str, Any]:
    """An entry of the page Expression."""
    given = {name: f"{random.uniform(-2, 2):.3f}" for name in "xy"}
    return {
        "text": f"z = x * {random.uniform(0.1, 2):.4f} + {formula(random)}",
        "given": given,
        "constants": [],
        "dtype": "float32",
        "seed": None,
        "example": None,
        "opened": opened,
        "count": count,
    }


PROGRAM = """\
import torch

# %%
w = torch.tensor({weight:.4f}, requires_grad=True)
x = torch.tensor([{points}])
optimizer = torch.optim.SGD([w], lr={rate:.4f})
for epoch in range({epochs}):
    loss = ((w * x - 2 * x) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(epoch, loss.item(), w.item())
"""


def program(random: Random, opened: str, count: int) -> dict[str, Any]:
    """An entry of the page Code: a small training loop."""
    text = PROGRAM.format(
        weight=random.uniform(-1, 1),
        points=", ".join(f"{random.uniform(0, 2):.2f}" for _ in range(random.randint(2, 5))),
        rate=random.uniform(0.01, 0.1),
        epochs=random.randint(2, 5),
    )
    return {"text": text, "opened": opened, "count": count, "example": None, "file": None, "save": None}
