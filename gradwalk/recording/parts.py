"""What a recording is about: tensors as they were, the operations that made them, and the nodes of autograd's graph."""

from __future__ import annotations

from typing import NamedTuple

from gradwalk.program import Span

MAX_NUMBERS = 1024
"""An array of more elements keeps its shape, its dtype and a ``Summary``."""

Number = float | int | bool


class Summary(NamedTuple):
    """What is kept of an array that is too large for all of its numbers."""

    first: tuple[Number, ...]
    """Its first few elements."""
    least: float | None
    """Of the elements that are no nan; None where there is none, and for complex numbers."""
    greatest: float | None
    mean: float | None
    nan: int
    """How many elements are nan."""
    inf: int
    """How many are infinite."""


class Norms(NamedTuple):
    """How far a step went: Euclidean norms, over all entries of a tensor."""

    weight: float
    """Of what it was before."""
    update: float
    """Of the difference."""


class Array(NamedTuple):
    """Numbers with a shape: a seed, an upstream gradient, a contribution, a ``.grad``."""

    shape: tuple[int, ...]
    dtype: str
    numbers: tuple[Number, ...] | None
    summary: Summary | None = None
    """Where ``numbers`` is None: what is kept instead."""


class Value(NamedTuple):
    """One tensor as it was at one moment. A change in place makes a new Value of the same ``tensor``."""

    id: int
    tensor: int
    """Which tensor of the program this is a state of; two Values of one tensor differ by a change in place."""
    storage: int
    """Which memory it lives in: a view and a detached tensor share their base's."""
    version: int
    shape: tuple[int, ...]
    dtype: str
    numbers: tuple[Number, ...] | None
    names: tuple[str, ...]
    """The variable names that were bound to it, in order."""
    is_leaf: bool
    requires_grad: bool
    operation: int | None
    """The operation that made it; None for a value that the program wrote down or drew at random."""
    summary: Summary | None = None
    """Where ``numbers`` is None: what is kept instead."""
    grad_of: int | None = None
    """The ``tensor`` (not the value) whose ``.grad`` this is, or was when it was that."""
    node: int | None = None
    """Its ``grad_fn`` then; None for a leaf."""


class Edge(NamedTuple):
    """From a value to an operand position of an operation. ``x * x`` has two."""

    value: int
    name: str
    """PyTorch's name of the argument, such as ``self`` or ``other`` (``tensors[1]`` inside a list)."""
    route: int | None
    """Index into the node's ``next``; None where no gradient can flow along this edge."""


class Constant(NamedTuple):
    """An argument that is not a tensor, as Python writes it: the 2 of ``x ** 2``, a dim, a flag."""

    name: str
    text: str


class Operation(NamedTuple):
    """One kernel that PyTorch ran."""

    id: int
    kernel: str
    """PyTorch's name and overload, such as ``sin`` or ``pow.Tensor_Scalar``."""
    edges: tuple[Edge, ...]
    constants: tuple[Constant, ...]
    results: tuple[int, ...]
    """Ids of the values it made (or, in place, of the new state)."""
    node: int | None
    """Its grad_fn; None for a constant operation and under no_grad."""
    in_place: bool
    span: Span | None
    """The piece of source whose call ran it; several operations can share one (``F.linear``)."""
    module: int | None = None
    """The innermost module of ``torch.nn`` whose forward ran it: an index into the recording's ``modules``."""
    mode: str = ""
    """``no_grad`` or ``inference_mode`` where gradients were off while it ran."""


class Route(NamedTuple):
    """One entry of ``next_functions``: the node that a contribution goes to, and to which of its outputs."""

    node: int | None
    output: int


class Saved(NamedTuple):
    """What a node keeps for the backward pass: a tensor (then ``value`` is set) or a plain number."""

    name: str
    value: int | None
    text: str


class Node(NamedTuple):
    """One node of PyTorch's own grad_fn graph. AccumulateGrad nodes carry the leaf they write to."""

    id: int
    name: str
    operation: int | None
    next: tuple[Route, ...]
    leaf: int | None
    saved: tuple[Saved, ...]


class Parameter(NamedTuple):
    """A parameter of a module, under the module's name for it: ``fc1.weight``."""

    name: str
    value: int


class Flag(NamedTuple):
    """An attribute that the program gave to a module or a parameter, and that PyTorch does not read.

    ``requires_grad`` at a module (a parameter has it, a module only ``requires_grad_()``), and names that are like it.
    """

    of: str
    """The way to it from the outermost module; empty for that itself."""
    name: str
    on: bool


class Module(NamedTuple):
    """A module of ``torch.nn`` whose forward ran."""

    id: int
    path: str
    """Of an outermost one the variable that holds it, else its class in lower case: ``model``. Of a part the way from
    there, as its parameters are called: ``encoder.layers.0``; ``model.encoder.layers.0`` where another
    model has a part or a parameter of one name with this one."""
    type: str
    parent: int | None
    """The module inside of whose forward it was called; None for an outermost one."""
    parameters: tuple[Parameter, ...] = ()
    """Of an outermost one: its own and those of all its parts, run or not, as they were when it was first called."""
    flags: tuple[Flag, ...] = ()
    """Of an outermost one: those of itself, its parts and their parameters, when it was first called."""
