"""Warnings that PyTorch gives once a process: where one process runs several programs, each is to have them once."""

from __future__ import annotations

import torch

ONCE = (
    "Converting a tensor with requires_grad=True",
    "Tensor.T is deprecated",
    "The use of `x.T`",
    "An output with one",
    "torch.meshgrid",
)
"""How they begin."""


class Once:
    """Which of them a program has had."""

    programs = 0

    def __init__(self) -> None:
        self._had: set[str] = set()
        self._again = Once.programs > 0
        Once.programs += 1
        torch.set_warn_always(self._again)  # else PyTorch itself gives them once, which is right for the first program

    def first(self, text: str) -> bool:
        """Whether a warning is to be shown."""
        if not self._again or not text.startswith(ONCE):
            return True
        if text in self._had:
            return False
        self._had.add(text)
        return True
