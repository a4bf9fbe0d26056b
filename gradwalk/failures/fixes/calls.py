"""Remedies that change a call: backward(), zero_(), numpy()."""

from __future__ import annotations

import ast

from gradwalk.failures.fixes.places import Change, Code, around, attribute, has, with_argument
from gradwalk.parse import span_of
from gradwalk.program import Span
from gradwalk.recording import Failure


def keep_the_graph(code: Code, failure: Failure) -> list[Change] | None:
    """retain_graph=True in the calls that freed what this one needs: those of the same root, else the one before.

    A root that was assigned anew has a graph of its own.
    """
    calls = code.calls("backward")
    failed = around(code, failure, calls)
    if failed is None:
        return None
    before = [item for item in calls if span_of(*item) < span_of(*failed)]
    root = ast.dump(attribute(failed[0]).value)
    anew = [span_of(*i) for i in code.all(ast.Assign) if any(ast.dump(part) == _stored(root) for part in i[0].targets)]
    since = max((span for span in anew if span < span_of(*failed)), default=Span(0, 0, 0, 0))
    same = [i for i in before if ast.dump(attribute(i[0]).value) == root and span_of(*i) > since]
    keeping = [item for item in same or before[-1:] or [failed] if not has(item[0], "retain_graph")]
    return [with_argument(code, call, line, "retain_graph=True") for call, line in keeping or [failed]]


def _stored(name: str) -> str:
    """A name as the syntax tree shows it where it is assigned, given how it shows it where it is read."""
    return name.replace("ctx=Load()", "ctx=Store()")


def sum_the_root(code: Code, failure: Failure) -> list[Change] | None:
    """``.sum()`` before ``.backward()``, or in the first argument of ``torch.autograd.grad``."""
    if (call := around(code, failure, code.calls("backward"))) and not call[0].args:
        at = code.text.rindex(".", 0, code.end(attribute(call[0]), call[1]))
        return [Change(at, at, ".sum()")]
    for name in ("grad", "backward"):
        if (found := around(code, failure, code.calls(name))) and found[0].args:
            first, line = found[0].args[0], found[1]
            at = code.end(first, line)
            if isinstance(first, ast.Name | ast.Call | ast.Attribute | ast.Subscript):
                return [Change(at, at, ".sum()")]
            return [Change(code.start(first, line), at, f"({code.piece(first, line)}).sum()")]
    return None


def a_seed_of_ones(code: Code, failure: Failure) -> list[Change] | None:
    """``torch.ones_like(z)`` as the seed of ``z.backward(v)``."""
    call = around(code, failure, code.calls("backward"))
    if call is None:
        return None
    node, line = call
    seeds = [*node.args, *(item.value for item in node.keywords if item.arg == "gradient")]
    if not seeds:
        return None
    root = code.piece(attribute(node).value, line)
    return [Change(code.start(seeds[0], line), code.end(seeds[0], line), f"torch.ones_like({root})")]


def grad_to_none(code: Code, failure: Failure) -> list[Change] | None:
    """``x.grad = None`` for ``x.grad.zero_()`` before there is a gradient."""
    call = around(code, failure, code.calls("zero_"))
    if call is None:
        return None
    node, line = call
    return [Change(code.end(attribute(node).value, line), code.end(node, line), " = None")]


def detach_for_numpy(code: Code, failure: Failure) -> list[Change] | None:
    call = around(code, failure, code.calls("numpy"))
    if call is None:
        return None
    at = code.text.rindex(".", 0, code.end(attribute(call[0]), call[1]))
    return [Change(at, at, ".detach()")]
