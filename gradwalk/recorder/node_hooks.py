"""Hooks on nodes that are not ours: what they change is in the numbers, and they are no events."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from gradwalk.recorder.hooks import Passing
from gradwalk.recorder.nodes import LiveGraph


def prehooked(graph: LiveGraph, needed: Iterable[int]) -> bool:
    """Whether any node that is no leaf's has a hook of somebody's that runs before it."""
    found = False
    for index in needed:
        if graph.leaf_of(index) is None:
            handle = graph.live(index).register_prehook(lambda upstream: None)
            found = found or has_more(handle)
            handle.remove()
    return found


def has_more(handle: Any) -> bool:
    """Whether a node has other hooks than the one that this handle belongs to, and those of a pass around this one."""
    hooks = handle.hooks_dict_ref()
    if hooks is None or len(hooks) < 2:
        return False
    return any(key != handle.id and not _is_ours(hook) for key, hook in hooks.items())


def _is_ours(hook: Any) -> bool:
    return isinstance(hook, partial) and isinstance(getattr(hook.func, "__self__", None), Passing)


NODE_HOOKS = (
    "Hooks on nodes run in this pass (grad_fn.register_hook, or a module's backward hooks): what they change is in the "
    "numbers, but they are no steps of their own."
)
