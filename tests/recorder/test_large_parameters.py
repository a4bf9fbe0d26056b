"""Steps of optimizers whose parameters are so large that only a summary of them is kept."""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import torch

import gradwalk
from gradwalk.recording import Recording, Update


def test_a_step_of_large_parameters_is_told_and_nothing_else_is() -> None:
    """The summary is computed by PyTorch itself."""
    w = torch.ones(70, 70, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.1)
    with gradwalk.watch() as walk:
        for _ in range(9):
            w.sum().backward()
            optimizer.step()
            optimizer.zero_grad()
    found = walk.recording
    assert {operation.kernel for operation in found.operations} == {"sum"}
    assert len([event for event in found.events if isinstance(event, Update)]) == 9
    assert Recording.from_json(found.to_json()) == found
