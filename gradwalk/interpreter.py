"""Walks a program's syntax tree, statement by statement, and tells a listener what happens.

The interpreter knows Python: names, statements, cells. It hands each call that touches a tensor to the listener, which
runs it, and knows nothing of what the listener keeps.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import torch

from gradwalk import library
from gradwalk.arithmetic import check_plain, check_size
from gradwalk.library import Function
from gradwalk.limits import LIMITS, Budget, Limits
from gradwalk.parse import parse, span_of
from gradwalk.printing import formatted, printed, shown
from gradwalk.program import Program, ProgramCell, ProgramError, Span
from gradwalk.vocabulary import check_vocabulary, imported


class Listener(Protocol):
    """What wants to know of a run. ``call`` and ``backward`` also do the work."""

    def call(self, function: Function, args: tuple[Any, ...], kwargs: dict[str, Any], span: Span) -> Any: ...

    def backward(self, args: tuple[Any, ...], kwargs: dict[str, Any], span: Span) -> None: ...

    def statement(self, span: Span, bindings: list[tuple[str, Any]]) -> None: ...

    def output(self, span: Span, stream: str, text: str) -> None: ...

    def failure(self, span: Span, error: Exception) -> None: ...

    def cell(self, cell: ProgramCell) -> None: ...


class Silent:
    """A listener that only does the work."""

    def call(self, function: Function, args: tuple[Any, ...], kwargs: dict[str, Any], span: Span) -> Any:
        return function.call(*args, **kwargs)

    def backward(self, args: tuple[Any, ...], kwargs: dict[str, Any], span: Span) -> None:
        backward: Any = torch.Tensor.backward
        backward(*args, **kwargs)

    def statement(self, span: Span, bindings: list[tuple[str, Any]]) -> None:
        pass

    def output(self, span: Span, stream: str, text: str) -> None:
        pass

    def failure(self, span: Span, error: Exception) -> None:
        raise error

    def cell(self, cell: ProgramCell) -> None:
        pass


def prepare(source: str, limits: Limits = LIMITS) -> Program:
    """Text → a Program whose syntax and names are all on the closed lists. Raises ProgramError."""
    program = parse(source, limits)
    check_vocabulary(program)
    return program


def evaluate(source: str) -> tuple[float, ...]:
    """Run a program plainly and give the numbers (flat, row-major) of its last expression.

    Raises ProgramError for a refusal, and whatever PyTorch raises.
    """
    program = prepare(source)
    last = Interpreter(program, Silent(), Budget()).run()
    if isinstance(last, torch.Tensor):
        return tuple(float(number) for number in last.detach().flatten().tolist())
    return (float(last),) if isinstance(last, int | float) else ()


class _Break(Exception):
    """A break statement."""


class _Continue(Exception):
    """A continue statement."""


class Interpreter:
    """One run of one program: its variables, its generator, its budget."""

    def __init__(self, program: Program, listener: Listener, budget: Budget) -> None:
        self._program = program
        self._listener = listener
        self._budget = budget
        self._names: dict[str, Any] = {}
        self._generator = torch.Generator().manual_seed(0)
        self._line = 1
        self._at: ast.AST = ast.Pass()
        self._bound: list[str] = []

    def run(self) -> Any:
        """Run all cells; a failure ends its cell. Gives the value of the last cell's last expression, or None."""
        last = None
        for cell in self._program.cells:
            self._line = cell.line
            self._listener.cell(cell)
            last = self._cell(cell)
        return last

    def _cell(self, cell: ProgramCell) -> Any:
        value = None
        for statement in cell.body:
            self._at = statement
            try:
                value = self._statement(statement)
            except ProgramError:
                raise
            except Exception as error:
                self._listener.failure(self._span(self._at), error)
                return None
        if cell.body and isinstance(cell.body[-1], ast.Expr) and value is not None:
            self._show(cell.body[-1], "result", shown(value))
        return value

    def _show(self, node: ast.AST, stream: str, text: str) -> None:
        span = self._span(node)
        self._budget.output(len(text), span)
        self._listener.output(span, stream, text)

    def _span(self, node: ast.AST) -> Span:
        return span_of(node, self._line)

    # Statements

    def _statement(self, node: ast.stmt) -> Any:
        span = self._span(node)
        self._budget.step(span)
        self._bound = []
        value = _STATEMENTS[type(node)](self, node)
        if type(node) not in _BLOCKS:
            self._listener.statement(span, [(name, self._names[name]) for name in self._bound])
        return value

    def _block(self, body: list[ast.stmt]) -> None:
        for statement in body:
            self._at = statement
            self._statement(statement)

    def _expression_statement(self, node: ast.Expr) -> Any:
        return self.value(node.value)

    def _assign(self, node: ast.Assign) -> None:
        value = self.value(node.value)
        for target in node.targets:
            self._bind(target, value)

    def _bind(self, target: ast.expr, value: Any) -> None:
        self._at = target
        if isinstance(target, ast.Name):
            self._names[target.id] = value
            self._bound.append(target.id)
        elif isinstance(target, ast.Tuple | ast.List):
            self._unpack(target, value)
        elif isinstance(target, ast.Subscript):
            base = self.value(target.value)
            self._apply(library.STORE, (base, self.value(target.slice), value), target)
            self._checked(base, target)
        elif isinstance(target, ast.Attribute):
            self._set_attribute(target, value)

    def _unpack(self, target: ast.Tuple | ast.List, value: Any) -> None:
        items = list(self._items(value, target))
        if len(items) != len(target.elts):
            few = "not enough" if len(items) < len(target.elts) else "too many"
            raise ValueError(f"{few} values to unpack (expected {len(target.elts)})")
        for part, item in zip(target.elts, items, strict=True):
            self._bind(part, item)

    def _set_attribute(self, target: ast.Attribute, value: Any) -> None:
        base = self.value(target.value)
        if not isinstance(base, torch.Tensor) or target.attr not in library.SETTABLE:
            raise AttributeError(f"'{type(base).__name__}' object attribute '{target.attr}' cannot be set here")
        setattr(base, target.attr, value)

    def _augmented(self, node: ast.AugAssign) -> None:
        target = node.target
        old = self.value(_loaded(target))
        new = self.value(node.value)
        kind = type(node.op).__name__
        table = library.IN_PLACE if isinstance(old, torch.Tensor) else library.OPERATORS
        self._bind(target, self._apply(table[kind], (old, new), node))

    def _if(self, node: ast.If) -> None:
        self._block(node.body if self.value(node.test) else node.orelse)

    def _for(self, node: ast.For) -> None:
        for item in self._items(self.value(node.iter), node.iter):
            self._budget.step(self._span(node))
            self._bind(node.target, item)
            if not self._turn(node.body):
                return
        self._block(node.orelse)

    def _while(self, node: ast.While) -> None:
        while self.value(node.test):
            self._budget.step(self._span(node))
            if not self._turn(node.body):
                return
        self._block(node.orelse)

    def _turn(self, body: list[ast.stmt]) -> bool:
        """One turn of a loop; False after a break."""
        try:
            self._block(body)
        except _Continue:
            return True
        except _Break:
            return False
        return True

    def _items(self, value: Any, node: ast.AST) -> Iterator[Any]:
        if isinstance(value, torch.Tensor):
            if value.dim() == 0:
                raise TypeError("iteration over a 0-d tensor")
            return (self._apply(library.INDEX, (value, index), node) for index in range(len(value)))
        if not isinstance(value, list | tuple | range | str | zip | enumerate):
            raise TypeError(f"'{type(value).__name__}' object is not iterable")
        return iter(value)

    def _with(self, node: ast.With) -> None:
        contexts = [self.value(item.context_expr) for item in node.items]
        for context, item in zip(contexts, node.items, strict=True):
            if not isinstance(context, torch.no_grad | torch.enable_grad):
                raise ProgramError(
                    "Only with torch.no_grad(): and torch.enable_grad(): work here.", self._span(item.context_expr)
                )
        self._within(contexts, node.body)

    def _within(self, contexts: list[Any], body: list[ast.stmt]) -> None:
        if not contexts:
            self._block(body)
            return
        with contexts[0]:
            self._within(contexts[1:], body)

    def _assert(self, node: ast.Assert) -> None:
        if not self.value(node.test):
            raise AssertionError(*([printed(self.value(node.msg))] if node.msg else []))

    def _import(self, node: ast.Import) -> None:
        for item in node.names:
            self._names[item.asname or item.name] = library.MODULES[item.name]

    def _import_from(self, node: ast.ImportFrom) -> None:
        for item in node.names:
            self._names[item.asname or item.name] = imported(node.module or "", item.name, self._span(item))

    def _break(self, node: ast.Break) -> None:
        raise _Break

    def _continue(self, node: ast.Continue) -> None:
        raise _Continue

    def _pass(self, node: ast.Pass) -> None:
        pass

    # Expressions

    def value(self, node: ast.expr) -> Any:
        """The value of an expression."""
        return _EXPRESSIONS[type(node)](self, node)

    def _constant(self, node: ast.Constant) -> Any:
        return node.value

    def _name(self, node: ast.Name) -> Any:
        name = node.id
        if name in self._names:
            return self._names[name]
        if name in library.BUILTINS:
            return _Builtin(name)
        self._at = node
        raise NameError(f"name '{name}' is not defined")

    def _list(self, node: ast.List) -> list[Any]:
        return list(self._checked([self.value(item) for item in node.elts], node))

    def _tuple(self, node: ast.Tuple) -> tuple[Any, ...]:
        return tuple(self._checked([self.value(item) for item in node.elts], node))

    def _binary(self, node: ast.BinOp) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        return self._apply(library.OPERATORS[type(node.op).__name__], (left, right), node)

    def _unary(self, node: ast.UnaryOp) -> Any:
        return self._apply(library.OPERATORS[type(node.op).__name__], (self.value(node.operand),), node)

    def _boolean(self, node: ast.BoolOp) -> Any:
        stop = isinstance(node.op, ast.Or)
        value = None
        for part in node.values:
            value = self.value(part)
            if bool(value) is stop:
                break
        return value

    def _compare(self, node: ast.Compare) -> Any:
        left, result = self.value(node.left), True
        for operator, part in zip(node.ops, node.comparators, strict=True):
            right = self.value(part)
            result = self._apply(library.OPERATORS[type(operator).__name__], (left, right), node)
            if len(node.ops) > 1 and not result:
                break
            left = right
        return result

    def _conditional(self, node: ast.IfExp) -> Any:
        return self.value(node.body if self.value(node.test) else node.orelse)

    def _subscript(self, node: ast.Subscript) -> Any:
        base, key = self.value(node.value), self.value(node.slice)
        if isinstance(base, torch.Tensor | list | tuple | str | range):
            return self._apply(library.INDEX, (base, key), node)
        self._at = node
        raise TypeError(f"'{type(base).__name__}' object is not subscriptable")

    def _slice(self, node: ast.Slice) -> slice:
        return slice(*(None if part is None else self.value(part) for part in (node.lower, node.upper, node.step)))

    def _f_string(self, node: ast.JoinedStr) -> str:
        return str(self._checked("".join(printed(self.value(part)) for part in node.values), node))

    def _field(self, node: ast.FormattedValue) -> str:
        value = self.value(node.value)
        if node.conversion == ord("r"):
            value = shown(value)
        return formatted(value, self.value(node.format_spec) if node.format_spec else "")

    def _attribute(self, node: ast.Attribute) -> Any:
        base = self.value(node.value)
        self._at = node
        name = node.attr
        if isinstance(base, library.Module):
            return base.names[name]
        if isinstance(base, torch.Tensor) and name in library.VIEWS:
            return self._apply(library.VIEWS[name], (base,), node)
        if isinstance(base, torch.Tensor) and name in library.ATTRIBUTES:
            return self._grad(base, node) if name == "grad" else getattr(base, name)
        if isinstance(base, torch.Tensor) and name in library.METHODS:
            return _Bound(library.METHODS[name], base)
        raise AttributeError(f"'{type(base).__name__}' object has no attribute '{name}'")

    def _grad(self, tensor: torch.Tensor, node: ast.Attribute) -> torch.Tensor | None:
        """Reading .grad of a value that is no leaf warns; the process's warning filters are not ours to change."""
        if tensor.is_leaf or tensor.retains_grad:
            return tensor.grad
        self._show(node, "warning", "UserWarning: " + NON_LEAF_GRAD)
        return None

    # Calls

    def _call(self, node: ast.Call) -> Any:
        target = self.value(node.func)
        args = tuple([self.value(item) for item in node.args])
        kwargs = {item.arg: self.value(item.value) for item in node.keywords if item.arg} if node.keywords else {}
        self._at = node
        if isinstance(target, _Bound):
            return self._apply(target.function, (target.base, *args), node, kwargs)
        if isinstance(target, Function):
            return self._apply(target, args, node, kwargs)
        if isinstance(target, _Builtin):
            return self._builtin(target.name, args, kwargs, node)
        if isinstance(target, library.Context):
            return target.make(*args)
        if isinstance(target, library.Seed):
            self._generator.manual_seed(*args)
            return None
        raise TypeError(f"'{type(target).__name__}' object is not callable")

    def _apply(
        self, function: Function, args: tuple[Any, ...], node: ast.AST, kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Charge the budget, then run: through the listener when a tensor is at work, as plain Python otherwise."""
        self._at = node
        kwargs = kwargs or {}
        span = self._span(node)
        kind = function.kind
        if kind == "backward":
            return self._backward(args, kwargs, span)
        if kind == "creation" or _has_tensor(args, kwargs):
            self._budget.operation(*function.cost(args, kwargs), span)
            if kind == "creation" and function.name in library.RANDOM:
                kwargs["generator"] = self._generator
            return self._listener.call(function, args, kwargs, span)
        if isinstance(node, ast.BinOp | ast.AugAssign):
            check_plain(type(node.op).__name__, args, self._budget.limits, span)
        return self._checked(function.call(*args, **kwargs), node)

    def _backward(self, args: tuple[Any, ...], kwargs: dict[str, Any], span: Span) -> None:
        names = ("gradient", "retain_graph")
        if len(args) > 3 or any(name not in names for name in kwargs):
            raise ProgramError("backward() takes gradient and retain_graph here.", span)
        self._listener.backward(args, kwargs, span)

    def _builtin(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], node: ast.Call) -> Any:
        if name == "print":
            end = kwargs.get("end", "\n")
            return self._show(node, "print", str(kwargs.get("sep", " ")).join(map(printed, args)) + str(end))
        if name == "abs":
            return self._apply(library.ABS, args, node)
        if name == "sum":
            return self._sum(args, node)
        if name == "range":
            return self._range(args, node)
        if name == "str":
            return printed(*args)
        limit = self._budget.limits.items
        if any(isinstance(item, range | list | tuple) and item[limit:] for item in args):
            raise ProgramError(f"{name}() takes at most {limit:,} items here.", self._span(node))
        return self._checked(_PLAIN[name](*args, **kwargs), node)

    def _sum(self, args: tuple[Any, ...], node: ast.Call) -> Any:
        total = args[1] if len(args) > 1 else 0
        for item in self._items(args[0], node):
            total = self._apply(library.OPERATORS["Add"], (total, item), node)
        return total

    def _range(self, args: tuple[Any, ...], node: ast.AST) -> range:
        made = range(*args)
        if made[self._budget.limits.steps :]:
            raise ProgramError(f"A range may have at most {self._budget.limits.steps:,} items here.", self._span(node))
        return made

    def _checked(self, value: Any, node: ast.AST) -> Any:
        check_size(value, self._budget.limits, self._span(node))
        return value


def _has_tensor(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    for item in args:
        if isinstance(item, torch.Tensor):
            return True
    return any(True for _ in library.tensors((*args, *kwargs.values())))


class _Bound:
    """A method of a tensor, not yet called."""

    def __init__(self, function: Function, base: torch.Tensor) -> None:
        self.function = function
        self.base = base


class _Builtin:
    """One of Python's own functions, by name."""

    def __init__(self, name: str) -> None:
        self.name = name


def _round(number: Any, ndigits: int | None = None) -> Any:
    """round(1, -10**9) would compute 10**(10**9)."""
    return round(number, None if ndigits is None else max(-400, min(400, ndigits)))


_PLAIN: dict[str, Callable[..., Any]] = {
    "float": float,
    "int": int,
    "bool": bool,
    "round": _round,
    "len": len,
    "min": min,
    "max": max,
    "list": list,
    "tuple": tuple,
    "zip": zip,
    "enumerate": enumerate,
}


def _loaded(target: ast.Name | ast.Attribute | ast.Subscript) -> ast.expr:
    """The same place, to be read."""
    if isinstance(target, ast.Name):
        read: ast.expr = ast.Name(target.id, ast.Load())
    elif isinstance(target, ast.Attribute):
        read = ast.Attribute(target.value, target.attr, ast.Load())
    else:
        read = ast.Subscript(target.value, target.slice, ast.Load())
    return ast.copy_location(read, target)


def _non_leaf_grad_warning() -> str:
    """PyTorch's own words, asked of PyTorch once."""
    import warnings

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        _ = (torch.ones((), requires_grad=True) * 2).grad
    return str(caught[0].message).split(" (Triggered internally", 1)[0]


NON_LEAF_GRAD = _non_leaf_grad_warning()

_BLOCKS = frozenset((ast.If, ast.For, ast.While, ast.With))
"""Statements that are done when the statements inside them are."""

_STATEMENTS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Expr: Interpreter._expression_statement,
    ast.Assign: Interpreter._assign,
    ast.AugAssign: Interpreter._augmented,
    ast.If: Interpreter._if,
    ast.For: Interpreter._for,
    ast.While: Interpreter._while,
    ast.With: Interpreter._with,
    ast.Assert: Interpreter._assert,
    ast.Import: Interpreter._import,
    ast.ImportFrom: Interpreter._import_from,
    ast.Break: Interpreter._break,
    ast.Continue: Interpreter._continue,
    ast.Pass: Interpreter._pass,
}

_EXPRESSIONS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Constant: Interpreter._constant,
    ast.Name: Interpreter._name,
    ast.List: Interpreter._list,
    ast.Tuple: Interpreter._tuple,
    ast.BinOp: Interpreter._binary,
    ast.UnaryOp: Interpreter._unary,
    ast.BoolOp: Interpreter._boolean,
    ast.Compare: Interpreter._compare,
    ast.IfExp: Interpreter._conditional,
    ast.Subscript: Interpreter._subscript,
    ast.Slice: Interpreter._slice,
    ast.JoinedStr: Interpreter._f_string,
    ast.FormattedValue: Interpreter._field,
    ast.Attribute: Interpreter._attribute,
    ast.Call: Interpreter._call,
}
