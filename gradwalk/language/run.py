"""One run of one program: its names, its generator, its budget, and the one door through which calls go.

``statements``, ``expressions`` and ``calls`` say what each piece of syntax does; they are functions of a Run, listed in
the tables here. What happens is told to a listener, which also does the work that touches tensors.
"""

from __future__ import annotations

import ast
import itertools
import random
import re
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np
import torch

from gradwalk.language import arrays, library, tensor_text
from gradwalk.language.arithmetic import check_plain, check_size
from gradwalk.language.containers import percent_text
from gradwalk.language.costs import tensors
from gradwalk.language.data import Loader
from gradwalk.language.defaults import with_default
from gradwalk.language.library import Function
from gradwalk.language.printing import printed, printing_cost
from gradwalk.language.scope import Scope
from gradwalk.language.unwatched import Unwatched, hold, hold_array
from gradwalk.language.warned import ONCE
from gradwalk.parse import span_of
from gradwalk.program import ProgramCell, ProgramError, Span
from gradwalk.program.limits import Budget


class Listener(Protocol):
    """What wants to know of a run. ``call``, ``backward`` and ``replace_data`` also do the work."""

    def call(self, function: Function, args: tuple[Any, ...], kwargs: dict[str, Any], span: Span) -> Any: ...

    def backward(self, args: tuple[Any, ...], kwargs: dict[str, Any], span: Span) -> None: ...

    def replace_data(self, tensor: torch.Tensor, data: Any, span: Span) -> None: ...

    def statement(self, span: Span, bindings: list[tuple[str, Any]]) -> None: ...

    def output(self, span: Span, stream: str, text: str) -> None: ...

    def failure(self, span: Span, error: Exception) -> None: ...

    def cell(self, cell: ProgramCell) -> None: ...

    def custom(self, name: str, call: Callable[..., Any], args: tuple[Any, ...], span: Span) -> Any:
        """Run ``MyFunction.apply(*args)``."""

    def optimize(self, optimizer: Any, method: str, kwargs: dict[str, Any], span: Span) -> Any:
        """Run an optimizer's ``step`` or ``zero_grad``."""

    def engine(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], span: Span) -> Any:
        """Run ``torch.autograd.grad`` or one of its relatives."""


class Break(Exception):
    """A break statement, on its way to the loop."""


class Continue(Exception):
    """A continue statement, on its way to the loop."""


class Return(Exception):
    """A return statement, on its way to the call."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


_ADDRESS = re.compile(r"(?<= at )0x[0-9a-f]{6,}")

Rule = Callable[["Run", Any], Any]
"""What a piece of syntax does in a run."""

EXPRESSIONS: dict[type[ast.AST], Rule] = {}
STATEMENTS: dict[type[ast.AST], Rule] = {}


CALL: list[Callable[..., Any]] = []
"""What a call does, filled in by ``calls``."""
ATTRIBUTE: list[Callable[..., Any]] = []
"""What reading an attribute does, filled in by ``expressions``."""
SET_ATTRIBUTE: list[Callable[..., Any]] = []
"""What setting an attribute does, filled in by ``statements``."""


def expression(kind: type[ast.expr]) -> Callable[[Rule], Rule]:
    """Enter a rule for an expression into the table."""
    return lambda rule: EXPRESSIONS.setdefault(kind, rule)


def statement(kind: type[ast.stmt]) -> Callable[[Rule], Rule]:
    """Enter a rule for a statement into the table."""
    return lambda rule: STATEMENTS.setdefault(kind, rule)


class _Draws(dict[str, Any]):
    """Generators that are made when a program first draws from them: making NumPy's takes as long as ten operations."""

    def __missing__(self, name: str) -> Any:
        found: Any = np.random.RandomState(0) if name == "numpy.random" else random.Random(0)  # noqa: S311
        self[name] = found
        return found


_BLOCKS = frozenset((ast.If, ast.For, ast.While, ast.With, ast.Try))
"""Statements that are done when the statements inside them are."""


class Run:
    """The state of one run. Nothing in it is shared with another."""

    def __init__(self, listener: Listener, budget: Budget) -> None:
        self.listener = listener
        self.budget = budget
        self.outermost = self.scope = Scope()
        self.unwatched = False
        self.multiple = 1
        """Inside torch.func, what an operation counts for: it may work on many rows at once."""
        self.files: dict[str, Any] = {}
        """What the program has saved under a name."""
        self.depth = 0
        """How many of the program's own functions are at work inside each other."""
        self.handling: list[Exception] = []
        """The errors that except clauses are at work on."""
        self.generator = torch.Generator().manual_seed(0)
        self.draws = _Draws()
        """The generators of NumPy's and Python's random numbers."""
        self.bodies: dict[ast.arguments, tuple[frozenset[str], bool]] = {}
        """Of each function: the names that it binds, and whether it yields."""
        self.loaded: dict[ast.AST, ast.expr] = {}
        """The targets of augmented assignments, to be read."""
        self._spans: dict[ast.AST, Span] = {}
        self._addresses: dict[str, int] = {}
        self.hidden = False
        """In a cell that begins with %%capture."""
        self.unheard = False
        """After warnings.filterwarnings("ignore")."""
        self._warned: set[tuple[tuple[int, int] | None, str]] = set()
        self._numpy_options: Any = np.get_printoptions()
        self.handles: list[Any] = []
        """The hooks that the program has set."""
        self.line = 1
        """The line on which the present cell starts."""
        self.at: ast.AST = ast.Pass()
        """The piece of syntax at work, for the place of a failure."""
        self.bound: list[str] = []
        """The names that the present statement has set."""

    def close(self) -> None:
        """Let go of everything live: a hook that knows its own tensor would keep both for ever."""
        for handle in self.handles:
            handle.remove()
        self.outermost.names.clear()
        self.files.clear()
        tensor_text.reset()
        np.set_printoptions(**self._numpy_options)

    def value(self, node: ast.expr) -> Any:
        """The value of an expression."""
        return EXPRESSIONS[type(node)](self, node)

    def execute(self, node: ast.stmt) -> Any:
        """Run one statement. Gives the value of an expression statement."""
        self.at = node
        span = self.span(node)
        self.budget.step(span)
        if self.budget.long:
            self.unwatch(span)
        self.bound = []
        value = STATEMENTS[type(node)](self, node)
        if type(node) not in _BLOCKS:
            self.listener.statement(
                span, [(name, self.scope.names[name]) for name in self.bound if name in self.scope.names]
            )
        return value

    def unwatch(self, span: Span) -> None:
        """From here on nothing is recorded but what cells show: a recording would be too long, or change the run."""
        if self.unwatched:
            return
        self.unwatched = True
        self.listener.output(span, "notice", "From here on the program runs without being recorded.")
        self.listener = Unwatched(self.listener)

    def enter(self) -> None:
        """One more of the program's own functions is at work; ``depth`` goes down again when it is done."""
        self.budget.check_time(self.span(self.at))  # an optimizer can call one without end, and it may do nothing
        if self.depth >= self.budget.limits.calls:
            raise ProgramError(
                f"Functions call each other more than {self.budget.limits.calls} deep. A loop would work.",
                self.span(self.at),
            )
        self.depth += 1

    def block(self, body: list[ast.stmt]) -> None:
        for node in body:
            self.execute(node)

    def apply(
        self, function: Function, args: tuple[Any, ...], node: ast.AST, kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Charge the budget, then run: through the listener when a tensor is at work, as plain Python otherwise."""
        self.at = node
        kwargs = kwargs or {}
        span = self.span(node)
        kind = function.kind
        if kind == "backward":
            return self._backward(args, kwargs, span)
        if kind == "operator" and isinstance(args[0], str) and function.name in ("%", "%="):
            return self.checked(percent_text(args[0], args[1]), node)
        if kind == "creation" or _has_tensor(args, kwargs, kind):
            return self._with_tensors(function, args, kwargs, span, node)
        self.budget.check_time(span)
        if kind == "array" or any(arrays.is_array(item) for item in args):
            return self._with_arrays(function, args, kwargs, span)
        if isinstance(node, ast.BinOp | ast.AugAssign):
            check_plain(type(node.op).__name__, args, self.budget.limits, span)
        return self.checked(function.call(*args, **kwargs), node)

    def _with_tensors(
        self, function: Function, args: tuple[Any, ...], kwargs: dict[str, Any], span: Span, node: ast.AST
    ) -> Any:
        try:
            elements, work = function.cost(args, kwargs)
        except ProgramError as error:
            raise ProgramError(error.message, span) from None
        self.budget.operation(elements * self.multiple, work * self.multiple, span)
        if function.kind == "creation" and tensor_text.dtype() != torch.float32:
            kwargs = with_default(function.name, args, kwargs, tensor_text.dtype())
        if function.name in library.RANDOM:
            kwargs.setdefault("generator", self.generator)
        result = self.listener.call(function, args, kwargs, span)
        if self.unwatched:
            hold(self.budget, result, elements * self.multiple)
        if not isinstance(result, torch.Tensor):
            return self.checked(result, node)
        if result.dim() > self.budget.limits.dimensions:
            raise ProgramError(
                f"This tensor has {result.dim():,} dimensions; at most {self.budget.limits.dimensions} work here.", span
            )
        return result

    def _with_arrays(self, function: Function, args: tuple[Any, ...], kwargs: dict[str, Any], span: Span) -> Any:
        """NumPy's part: nothing that autograd watches."""
        try:
            elements, work = arrays.cost(function, args, kwargs)
            self.budget.operation(elements, work, span)
            result = self.checked(arrays.checked(function.call(*args, **kwargs)), self.at)
            hold_array(self.budget, result, elements)
            return result
        except ProgramError as error:
            raise ProgramError(error.message, error.span or span) from None

    def _backward(self, args: tuple[Any, ...], kwargs: dict[str, Any], span: Span) -> None:
        self.budget.check_time(span)
        self.listener.backward(args, kwargs, span)

    def call(self, target: Any, args: tuple[Any, ...], node: ast.AST, kwargs: dict[str, Any] | None = None) -> Any:
        """Call anything that a program can get hold of."""
        return CALL[0](self, target, args, kwargs or {}, node)

    def attribute(self, base: Any, name: str, node: ast.AST) -> Any:
        """``base.name``, by the closed lists."""
        return ATTRIBUTE[0](self, base, name, node)

    def set_attribute(self, base: Any, name: str, value: Any, node: ast.AST) -> None:
        """``base.name = value``, by the closed lists."""
        SET_ATTRIBUTE[0](self, base, name, value, node)

    def items(self, value: Any, node: ast.AST) -> Iterator[Any]:
        """What a loop over a value meets; the rows of a tensor are operations of their own."""
        if isinstance(value, torch.Tensor):
            if value.dim() == 0:
                raise TypeError("iteration over a 0-d tensor")
            return iter(self.apply(library.METHODS["unbind"], (value,), node))
        if isinstance(value, _ITERABLE):
            return iter(value)
        if isinstance(value, torch.utils.data.Subset | torch.utils.data.TensorDataset):
            return (value[index] for index in range(len(value)))
        if isinstance(value, np.ndarray) and value.ndim == 0:
            raise TypeError("iteration over a 0-d array")
        if isinstance(value, np.ndarray | Loader) or getattr(type(value), "gradwalk_items", False):
            return iter(value)
        if isinstance(value, torch.nn.Module) and isinstance(value, torch.nn.Sequential | torch.nn.ModuleList):
            return iter(value)
        if hasattr(type(value), "_gradwalk_class"):
            return iter(value)
        if isinstance(value, library.Silence):
            return iter(())
        raise TypeError(f"'{type(value).__name__}' object is not iterable")

    def opened(self, value: Any, node: ast.AST) -> Any:
        """The rows of a tensor as a list; anything else as it is."""
        return self.checked(list(self.items(value, node)), node) if isinstance(value, torch.Tensor) else value

    def show(self, node: ast.AST, stream: str, text: str) -> None:
        """Show a text in the output of the cell. Addresses in it become small numbers, the same in every run."""
        span = self.span(node)
        if self.hidden:
            return
        text = _ADDRESS.sub(self._numbered, text)
        self.budget.output(len(text), span)
        self.listener.output(span, stream, text)

    def warn(self, text: str) -> None:
        """A warning, once for each place in a cell, as in a notebook."""
        message = text.partition(": ")[2]
        place = None if message.startswith(ONCE) else (self.line, self.span(self.at).line)
        if not self.unheard and (place, text) not in self._warned:
            self._warned.add((place, text))
            self.show(self.at, "warning", text)

    def address(self, address: int) -> int:
        """A memory address as a program may see it: a small number, the same in every run."""
        return int(self._number(hex(address)))

    def _number(self, address: str) -> int:
        return self._addresses.setdefault(address, len(self._addresses) + 1)

    def _numbered(self, address: re.Match[str]) -> str:
        return f"0x{self._number(address[0]):012x}"

    def text(self, value: Any, node: ast.AST, write: Callable[[Any], str] = printed) -> str:
        """A value as text, if there is not too much of it."""
        span = self.span(node)
        self.budget.check_time(span)
        if printing_cost(value, self.budget.limits.items) > self.budget.limits.items:
            raise ProgramError("This is too much to write out. A part of it would work.", span)
        return write(value)

    def checked(self, value: Any, node: ast.AST) -> Any:
        """The same value, if it has not grown too large."""
        if isinstance(value, str | list | tuple | dict):
            span = self.span(node)
            self.budget.items(check_size(value, self.budget.limits, span), span)
        return value

    def grown(self, value: Any, node: ast.AST) -> None:
        """A list that the program has put something into must not be too large either."""
        if isinstance(value, list | dict):
            check_size(value, self.budget.limits, self.span(node))

    def span(self, node: ast.AST) -> Span:
        """Where a piece of syntax stands. Asked for often, and always the same."""
        if (known := self._spans.get(node)) is None:
            known = self._spans[node] = span_of(node, self.line)
        return known


_VIEWS: tuple[type, ...] = tuple(
    type(view)
    for table in (dict[str, int](), OrderedDict[str, int]())
    for view in (table.keys(), table.values(), table.items())
)
_ITERABLE: tuple[Any, ...] = (
    list,
    tuple,
    range,
    str,
    dict,
    set,
    frozenset,
    deque,
    zip,
    enumerate,
    map,
    filter,
    reversed,
    *_VIEWS,
)
"""What a loop can go over, beside tensors."""


def elements(run: Run, nodes: list[ast.expr]) -> list[Any]:
    """The values of list items, arguments and the like; a star opens what is behind it."""
    values: list[Any] = []
    for node in nodes:
        if not isinstance(node, ast.Starred):
            values.append(run.value(node))
            continue
        values.extend(itertools.islice(run.items(run.value(node.value), node), run.budget.limits.items + 1))
        if len(values) > run.budget.limits.items:
            raise ProgramError(f"A star may open at most {run.budget.limits.items:,} items here.", run.span(node))
    return values


def _has_tensor(args: tuple[Any, ...], kwargs: dict[str, Any], kind: str) -> bool:
    """Lists of tensors count for functions that join them; an operator treats a list as Python does."""
    for item in args:
        if isinstance(item, torch.Tensor):
            return True
    return kind != "operator" and any(True for _ in tensors((*args, *kwargs.values())))
