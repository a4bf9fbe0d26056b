"""What happens while a program runs, one event after another; those of a backward pass are in ``gradients``."""

from __future__ import annotations

from typing import NamedTuple

from gradwalk.program import Span
from gradwalk.recording.gradients import (
    Accumulate,
    Backward,
    BackwardCall,
    Free,
    Hooked,
    LocalGradient,
    Result,
)
from gradwalk.recording.parts import Array, Constant, Norms


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


class Stepped(NamedTuple):
    """An optimizer's step is done. What it moved are the updates before this event."""

    cell: int
    span: Span | None
    optimizer: str
    parameters: tuple[int, ...]
    """The values that all its parameters are afterwards, moved or not."""
    instance: int = 0
    """Which optimizer of the recording it is, in the order of their first steps."""
    unread: tuple[Constant, ...] = ()
    """Settings that were set at the object, where PyTorch's own optimizers do not look: ``optimizer.lr``."""


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


class Idle(NamedTuple):
    """A call did nothing: it changed none of these values, and gave back no new one."""

    cell: int
    span: Span | None
    by: str
    """``clip``: their gradients were to be clipped, and none of them had one. ``+``: the plus sign before a tensor."""
    values: tuple[int, ...]


class Update(NamedTuple):
    """A value changed in place: ``before`` and ``after`` are ids of values of one tensor.

    ``operation`` is the kernel that did it; for an optimizer's step there is none, and ``optimizer`` says which one
    (``SGD``), with its ``settings`` (``lr`` …) and its state for this parameter after the step. ``given`` is the state
    before it, where the program put one there itself and no step of the recording made it. ``norms`` are there where an
    optimizer moved so large a tensor that not all of its numbers are kept, and are finite.
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
    norms: Norms | None = None


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
    density: int = 1
    """Of a PNG: how many of its pixels stand side by side in one of the page's: 2 of matplotlib's retina figures."""


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
    there and are like one that is not), ``takes`` (an argument that the function has), ``object`` (a variable
    that holds what lacks an attribute, or None where none is taken), ``method`` (its name, where that is a
    method), ``attribute`` (one that the program gave to an operand itself), ``of-self`` (a missing name that
    the method's object has), ``elsewhere`` (another module that has a missing function), ``none-given`` (the
    module whose forward last gave None), ``function``, ``saved`` and ``saved-tuple`` (in a Function's own
    backward(): its name, how many tensors it saved, and the variable that holds them as a tuple) and ``locked``
    (where the system refused something to a process that is locked in)."""


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
    | Idle
    | Update
    | Stepped
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
    "idle": Idle,
    "update": Update,
    "stepped": Stepped,
    "moved": Moved,
    "entered": Entered,
    "left": Left,
    "output": Output,
    "failure": Failure,
    "stopped": Stopped,
}
"""The name of each event, as docs/recording.md lists them."""

NAMES = {kind: name for name, kind in EVENTS.items()}
