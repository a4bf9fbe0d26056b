"""Why a number is inf or nan: the one sentence for the place where it first appears, or for how it spreads."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from gradwalk.explain.wording import FORWARD, NONFINITE, OVERFLOW, START
from gradwalk.notation import MINUS, Kernel, call_name, kernel_of, short
from gradwalk.recording import Array, LocalGradient, Number, Operation, Value

LARGEST = {"float32": "3.403e+38", "float64": "1.798e+308", "float16": "65504", "bfloat16": "3.39e+38"}


def odd(numbers: Sequence[Number] | None) -> bool:
    """Whether inf or nan is among the numbers."""
    return numbers is not None and not all(map(math.isfinite, numbers))


def forward_reason(operation: Operation, operands: Sequence[Value], result: Value, names: Mapping[int, str]) -> str:
    """Why the operation's result holds inf or nan; an empty text when it does not."""
    if not odd(result.numbers) or result.numbers is None:
        return ""
    place = next(number for number, entry in enumerate(result.numbers) if not math.isfinite(entry))
    made = result.numbers[place]
    inputs = {
        edge.name: _at(value, place, result) for edge, value in zip(operation.edges, operands, strict=True)
    } | _constants(operation)
    known = kernel_of(operation)
    kernel = known.name
    spread = [value for value in operands if odd(value.numbers)]
    if spread:
        return _spread(kernel, list(inputs.values()), made, names[spread[0].id], spread[0])
    pieces = {name: short(number) for name, number in inputs.items() if number is not None}
    key = _domain(known, inputs)
    if key and set(inputs) == set(pieces):
        name = names[operation.edges[0].value] if operation.edges else ""
        return NONFINITE[key].format(kernel=kernel, made=short(made), name=name, **pieces)
    if math.isnan(made):
        return NONFINITE["nan"].format(kernel=kernel)
    return OVERFLOW.format(
        dtype=result.dtype, largest=LARGEST.get(result.dtype, "number it can hold"), made=short(made)
    )


def saturated(operation: Operation, operands: Sequence[Value], result: Value) -> str:
    """That a sigmoid or tanh came out as exactly 0 or ±1, which it never is; an empty text when it did not."""
    exactly = _SATURATING.get(call_name(operation))
    numbers = operands[0].numbers if operands else None
    if exactly is None or result.shape or not numbers or not result.numbers or not math.isfinite(numbers[0]):
        return ""
    made, exact = result.numbers[0], exactly(min(max(float(numbers[0]), -700.0), 700.0))
    if made not in (0, 1, -1) or exact == made:
        return ""
    text = f"{exact:.8g}".replace("-", MINUS)
    return FORWARD["rounded"].format(exact=text, dtype=result.dtype, made=short(made))


_SATURATING: Mapping[str, Callable[[float], float]] = {
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "tanh": math.tanh,
}


def overflowed(values: Sequence[Value], names: Mapping[int, str]) -> str:
    """That a given number did not fit into its dtype; an empty text when all did."""
    value = next((v for v in values if v.numbers and any(map(math.isinf, v.numbers))), None)
    if value is None or value.dtype not in LARGEST:
        return ""
    made = short(next(number for number in value.numbers or () if math.isinf(number)))
    pieces = {"made": made, "dtype": value.dtype, "largest": LARGEST[value.dtype]}
    return START["overflow"].format(name=names[value.id], **pieces)


def _constants(operation: Operation) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for constant in operation.constants:
        try:
            found[constant.name] = float(constant.text)
        except ValueError:
            continue
    return found


def _at(value: Value, place: int, result: Value) -> float | None:
    """The operand's number behind one entry of an elementwise result; None where the shapes do not say."""
    if value.numbers is None:
        return None
    if value.shape == result.shape:
        return value.numbers[place]
    return value.numbers[0] if len(value.numbers) == 1 else None


def _domain(known: Kernel, inputs: Mapping[str, float | None]) -> str | None:
    """The key of the rule that finite inputs break; None when only the size of the result is to blame."""
    self, other = inputs.get("self"), inputs.get("other")
    if known.name == "div" and other == 0:
        return "zero by zero" if self == 0 else "by zero"
    if self is None:
        return None
    if known.domain == "positive":
        return "log of zero" if self == 0 else "log of negative" if self < 0 else None
    if known.domain == "root" and self < 0:
        return "root of negative"
    if known.name in ("reciprocal", "rsqrt") and self == 0:
        return "reciprocal of zero"
    if known.domain == "bounded" and abs(self) > 1:
        return "outside one"
    if known.domain == "power":
        return _power(self, inputs.get("exponent"))
    return None


def _power(base: float, exponent: float | None) -> str | None:
    if exponent is None:
        return None
    if base == 0 and exponent < 0:
        return "power of zero"
    return "power of negative" if base < 0 and not float(exponent).is_integer() else None


def _spread(kernel: str, inputs: Sequence[float | None], made: float, name: str, source: Value) -> str:
    known = [number for number in inputs if number is not None]
    if any(map(math.isnan, known)) or any(map(math.isnan, source.numbers or ())):
        return NONFINITE["nan spreads"].format(name=name)
    if not math.isnan(made):
        return NONFINITE["inf spreads"].format(name=name, made=short(made))
    if kernel in ("mul", "mm", "mv", "dot") and 0 in known:
        return NONFINITE["zero times inf"].format()
    if kernel in ("add", "sub", "rsub", "sum", "mean"):
        return NONFINITE["inf minus inf"].format()
    return NONFINITE["inf over inf" if kernel == "div" else "nan from inf"].format(kernel=kernel, name=name)


def local_reason(event: LocalGradient, operation: Operation, operands: Sequence[Value], result: Value) -> str:
    """Why a local gradient is infinite or nan; an empty text when it is not."""
    if not odd(event.numbers):
        return ""
    if odd(result.numbers) and not odd(operands[event.edge].numbers):
        zeros = any(number == 0 for value in operands for number in value.numbers or ())
        known = kernel_of(operation)
        poles = known.domain in ("positive", "no zero") or known.name == "div"
        if any(map(math.isnan, result.numbers or ())) or not (zeros and poles):
            return NONFINITE["local of odd"].format(made=_first_odd(result.numbers))
    elif any(odd(value.numbers) for value in operands):
        return NONFINITE["local of odd"].format(made=_first_odd(next(v.numbers for v in operands if odd(v.numbers))))
    made = _first_odd(event.numbers)
    return NONFINITE["no slope" if made == "nan" else "infinite"].format(made=made)


def _first_odd(numbers: Sequence[Number] | None) -> str:
    return short(next(number for number in numbers or () if not math.isfinite(number)))


def backward_reason(upstream: Array, local: LocalGradient | None, contribution: Array) -> str:
    """Why a contribution is infinite or nan; an empty text when it is not."""
    if not odd(contribution.numbers):
        return ""
    arriving = upstream.numbers or ()
    slopes = (local.numbers if local is not None else None) or ()
    if any(map(math.isnan, arriving)):
        return NONFINITE["nan arrives"].format()
    if any(map(math.isnan, contribution.numbers or ())):
        if (0 in arriving and any(map(math.isinf, slopes))) or (0 in slopes and any(map(math.isinf, arriving))):
            return NONFINITE["zero times inf"].format()
        return NONFINITE["nan slope"].format()
    return NONFINITE["inf arrives" if odd(arriving) else "inf slope"].format()
