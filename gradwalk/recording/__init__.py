"""A recording: everything that happened while a program ran, as plain frozen data without a tensor in it.

Numbers are kept flat in row-major order and exactly as PyTorch held them (a float32 is a Python float of the same
value). An array of more than ``MAX_NUMBERS`` elements keeps its shape, dtype and a ``Summary``: ``numbers`` is None.
``docs/recording.md`` describes the JSON form.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NamedTuple, get_type_hints

from gradwalk.program import Span
from gradwalk.recording.checks import check
from gradwalk.recording.codec import Decoder, encode, loads

FORMAT = 3
"""Goes up when a reader of the old form would misread the new one."""
MAX_NUMBERS = 1024

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


class Module(NamedTuple):
    """A module of ``torch.nn`` whose forward ran."""

    id: int
    path: str
    """``model.encoder.layers.0``: the variable that holds the outermost one (else its class in lower case), then its
    way from there."""
    type: str
    parent: int | None
    """The module inside of whose forward it was called; None for an outermost one."""


class Binding(NamedTuple):
    name: str
    value: int | None
    """The value's id; None when the name was bound to something that is no tensor."""
    text: str
    """What is bound, in one short line, for values that are not tensors."""


class Statement(NamedTuple):
    """A statement is done; ``bindings`` are the variables that it set.

    A binding without a value and without a text is a name that is gone.
    """

    cell: int
    span: Span
    bindings: tuple[Binding, ...]
    frame: int = 0
    """Whose variables they are: 0 for the module's; else a number of the function's call, each call its own."""


class Returned(NamedTuple):
    """A call of a function is over, and its variables with it."""

    cell: int
    span: Span | None
    frame: int


class Forward(NamedTuple):
    """An operation ran."""

    cell: int
    span: Span | None
    operation: int
    call: int | None = None
    """The call in whose backward pass it ran (``create_graph=True``, a checkpoint); None outside of them."""


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
    """What these nodes had saved was there before the call, and was gone when it was looked for afterwards."""

    cell: int
    span: Span | None
    call: int
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


class Cleared(NamedTuple):
    """The ``.grad`` of exactly these values went away, or became zeros by ``zero_grad(set_to_none=False)``."""

    cell: int
    span: Span | None
    leaves: tuple[int, ...]
    """Ids of values."""
    zeros: bool
    values: tuple[int, ...] = ()
    """Of zeros: the values that the gradients are afterwards, one for each of ``leaves``."""


class Assigned(NamedTuple):
    """The program put a tensor into a ``.grad``."""

    cell: int
    span: Span | None
    leaf: int
    before: Array | None
    value: int
    """The tensor that is the ``.grad`` from here on."""


class Switched(NamedTuple):
    """A tensor's flags changed: ``before`` and ``after`` are values of one tensor."""

    cell: int
    span: Span | None
    by: str
    """``requires_grad``, ``detach_``, ``retain_grad`` …"""
    before: int
    after: int


class Moved(NamedTuple):
    """Tensors other than the one that the event before this is about share its memory, and are not what they were.

    Or, after a backward pass: a ``.grad`` is not what was told last. Only those that have a name or are a ``.grad``.
    """

    cell: int
    span: Span | None
    values: tuple[int, ...]
    """What they are now."""


class Entered(NamedTuple):
    """A module's forward begins."""

    cell: int
    span: Span | None
    module: int


class Left(NamedTuple):
    """A module's forward has ended, by a failure as well."""

    cell: int
    span: Span | None
    module: int


class State(NamedTuple):
    """One entry of an optimizer's state for a parameter, such as ``exp_avg``."""

    name: str
    array: Array


class Taken(NamedTuple):
    """Numbers of tensors that require a gradient were taken out of the graph, where no operation shows it."""

    cell: int
    span: Span | None
    by: str
    """``item`` (``float(x)`` and ``math.sin(x)`` too), ``tolist``, ``numpy``, ``data``, or ``tensor``: a new tensor
    made of the numbers of others."""
    of: tuple[int, ...]
    """The values whose numbers they are."""
    result: int | None
    """The new tensor's value, where there is one."""


class Update(NamedTuple):
    """A value changed in place: ``before`` and ``after`` are ids of values of one tensor.

    ``operation`` is the kernel that did it; for an optimizer's step there is none, and ``optimizer`` says which one
    (``SGD``), with its ``settings`` (``lr`` …) and its state for this parameter after the step. ``given`` is the state
    before it, where the program put one there itself and no step of the recording made it.
    """

    cell: int
    span: Span | None
    operation: int | None
    before: int
    after: int
    optimizer: str | None = None
    settings: tuple[Constant, ...] = ()
    state: tuple[State, ...] = ()
    given: tuple[State, ...] = ()


class Stopped(NamedTuple):
    """Recording ends here, and the program goes on. Only outputs and failures come after it."""

    cell: int
    span: Span | None
    reason: str
    """A short key: ``operations``, ``backward nodes``, ``memory`` …"""
    text: str
    """The sentence that says so."""


class Output(NamedTuple):
    """Something was shown.

    ``stream`` is ``print``, ``stderr``, ``result`` (a cell's last expression), ``display``, ``warning`` or
    ``notice`` (what Gradwalk has to say of the recording itself).
    """

    cell: int
    span: Span | None
    stream: str
    text: str
    """As text; of ``image/svg+xml`` the SVG, of ``image/png`` its base64."""
    mime: str = "text/plain"
    alternative: str = ""
    """Of a picture: what it is in plain text."""


class Failure(NamedTuple):
    """A statement failed. ``type`` and ``message`` are exactly Python's and PyTorch's."""

    cell: int
    span: Span
    type: str
    message: str
    cause: str | None
    """A short key by which ``failures`` says why it happened and what would work, such as ``backward-twice``."""
    traceback: str = ""
    """IPython's, without colours."""
    call: str = ""
    """The call of PyTorch's that raised it, such as ``Tensor.backward``; ``Tensor.grad`` where a ``.grad`` was None."""
    operands: tuple[int, ...] = ()
    """The values that were given to that call, in order."""
    facts: tuple[Constant, ...] = ()
    """What else was known at that moment: ``inside`` (the library's function that raised it), ``near`` (names that are
    there and are like one that is not), ``object`` (a variable that holds what lacks an attribute), ``method`` (its
    name, where that is a method) and ``attribute`` (one that the program gave to an operand itself)."""


Event = (
    Statement
    | Returned
    | Forward
    | BackwardCall
    | LocalGradient
    | Backward
    | Accumulate
    | Result
    | Hooked
    | Free
    | Cleared
    | Assigned
    | Switched
    | Taken
    | Update
    | Moved
    | Entered
    | Left
    | Output
    | Failure
    | Stopped
)

EVENTS: dict[str, type] = {
    "statement": Statement,
    "returned": Returned,
    "forward": Forward,
    "local gradient": LocalGradient,
    "backward call": BackwardCall,
    "backward": Backward,
    "accumulate": Accumulate,
    "result": Result,
    "hooked": Hooked,
    "free": Free,
    "cleared": Cleared,
    "assigned": Assigned,
    "switched": Switched,
    "taken": Taken,
    "update": Update,
    "moved": Moved,
    "entered": Entered,
    "left": Left,
    "output": Output,
    "failure": Failure,
    "stopped": Stopped,
}
"""The name of each event, as docs/recording.md lists them."""

_NAMES = {kind: name for name, kind in EVENTS.items()}


class CellFailure(NamedTuple):
    """Why a cell ended early, in short: the Failure event has the rest. Line and column count from 1."""

    type: str
    message: str
    line: int
    column: int


class Cell(NamedTuple):
    source: str
    line: int
    shown: str
    """Everything the cell showed, as a notebook would: prints and the last expression, joined by newlines."""
    failure: CellFailure | None


class Picture(NamedTuple):
    """The grad_fn graph of one backward call as torchviz draws it: Graphviz source under ids of ours.

    ``call`` is −1 when the program called none; then it is the graph behind its newest tracked value.
    A node ``n3`` is Node 3, ``v5`` is the box of Value 5 (a leaf or the root), ``s3_self`` what node 3 saved as self.
    """

    call: int
    plain: str
    saved: str
    """The same with saved tensors and attributes."""


@dataclass(frozen=True)
class Recording:
    source: str
    torch: str
    """The version of PyTorch that ran."""
    cells: tuple[Cell, ...]
    values: tuple[Value, ...]
    operations: tuple[Operation, ...]
    nodes: tuple[Node, ...]
    events: tuple[Event, ...]
    pictures: tuple[Picture, ...] = ()
    """Made only when asked for: ``record(source, pictures=True)``."""
    modules: tuple[Module, ...] = ()
    complete: bool = True
    """False when recording ended at a limit before the program did."""
    file: str = ""
    """The path of the file that ``source`` is the text of; empty for a program that was given as text."""

    def to_json(self) -> str:
        """The whole recording as one JSON object; docs/recording.md has the schema."""
        whole: dict[str, Any] = {"format": FORMAT} | {name: getattr(self, name) for name in _PLAIN}
        whole |= {part: [encode(item, _NAMES, LEFT_OUT) for item in getattr(self, part)] for part in _PARTS}
        text = json.dumps(whole, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        # Half a letter, which a program may print or raise, cannot be written to any file: it becomes "?".
        return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")

    @staticmethod
    def from_json(text: str) -> Recording:
        """Read what ``to_json`` wrote. Raises ValueError, saying what is wrong, for anything else.

        What it gives has the right types, and every number in it that names something names what is there: whoever
        wrote the text, a reader of the recording need not look again.
        """
        try:
            whole = loads(text)
            if whole["format"] != FORMAT:
                raise ValueError(f"its format is {whole['format']!r:.40}, and this version reads {FORMAT}")
            hints = get_type_hints(Recording)
            recording = Recording(**{name: _DECODER(hints[name])(whole[name]) for name in _PLAIN + _PARTS})
            check(recording)
        except (KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
            raise ValueError(f"This is no recording: {error!r:.200}.") from error
        except ValueError as error:
            raise ValueError(f"This is no recording: {error}.") from error
        return recording


_PARTS = ("cells", "values", "operations", "nodes", "events", "pictures", "modules")
_PLAIN = ("source", "torch", "complete", "file")
LEFT_OUT = frozenset(
    "file summary grad_of module mode call function create_graph more inputs mime alternative traceback operands "
    "facts node value values frame".split()
)
"""Fields that are left out where they hold what they usually do."""
_DECODER = Decoder(EVENTS, LEFT_OUT)
