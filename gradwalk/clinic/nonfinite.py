"""The first number that is not finite, going forward."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gradwalk.clinic.chart import Chart, base, extremes, largest
from gradwalk.clinic.finding import Finding
from gradwalk.clinic.going_back import backward
from gradwalk.clinic.moved_out import brought_out, moved_out, pieces_of
from gradwalk.clinic.odd import called_as, counted, left_out, odd
from gradwalk.clinic.wording import WAYS
from gradwalk.explain.nonfinite import LARGEST, LIMITS, forward_reason, is_given, nothing_times_infinity
from gradwalk.notation import Form, kernel_of, pretty, short, value_names
from gradwalk.recording import Accumulate, BackwardCall, Forward, Operation, Statement, Update, Value


class _Origin(NamedTuple):
    """Where the number that is not finite comes from."""

    value: int
    operation: Operation | None
    given: bool
    """The program put it there itself: a mask, or a number in the data."""


def forward(chart: Chart) -> Finding | None:
    """The first number that is not finite and reaches what is tracked, or a module; a mask's −inf is none."""
    origins: dict[int, _Origin] = {}
    for event in chart.all(Forward):
        operation = chart.operations[event.operation]
        for number in operation.results:
            kind = odd(chart.values[number])
            if not kind:
                continue
            origin = origins[number] = _origin(chart, operation, number, origins)
            matters = operation.node is not None or operation.module is not None
            if (
                matters
                and not left_out(chart, number)
                and not (kind == "inf" and (origin.given or _is_mask(chart, origin)))
            ):
                return _told_forward(chart, origin, operation)
    return None


def _is_mask(chart: Chart, origin: _Origin) -> bool:
    """Whether it was computed beside the graph, from nothing that learns, and comes to no root: ``log(tril(ones))``."""
    if origin.operation is None or origin.operation.node is not None:
        return False
    learn = any(chart.values[number].tensor in chart.learns for number in chart.sources([origin.value]))
    return not learn and not _spread(chart, chart.values[origin.value])


def _origin(chart: Chart, operation: Operation, number: int, origins: dict[int, _Origin]) -> _Origin:
    operands = [chart.values[edge.value] for edge in operation.edges]
    found = [_known(chart, value, origins) for value in operands if odd(value)]
    made = [origin for origin in found if not origin.given]
    if made:
        return made[0]
    result = chart.values[number]
    nan = odd(result) == "nan"
    if nan and not any(odd(value) == "nan" for value in operands):
        return _Origin(number, operation, given=base(operation).startswith("empty"))
    if found:
        return found[0]
    return _Origin(number, operation, given=is_given(operation, result) or base(operation).startswith("empty"))


def _known(chart: Chart, value: Value, origins: dict[int, _Origin]) -> _Origin:
    return origins.get(value.id) or _Origin(value.id, None, given=_step_to(chart, value) is None)


def _told_forward(chart: Chart, origin: _Origin, user: Operation) -> Finding | None:
    value, made = chart.values[origin.value], origin.operation
    spread = _spread(chart, value)
    if made is None and (step := _step_to(chart, value)) is not None:
        return _told_step(chart, step, value, spread)
    if made is None:
        call, line = called_as(user), chart.line_of(user.span)
        value = _with_a_name(chart, value, user)
        name, count = chart.named(value, "a tensor"), counted(value)
        setting = next((e for e in chart.all(Statement) if any(b.value == value.id for b in e.bindings)), None)
        at = chart.ran[user.id] if setting is None else chart.at[id(setting)]
        pieces = {"name": name, "count": count, "call": call, "line": line, "spread": spread}
        return chart.finding("nonfinite-data", at, values=(value.id,), about=(name,), given=pieces)
    shown = {number: pretty(plain) for number, plain in value_names(chart.recording).items()}
    operands = [chart.values[edge.value] for edge in made.edges]
    reason = _squares(made, operands) or forward_reason(made, operands, value, shown) or _summed_up(operands)
    way, growth = _way(made, value, operands), _growth(chart, made)
    if way in ("product", "") and odd(value) == "inf" and value.dtype == "float16":
        way = "half"
    name = chart.called(value, "the result")
    bound = f" for {name}" if chart.names(value) else ""
    if (move := moved_out(chart, made)) is not None:
        told = {"call": called_as(made), "line": chart.line_of(made.span), "count": counted(value), "spread": spread}
        return chart.finding(
            "nonfinite-moved", chart.ran[made.id], values=(value.id, move.step.after), about=(name,), span=made.span,
            given=told | pieces_of(chart, move, made), bound=bound, reason=reason,
        )  # fmt: skip
    return chart.finding(
        "nonfinite-forward", chart.ran[made.id], values=(value.id,), about=(name,), span=made.span,
        bound=bound, call=called_as(made), line=chart.line_of(made.span), count=counted(value), spread=spread,
        reason=" ".join(filter(None, (reason, growth, brought_out(chart, made)))), way=WAYS[way],
    )  # fmt: skip


def _with_a_name(chart: Chart, value: Value, user: Operation) -> Value:
    """What the program calls it: a piece of the data may have no name of its own."""
    operands = (chart.values[edge.value] for edge in user.edges)
    found = (operand for operand in operands if odd(operand) and chart.names(operand))
    return value if chart.names(value) else next(found, value)


def _step_to(chart: Chart, value: Value) -> Update | None:
    """The step by which what learns came to be so."""
    steps = (e for e in chart.all(Update) if chart.values[e.after].tensor == value.tensor and chart.is_step(e))
    return next((e for e in steps if odd(chart.values[e.after]) and not odd(chart.values[e.before])), None)


def _told_step(chart: Chart, step: Update, value: Value, spread: str) -> Finding | None:
    at = chart.at[id(step)]
    gradients = [
        event for event in chart.all(Accumulate)
        if chart.at[id(event)] < at and chart.values[event.leaf].tensor == value.tensor
    ]  # fmt: skip
    last = gradients[-1].after if gradients else None
    if last is not None and odd(last):
        told = backward(chart)
        if told is not None and told.event < at:
            return None  # that pass has said it
        reason = "Its gradient was not finite already."
    else:
        size = None if last is None else largest(last)
        reason = "" if size is None else f"Its gradient was finite, with entries up to {short(size)}."
    name = chart.called(value, "a parameter")
    mover = f"{step.optimizer}'s step" if step.optimizer else "The update"
    return chart.finding(
        "nonfinite-step", at, values=(value.id,), about=(name,), mover=mover, line=chart.line_of(step.span),
        name=name, count=counted(value), spread=spread, reason=reason,
    )  # fmt: skip


def _spread(chart: Chart, value: Value) -> str:
    """What becomes of a backward pass that starts from it."""
    for call in chart.all(BackwardCall):
        root = chart.values[call.root]
        if odd(root) and root.id != value.id and value.id in chart.sources([root.id]):
            return f" From there it spreads to {chart.called(root, 'the root')}: {counted(root)}."
    return ""


def _squares(made: Operation, operands: Sequence[Value]) -> str:
    """Of a normalization: that what goes into its variance is beyond the dtype."""
    value = operands[0] if operands and base(made).endswith(("layer_norm", "batch_norm", "group_norm")) else None
    found = None if value is None else extremes(value)
    if value is None or found is None or value.dtype not in LIMITS:
        return ""
    far = max(found, key=abs) if abs(found[0]) != abs(found[1]) else found[0]
    if float(far) ** 2 <= LIMITS[value.dtype]:
        return ""
    return (
        f"A variance is made of squares, and the square of {short(far)} is beyond the largest {value.dtype}, "
        f"{LARGEST[value.dtype]}."
    )


def _summed_up(operands: Sequence[Value]) -> str:
    """Of large arrays: between which numbers what went in lies."""
    texts = []
    for value in operands:
        known = value.summary
        if known is not None and known.least is not None and known.greatest is not None:
            texts.append(f"from {short(known.least)} to {short(known.greatest)}")
    return f"The numbers that went in lie {', and '.join(texts)}." if texts else ""


def _way(made: Operation, result: Value, operands: Sequence[Value]) -> str:
    known = kernel_of(made)
    if known.name in ("_softmax", "_log_softmax"):
        return "softmax"
    if known.name in ("std", "var", "std_mean", "var_mean") and not any(map(odd, operands)):
        return "spread"
    if not any(map(odd, operands)) and nothing_times_infinity(made, result):
        return "masked"
    if any(map(odd, operands)) or is_given(made, result):
        return "given"
    if known.domain == "positive":
        return "log"
    if known.name in ("exp", "exp2", "expm1", "sinh", "cosh"):
        return "exp"
    if known.name in ("div", "reciprocal", "rsqrt"):
        return "div"
    if known.domain in ("root", "power"):
        return "root" if odd(result) == "nan" else "product"
    return "product" if known.form is Form.PRODUCT or known.name in ("mul", "prod", "cumprod") else ""


LEAST_GROWTH = 3
"""From so many products on, one after the other, their growth is told."""


def _growth(chart: Chart, made: Operation) -> str:
    """Products, one after the other, each with larger numbers than the one before."""
    sizes: list[float] = []
    operation: Operation | None = made
    while operation is not None:
        values = [chart.values[edge.value] for edge in operation.edges]
        known = [(size, value) for value in values if (size := _size(value)) is not None]
        if not known:
            break
        if operation is not made and _is_product(operation):
            size = _size(chart.values[operation.results[0]])
            if size is None or (sizes and size >= sizes[-1]):
                break
            sizes.append(size)
        operation = next((chart.maker(v) for _, v in sorted(known, key=lambda k: -k[0]) if chart.maker(v)), None)
    if len(sizes) < LEAST_GROWTH or not _is_product(made):
        return ""
    shown = [short(size) for size in reversed(sizes[: LEAST_GROWTH + 1])]
    return (
        f"{len(sizes) + 1} products one after the other make ever larger numbers: … {', '.join(shown)}, and then this."
    )


def _is_product(operation: Operation) -> bool:
    known = kernel_of(operation)
    return known.form is Form.PRODUCT or known.name == "mul"


def _size(value: Value) -> float | None:
    if odd(value) or not value.dtype.startswith(("float", "bfloat")):
        return None
    known = value.summary
    if value.numbers is not None:
        return max((abs(number) for number in value.numbers), default=None)
    if known is None or known.least is None or known.greatest is None:
        return None
    return max(abs(known.least), abs(known.greatest))
