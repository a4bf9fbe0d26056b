"""Functions that a program defines itself: def, lambda, return, and what a call does to them."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from gradwalk.language import library
from gradwalk.language.deeper import EVERY, apart
from gradwalk.language.generators import GeneratorObject, yields
from gradwalk.language.run import Return, Run, expression, statement
from gradwalk.language.scope import Scope, bound_names


class Procedure:
    """A function of the program's own. PyTorch can call it too: as a hook, or as a module's forward."""

    def __init__(self, run: Run, name: str, arguments: ast.arguments, body: list[ast.stmt] | ast.expr) -> None:
        self.run = run
        self.name = name
        self.arguments = arguments
        self.body = body
        self.line = run.line
        self.scope = run.scope
        self.positional = [item.arg for item in (*arguments.posonlyargs, *arguments.args)]
        self.named = [item.arg for item in arguments.kwonlyargs]
        self.defaults = dict(zip(self.positional[::-1], [run.value(d) for d in arguments.defaults][::-1], strict=False))
        self.defaults |= {
            name: run.value(node)
            for name, node in zip(self.named, arguments.kw_defaults, strict=True)
            if node is not None
        }
        extra = [item.arg for item in (arguments.vararg, arguments.kwarg) if item is not None]
        if (known := run.bodies.get(arguments)) is None:
            inside = bound_names(body) if isinstance(body, list) else frozenset[str]()
            local = inside | {*self.positional, *self.named, *extra}
            known = run.bodies[arguments] = local, isinstance(body, list) and yields(body)
        self.local, self.yields = known
        self.decorators: list[Any] = []
        self.owner: Any = None
        """The class whose method this is, for super()."""

    def __repr__(self) -> str:
        return f"<function {self.name} at {hex(id(self))}>"

    def __deepcopy__(self, _: Any) -> Procedure:
        return self

    def signature(self) -> str:
        """The name with its parameters, as IPython shows a function."""
        parts = [f"{name}={self.defaults[name]!r}" if name in self.defaults else name for name in self.positional]
        if self.arguments.vararg is not None:
            parts.append(f"*{self.arguments.vararg.arg}")
        elif self.named:
            parts.append("*")
        parts += [f"{name}={self.defaults[name]!r}" if name in self.defaults else name for name in self.named]
        if self.arguments.kwarg is not None:
            parts.append(f"**{self.arguments.kwarg.arg}")
        return f"{self.name}({', '.join(parts)})"

    @property
    def doc(self) -> str | None:
        """The text that the function says of itself."""
        return docstring(self.body) if isinstance(self.body, list) else None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        scope = Scope(self.scope, self.local)
        scope.procedure = self
        scope.names.update(self._bound(args, kwargs))
        if self.yields:
            return GeneratorObject(self, scope)
        if self.run.depth and self.run.depth % EVERY == 0:
            return apart(self.run, lambda: self._within(self.decorators, scope))
        return self._within(self.decorators, scope)

    def _within(self, contexts: list[Any], scope: Scope) -> Any:
        """The body under its decorators: @torch.no_grad() and the like."""
        if not contexts:
            return self._body(scope)
        with contexts[0].clone():
            return self._within(contexts[1:], scope)

    def _body(self, scope: Scope) -> Any:
        """Run it. After an exception the run stays where it happened: whoever catches it goes back."""
        run = self.run
        run.enter()
        before = run.scope, run.line, run.bound
        run.scope, run.line, run.bound = scope, self.line, []
        value = None
        try:
            if isinstance(self.body, list):
                run.block(self.body)
            else:
                value = run.value(self.body)
        except Return as returned:
            value = returned.value
        finally:
            run.depth -= 1
        run.scope, run.line, run.bound = before
        return value

    def _bound(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Each parameter with its argument, by Python's rules and in Python's words."""
        positional, named = self.positional, self.named
        found = dict(zip(positional, args, strict=False))
        rest = args[len(positional) :]
        if self.arguments.vararg is not None:
            found[self.arguments.vararg.arg] = rest
        elif rest:
            raise TypeError(self._too_many(len(args)))
        extra = {}
        for name, value in kwargs.items():
            if name in found and name in positional:
                raise TypeError(f"{self.name}() got multiple values for argument '{name}'")
            if name in positional or name in named:
                found[name] = value
            elif self.arguments.kwarg is not None:
                extra[name] = value
            else:
                raise TypeError(f"{self.name}() got an unexpected keyword argument '{name}'")
        if self.arguments.kwarg is not None:
            found[self.arguments.kwarg.arg] = extra
        self._check_missing(
            [name for name in positional if name not in found and name not in self.defaults], "positional"
        )
        self._check_missing([name for name in named if name not in found and name not in self.defaults], "keyword-only")
        return self.defaults | found

    def _too_many(self, given: int) -> str:
        most = len(self.positional)
        fewest = most - sum(name in self.defaults for name in self.positional)
        takes = f"{most}" if fewest == most else f"from {fewest} to {most}"
        plural = "" if takes == "1" else "s"
        were = "was" if given == 1 else "were"
        return f"{self.name}() takes {takes} positional argument{plural} but {given} {were} given"

    def _check_missing(self, names: Sequence[str], kind: str) -> None:
        if not names:
            return
        quoted = [f"'{name}'" for name in names]
        listed = (
            quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + ("," * (len(quoted) > 2)) + f" and {quoted[-1]}"
        )
        plural = "s" if len(names) > 1 else ""
        raise TypeError(f"{self.name}() missing {len(names)} required {kind} argument{plural}: {listed}")


@statement(ast.FunctionDef)
def _define(run: Run, node: ast.FunctionDef) -> None:
    run.scope.bind(node.name, decorated(run, define(run, node, node.name), node.decorator_list))
    run.bound.append(node.name)


def decorated(run: Run, made: Any, nodes: list[ast.expr]) -> Any:
    """What stands above a def, the nearest first: @torch.no_grad() and the like, or a function of the program's own."""
    for node, decorator in reversed([(node, run.value(node)) for node in nodes]):
        run.at = node
        if isinstance(decorator, library.Context):
            decorator = decorator.make()
        if isinstance(decorator, library.CONTEXT_KINDS) and isinstance(made, Procedure):
            made.decorators.insert(0, decorator)
        else:
            made = run.call(decorator, (made,), node)
    return made


def docstring(body: list[ast.stmt]) -> str | None:
    """The text with which a function or a class begins."""
    first = body[0].value if body and isinstance(body[0], ast.Expr) else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


def define(run: Run, node: ast.FunctionDef, name: str) -> Procedure:
    """The function that a def makes; ``name`` is what Python's errors call it."""
    return Procedure(run, name, node.args, node.body)


@expression(ast.Lambda)
def _lambda(run: Run, node: ast.Lambda) -> Procedure:
    return Procedure(run, "<lambda>", node.args, node.body)


@statement(ast.Return)
def _return(run: Run, node: ast.Return) -> None:
    raise Return(None if node.value is None else run.value(node.value))
