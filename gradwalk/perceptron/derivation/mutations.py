"""What a formula becomes by one slip of the pen: a factor left out, a sign turned, + for ·, a term forgotten."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import NamedTuple

from gradwalk.perceptron.derivation.spoken import spoken


class Slip(NamedTuple):
    """A formula that is wrong in a way that has a name."""

    kind: str
    code: str
    sentence: str
    """What is wrong with it, said to the learner."""


def mutations(code: str) -> Iterator[Slip]:
    """Each formula that one slip makes of this one, with what the slip was. Some may be right by chance."""
    tree = ast.parse(code, mode="eval").body
    for path in _paths(tree):
        node = _at(tree, path)
        if isinstance(node, ast.BinOp):
            for kind, changed, sentence in _of_operation(node, " below the line" if _is_below(tree, path) else ""):
                yield Slip(kind, ast.unparse(_with(tree, path, changed)), sentence)
        elif isinstance(node, ast.Constant) and isinstance(node.value, int | float) and node.value not in (0, 1):
            for other in (1, -node.value):
                changed_number = ast.Constant(other)
                sentence = (
                    f"The {spoken(ast.unparse(node))} is {'missing' if other == 1 else 'there with another sign'}."
                )
                yield Slip("number", ast.unparse(_with(tree, path, changed_number)), sentence)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "where":
            for kind, changed, sentence in _of_choice(*node.args):
                yield Slip(kind, ast.unparse(_with(tree, path, changed)), sentence)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            inner = spoken(ast.unparse(node.operand))
            yield Slip("sign", ast.unparse(_with(tree, path, node.operand)), f"The minus before {inner} is missing.")


def _is_below(tree: ast.expr, path: Path) -> bool:
    """Whether a node stands in a divisor, and not in a divisor of one."""
    inside = (_at(tree, path[:length]) for length, step in enumerate(path) if step == ("right", None))
    return sum(isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) for node in inside) % 2 == 1


def _of_operation(node: ast.BinOp, where: str) -> Iterator[tuple[str, ast.expr, str]]:
    left, right = node.left, node.right
    first, second = spoken(ast.unparse(left)), spoken(ast.unparse(right))
    whole = spoken(ast.unparse(node))
    if isinstance(node.op, ast.Mult):
        yield "missing factor", right, f"The factor {first} is missing{where}."
        yield "missing factor", left, f"The factor {second} is missing{where}."
        yield "plus for times", _binary(left, ast.Add(), right), f"There is a + where {whole} multiplies."
        yield "upside down", _binary(left, ast.Div(), right), f"It divides by {second}, where {whole} multiplies."
    elif isinstance(node.op, ast.Div):
        yield "missing divisor", left, f"The division by {second} is missing."
        yield "upside down", _binary(right, ast.Div(), left), f"The fraction {whole} stands upside down."
        yield "upside down", _binary(left, ast.Mult(), right), f"It multiplies with {second}, where {whole} divides."
        yield "missing numerator", _binary(ast.Constant(1), ast.Div(), right), f"{first} above the line is missing."
    elif isinstance(node.op, ast.Sub):
        yield "sign", _binary(left, ast.Add(), right), f"There is a + where {whole} has a −."
        yield "sign", _binary(right, ast.Sub(), left), f"The difference is the wrong way round; it is {whole}."
        yield "missing term", left, f"The − {second} is missing in {whole}."
        yield "missing term", right, f"{first} is missing in {whole}."
    elif isinstance(node.op, ast.Add):
        yield "sign", _binary(left, ast.Sub(), right), f"There is a − where {whole} has a +."
        yield "missing term", left, f"The + {second} is missing in {whole}."
        yield "missing term", right, f"{first} is missing in {whole}."
    elif isinstance(node.op, ast.Pow):
        yield "power", left, f"The power is missing: it is {whole}."
        yield "power", _binary(right, ast.Mult(), left), f"{whole} is a power, not a multiple."


def _of_choice(condition: ast.expr, first: ast.expr, second: ast.expr) -> Iterator[tuple[str, ast.expr, str]]:
    """relu's slope taken for 1 everywhere, or for 0, or the wrong way round."""
    where, one, other = (spoken(ast.unparse(part)) for part in (condition, first, second))
    yield "branch", first, f"It is {one} only where {where}; elsewhere it is {other}."
    yield "branch", second, f"It is {one} where {where}, and {other} only elsewhere."
    turned = ast.Call(ast.Name("where"), [condition, second, first], [])
    yield "branch", turned, f"It is the wrong way round: where {where} it is {one}, elsewhere {other}."


def _binary(left: ast.expr, op: ast.operator, right: ast.expr) -> ast.expr:
    return ast.BinOp(copy.deepcopy(left), op, copy.deepcopy(right))


Path = tuple[tuple[str, int | None], ...]


def _paths(tree: ast.expr) -> Iterator[Path]:
    """The way to each node of a tree, from the root."""
    waiting: list[tuple[ast.AST, Path]] = [(tree, ())]
    while waiting:
        node, path = waiting.pop(0)
        if isinstance(node, ast.expr):
            yield path
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.expr):
                waiting.append((value, (*path, (name, None))))
            elif isinstance(value, list):
                waiting += [(each, (*path, (name, place))) for place, each in enumerate(value)]


def _at(tree: ast.AST, path: Path) -> ast.AST:
    for name, place in path:
        found = getattr(tree, name)
        tree = found if place is None else found[place]
    return tree


def _with(tree: ast.expr, path: Path, changed: ast.expr) -> ast.expr:
    """A copy of the tree with another node at this place."""
    if not path:
        return changed
    whole = copy.deepcopy(tree)
    parent = _at(whole, path[:-1])
    name, place = path[-1]
    if place is None:
        setattr(parent, name, changed)
    else:
        getattr(parent, name)[place] = changed
    return whole
