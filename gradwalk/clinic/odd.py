"""Numbers that are not finite: whether there are any, how many, and what the operation that made them is called."""

from __future__ import annotations

import math

from gradwalk.clinic.chart import Chart, base, numel
from gradwalk.notation import function_name, short
from gradwalk.recording import Array, Operation, Value


def odd(array: Array | Value) -> str:
    """``nan`` or ``inf`` where such a number is in it, else empty."""
    if array.numbers is not None:
        if any(map(math.isnan, array.numbers)):
            return "nan"
        return "inf" if any(map(math.isinf, array.numbers)) else ""
    known = array.summary
    return "" if known is None else "nan" if known.nan else "inf" if known.inf else ""


def counted(value: Value) -> str:
    """``nan``; ``4 of 16 numbers nan``."""
    kind, count = odd(value), numel(value)
    if count == 1 and value.numbers:
        return short(value.numbers[0])
    test = math.isnan if kind == "nan" else math.isinf
    if value.numbers is not None:
        found = sum(map(test, value.numbers))
    else:
        found = 0 if value.summary is None else value.summary.nan if kind == "nan" else value.summary.inf
    return f"{found:,} of {count:,} numbers {'nan' if kind == 'nan' else 'infinite'}"


def called_as(operation: Operation) -> str:
    return function_name(base(operation).rstrip("_"))


_CHOOSES = ("where", "masked_fill")


def left_out(chart: Chart, number: int) -> bool:
    """Whether of a value that is not finite only that is used what is: torch.where has chosen the other branch."""
    chosen, waiting, seen = False, [number], {number}
    while waiting:
        value = waiting.pop()
        if value in chart.roots:
            return False
        for operation in chart.users.get(value, ()):
            results = [chart.values[result] for result in operation.results]
            spread = [result.id for result in results if odd(result)]
            if base(operation) in _CHOOSES and not spread:
                chosen = True
            elif not spread and any(result.dtype != "bool" for result in results):
                return False  # such as exp(−inf), which is 0
            waiting += [result for result in spread if result not in seen]
            seen.update(spread)
    return chosen
