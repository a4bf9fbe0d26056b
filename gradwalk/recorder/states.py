"""What is known of one live tensor, and the Values in the making that it was and is."""

from __future__ import annotations

import torch

from gradwalk.recorder.copying import new
from gradwalk.recording import Array, Value


class State:
    """What is known of one live tensor: the Value that it is now."""

    __slots__ = ("epoch", "pending", "requires_grad", "storage", "tensor", "value", "version")

    def __init__(self, tensor: int, storage: int) -> None:
        self.tensor = tensor
        self.storage = storage
        self.value = -1
        self.epoch = -1
        self.version = 0
        self.requires_grad = False
        self.pending = False
        """Its kernel has run and autograd has not yet said whether the result is tracked."""


class Made:
    """A Value in the making."""

    __slots__ = (
        "dtype",
        "grad_of",
        "is_leaf",
        "names",
        "node",
        "numbers",
        "operation",
        "requires_grad",
        "shape",
        "storage",
        "summary",
        "tensor",
        "version",
    )

    def __init__(self, state: State, version: int, array: Array, names: tuple[str, ...], grad_of: int | None) -> None:
        self.tensor = state.tensor
        self.storage = state.storage
        self.version = version
        self.shape, self.dtype, self.numbers, self.summary = array
        self.is_leaf = True
        self.requires_grad = False
        self.operation: int | None = None
        self.names = names
        self.grad_of = grad_of
        self.node: int | None = None


def finished(index: int, m: Made) -> Value:
    storage = (index, m.tensor, m.storage, m.version)
    flags = (m.names, m.is_leaf, m.requires_grad, m.operation)
    value: Value = new(Value, (*storage, m.shape, m.dtype, m.numbers, *flags, m.summary, m.grad_of, m.node))
    return value


def is_lent(tensor: torch.Tensor) -> bool:
    """Whether its memory is an array's of NumPy's: such storage cannot be made larger."""
    try:
        return not tensor.untyped_storage().resizable()
    except (RuntimeError, NotImplementedError):
        return False


def bytes_of(tensor: torch.Tensor) -> bytes:
    """A small tensor's memory, quickly; nothing of one that NumPy cannot have."""
    try:
        return tensor.detach().numpy().tobytes()
    except (RuntimeError, TypeError):
        return b""


def is_leaf(tensor: torch.Tensor) -> bool:
    """PyTorch refuses to say so of a view from under no_grad that was changed; it was one."""
    try:
        return tensor.is_leaf
    except RuntimeError:
        return True


def address_of(tensor: torch.Tensor) -> int:
    """Where a tensor's storage begins; 0 for one that has no memory, or none of its own kind."""
    if not tensor.numel():
        return 0
    try:
        address = tensor.data_ptr()
        offset = tensor.storage_offset()
    except (RuntimeError, NotImplementedError):  # a sparse tensor, or one inside of a transform
        return 0
    return address - int(offset) * tensor.element_size() if offset else address


def same_memory(one: torch.Tensor, other: torch.Tensor) -> bool:
    try:
        return one.data_ptr() == other.data_ptr() and one.shape == other.shape and one.stride() == other.stride()
    except (RuntimeError, NotImplementedError):
        return one is other
