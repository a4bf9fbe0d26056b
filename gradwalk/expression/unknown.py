"""Which names are modules, and the refusal of every name that is not on the closed lists, with the nearest one."""

from __future__ import annotations

import ast

from gradwalk.expression.arithmetic import CONSTANTS
from gradwalk.expression.draft import Draft
from gradwalk.expression.spelling import span_of
from gradwalk.expression.table import ALIASES, ELSEWHERE, FOREIGN_MODULES, FUNCTIONS, MODULES, nearest
from gradwalk.program import ProgramError


def module_of(draft: Draft, node: ast.expr) -> str | None:
    """``torch``, ``math``, ``F`` and their like; None for a value, also for one that a person named ``F``."""
    text = draft.source.of(node)
    known = text in MODULES or text in FOREIGN_MODULES
    return text if known and not draft.is_value(text) else None


def unknown(draft: Draft, node: ast.expr, name: str) -> ProgramError:
    """The refusal of a called name, or of one behind a dot, that is not on the closed lists."""
    span = span_of(node)
    if name in ELSEWHERE:
        return ProgramError(ELSEWHERE[name], span)
    if isinstance(node, ast.Name) and (
        draft.is_value(name) or name in draft.operands or name in CONSTANTS or len(name) == 1
    ):
        return ProgramError(f"{name} is no function; to multiply, write {name}*(…).", span, f"{name}*")
    if isinstance(node, ast.Attribute):
        return _unknown_behind_dot(draft, node)
    if (close := nearest(name)) is not None:
        return ProgramError(f"{name} is not known here; did you mean {close}?", span, close)
    return ProgramError(
        f"{name} is not known here; sin, exp, log, sqrt, tanh, sigmoid, relu, mean, sum and max are.", span
    )


def _unknown_behind_dot(draft: Draft, node: ast.Attribute) -> ProgramError:
    whole, span = draft.source.of(node), span_of(node)
    if node.attr in ("tensor", "zeros", "ones", "rand", "randn", "arange", "linspace", "eye", "full"):
        sentence = f"{whole} makes values; use a variable's name, and give it its values beside, such as [1, 2, 3]."
        return ProgramError(sentence, span)
    close = ALIASES.get(node.attr) or (node.attr if node.attr in FUNCTIONS else nearest(node.attr))
    if close is None:
        return ProgramError(f"{whole} is not part of this language.", span)
    if module_of(draft, node.value) is not None:
        right = FUNCTIONS[ALIASES.get(close, close)].torch
        return ProgramError(f"{whole} is not known here; did you mean {right}?", span, right)
    return ProgramError(f"There is no .{node.attr} here; did you mean {close}({draft.source.of(node.value)})?", span)
