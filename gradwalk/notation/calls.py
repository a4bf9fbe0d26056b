"""Operations as short text: ``sin(v₁)``, ``w · x``, ``x²``, ``2 / x``."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence

from gradwalk.notation.kernel_record import Kernel
from gradwalk.notation.kernels import kernel
from gradwalk.notation.names import pretty
from gradwalk.notation.numbers import MINUS, SUPERSCRIPTS, short
from gradwalk.recording import Constant, Operation

_INTEGER = re.compile(r"-?\d{1,4}(\.0*)?\Z")
_NUMBER = re.compile(r"[-+]?[\d.]+(e[-+]?\d+)?\Z")
_OPEN = 2**63 - 1
# Arguments that say nothing when they are what PyTorch takes by default.
_DEFAULTS = {
    ("alpha", "1"), ("beta", "1"), ("keepdim", "False"), ("dtype", "None"), ("dim", "None"), ("half_to_float", "False"),
    ("implicit", "False"), ("reduction", "1"), ("weight", "None"), ("memory_format", "None"), ("rounding_mode", "None"),
    ("ord", "2"), ("threshold", "20"), ("approximate", "'none'"), ("min", "None"), ("max", "None"),
    ("ignore_index", "-100"), ("correction", "None"), ("reverse", "False"),
}  # fmt: skip


_UNWRITTEN = frozenset(
    ("memory_format", "layout", "device", "pin_memory", "non_blocking", "generator", "half_to_float", "implicit")
)
"""Arguments that change no number."""


_NAMED = {math.e: "e", math.pi: "π", -math.pi: f"{MINUS}π"}


def constant_text(text: str) -> str:
    """A constant argument for the screen: ``-2`` → ``−2``, ``[0]`` → ``0``; numbers as ``short`` writes them.

    The float that is next to e or π, as ``math.e`` and ``math.pi`` are, is that.
    """
    if is_number(text):
        return _NAMED.get(float(text)) or short(float(text))
    inner = text[1:-1].strip(" ,") if text[:1] in "[(" else ""
    return constant_text(inner) if inner and "," not in inner else text.replace("-", MINUS)


def function_name(name: str) -> str:
    """What a reader calls a kernel: ``_softmax`` is softmax, and ``view`` mostly comes from reshape."""
    plain = name.lstrip("_").removeprefix("native_").removesuffix("_forward").removesuffix("_with_indices")
    return kernel(name).call or plain


def is_number(text: str) -> bool:
    """Whether a constant's text is a number, and not a list, a flag or a dtype."""
    return _NUMBER.match(text) is not None


def kernel_of(operation: Operation) -> Kernel:
    """The record of the kernel that ran. A matrix's ``.T``, which PyTorch runs as a permutation, is ``t``."""
    if operation.kernel == "permute" and operation.constants and operation.constants[0].text == "[1, 0]":
        return kernel("t")
    return kernel(operation.kernel)


def call_name(operation: Operation) -> str:
    """PyTorch's name of the kernel without its overload and the mark of a change in place: ``pow``, ``add``."""
    return kernel_of(operation).name


def default_constant(constant: Constant) -> bool:
    """Whether the argument is what PyTorch takes by itself, or changes no number: writing it would say nothing."""
    return (constant.name, constant.text) in _DEFAULTS or constant.name in _UNWRITTEN


def scaled(known: Kernel, form: str, constants: Collection[str], dot: str) -> str:
    """The form with the factors alpha and beta, where they are among the constants, before what they multiply."""
    scaled_one = "self" if known.name == "rsub" else "other"
    first, added = (known.factors or (scaled_one,))[0], (*known.added, "self")[0]
    for factor, argument in (("alpha", first), ("beta", added)):
        if factor in constants:
            form = form.replace(f"{{{argument}}}", f"{{{factor}}}{dot}{{{argument}}}", 1)
    return form


def index_text(operation: Operation) -> str:
    """What stands in square brackets for a ``select`` or ``slice``: ``1``, ``:, 0``, ``…, 1:3``."""
    parts = {constant.name: constant.text for constant in operation.constants}
    inside = parts["index"].replace("-", MINUS) if "index" in parts else slice_text(operation.constants)
    along = int(parts.get("dim", "0"))
    return ", ".join([*[":"] * along, inside] if along >= 0 else ["…", inside, *[":"] * (-along - 1)])


def call_text(operation: Operation, names: Mapping[int, str]) -> str:
    """The operation on its operands' names, in one short line: ``sin(v₁)``, ``w · x``, ``x²``, ``2 / x``.

    ``names`` maps the ids of values to plain names, as ``value_names`` gives them.
    """
    known = kernel_of(operation)
    arguments = {edge.name: pretty(names[edge.value]) for edge in operation.edges if edge.name != "base"}
    constants = {constant.name: constant_text(constant.text) for constant in operation.constants}
    if known.name == "pow":
        return _power(arguments, constants)
    if known.name == "mul" and "other" in constants:
        return f"{constants['other']} · {arguments['self']}"
    if known.name in ("select", "slice"):
        return f"{arguments['self']}[{index_text(operation)}]"
    silent = known.silent if known.name != "t" else [c.name for c in operation.constants]  # ᵀ says its dimensions
    plain = [c for c in operation.constants if not default_constant(c) and c.name not in silent]
    form = known.text and scaled(known, known.text, [constant.name for constant in plain], " · ")
    if form and all(constant.name == "dtype" or f"{{{constant.name}}}" in form for constant in plain):
        try:
            plainly = "(" in form or "," in form
            operands = arguments if plainly else {name: _right(text) for name, text in arguments.items()}
            return form.format(**operands | {name: _right(text) for name, text in constants.items()})
        except KeyError:
            pass  # an overload with other argument names: written as a call
    written = [*arguments.values(), *(_argument(c.name, constants[c.name]) for c in plain)]
    return f"{function_name(known.name)}({', '.join(written)})"


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
    base = _right(arguments.get("self") or constants.get("self", "?"))
    exponent = arguments.get("exponent") or constants.get("exponent", "?")
    plain = exponent.replace(MINUS, "-")
    if _INTEGER.match(plain):
        return base + plain.translate(SUPERSCRIPTS)
    return f"√{base}" if plain == "0.5" else f"{base}^{exponent}"
