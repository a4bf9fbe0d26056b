"""List, dict and generator comprehensions. A generator is run to its end at once: nothing in the language can tell."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from gradwalk.language.run import Run, expression
from gradwalk.language.scope import Scope
from gradwalk.language.statements import bind


@expression(ast.ListComp)
def _list(run: Run, node: ast.ListComp) -> list[Any]:
    return list(run.checked([run.value(node.elt) for _ in _turns(run, node.generators)], node))


@expression(ast.SetComp)
def _set(run: Run, node: ast.SetComp) -> set[Any]:
    return set(run.checked([run.value(node.elt) for _ in _turns(run, node.generators)], node))


@expression(ast.GeneratorExp)
def _generator(run: Run, node: ast.GeneratorExp) -> list[Any]:
    return list(run.checked([run.value(node.elt) for _ in _turns(run, node.generators)], node))


@expression(ast.DictComp)
def _dict(run: Run, node: ast.DictComp) -> dict[Any, Any]:
    return dict(run.checked({run.value(node.key): run.value(node.value) for _ in _turns(run, node.generators)}, node))


def _turns(run: Run, generators: list[ast.comprehension]) -> Iterator[None]:
    """One item for each turn of the innermost loop, with its names bound in a scope of their own."""
    outside, bound = run.scope, run.bound
    first = run.items(run.value(generators[0].iter), generators[0].iter)
    run.scope, run.bound = Scope(outside), []
    yield from _loop(run, generators, first)
    run.scope, run.bound = outside, bound


def _loop(run: Run, generators: list[ast.comprehension], items: Iterator[Any] | None = None) -> Iterator[None]:
    generator, *inner = generators
    for item in run.items(run.value(generator.iter), generator.iter) if items is None else items:
        run.budget.step(run.span(generator.iter))
        bind(run, generator.target, item)
        if all(run.value(condition) for condition in generator.ifs):
            if inner:
                yield from _loop(run, inner)
            else:
                yield None
