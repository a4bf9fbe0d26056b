"""Programs that nobody here wrote: the examples in PyTorch's own documentation, each with a pass back at its end.

They are taken from the docstrings of the PyTorch that is installed. Random inputs are given a gradient to collect.
"""

from __future__ import annotations

import doctest
import importlib
import re
from collections.abc import Iterator
from typing import Any

_HOMES = """
torch torch.nn torch.nn.functional torch.autograd torch.autograd.functional torch.autograd.graph torch.optim torch.func
torch.linalg torch.fft torch.special torch.distributions torch.nn.utils torch.nn.init torch.nn.utils.parametrizations
torch.utils.checkpoint torch.Tensor
""".split()
_ELSEWHERE = re.compile(
    r"cuda|xpu|mps|dist|DataLoader|compile|jit|onnx|dynamo|multiprocessing|torch\.(save|load)|input\(|masked|timeit"
    r"|saved_tensors_hooks|Transformer|vmap|nan_to_num"
)
"""What an example needs that is not here: another device, a file, other processes. And what cannot be checked: a
witness that looks at everything would run the program's own hooks, or look for minutes; what vmap runs is not recorded;
numbers are computed again in another dtype."""
_BEFORE = """\
import math
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor, optim
def randn(*size, **options):
    return torch.randn(*size, **options).requires_grad_()
def rand(*size, **options):
    return torch.rand(*size, **options).requires_grad_()
# %%
"""
_AFTER = """
# %%
tracked = [held for held in list(globals().values()) if isinstance(held, torch.Tensor) and held.grad_fn is not None]
if tracked:
    last = tracked[-1]
    (last.abs() if last.is_complex() else last).sum().backward()
"""


def documented() -> dict[str, str]:
    """The programs, by what they document."""
    found: dict[str, str] = {}
    for name, text in _docstrings():
        source = _examples(text)
        if source and source not in found.values():
            found[name] = source
    return {name: _program(source) for name, source in sorted(found.items())}


def _docstrings() -> Iterator[tuple[str, str]]:
    for home in _HOMES:
        owner: Any = (
            importlib.import_module(home) if home != "torch.Tensor" else importlib.import_module("torch").Tensor
        )
        for name in sorted(vars(owner) if home != "torch.Tensor" else dir(owner)):
            text = None if name.startswith("_") else getattr(getattr(owner, name), "__doc__", None)
            if isinstance(text, str) and ">>>" in text and not _ELSEWHERE.search(text):
                yield f"{home}.{name}", text


def _examples(text: str) -> str:
    """The lines behind ``>>>``; nothing where they are no Python."""
    try:
        source = "".join(example.source for example in doctest.DocTestParser().get_examples(text))
        compile(source, "documented", "exec")
    except (ValueError, SyntaxError):
        return ""
    return source


def _program(source: str) -> str:
    if "requires_grad" not in source and "inplace" not in source:
        source = re.sub(r"torch\.(randn|rand)\(", r"\1(", source)
    return _BEFORE + source + ("" if "backward(" in source else _AFTER)
