"""Names, operations and numbers as short text for the screen; every box, sentence and formula takes them from here."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import count
from unicodedata import normalize

from gradwalk.recording import Constant, Number, Operation, Recording

MINUS = "−"
SHOWN_IN_VECTOR = 4
SHOWN_ROWS = 3
_OPEN = 2**63 - 1

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eps": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "kappa": "κ", "lambda_": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "rho": "ρ", "sigma": "σ", "tau": "τ",
    "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
}  # fmt: skip

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_INDEXED = re.compile(r"(.*?[A-Za-z])_?(\d{1,4})\Z")
_INTEGER = re.compile(r"-?\d{1,4}(\.0*)?\Z")
_NUMBER = re.compile(r"[-+]?[\d.]+(e[-+]?\d+)?\Z")

# What an operation does to its arguments, by PyTorch's kernel and argument names.
_FORMS = {
    "add": "{self} + {other}",
    "sub": "{self} − {other}",
    "rsub": "{other} − {self}",
    "mul": "{self} · {other}",
    "div": "{self} / {other}",
    "neg": "−{self}",
    "reciprocal": "1 / {self}",
    "abs": "|{self}|",
    "sqrt": "√{self}",
    "mm": "{self} @ {mat2}",
    "mv": "{self} @ {vec}",
    "bmm": "{self} @ {mat2}",
    "matmul": "{self} @ {other}",
    "dot": "{self} · {tensor}",
    "t": "{self}ᵀ",
    "numpy_T": "{self}ᵀ",
    "exp": "exp({self})",
    "maximum": "max({self}, {other})",
    "minimum": "min({self}, {other})",
    "gt": "{self} > {other}",
    "ge": "{self} ≥ {other}",
    "lt": "{self} < {other}",
    "le": "{self} ≤ {other}",
    "eq": "{self} = {other}",
    "ne": "{self} ≠ {other}",
    "select": "{self}[{index}]",
    "where": "where({condition}, {self}, {other})",
    "addmm": "{self} + {mat1} @ {mat2}",
    "clone": "copy of {self}",
    "_to_copy": "{self} as {dtype}",
    "linalg_vector_norm": "‖{self}‖",
}

# Arguments that say nothing when they are what PyTorch takes by default.
_DEFAULTS = {
    ("alpha", "1"), ("beta", "1"), ("keepdim", "False"), ("dtype", "None"), ("dim", "None"), ("half_to_float", "False"),
    ("implicit", "False"), ("reduction", "1"), ("weight", "None"), ("memory_format", "None"), ("rounding_mode", "None"),
    ("ord", "2"), ("threshold", "20"), ("approximate", "'none'"), ("min", "None"), ("max", "None"),
    ("ignore_index", "-100"), ("correction", "None"),
}  # fmt: skip


def value_names(recording: Recording) -> dict[int, str]:
    """A short ASCII name for each value, by its id; no two tensors share one.

    A tensor is called by its first variable name that no other tensor had, else by its first one with a number
    (``y``, ``y_2``, ``y_3`` in a loop). What the program left unnamed is ``v1``, ``v2``, … when an operation made it
    and ``c1``, ``c2``, … otherwise. A later state of a tensor keeps its name.
    """
    variables: dict[int, list[str]] = {}
    for value in recording.values:
        variables.setdefault(value.tensor, []).extend(value.names)
    owners: dict[str, set[int]] = {}
    for tensor, bound in variables.items():
        for name in bound:
            owners.setdefault(name, set()).add(tensor)
    taken = set(owners) | set(re.findall(r"[A-Za-z_]\w*", recording.source))
    results, constants, numbered = count(1), count(1), {name: count(2) for name in owners}
    names: dict[int, str] = {}
    used: set[str] = set()
    for value in recording.values:
        if value.tensor in names:
            continue
        bound = variables[value.tensor]
        name = next((name for name in bound if len(owners[name]) == 1), bound[0] if bound else "")
        if not name:
            prefix, numbers = ("v", results) if value.operation is not None else ("c", constants)
            name = _free(prefix, numbers, taken)
        elif name in used:
            name = _free(name + "_", numbered[name], taken)
        names[value.tensor] = name
        used.add(name)
    return {value.id: names[value.tensor] for value in recording.values}


def _free(prefix: str, numbers: count[int], taken: set[str]) -> str:
    return next(name for number in numbers if (name := f"{prefix}{number}") not in taken)


def pretty(name: str) -> str:
    """A variable's name as text for the screen: ``v1`` → ``v₁``, ``x_12`` → ``x₁₂``, ``alpha`` → ``α``.

    A name that ends in ``'`` belongs to a later state of a tensor: ``y'`` → ``y′``.
    """
    if name.endswith("'"):
        return pretty(name.rstrip("'")) + "′" * (len(name) - len(name.rstrip("'")))
    indexed = _INDEXED.match(name)
    if indexed is None:
        stem, _, rest = name.partition("_")
        return normalize("NFC", GREEK.get(stem, stem) + "\u0302") if rest == "hat" and stem else GREEK.get(name, name)
    stem, index = indexed.groups()
    return GREEK.get(stem, stem) + index.translate(_SUBSCRIPTS)


def constant_text(text: str) -> str:
    """A constant argument for the screen: ``-2`` → ``−2``, ``[0]`` → ``0``; numbers as ``short`` writes them."""
    if is_number(text):
        return short(float(text))
    inner = text[1:-1].strip(" ,") if text[:1] in "[(" else ""
    return constant_text(inner) if inner and "," not in inner else text.replace("-", MINUS)


def function_name(kernel: str) -> str:
    """What a reader calls a kernel: ``_softmax`` is softmax, and ``view`` mostly comes from reshape."""
    return "reshape" if kernel in ("view", "_unsafe_view") else kernel.lstrip("_").removesuffix("_forward")


def is_number(text: str) -> bool:
    """Whether a constant's text is a number, and not a list, a flag or a dtype."""
    return _NUMBER.match(text) is not None


def call_name(operation: Operation) -> str:
    """PyTorch's name of the kernel without its overload and the mark of a change in place: ``pow``, ``add``."""
    return operation.kernel.split(".")[0].rstrip("_")


def default_constant(constant: Constant) -> bool:
    """Whether the argument is what PyTorch takes by itself, so that writing it would say nothing."""
    return (constant.name, constant.text) in _DEFAULTS


def call_text(operation: Operation, names: Mapping[int, str]) -> str:
    """The operation on its operands' names, in one short line: ``sin(v₁)``, ``w · x``, ``x²``, ``2 / x``.

    ``names`` maps the ids of values to plain names, as ``value_names`` gives them.
    """
    kernel = call_name(operation)
    arguments = {edge.name: pretty(names[edge.value]) for edge in operation.edges}
    constants = {constant.name: constant_text(constant.text) for constant in operation.constants}
    if kernel == "pow":
        return _power(arguments, constants)
    if kernel == "mul" and "other" in constants:
        return f"{constants['other']} · {arguments['self']}"
    if kernel == "slice" and constants.get("dim", "0") == "0":
        return f"{arguments['self']}[{slice_text(operation.constants)}]"
    form = _FORMS.get(kernel)
    if form is not None and kernel in ("add", "sub", "rsub") and constants.get("alpha", "1") != "1":
        form = form.replace("{other}", _right(constants["alpha"]) + " · {other}")
    if form is not None:
        try:
            return form.format(**arguments | {name: _right(text) for name, text in constants.items()})
        except KeyError:
            pass  # an overload with other argument names: written as a call
    plain = [constant for constant in operation.constants if not default_constant(constant)]
    written = [*arguments.values(), *(_argument(c.name, constants[c.name]) for c in plain)]
    return f"{function_name(kernel)}({', '.join(written)})"


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


@lru_cache(maxsize=16384, typed=True)
def short(number: Number) -> str:
    """One number for the screen, with a real minus sign.

    Decimals that are exact stay short (``4``, ``6.7``, also when float32 holds their nearest neighbour); a number that
    had to be rounded shows four decimals (``−7.6613``), or four significant digits when it is small or large
    (``0.001228``, ``813.4``, ``8.291e−06``).
    """
    if isinstance(number, bool):
        return str(number)
    if math.isnan(number):
        return "nan"
    if math.isinf(number):
        return "inf" if number > 0 else f"{MINUS}inf"
    if number == 0:
        return "0"
    return _digits(number).replace("-", MINUS)


def _digits(number: float) -> str:
    size = abs(number)
    if number == int(number) and size < 1e8:
        return str(int(number))
    if not 1e-4 <= size < 1e5:
        return f"{number:.4g}"
    decimals = 4 if 0.1 <= size < 100 else max(1, 3 - math.floor(math.log10(size)))
    text = f"{number:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if _exact(text, number) else text


def _exact(text: str, number: float) -> bool:
    return float(text) == number or struct.unpack("f", struct.pack("f", float(text)))[0] == number


def summands(numbers: Sequence[Number], signs: Sequence[int], total: Number) -> list[str]:
    """The terms of a sum for the screen, with more decimals where ``short`` would make the sum look false.

    ``1 − 0.9988 = 0.001229`` becomes ``1 − 0.998771 = 0.001229``: the terms get the decimals that the total shows.
    """
    texts = [short(number) for number in numbers]
    shown = short(total)
    decimals = len(shown.partition(".")[2])
    if "e" in shown or not all(map(math.isfinite, (*numbers, total))):
        return texts
    off = sum(sign * _read(text) for sign, text in zip(signs, texts, strict=True)) - _read(shown)
    if abs(off) <= 1.5 * 10**-decimals:
        return texts
    wider = [f"{number:.{decimals}f}".replace("-", MINUS) for number in numbers]
    return [text if _read(text) == number else wide for text, wide, number in zip(texts, wider, numbers, strict=True)]


def _read(text: str) -> float:
    return float(text.replace(MINUS, "-"))


def shape_text(shape: Sequence[int]) -> str:
    """A shape for the screen: ``2×3``; a scalar's is the word ``scalar``."""
    return "×".join(str(size) for size in shape) or "scalar"


def array_text(shape: Sequence[int], numbers: Sequence[Number] | None) -> list[str]:
    """An array (``numbers`` flat, row-major) as lines of text.

    A scalar is one line, a vector one line with at most four elements, a matrix one line a row with at most three
    lines; anything larger, or with no numbers kept, is its shape.
    """
    if len(shape) > 2 or (numbers is None and len(shape) != 1):
        return [shape_text(shape)]
    if len(shape) < 2:
        return [_vector(numbers, shape[0]) if shape else short(_known(numbers)[0])]
    rows, columns = shape
    known = _known(numbers)
    lines = [_row(known[start : start + columns]) for start in range(0, rows * columns, columns or 1)]
    return lines if len(lines) <= SHOWN_ROWS else [*lines[: SHOWN_ROWS - 1], f"… ({shape_text(shape)})"]


def _known(numbers: Sequence[Number] | None) -> Sequence[Number]:
    return () if numbers is None else numbers


def _row(numbers: Sequence[Number]) -> str:
    shown = [short(number) for number in numbers[:SHOWN_IN_VECTOR]]
    return f"[{', '.join(shown if len(numbers) <= SHOWN_IN_VECTOR else [*shown, '…'])}]"


def _vector(numbers: Sequence[Number] | None, length: int) -> str:
    if numbers is None:
        return f"[…] ({length})"
    return _row(numbers) + (f" ({length})" if length > SHOWN_IN_VECTOR else "")
