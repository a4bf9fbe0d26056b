"""What happens in a backward pass: the call, its local gradients, the nodes in the engine's order, what accumulates."""

from __future__ import annotations

from typing import NamedTuple

from gradwalk.program import Span
from gradwalk.recording.parts import Array, Number


class LocalGradient(NamedTuple):
    """The local gradient of one result of an operation with respect to one operand, read from the grad_fn node itself.

    ``form`` is ``diagonal`` (elementwise: ``numbers`` has the shape of the result, its i-th entry is ∂out_i/∂in_i),
    ``matrix`` (the Jacobian, ``rows`` = elements of the result, ``columns`` = elements of the operand) or ``large``
    (only the size is kept). A scalar to a scalar is a ``matrix`` of one by one.
    """

    cell: int
    span: Span | None
    call: int
    operation: int
    edge: int
    """Index into the operation's ``edges``."""
    form: str
    rows: int
    columns: int
    numbers: tuple[Number, ...] | None
    result: int = 0
    """Index into the operation's ``results``."""


class Root(NamedTuple):
    """One more value that a backward pass starts from."""

    root: int
    node: int | None
    seed: Array
    seed_given: bool


class BackwardCall(NamedTuple):
    """A backward pass was asked for. ``call`` counts them from 0. Its local gradients come right after it."""

    cell: int
    span: Span | None
    call: int
    root: int
    """Id of the value that backward starts from."""
    node: int | None
    seed: Array
    seed_given: bool
    retain_graph: bool
    """What PyTorch was told, or takes for granted: ``create_graph`` implies it."""
    function: str = "backward"
    """``backward``: gradients accumulate in leaves. ``grad`` (``torch.autograd.grad``): they are results."""
    create_graph: bool = False
    more: tuple[Root, ...] = ()
    """Further values that it starts from."""
    inputs: tuple[int, ...] = ()
    """The values whose gradients were asked for, by ``grad(…, inputs)`` or ``backward(inputs=…)``."""

    @property
    def roots(self) -> tuple[Root, ...]:
        """All values that it starts from."""
        return (Root(self.root, self.node, self.seed, self.seed_given), *self.more)


class Backward(NamedTuple):
    """A node ran in the backward pass, in the engine's real order."""

    cell: int
    span: Span | None
    call: int
    node: int
    upstream: tuple[Array | None, ...]
    """The gradient of the root with respect to each of the node's results: all contributions to it, summed."""
    contributions: tuple[Array | None, ...]
    """What it hands on, aligned with the node's ``next``."""


class Accumulate(NamedTuple):
    """A leaf's ``.grad`` (or that of a value under retain_grad): before, what was added, after."""

    cell: int
    span: Span | None
    call: int
    node: int | None
    leaf: int
    before: Array | None
    added: Array
    after: Array
    value: int | None = None
    """The value that the ``.grad`` is afterwards."""


class Free(NamedTuple):
    """What these nodes had saved was there before the call, and was gone when it was looked for afterwards.

    ``call`` is None after a pass that was not recorded (``is_grads_batched=True``).
    """

    cell: int
    span: Span | None
    call: int | None
    nodes: tuple[int, ...]


class Result(NamedTuple):
    """``torch.autograd.grad`` gave the gradient by one of its inputs. Nothing accumulates."""

    cell: int
    span: Span | None
    call: int
    of: int
    """The value that was asked for."""
    value: int | None
    """The gradient; None for an input that is not used."""


class Hooked(NamedTuple):
    """A tensor's hook ran in a backward pass. ``before`` and ``after`` are equal when it gave None."""

    cell: int
    span: Span | None
    """Where the hook was registered."""
    call: int
    node: int | None
    """The node that made the value, or the ``AccumulateGrad`` of a leaf."""
    value: int
    """The value whose gradient it was given."""
    name: str
    """The function's name."""
    before: Array
    after: Array
