"""An expression as a person typed it, with its variables' values, and the PyTorch program that it stands for."""

from __future__ import annotations

import textwrap
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from gradwalk.expression import words
from gradwalk.expression.arithmetic import CONSTANTS
from gradwalk.expression.numbers import Numbers, literal, read_numbers
from gradwalk.expression.reading import Reading
from gradwalk.expression.source import normal
from gradwalk.expression.statements import Translation, translate
from gradwalk.expression.together import taken_apart
from gradwalk.program import ProgramError

DTYPES = ("float32", "float64")

MAX_LINE = 88


@dataclass(frozen=True)
class Variable:
    name: str
    text: str
    """The value as it was typed: ``4``, ``1/3``, ``[1, 2, 3]``."""
    requires_grad: bool = True


@dataclass(frozen=True)
class Expression:
    text: str
    variables: tuple[Variable, ...]
    dtype: str = "float32"
    seed: str | None = None
    """The gradient that backward() starts from, as it was typed; None for PyTorch's own."""

    @property
    def root(self) -> str:
        """The name of the last line's value."""
        return _translation(self).root

    @property
    def reading(self) -> Reading:
        """How the text was read: ``2x`` as ``2*x``."""
        return _translation(self).reading


class ValueTextError(ProgramError):
    """A refusal of a value's text. ``variable`` names whose it is; None for the seed."""

    def __init__(self, message: str, variable: str | None) -> None:
        super().__init__(message)
        self.variable = variable


def read(
    text: str,
    given: Mapping[str, str] | None = None,
    constants: Container[str] = (),
    dtype: str = "float32",
    seed: str | None = None,
) -> Expression:
    """Check what was typed, and find its variables.

    ``given`` are values as text, by name; names that the text does not use are passed over. ``constants`` are the names
    that need no gradient. Raises ProgramError with the place in the typed text (1-based lines and columns, an indented
    line's spaces counted), and ValueTextError for a value that is no number, vector or matrix.
    """
    given = given or {}
    if dtype not in DTYPES:
        raise ProgramError(f"The dtype {dtype} is not one of {', '.join(DTYPES)}.")
    words.check(normal(text), given)
    translation = _translated(text, _own(given), dtype)
    variables = tuple(
        Variable(name, given.get(name, default).strip(), name not in constants)
        for name, default in zip(translation.variables, translation.defaults, strict=True)
    )
    for variable in variables:
        _numbers(variable.text, variable.name)
    seed = seed.strip() if seed and seed.strip() else None
    if seed is not None:
        _numbers(seed, None)
    return Expression(text, variables, dtype, seed)


def program(expression: Expression, root_shape: tuple[int, ...] | None = None) -> str:
    """PyTorch code that runs as it stands when pasted; its last line shows the gradients.

    ``root_shape``, where it is known and is not a scalar's, writes the seed of ones that backward() then needs.
    """
    translation = _translation(expression)
    lines = [_tensor(v.name, v.text, _options(expression.dtype), v.requires_grad) for v in expression.variables]
    shown = ", ".join(f"{v.name}.grad" for v in expression.variables if v.requires_grad)
    backward = f"{translation.root}.backward({_seed(expression, translation.root, root_shape)})"
    texts = [*(v.text for v in expression.variables), expression.seed or ""]
    return _page(_imports(translation, texts), lines, translation.lines, [backward, shown])


def forward_program(
    expression: Expression, values: Mapping[str, float | Sequence[object]], dtype: str = "float64"
) -> str:
    """The forward computation alone, at these values (nested lists of floats); its last line is the root.

    Variables without a value keep their own. Nothing in it requires a gradient.
    """
    translation = _translated(expression.text, _own(v.name for v in expression.variables), dtype)
    numbers = {v.name: literal(values.get(v.name, _numbers(v.text, v.name))) for v in expression.variables}
    lines = [f"{name} = torch.tensor({text}{_options(dtype)})" for name, text in numbers.items()]
    modules = [*translation.modules, *(["math"] if any("math." in text for text in numbers.values()) else [])]
    return _page(_import_lines(modules), lines, translation.lines, [translation.root])


# The pieces of a program


def _own(names: Iterable[str]) -> frozenset[str]:
    """Those of these names that would be something else if they had no value of their own: ``e``, ``mx``."""
    return frozenset(name for name in names if name in CONSTANTS or taken_apart(name) is not None)


def _translation(expression: Expression) -> Translation:
    return _translated(expression.text, _own(v.name for v in expression.variables), expression.dtype)


@lru_cache(maxsize=256)
def _translated(text: str, given: frozenset[str], dtype: str) -> Translation:
    return translate(text, given, _options(dtype))


def _options(dtype: str) -> str:
    return "" if dtype == "float32" else f", dtype=torch.{dtype}"


def _numbers(text: str, variable: str | None) -> Numbers:
    try:
        return read_numbers(text)
    except ProgramError as error:
        whose = "the seed v" if variable is None else f"the value of {variable}"
        subject, _, rest = error.message.partition(" ")
        if subject == "It":
            raise ValueTextError(f"{whose[0].upper()}{whose[1:]} {rest}", variable) from None
        raise ValueTextError(f"In {whose}: {subject[0].lower()}{subject[1:]} {rest}", variable) from None


def _tensor(name: str, text: str, options: str, requires_grad: bool) -> str:
    """``x = torch.tensor(4.0, requires_grad=True)``; a long matrix gets a line for each row."""
    numbers = _numbers(text, name)
    start, end = f"{name} = torch.tensor(", f"{options}{', requires_grad=True' if requires_grad else ''})"
    line = f"{start}{literal(numbers)}{end}"
    if len(line) <= MAX_LINE or not isinstance(numbers, tuple):
        return line
    indent = " " * (len(start) + 1)
    rows = f",\n{indent}".join(map(literal, numbers)) if isinstance(numbers[0], tuple) else literal(numbers)[1:-1]
    return "\n".join(_wrapped(row, indent) for row in f"{start}[{rows}]{end}".split("\n"))


def _wrapped(line: str, indent: str) -> str:
    return textwrap.fill(line, MAX_LINE, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _seed(expression: Expression, root: str, root_shape: tuple[int, ...] | None) -> str:
    if expression.seed is not None:
        return f"torch.tensor({literal(_numbers(expression.seed, None))}{_options(expression.dtype)})"
    return f"torch.ones_like({root})" if root_shape else ""


def _imports(translation: Translation, texts: Sequence[str]) -> list[str]:
    infinite = any("math." in literal(read_numbers(text)) for text in texts if text)
    return _import_lines([*translation.modules, *(["math"] if infinite else [])])


def _import_lines(modules: Sequence[str]) -> list[str]:
    lines = ["import math"] if "math" in modules else []
    lines.append("import torch")
    return [*lines, "import torch.nn.functional as F"] if "F" in modules else lines


def _page(imports: list[str], values: list[str], lines: str, last: list[str]) -> str:
    body = "\n".join([*values, lines] if lines else values)
    return "\n".join([*imports, "", body, "", *(line for line in last if line)]) + "\n"
