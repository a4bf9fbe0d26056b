"""What a node of autograd's has saved, under which names, and whether it is still there."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import torch

from gradwalk.recording import Saved

SAVED_NAMES: dict[type, tuple[tuple[str, str], ...]] = {}
SAVED_LIST = "[saved tensors]"
PACKED = "packed by a hook of torch.autograd.graph.saved_tensors_hooks"
packing = torch._C._autograd._top_saved_tensors_default_hooks
"""Gives the hooks of saved_tensors_hooks that are on at present."""


def saved_names(kind: type) -> tuple[tuple[str, str], ...]:
    """The attributes under which a kind of node hands out what it saved, each with PyTorch's name for it."""
    if issubclass(kind, torch.autograd.function.FunctionCtx):
        return ()  # a class of the program's own, which must not be kept
    if kind not in SAVED_NAMES:
        found = [name for name in dir(kind) if name.startswith("_saved_")]
        SAVED_NAMES[kind] = tuple((name, name.removeprefix("_saved_")) for name in found)
    return SAVED_NAMES[kind]


def saved_by(node: Any) -> list[tuple[str, Any]]:
    """What a node hands out, by PyTorch's names; not what is gone."""
    kind = type(node)
    found = []
    for attribute, name in SAVED_NAMES.get(kind) or saved_names(kind):
        try:
            found.append((name, getattr(node, attribute)))
        except RuntimeError:
            continue
    if isinstance(node, torch.autograd.function.FunctionCtx):
        found += _by_function(node)
    return found


def _by_function(node: Any) -> list[tuple[str, Any]]:
    """What a Function of the program's own has saved with save_for_backward."""
    try:
        return [
            (f"saved_tensors[{number}]", kept) for number, kept in enumerate(node.saved_tensors) if kept is not None
        ]
    except RuntimeError:
        return []


def holds(node: Any) -> bool:
    """Whether any tensor that a node has saved is still there. Nothing is unpacked, so no hook of the program runs."""
    return any(getattr(raw, "data", None) is not None for raw in raw_of(node))


def raw_of(node: Any) -> list[Any]:
    found: list[Any] = []
    own = isinstance(node, torch.autograd.function.FunctionCtx)
    names = ["_raw_saved_tensors"] if own else [f"_raw{attribute}" for attribute, _ in saved_names(type(node))]
    for name in names:
        try:
            raw = getattr(node, name, None)
        except RuntimeError:
            continue  # of a list that is gone
        found += raw if isinstance(raw, list | tuple) else [raw]
    return found


_WHOLE: frozenset[type] = frozenset((int,))


@lru_cache(maxsize=256)
def _series_text(kept: tuple[int, ...]) -> str:
    """Nodes keep the same few sizes and strides again and again."""
    return f"({', '.join(map(saved_text, kept))}{',' if len(kept) == 1 else ''})"


def saved_text(kept: Any) -> str:
    """A negative number such as dim=-1 comes back from a node as 2⁶⁴ − 1."""
    if type(kept) is int:
        return str(kept - 2**64 if kept >= 2**63 else kept)
    if type(kept) is tuple and kept and _WHOLE.issuperset(map(type, kept)):
        return _series_text(kept)
    return SAVED_LIST if isinstance(kept, tuple) and any(isinstance(t, torch.Tensor) for t in kept) else str(kept)


@lru_cache(maxsize=1024)
def saved_setting(name: str, text: str) -> Saved:
    """What is no tensor. Nodes of a kind keep the same few settings again and again."""
    return Saved(name, None, text)
