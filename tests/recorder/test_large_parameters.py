"""Steps of optimizers whose parameters are so large that only a summary of them is kept."""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import pytest
import torch

import gradwalk
from gradwalk.recording import Norms, Recording, Update


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_how_far_a_step_of_large_parameters_goes_is_kept(dtype: torch.dtype) -> None:
    """Of 4,900 ones the norm is 70; a step of 0.5 · 1 in each goes 35 far."""
    w = torch.ones(70, 70, dtype=dtype, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.5)
    with gradwalk.watch() as walk:
        w.sum().backward()
        optimizer.step()
    (step,) = (event for event in walk.recording.events if isinstance(event, Update))
    assert step.norms == Norms(70.0, 35.0)
    assert "update / weight 0.5" in walk.report()
    assert Recording.from_json(walk.recording.to_json()) == walk.recording


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
