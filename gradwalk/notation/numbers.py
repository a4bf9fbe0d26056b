"""Numbers and arrays as short text for the screen."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Sequence
from functools import lru_cache

from gradwalk.recording import Number

MINUS = "−"
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
SHOWN_IN_VECTOR = 4
SHOWN_ROWS = 3
IN_ONE_LINE = 3
"""Elements of a vector that stand in one line of a box."""
_POWER = re.compile(r"(−?)(?:([\d.]+)·)?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)\Z")
_LOWERED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_FEW_ULPS = 2**-21
"""Four steps of float32, relative: 6.6² is 43.559998 there, and is written 43.56. A whole number has to be exact."""


@lru_cache(maxsize=16384, typed=True)
def short(number: Number) -> str:
    """One number for the screen, with a real minus sign.

    Decimals that are exact stay short (``4``, ``6.7``, also when float32 holds a close neighbour); a number that
    had to be rounded shows four decimals (``−7.6613``), or four significant digits when it is small or large
    (``0.001228``, ``813.4``, ``8.291·10⁻⁶``).
    """
    if isinstance(number, bool):
        return str(number)
    if math.isnan(number):
        return "nan"
    if math.isinf(number):
        return "inf" if number > 0 else f"{MINUS}inf"
    if number == 0:
        return "0"
    return typeset(_digits(number))


def typeset(text: str) -> str:
    """A number as Python writes it, as the screen has it: a real minus sign, and a power of ten as on paper.

    ``-8.291e-06`` → ``−8.291·10⁻⁶``, ``1e-07`` → ``10⁻⁷``.
    """
    digits, power, exponent = text.replace("-", MINUS).partition("e")
    if not power:
        return digits
    raised = "10" + str(int(exponent.replace(MINUS, "-"))).translate(SUPERSCRIPTS)
    return digits.removesuffix("1") + raised if digits in ("1", f"{MINUS}1") else f"{digits}·{raised}"


def split_power(text: str) -> tuple[str, int] | None:
    """``−8.291·10⁻⁶`` → ``("−8.291", -6)``; None for a number without a power of ten."""
    found = _POWER.match(text)
    return None if found is None else (found[1] + (found[2] or "1"), int(found[3].translate(_LOWERED)))


def in_latex(text: str) -> str:
    """A number's text as LaTeX: ``−8.291·10⁻⁶`` → ``-8.291 \\cdot 10^{-6}``."""
    digits, exponent = split_power(text) or (text, None)
    plain = digits.replace(MINUS, "-")
    return plain if exponent is None else rf"{plain} \cdot 10^{{{exponent}}}"


def read_typeset(text: str) -> float:
    """The number that a text of ``typeset`` shows."""
    digits, exponent = split_power(text) or (text, 0)
    return float(f"{digits.replace(MINUS, '-')}e{exponent}") if exponent else float(digits.replace(MINUS, "-"))


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
    if float(text) == number or _single(float(text)) == number:
        return True
    short_decimal = text.rstrip("0").partition(".")[2]
    near = abs(float(text) - number) <= _FEW_ULPS * abs(number)
    return 0 < len(short_decimal) <= 2 and near and _single(number) == number


def _single(number: float) -> float:
    rounded: float = struct.unpack("f", struct.pack("f", number))[0]
    return rounded


def summands(numbers: Sequence[Number], signs: Sequence[int], total: Number) -> list[str]:
    """The terms of a sum for the screen, with more decimals where ``short`` would make the sum look false.

    ``1 − 0.9988 = 0.001229`` becomes ``1 − 0.998771 = 0.001229``: the terms get the decimals that the total shows.
    """
    texts = [short(number) for number in numbers]
    shown = short(total)
    decimals = len(shown.partition(".")[2])
    if split_power(shown) or not all(map(math.isfinite, (*numbers, total))):
        return texts
    off = sum(sign * read_typeset(text) for sign, text in zip(signs, texts, strict=True)) - read_typeset(shown)
    if abs(off) <= 1.5 * 10**-decimals:
        return texts
    wider = [f"{number:.{decimals}f}".replace("-", MINUS) for number in numbers]
    each = zip(texts, wider, numbers, strict=True)
    return [text if read_typeset(text) == number else wide for text, wide, number in each]


def shape_text(shape: Sequence[int]) -> str:
    """A shape for the screen: ``2×3``; a scalar's is the word ``scalar``."""
    return "×".join(str(size) for size in shape) or "scalar"


def array_text(shape: Sequence[int], numbers: Sequence[Number] | None) -> list[str]:
    """An array (``numbers`` flat, row-major) as lines of text.

    A scalar is one line, a vector one line with at most four elements, a matrix one line a row with at most three
    lines; anything larger, a matrix without elements, or one with no numbers kept, is its shape.
    """
    if len(shape) > 2 or (numbers is None and len(shape) != 1):
        return [shape_text(shape)]
    if len(shape) < 2:
        return [_vector(numbers, shape[0]) if shape else short(_known(numbers)[0])]
    rows, columns = shape
    if not rows * columns:
        return [shape_text(shape)]
    known = _known(numbers)
    starts = range(0, rows * columns, columns)
    if len(starts) <= SHOWN_ROWS:
        return [_row(known[start : start + columns]) for start in starts]
    lines = [_row(known[start : start + columns]) for start in starts[: SHOWN_ROWS - 1]]
    return [*lines, f"… ({shape_text(shape)})"]


def box_text(shape: Sequence[int], numbers: Sequence[Number] | None) -> list[str]:
    """An array for a box of the picture, which is narrow: a vector of more than three elements takes two lines.

    ``[0.1667, 0.3333,`` and ``0.5, 0.6667]``; of many columns of a matrix three are shown. Otherwise as ``array_text``.
    """
    lines = array_text(shape, numbers)
    if numbers is not None and len(shape) == 2 and shape[1] > SHOWN_IN_VECTOR:
        return [_fewer(line) for line in lines]
    if numbers is None or len(shape) != 1 or shape[0] <= IN_ONE_LINE:
        return lines
    elements = lines[0].split(", ")
    return [", ".join(elements[:2]) + ",", ", ".join(elements[2:])]


def _fewer(row: str) -> str:
    return ", ".join([*row.split(", ")[: SHOWN_IN_VECTOR - 1], "…]"]) if row.startswith("[") else row


def first_elements(numbers: Sequence[Number], count: int) -> str:
    """The first elements of a vector: ``[0.1667, 0.3333, …]``."""
    return f"[{', '.join([*map(short, numbers[:count]), '…'])}]"


def jacobian_text(rows: int, columns: int) -> str:
    """A Jacobian that is too large for its numbers to stand on an arrow."""
    return f"Jacobian {rows}×{columns}"


def jacobians_text(count: int) -> str:
    """The Jacobians of several results by one operand, on its arrow."""
    return f"{count} Jacobians"


def _known(numbers: Sequence[Number] | None) -> Sequence[Number]:
    return () if numbers is None else numbers


def _row(numbers: Sequence[Number]) -> str:
    shown = [short(number) for number in numbers[:SHOWN_IN_VECTOR]]
    return f"[{', '.join(shown if len(numbers) <= SHOWN_IN_VECTOR else [*shown, '…'])}]"


def _vector(numbers: Sequence[Number] | None, length: int) -> str:
    if numbers is None:
        return f"[…] ({length})"
    return _row(numbers) + (f" ({length})" if length > SHOWN_IN_VECTOR else "")
