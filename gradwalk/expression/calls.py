"""Writes calls in PyTorch's form: ``sin(x)``, ``torch.sin(x)``, ``F.relu(x)``, ``x.sin()``, ``math.sqrt(2)``."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from gradwalk.expression import arithmetic
from gradwalk.expression.arguments import arguments_text, check_count, check_whole, pieces_of
from gradwalk.expression.draft import Draft, Piece
from gradwalk.expression.spelling import span_of
from gradwalk.expression.table import ALIASES, FOREIGN_MODULES, FUNCTIONS, SHAPES, Function, function_named, nearest
from gradwalk.expression.unknown import module_of, unknown
from gradwalk.program import ProgramError


def call(draft: Draft, node: ast.Call) -> Piece:
    """A call of a listed function or method. Raises ProgramError with the nearest name for any other."""
    match node.func:
        case ast.Name(id=name):
            return _short(draft, node, name)
        case ast.Attribute(value=value, attr=name):
            if (module := module_of(draft, value)) is not None:
                return _of_module(draft, node, module, name)
            return _method(draft, node, value, name)
    suggestion = f"{draft.source.of(node.func)}*" if isinstance(node.func, ast.Constant) else None
    sentence = "To multiply, write * between the two: 2*(x + 1), (x + 1)*(x - 1)."
    raise ProgramError(sentence, span_of(node.func), suggestion)


def is_torch_tensor(draft: Draft, node: ast.Call) -> bool:
    """Whether this is ``torch.tensor`` with numbers written down, which is how PyTorch spells a list."""
    if not (
        isinstance(node.func, ast.Attribute)
        and node.func.attr == "tensor"
        and module_of(draft, node.func.value) == "torch"
    ):
        return False
    if node.keywords:
        raise ProgramError(
            "Leave this line out: a name that no line assigns is a variable, with its value and ∇ switch beside.",
            span_of(node),
        )
    if len(node.args) != 1:
        raise ProgramError("torch.tensor takes one number or one list here.", span_of(node))
    return True


# Functions


def _short(draft: Draft, node: ast.Call, name: str) -> Piece:
    entry = None if draft.is_value(name) else function_named(name)
    if entry is None:
        raise unknown(draft, node.func, name)
    return _function(draft, node, entry, entry.torch, on_numbers=True)


def _of_module(draft: Draft, node: ast.Call, module: str, name: str) -> Piece:
    if module in FOREIGN_MODULES:
        meant = name if function_named(name) else nearest(name)
        raise ProgramError(f"{FOREIGN_MODULES[module]}; write {meant or 'sin'}(…) alone.", span_of(node.func), meant)
    if module == "math":
        return _math(draft, node, name)
    entry = FUNCTIONS.get(name)
    if entry is None or module not in entry.modules:
        raise unknown(draft, node.func, name)
    return _function(draft, node, entry, draft.source.of(node.func), on_numbers=False)


def _math(draft: Draft, node: ast.Call, name: str) -> Piece:
    """Python's own functions take plain numbers; a tensor would leave the graph in them."""
    if name not in arithmetic.FUNCTIONS:
        raise unknown(draft, node.func, name)
    pieces = [draft.write(argument) for argument in node.args]
    if any(piece.number is None for piece in pieces):
        meant = f"torch.{ALIASES.get(name, name)}"
        sentence = f"math.{name} gives a plain number, so no gradient could flow through it; write {meant}."
        raise ProgramError(sentence, span_of(node.func), meant)
    done = _on_numbers(draft, name, pieces)
    if done is None or node.keywords:
        raise ProgramError(f"math.{name} has no value here.", span_of(node))
    return done


def _function(draft: Draft, node: ast.Call, entry: Function, called: str, on_numbers: bool) -> Piece:
    check_count(node, entry, len(node.args))
    pieces = pieces_of(draft, node, entry.takes)
    if on_numbers and not node.keywords and (done := _on_numbers(draft, entry.name, pieces)) is not None:
        return done
    if entry.name in ("max", "min"):
        return _extreme(draft, node, entry, pieces, called_in_torch=not on_numbers)
    if pieces and all(piece.number is not None for piece in pieces):
        pieces = [Piece(draft.as_tensor(pieces[0])), *pieces[1:]]
    draft.modules.update({"F"} & {called.split(".")[0]})
    return Piece(f"{called}({arguments_text(draft, node, entry, entry.takes, pieces)})")


def _on_numbers(draft: Draft, name: str, pieces: Sequence[Piece]) -> Piece | None:
    """A function of plain numbers, where Python has it and it has a value there; log(0) is left to PyTorch."""
    compute = arithmetic.FUNCTIONS.get(name)
    known = [piece.number for piece in pieces if piece.number is not None]
    if compute is None or len(known) < len(pieces):
        return None
    try:
        value = compute(*known)
    except (ValueError, OverflowError, TypeError):
        return None
    called = name if name in ("abs", "max", "min") else f"math.{name}"
    draft.modules.update({"math"} & {called.split(".")[0]})
    return Piece(f"{called}({', '.join(piece.text for piece in pieces)})", value)


def _extreme(draft: Draft, node: ast.Call, entry: Function, pieces: Sequence[Piece], called_in_torch: bool) -> Piece:
    """Of one argument: over all elements. Of several: elementwise; PyTorch's maximum takes two at a time."""
    over_dim = f"a{entry.name}(x, dim=0)"
    if node.keywords:
        raise ProgramError(f"{entry.name} takes no keywords here; {over_dim} works along a dim.", span_of(node))
    if called_in_torch and len(pieces) > 1 and any(piece.number is not None for piece in pieces):
        raise ProgramError(
            f"torch.{entry.name} would read the number as a dim; write {entry.name}(a, b) or {over_dim}.",
            span_of(node.func),
            entry.name,
        )
    text = draft.as_tensor(pieces[0])
    if len(pieces) == 1:
        return Piece(f"torch.{entry.name}({text})")
    for piece in pieces[1:]:
        text = f"torch.{entry.name}imum({text}, {draft.as_tensor(piece)})"
    return Piece(text)


# Methods


def _method(draft: Draft, node: ast.Call, value: ast.expr, name: str) -> Piece:
    entry = FUNCTIONS.get(name)
    if name not in SHAPES and (entry is None or not entry.method):
        raise unknown(draft, node.func, name)
    base = draft.write(value)
    if base.number is not None:
        raise ProgramError(f"A plain number has no .{name}(); write {name}(…).", span_of(node))
    called = draft.source.spliced(node.func, [(value, base.text)])
    if entry is None:
        return Piece(f"{called}({_sizes(draft, node, name)})")
    if name in ("max", "min") and (node.args or node.keywords):
        sentence = f".{name}() takes nothing here; {name}(a, b) compares two, a{name}(x, dim=0) works along a dim."
        raise ProgramError(sentence, span_of(node))
    check_count(node, entry, len(node.args) + 1)
    pieces = pieces_of(draft, node, entry.takes[1:])
    return Piece(f"{called}({arguments_text(draft, node, entry, entry.takes[1:], pieces)})")


def _sizes(draft: Draft, node: ast.Call, name: str) -> str:
    least, most = SHAPES[name]
    if node.keywords or not least <= len(node.args) <= most:
        wanted = (
            "nothing" if most == 0 else f"{most} whole number(s)" if least == most else f"up to {most} whole numbers"
        )
        raise ProgramError(f".{name}() takes {wanted} here.", span_of(node))
    for argument in node.args:
        check_whole(argument)
    return draft.source.inside(node, [])
