"""The live side of a recording: which tensor is which Value, which grad_fn is which Node, while a program runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol

import torch

from gradwalk.recording import MAX_NUMBERS, Array, Node, Number, Route, Saved, Value

_DTYPES: dict[torch.dtype, str] = {}


def dtype_name(dtype: torch.dtype) -> str:
    """``float32`` for torch.float32."""
    if (name := _DTYPES.get(dtype)) is None:
        name = _DTYPES[dtype] = str(dtype).removeprefix("torch.")
    return name


def numbers_of(tensor: torch.Tensor) -> tuple[Number, ...] | None:
    """The numbers of a tensor, flat in row-major order; None when there are too many."""
    if tensor.dim() == 0:
        return (tensor.item(),)
    if tensor.numel() > MAX_NUMBERS:
        return None
    return tuple(tensor.flatten().tolist()) if tensor.dim() > 1 else tuple(tensor.tolist())


class Copier:
    """Copies the numbers of tensors, until there are ``room`` of them; scalars always."""

    def __init__(self, room: int) -> None:
        self._room = room

    def array(self, tensor: torch.Tensor) -> Array:
        """A copy of a tensor's numbers."""
        if tensor.dim() == 0:
            return Array((), _DTYPES.get(tensor.dtype) or dtype_name(tensor.dtype), (tensor.item(),))
        numbers = numbers_of(tensor) if self._room > 0 else None
        if numbers is not None:
            self._room -= len(numbers)
        return Array(tuple(tensor.shape), dtype_name(tensor.dtype), numbers)


class _State:
    """What is known of one live tensor: the Value that it is now."""

    __slots__ = ("epoch", "pending", "requires_grad", "storage", "tensor", "value")

    def __init__(self, tensor: int, storage: int) -> None:
        self.tensor = tensor
        self.storage = storage
        self.value = -1
        self.epoch = -1
        self.requires_grad = False
        self.pending = False
        """Its kernel has run and autograd has not yet said whether the result is tracked."""


class _Made:
    """A Value in the making."""

    __slots__ = (
        "dtype",
        "is_leaf",
        "names",
        "numbers",
        "operation",
        "requires_grad",
        "shape",
        "storage",
        "tensor",
        "version",
    )

    def __init__(self, state: _State, tensor: torch.Tensor, array: Array) -> None:
        self.tensor = state.tensor
        self.storage = state.storage
        self.version: int = tensor._version
        self.shape, self.dtype, self.numbers = array
        self.is_leaf = True
        self.requires_grad = False
        self.operation: int | None = None
        self.names: tuple[str, ...] = ()


_NAMES = 16
"""So many names are kept of one value; its later states inherit them."""


class LiveValues:
    """Finds the Value that a live tensor is at this moment, and makes a new one when it has changed."""

    def __init__(self, copier: Copier) -> None:
        self._copier = copier
        self._kept: list[torch.Tensor] = []
        self._replaced: list[torch.Tensor] = []
        self._states: dict[int, _State] = {}
        self._made: list[_Made] = []
        self._epochs: list[int] = []
        self._storages: dict[int, int] = {}
        self.anything_changed = False
        """Whether any tensor was ever changed in place."""

    def value_of(self, tensor: torch.Tensor) -> int:
        """The id of the Value that this tensor is now."""
        state = self._states.get(id(tensor))
        if state is None:
            state = self._adopted(tensor, self._kept[-8:]) or self._new_state(tensor, None)
        flag_moved = state.requires_grad != tensor.requires_grad and not state.pending
        if flag_moved or state.epoch != self._epochs[state.storage]:
            self._snapshot(state, tensor)
        return state.value

    def knows(self, tensor: torch.Tensor) -> bool:
        return id(tensor) in self._states

    def made(self, tensor: torch.Tensor, shared: int | None, *, anew: bool) -> int:
        """The Value of a kernel's result. ``shared``: the value whose storage it views. ``anew``: changed in place."""
        state = self._states.get(id(tensor))
        if state is None:
            state = self._new_state(tensor, None if shared is None else self._made[shared].storage)
        elif not anew and state.epoch == self._epochs[state.storage]:
            return state.value
        state.pending = True
        return self._add(state, self._copied(state, tensor))

    def made_by(self, value: int, operation: int, tracked: bool) -> None:
        made = self._made[value]
        made.operation = operation
        tensor = self._kept[made.tensor]
        tracked = tracked and tensor.is_floating_point()  # the index beside a maximum is not
        made.requires_grad, made.is_leaf = (True, False) if tracked else (tensor.requires_grad, tensor.is_leaf)
        made.version = tensor._version  # which autograd counts after the kernel has run, and shares among views
        state = self._states[id(tensor)]
        if state.value == value:
            state.requires_grad, state.pending = tracked, False

    def adopt(self, finals: Iterable[torch.Tensor], outputs: Sequence[torch.Tensor]) -> None:
        """What a call hands out can be another object than its kernel's result: autograd wraps views anew."""
        for final in finals:
            if id(final) not in self._states:
                self._adopted(final, outputs)

    def changed(self, tensor: torch.Tensor) -> None:
        """A tensor was changed in place: every Value on its storage is of the past."""
        self.value_of(tensor)
        self.anything_changed = True
        self._epochs[self._states[id(tensor)].storage] += 1

    def among(self, values: Sequence[int], tensor: torch.Tensor) -> int | None:
        """Which of these values a tensor is, when autograd hands it out as a new object."""
        return next((value for value in values if _same_memory(self.live(value), tensor)), None)

    def replace(self, tensor: torch.Tensor, data: Any) -> tuple[int, int] | None:
        """``tensor.data = data``. Gives the ids of the Values before and after; None if its memory stays the same."""
        before = self.value_of(tensor)
        if isinstance(data, torch.Tensor) and _same_memory(tensor, data):
            tensor.data = data
            return None
        self._replaced.append(tensor.data)  # memory that a Value lived in keeps its address
        tensor.data = data
        state = self._states[id(tensor)]
        state.storage = self._storage(tensor)
        return before, self._snapshot(state, tensor)

    def bind(self, name: str, tensor: torch.Tensor) -> int:
        value = self.value_of(tensor)
        made = self._made[value]
        if name not in made.names:
            made.names = (*made.names, name)[-_NAMES:]
        return value

    def grad_of(self, leaf: int, grad: torch.Tensor) -> None:
        """backward() wrote a leaf's .grad: what we knew of that tensor is of the past, and it has a name."""
        if id(grad) in self._states:
            self.changed(grad)
        value = self.value_of(grad)
        made = self._made[value]
        made.names = tuple(f"{name}.grad" for name in self._made[leaf].names) or made.names

    def shape(self, value: int) -> tuple[int, ...]:
        return self._made[value].shape

    def dtype(self, value: int) -> torch.dtype:
        return self._kept[self._made[value].tensor].dtype

    def live(self, value: int) -> torch.Tensor:
        """The live tensor of a Value."""
        return self._kept[self._made[value].tensor]

    def newest_tracked(self) -> torch.Tensor | None:
        """The newest result that autograd tracks: the root that a backward() would most likely start from."""
        made = next(
            (m for m in reversed(self._made) if m.requires_grad and not m.is_leaf and m.operation is not None), None
        )
        return None if made is None else self._kept[made.tensor]

    def named(self) -> dict[str, torch.Tensor]:
        """The live tensors that have names; the newest of a name."""
        return {name: self._kept[made.tensor] for made in self._made for name in made.names}

    def release(self) -> None:
        """Drop every tensor and its ``.grad``: one that leads back (``x.grad = x * 2``) would keep both for ever."""
        for tensor in self._kept:
            tensor.grad = None
        for live in (self._kept, self._replaced, self._states):
            live.clear()

    def ids(self) -> dict[int, int]:
        """id(tensor) → the Value that it is now."""
        return {key: state.value for key, state in self._states.items()}

    def finished(self) -> tuple[Value, ...]:
        return tuple(
            Value(
                index,
                m.tensor,
                m.storage,
                m.version,
                m.shape,
                m.dtype,
                m.numbers,
                m.names,
                m.is_leaf,
                m.requires_grad,
                m.operation,
            )
            for index, m in enumerate(self._made)
        )

    def _new_state(self, tensor: torch.Tensor, storage: int | None) -> _State:
        if storage is None:
            storage = self._storage(tensor)
        state = self._states[id(tensor)] = _State(len(self._kept), storage)
        self._kept.append(tensor)
        return state

    def _storage(self, tensor: torch.Tensor) -> int:
        """Memory has one address while its tensors live, and they all do; asking for the storage itself is slow."""
        address = tensor.data_ptr() - tensor.storage_offset() * tensor.element_size() if tensor.numel() else 0
        storage = self._storages.setdefault(int(address), len(self._epochs)) if address else len(self._epochs)
        if storage == len(self._epochs):
            self._epochs.append(0)
        return storage

    def _copied(self, state: _State, tensor: torch.Tensor) -> _Made:
        return _Made(state, tensor, self._copier.array(tensor))

    def _snapshot(self, state: _State, tensor: torch.Tensor) -> int:
        made = self._copied(state, tensor)
        state.requires_grad = made.requires_grad = tensor.requires_grad
        made.is_leaf = tensor.is_leaf
        return self._add(state, made)

    def _add(self, state: _State, made: _Made) -> int:
        if state.value >= 0:
            made.names = self._made[state.value].names
        state.value = len(self._made)
        state.epoch = self._epochs[state.storage]
        self._made.append(made)
        return state.value

    def _adopted(self, tensor: torch.Tensor, among: Sequence[torch.Tensor]) -> _State | None:
        """Recognise a view by its memory, shape and strides among tensors that a kernel has just made."""
        if not tensor._is_view():
            return None
        for other in reversed(among):
            if (
                _same_memory(other, tensor)
                and other._version == tensor._version
                and (state := self._states.get(id(other))) is not None
            ):
                self._states[id(tensor)] = state
                self._kept[state.tensor] = tensor
                self._replaced.append(other)
                return state
        return None


def _same_memory(one: torch.Tensor, other: torch.Tensor) -> bool:
    return one.data_ptr() == other.data_ptr() and one.shape == other.shape and one.stride() == other.stride()


class Given(Protocol):
    """What routing needs to know of an operand."""

    @property
    def source(self) -> Any: ...
    @property
    def requires_grad(self) -> bool: ...
    @property
    def floating(self) -> bool: ...
    @property
    def value(self) -> int: ...


class _LiveNode(NamedTuple):
    node: Any
    routes: tuple[tuple[Any, int], ...]
    saved: tuple[tuple[str, Any], ...]


_SAVED_NAMES: dict[type, tuple[str, ...]] = {}


def _saved_names(kind: type) -> tuple[str, ...]:
    if (names := _SAVED_NAMES.get(kind)) is None:
        names = _SAVED_NAMES[kind] = tuple(name for name in dir(kind) if name.startswith("_saved_"))
    return names


def _saved(node: Any) -> tuple[tuple[str, Any], ...]:
    found = []
    for name in _saved_names(type(node)):
        try:
            found.append((name.removeprefix("_saved_"), getattr(node, name)))
        except RuntimeError:
            continue
    return tuple(found)


class LiveGraph:
    """PyTorch's own graph: gives each grad_fn node an id and keeps what it is connected to."""

    def __init__(self, values: LiveValues) -> None:
        self._values = values
        self._ids: dict[Any, int] = {}
        self._nodes: list[_LiveNode] = []
        self._operations: dict[int, int] = {}
        self._leaves: dict[int, int] = {}
        self._saved: dict[int, tuple[Saved, ...]] = {}
        self.freed: set[int] = set()

    def discover(self, roots: Iterable[Any]) -> dict[int, int]:
        """Give ids to the nodes that are reachable and new. Returns sequence number → id of the new ones."""
        numbered: dict[int, int] = {}
        stack = [node for node in roots if node is not None]
        while stack:
            node = stack.pop()
            if node in self._ids:
                continue
            index = self._ids[node] = len(self._nodes)
            routes = node.next_functions
            self._nodes.append(_LiveNode(node, routes, _saved(node)))
            if not routes and type(node).__name__ == "AccumulateGrad":
                self._leaves[index] = self._values.value_of(node.variable)
            else:
                numbered[node._sequence_nr()] = index
            for target, _ in routes:
                if target is not None and target not in self._ids:
                    stack.append(target)
        return numbered

    def routes(self, node: int, operands: Sequence[Given]) -> tuple[int | None, ...]:
        """Which entry of the node's next_functions belongs to each operand.

        next_functions has one entry for each differentiable argument, in the order of the arguments; arguments such
        as indices have none.
        """
        entries = self._nodes[node].routes
        if len(entries) == len(operands):
            return tuple([i if target is not None else None for i, (target, _) in enumerate(entries)])
        found: list[int | None] = []
        position = 0
        for operand in operands:
            fits = operand.floating and position < len(entries) and self._fits(entries[position][0], operand)
            found.append(position if fits and entries[position][0] is not None else None)
            position += fits
        return tuple(found)

    def _fits(self, target: Any, operand: Given) -> bool:
        if target is None or not operand.requires_grad:
            return target is None and not operand.requires_grad
        if operand.source is not None:
            return target is operand.source
        leaf = self._leaves.get(self._ids.get(target, -1))
        return leaf is not None and self._values.live(leaf) is self._values.live(operand.value)

    def made_by(self, node: int, operation: int, results: Sequence[int]) -> None:
        self._operations[node] = operation
        saved = self._nodes[node].saved
        if saved:
            self._saved[node] = tuple([self._saved_value(name, kept, results) for name, kept in saved])

    def _saved_value(self, name: str, kept: Any, results: Sequence[int]) -> Saved:
        """An operand that is saved is itself; a saved result comes back as a new object over the same memory."""
        if not isinstance(kept, torch.Tensor):
            return Saved(name, None, _saved_text(kept))
        if name.startswith("result") and results:
            digits = name.removeprefix("result")
            return Saved(name, results[min(int(digits), len(results) - 1) if digits.isdigit() else 0], "")
        if not self._values.knows(kept) and (made := self._values.among(results, kept)) is not None:
            return Saved(name, made, "")
        if kept.dim() == 0 and not self._values.knows(kept):
            return Saved(name, None, str(kept.item()))  # a Python number, wrapped
        return Saved(name, self._values.value_of(kept), "")

    def id_of(self, node: Any) -> int:
        return self._ids[node]

    def live(self, index: int) -> Any:
        return self._nodes[index].node

    def routes_of(self, index: int) -> tuple[tuple[Any, int], ...]:
        return self._nodes[index].routes

    def leaf_of(self, index: int) -> int | None:
        return self._leaves.get(index)

    def operation_of(self, index: int) -> int | None:
        return self._operations.get(index)

    def saves_tensors(self, index: int) -> bool:
        return any(isinstance(kept, torch.Tensor) for _, kept in self._nodes[index].saved)

    def reachable(self, root: Any) -> list[int]:
        """The ids of all nodes that a backward() from ``root`` can reach, oldest first."""
        self.discover((root,))
        seen: set[int] = set()
        stack = [self._ids[root]]
        while stack:
            index = stack.pop()
            if index not in seen:
                seen.add(index)
                stack.extend(self._ids[target] for target, _ in self._nodes[index].routes if target is not None)
        return sorted(seen)

    def release(self) -> None:
        """Drop the nodes, and what Functions of the program's own have kept in their ctx, which are nodes too."""
        for live in self._nodes:
            if isinstance(live.node, torch.autograd.function.FunctionCtx):
                vars(live.node).clear()
        self._nodes.clear()
        self._ids.clear()

    def ids(self) -> dict[int, int]:
        """id(grad_fn) → Node id."""
        return {id(node): index for node, index in self._ids.items()}

    def finished(self) -> tuple[Node, ...]:
        return tuple(self._finished(index, live) for index, live in enumerate(self._nodes))

    def _finished(self, index: int, live: _LiveNode) -> Node:
        routes = tuple(Route(None if t is None else self._ids[t], output) for t, output in live.routes)
        return Node(
            index,
            type(live.node).__name__,
            self._operations.get(index),
            routes,
            self._leaves.get(index),
            self._saved.get(index, ()),
        )


def _saved_text(kept: Any) -> str:
    """A negative number such as dim=-1 comes back from a node as 2⁶⁴ − 1."""
    if type(kept) is int and kept >= 2**63:
        return str(kept - 2**64)
    if isinstance(kept, tuple) and kept and all(type(number) is int for number in kept):
        return f"({', '.join(map(_saved_text, kept))}{',' if len(kept) == 1 else ''})"
    return (
        "[saved tensors]" if isinstance(kept, tuple) and any(isinstance(t, torch.Tensor) for t in kept) else str(kept)
    )
