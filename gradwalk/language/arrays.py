"""NumPy as a program may use it: a closed table of functions, methods and attributes of arrays, each with its cost."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradwalk.language import costs
from gradwalk.language.costs import Arguments, Cost, Keywords
from gradwalk.language.library import Function
from gradwalk.program import ProgramError


def _shapes(args: Arguments, kwargs: Keywords) -> list[tuple[int, ...]]:
    """The shapes of what is an array or a list; a list counts as its items, flat."""
    found: list[tuple[int, ...]] = []
    for item in (*args, *kwargs.values()):
        if isinstance(item, list | tuple | range):
            found.append((costs.written((item,), {})[0],))
        elif not isinstance(item, type) and (shape := getattr(item, "shape", None)) is not None:
            found.append(tuple(shape))
    return found


def same(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    return max((_size(shape) for shape in _shapes(args, kwargs)), default=1), 0


def broadcast(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """As large as the arguments broadcast against each other; of arrays that do not fit, NumPy says so."""
    shapes = _shapes(args, kwargs)
    rank = max(map(len, shapes), default=0)
    padded = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    return math.prod(max(1, *lengths) for lengths in zip(*padded, strict=True)) if padded else 1, 0


def product(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """a @ b: rows of one, columns of the other, and what they meet in."""
    shapes = _shapes(args, kwargs)
    if len(shapes) < 2 or not shapes[0] or not shapes[1]:
        return broadcast(args, kwargs)
    inner = max(1, shapes[0][-1])
    rows, columns = _size(shapes[0]) // inner, max(1, _size(shapes[1]) // inner)
    return max(rows * columns, *map(_size, shapes)), rows * columns * inner


def joined(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    items = args[0] if args and isinstance(args[0], list | tuple) else args
    return sum(_size(shape) for shape in _shapes(tuple(items), {})), 0


def outer(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    found = math.prod(_size(shape) for shape in _shapes(args, kwargs))
    return found * max(1, len(args)), 0


def repeated(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """repeat, tile: so many times."""
    return same(args[:1], {})[0] * costs.sizes(args[1:], kwargs)[0], 0


def cubed(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """A decomposition of a square matrix: some n³ multiplications."""
    found = same(args, kwargs)[0]
    return found, 20 * found * math.isqrt(found)


def fitted(args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """polyfit(x, y, degree), vander(x, n): a column for each power."""
    powers = [item for item in (*args, *kwargs.values()) if isinstance(item, int)]
    return same(args, kwargs)[0] * (2 + sum(map(abs, powers))), 0


def _size(shape: tuple[int, ...]) -> int:
    return math.prod(max(1, length) for length in shape)


_TABLE: tuple[tuple[str, Cost], ...] = (
    (
        "sin cos tan arcsin arccos arctan sinh cosh tanh exp expm1 exp2 log log2 log10 log1p sqrt cbrt square abs "
        "absolute fabs sign negative reciprocal floor ceil round trunc isnan isinf isfinite sum mean prod max "
        "min std var "
        "median argmax argmin all any cumsum cumprod sort argsort unique transpose ravel squeeze expand_dims "
        "copy diff "
        "flip count_nonzero reshape nan_to_num array asarray ndim shape size zeros_like ones_like full_like "
        "rad2deg deg2rad "
        "gradient trace nansum nanmean nanmax nanmin nanstd average median cumprod tril triu "
        "flatnonzero nonzero argwhere fliplr flipud rot90 ravel swapaxes moveaxis atleast_1d atleast_2d isreal "
        "unravel_index trapezoid array2string interp sinc arcsinh arccosh arctanh amax amin polyval",
        same,
    ),
    (
        "add subtract multiply divide true_divide power maximum minimum arctan2 mod where clip allclose isclose "
        "not_equal greater_equal less_equal cross "
        "array_equal equal greater less logical_and logical_or logical_not heaviside floor_divide",
        broadcast,
    ),
    ("dot matmul inner", product),
    ("outer meshgrid percentile quantile", outer),
    ("concatenate stack hstack vstack column_stack", joined),
    ("repeat tile", repeated),
    ("polyfit vander", fitted),
    ("append", joined),
    ("ones_like empty_like", same),
    ("zeros ones", costs.sizes),
    ("full", costs.full),
    ("eye identity", costs.eye),
    ("linspace logspace", costs.linspace),
    ("arange", costs.arange),
)

FUNCTIONS = {
    name: Function("np." + name, getattr(np, name), cost, "array")
    for names, cost in _TABLE
    for name in names.split()
    if hasattr(np, name)
}


@dataclass(frozen=True)
class Gathered:
    """np.c_ and np.r_, which are called with square brackets."""

    function: Function


def _columns(*parts: Any) -> Any:
    return np.c_[tuple(np.asarray(part) for part in parts)]


def _rows(*parts: Any) -> Any:
    return np.r_[tuple(np.asarray(part) for part in parts)]


TESTING = {
    name: Function("np.testing." + name, getattr(np.testing, name), broadcast, "array")
    for name in ("assert_allclose", "assert_array_equal", "assert_almost_equal", "assert_array_almost_equal")
}
"""Assertions, which give nothing or raise AssertionError."""
GATHERED = {
    "c_": Gathered(Function("np.c_", _columns, joined, "array")),
    "r_": Gathered(Function("np.r_", _rows, joined, "array")),
}
LINALG = {
    name: Function("np.linalg." + name, getattr(np.linalg, name), costs_of, "array")
    for names, costs_of in (
        ("norm", same),
        ("inv det solve eig eigh eigvals eigvalsh svd qr cholesky pinv matrix_rank lstsq slogdet", cubed),
    )
    for name in names.split()
}
FUNCTIONS["empty"] = Function("np.empty", np.zeros, costs.sizes, "array")

_METHODS: tuple[tuple[str, Cost], ...] = (
    (
        "sum mean prod max min std var argmax argmin all any cumsum reshape flatten ravel squeeze transpose copy "
        "astype "
        "tolist item round sort argsort fill nonzero",
        same,
    ),
    ("clip", broadcast),
    ("dot", product),
    ("repeat", repeated),
)
METHODS: dict[str, Cost] = {name: cost for names, cost in _METHODS for name in names.split()}
ATTRIBUTES = frozenset("shape dtype ndim size T itemsize nbytes".split())

DRAWS: dict[str, Cost] = {
    "rand": costs.sizes,
    "randn": costs.sizes,
    "random": costs.sizes,
    "random_sample": costs.sizes,
    "standard_normal": costs.sizes,
    "seed": costs.written,
    **dict.fromkeys("randint integers uniform normal binomial".split(), costs.drawn),
    **dict.fromkeys("choice permutation shuffle".split(), costs.sizes),
}
"""What a generator of random numbers may be asked for."""


def is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray | np.generic)


def cost(function: Function, args: Arguments, kwargs: Keywords) -> tuple[int, int]:
    """What a call with arrays will cost; operators of Python on arrays too."""
    if function.kind == "array":
        _check_words((*args, *kwargs.values()))
        return function.cost(args, kwargs)
    if function.name in ("[]", "[]="):
        return costs.indexed(args, kwargs)
    if function.name in ("*", "*=") and any(isinstance(item, str | list | tuple) for item in args):
        _check_repeats(args)
    return product(args, kwargs) if function.name in ("@", "@=") else broadcast(args, kwargs)


def _check_repeats(args: Arguments) -> None:
    """A number of NumPy's repeats a list as Python's do; an array does not."""
    if any(isinstance(item, np.generic) for item in args):
        raise ProgramError("A list or a text is repeated by a whole number of Python's here; int(n) makes one.")


_MOST = 1 << 20
_WORDS = frozenset("float32 float64 float int int32 int64 bool ij xy".split())
"""Text that an array function may be given: a dtype, or the order of a grid."""


def _check_words(items: Arguments) -> None:
    """A dtype in words can be of any size, and Python's whole numbers too. A list that holds itself has no end."""
    stack, seen = list(items), 0
    while stack:
        seen += 1
        if seen > _MOST:
            raise ProgramError("This list is too long for an array here.")
        item = stack.pop()
        if isinstance(item, list | tuple):
            if any(isinstance(part, type) for part in item):
                raise ProgramError("A dtype is np.float64, np.float32, int and the like here, without a shape.")
            stack.extend(item)
        elif isinstance(item, str | bytes) and item not in _WORDS:
            raise ProgramError("An array holds numbers here, and a dtype is np.float64, np.float32, int and the like.")
        elif isinstance(item, int) and not -(2**63) <= item < 2**63:
            raise ProgramError("An array holds whole numbers of at most 64 bits here; a float such as 1e30 fits.")


def checked(value: Any) -> Any:
    """The same value. An array of whole numbers without bounds, or of objects, would grow without limit."""
    if isinstance(value, np.ndarray) and value.dtype.hasobject:
        raise ProgramError("An array holds numbers here; this one would hold Python's own objects.")
    return value


def method(base: Any, name: str) -> Function:
    """A listed method of an array or of one of NumPy's numbers, which it has for sure."""
    return Function(f"ndarray.{name}", getattr(type(base), name), METHODS[name], "array")


class Walk:
    """np.nditer: one array, place by place."""

    gradwalk_items = True
    """A loop can go over it."""

    def __init__(self, array: np.ndarray[Any, Any], flags: list[Any], operand_flags: Any) -> None:
        self._walk = np.nditer(array, flags=flags, op_flags=[operand_flags])

    def __iter__(self) -> Iterator[Any]:
        return iter(self._walk)

    def __repr__(self) -> str:
        return f"<numpy.nditer object at {hex(id(self))}>"

    @property
    def finished(self) -> bool:
        return self._walk.finished

    @property
    def multi_index(self) -> tuple[int, ...]:
        return self._walk.multi_index

    @property
    def index(self) -> int:
        return self._walk.index

    def iternext(self) -> bool:
        return self._walk.iternext()


WALK_ATTRIBUTES = frozenset(("finished", "multi_index", "index"))
