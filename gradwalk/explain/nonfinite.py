"""Why a number is inf or nan: the one sentence for the place where it first appears, or for how it spreads."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from gradwalk.explain.exact import exact
from gradwalk.explain.wording import FORWARD, NONFINITE, OVERFLOW, START
from gradwalk.formula.letters import broadcast
from gradwalk.notation import MINUS, Form, Kernel, kernel_of, short
from gradwalk.recording import Array, LocalGradient, Number, Operation, Value

LARGEST = {"float32": "3.403·10³⁸", "float64": "1.798·10³⁰⁸", "float16": "65504", "bfloat16": "3.39·10³⁸"}
LIMITS = {"float32": 3.4028235e38, "float64": 1.7976931348623157e308, "float16": 65504.0, "bfloat16": 3.3895e38}


def odd(numbers: Sequence[Number] | None) -> bool:
    """Whether inf or nan is among the numbers."""
    return numbers is not None and not all(map(math.isfinite, numbers))


def forward_reason(operation: Operation, operands: Sequence[Value], result: Value, names: Mapping[int, str]) -> str:
    """Why the operation's result holds inf or nan; an empty text when it does not."""
    if not odd(result.numbers) or result.numbers is None:
        return ""
    masked = nothing_times_infinity(operation, result) and not any(odd(value.numbers) for value in operands)
    test = math.isnan if masked else _is_odd
    place = next(number for number, entry in enumerate(result.numbers) if test(entry))
    made, known = result.numbers[place], kernel_of(operation)
    alike = known.form is Form.ELEMENTWISE
    behind = {
        edge.name: _at(value, place, result) if alike else None
        for edge, value in zip(operation.edges, operands, strict=True)
    }
    given = _constants(operation)
    if masked:
        return NONFINITE["zero times inf"]
    if is_given(operation, result):
        return NONFINITE["given"].format(made=short(made))
    if known.name in ("_softmax", "_log_softmax") and _is_empty_row(operation, operands[0], place):
        return NONFINITE["empty softmax"].format(name=names[operands[0].id])
    spread = [
        value
        for edge, value in zip(operation.edges, operands, strict=True)
        if (odd((number,)) if (number := behind[edge.name]) is not None else odd(value.numbers))
    ]
    inputs = behind | given
    if spread:
        return _spread(known, inputs, made, names[spread[0].id], spread)
    if known.name in _OF_SPREAD and _taken_over(operands[0], result) <= (given.get("correction") or 1):
        return NONFINITE["spread"].format(kernel=known.name)
    return _own_fault(operation, inputs, made, result, names)


_OF_SPREAD = ("std", "var", "std_mean", "var_mean")


def _taken_over(operand: Value, result: Value) -> float:
    """How many numbers go into one of the result's."""
    return math.prod(operand.shape) / max(1, math.prod(result.shape))


def _is_odd(number: Number) -> bool:
    return not math.isfinite(number)


def nothing_times_infinity(operation: Operation, result: Value) -> bool:
    """Whether a product with an infinite constant gave nan where the other factor is 0, as a mask does."""
    written = [number for number in _constants(operation).values() if number is not None and math.isinf(number)]
    known = kernel_of(operation).name == "mul" and bool(written) and result.numbers is not None
    return known and any(math.isnan(number) for number in result.numbers or ())


def is_given(operation: Operation, result: Value) -> bool:
    """Whether the program itself wrote the inf or nan that the result holds, as the −inf of a mask."""
    written = [number for number in _constants(operation).values() if number is not None and not math.isfinite(number)]
    if result.numbers is None or not written:
        return bool(written)
    return any(_same(number, made) for number in written for made in result.numbers if not math.isfinite(made))


def _is_empty_row(operation: Operation, operand: Value, place: int) -> bool:
    """Whether all that a softmax shares out to one of its results is −inf."""
    if operand.numbers is None or not operand.shape:
        return operand.numbers == (-math.inf,)
    along = int(next((c.text for c in operation.constants if c.name == "dim"), "-1")) % len(operand.shape)
    step, size = math.prod(operand.shape[along + 1 :]), operand.shape[along]
    first = place - place // step % size * step
    return all(number == -math.inf for number in operand.numbers[first : first + step * size : step])


def _own_fault(
    operation: Operation, inputs: Mapping[str, float | None], made: Number, result: Value, names: Mapping[int, str]
) -> str:
    """Of finite numbers: which rule they break, or that the result is too large for its dtype."""
    known = kernel_of(operation)
    pieces = {name: short(number) for name, number in inputs.items() if number is not None}
    key = _domain(known, inputs)
    if key and set(inputs) == set(pieces):
        name = names[operation.edges[0].value] if operation.edges else ""
        return NONFINITE[key].format(kernel=known.name, made=short(made), name=name, **pieces)
    if math.isnan(made):
        return NONFINITE["nan"].format()
    value, largest = exact(known, inputs), LARGEST.get(result.dtype)
    sums = known.form is Form.PRODUCT or known.name in ("sum", "mean")
    if largest is not None and (sums or (value is not None and abs(value) > LIMITS[result.dtype])):
        return OVERFLOW.format(dtype=result.dtype, largest=largest, made=short(made))
    return NONFINITE["made"].format(made=short(made))


def _same(number: float | None, other: Number) -> bool:
    return number is not None and (number == other or (math.isnan(number) and math.isnan(other)))


def saturated(operation: Operation, operands: Sequence[Value], result: Value) -> str:
    """That a sigmoid or tanh came out as exactly 0 or ±1, which it never is; an empty text when it did not."""
    numbers = operands[0].numbers if operands else None
    if operation.kernel not in ("sigmoid", "tanh") or result.shape or not numbers or not result.numbers:
        return ""
    made, value = result.numbers[0], exact(kernel_of(operation), {"self": float(numbers[0])})
    if made not in (0, 1, -1) or value is None or value == made:
        return ""
    texts = (f"{value:.{digits}g}" for digits in range(8, 18))
    text = next((text for text in texts if float(text) != made), "").replace("-", MINUS)
    return FORWARD["rounded"].format(exact=text, dtype=result.dtype, made=short(made)) if text else ""


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
    """The operand's number behind one entry of an elementwise result, to whose shape it may be broadcast."""
    if value.numbers is None or broadcast(result.shape, value.shape) is None:
        return None
    position, step = 0, 1
    sizes = (1,) * (len(result.shape) - len(value.shape)) + value.shape
    for whole, own in zip(result.shape[::-1], sizes[::-1], strict=True):
        position += place % whole * step if own > 1 else 0
        place, step = place // whole, step * own
    return value.numbers[position]


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


def _spread(known: Kernel, inputs: Mapping[str, float | None], made: Number, name: str, spread: Sequence[Value]) -> str:
    """Something that went in is inf or nan already."""
    numbers = [number for number in inputs.values() if number is not None]
    if known.form is not Form.ELEMENTWISE:
        numbers = [float(number) for value in spread for number in value.numbers or ()]
    if any(map(math.isnan, numbers)):
        return NONFINITE["nan spreads"].format(name=name)
    if not math.isnan(made):
        return NONFINITE["inf spreads"].format(name=name, made=short(made))
    if known.name == "mul" and 0 in numbers:
        return NONFINITE["zero times inf"].format()
    infinite = [number for number in numbers if math.isinf(number)]
    if known.name in ("add", "sub", "rsub") and len(infinite) > 1:
        return NONFINITE["inf minus inf"].format()
    if known.name in ("sum", "mean") and len(set(infinite)) > 1:
        return NONFINITE["inf minus inf"].format()
    if known.name == "div" and len(infinite) > 1:
        return NONFINITE["inf over inf"].format()
    return NONFINITE["nan from inf"].format(name=name)


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
        if any(map(math.isnan, slopes)):
            return NONFINITE["nan slope"].format()
        return NONFINITE["zero times inf"].format() if local is not None and _meet(arriving, local) else ""
    if odd(arriving):
        return NONFINITE["inf arrives"].format()
    return NONFINITE["inf slope"].format() if odd(slopes) else ""


def _meet(arriving: Sequence[Number], local: LocalGradient) -> bool:
    """Whether somewhere a 0 is multiplied by an infinity."""
    slopes, width = local.numbers or (), 1 if local.form == "diagonal" else local.columns
    pairs = ((arriving[place // width], slope) for place, slope in enumerate(slopes) if place // width < len(arriving))
    return any((one == 0 and math.isinf(other)) or (other == 0 and math.isinf(one)) for one, other in pairs)
