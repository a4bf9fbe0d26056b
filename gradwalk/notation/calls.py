"""Operations as short text: ``sin(v₁)``, ``w · x``, ``x²``, ``2 / x``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gradwalk.notation.kernels import call_name, default_constant, function_name, kernel
from gradwalk.notation.names import pretty
from gradwalk.notation.numbers import MINUS, short
from gradwalk.recording import Constant, Operation

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_INTEGER = re.compile(r"-?\d{1,4}(\.0*)?\Z")
_NUMBER = re.compile(r"[-+]?[\d.]+(e[-+]?\d+)?\Z")
_OPEN = 2**63 - 1


def constant_text(text: str) -> str:
    """A constant argument for the screen: ``-2`` → ``−2``, ``[0]`` → ``0``; numbers as ``short`` writes them."""
    if is_number(text):
        return short(float(text))
    inner = text[1:-1].strip(" ,") if text[:1] in "[(" else ""
    return constant_text(inner) if inner and "," not in inner else text.replace("-", MINUS)


def is_number(text: str) -> bool:
    """Whether a constant's text is a number, and not a list, a flag or a dtype."""
    return _NUMBER.match(text) is not None


def call_text(operation: Operation, names: Mapping[int, str]) -> str:
    """The operation on its operands' names, in one short line: ``sin(v₁)``, ``w · x``, ``x²``, ``2 / x``.

    ``names`` maps the ids of values to plain names, as ``value_names`` gives them.
    """
    name = call_name(operation)
    arguments = {edge.name: pretty(names[edge.value]) for edge in operation.edges if edge.name != "base"}
    constants = {constant.name: constant_text(constant.text) for constant in operation.constants}
    if name == "pow":
        return _power(arguments, constants)
    if name == "mul" and "other" in constants:
        return f"{constants['other']} · {arguments['self']}"
    if name == "slice" and constants.get("dim", "0") == "0":
        return f"{arguments['self']}[{slice_text(operation.constants)}]"
    form = kernel(name).text
    if name in ("add", "sub", "rsub") and constants.get("alpha", "1") != "1":
        form = form.replace("{other}", _right(constants["alpha"]) + " · {other}")
    if form:
        try:
            return form.format(**arguments | {name: _right(text) for name, text in constants.items()})
        except KeyError:
            pass  # an overload with other argument names: written as a call
    plain = [constant for constant in operation.constants if not default_constant(constant)]
    written = [*arguments.values(), *(_argument(c.name, constants[c.name]) for c in plain)]
    return f"{function_name(name)}({', '.join(written)})"


def _argument(name: str, text: str) -> str:
    return text if name in ("self", "other") else f"{name}={text}"


def slice_text(constants: Sequence[Constant]) -> str:
    """The ``1:3`` of ``x[1:3]``; PyTorch writes an open end as the largest integer."""
    parts = {constant.name: constant.text for constant in constants}
    start, end, step = parts.get("start", "0"), parts.get("end", str(_OPEN)), parts.get("step", "1")
    closed = ("" if start == "0" else start) + ":" + ("" if end == str(_OPEN) else end)
    return (closed if step == "1" else f"{closed}:{step}").replace("-", MINUS)


def _right(text: str) -> str:
    """A constant as the right operand: a negative one stands in brackets."""
    return f"({text})" if text.startswith(MINUS) else text


def _power(arguments: Mapping[str, str], constants: Mapping[str, str]) -> str:
    base = arguments.get("self") or _right(constants.get("self", "?"))
    exponent = arguments.get("exponent") or constants.get("exponent", "?")
    plain = exponent.replace(MINUS, "-")
    if _INTEGER.match(plain):
        return base + plain.translate(SUPERSCRIPTS)
    return f"√{base}" if plain == "0.5" else f"{base}^{exponent}"
