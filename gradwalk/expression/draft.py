"""What is known while an expression is written in PyTorch's form: its source, its names, and the modules it needs."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from typing import NamedTuple

from gradwalk.expression.arithmetic import CONSTANTS, Number
from gradwalk.expression.numbers import Numbers, flat, literal
from gradwalk.expression.source import Source
from gradwalk.expression.spelling import span_of
from gradwalk.expression.table import ALIASES, FUNCTIONS, function_named
from gradwalk.program import ProgramError

MAX_NAME = 30
RESERVED = frozenset(("torch", "math"))


class Piece(NamedTuple):
    """A part of an expression in PyTorch's form; ``number`` is what it comes to, or None for a tensor."""

    text: str
    number: Number | None = None


@dataclass
class Draft:
    """One translation under way."""

    source: Source
    given: Container[str]
    """Names that are variables even where they name a constant: an ``e`` that a person gave a value."""
    tensor_options: str
    """What follows the numbers in ``torch.tensor(…)``: ``, dtype=torch.float64``."""
    writer: Callable[[Draft, ast.expr], Piece]
    values: dict[str, Number | None] = field(default_factory=dict)
    """What the lines so far have assigned: a plain number, or None for a tensor."""
    variables: dict[str, ast.Name] = field(default_factory=dict)
    """Names that no line assigned, with the place of their first use."""
    modules: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        nodes = list(ast.walk(self.source.tree))
        called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
        names = [node for node in nodes if isinstance(node, ast.Name)]
        self.targets = {node.id for node in names if isinstance(node.ctx, ast.Store)}
        """Names that some line assigns."""
        self.operands = {node.id for node in names if id(node) not in called}
        """Names that stand somewhere as a value."""

    def write(self, node: ast.expr) -> Piece:
        """A part of the expression in PyTorch's form."""
        return self.writer(self, node)

    def name(self, node: ast.Name) -> Piece:
        """A name's meaning: what a line assigned wins, then constants, and every other name is a variable."""
        name = node.id
        if name in self.values:
            return Piece(name, self.values[name])
        if name in CONSTANTS and name not in self.targets and name not in self.given:
            self.modules.add("math")
            return Piece(f"math.{name}", CONSTANTS[name])
        check_name(node)
        self.variables.setdefault(name, node)
        return Piece(name)

    def is_value(self, name: str) -> bool:
        """Whether a name is the person's own."""
        return name in self.targets or name in self.given

    def tensor(self, numbers: Numbers) -> str:
        """PyTorch's text for numbers that must be a tensor."""
        if not all(math.isfinite(element) for element in flat(numbers)):
            self.modules.add("math")
        return f"torch.tensor({literal(numbers)}{self.tensor_options})"

    def as_tensor(self, piece: Piece) -> str:
        """A piece where PyTorch insists on a tensor."""
        return piece.text if piece.number is None else self.tensor(float(piece.number))


def check_name(node: ast.Name) -> None:
    """Raise ProgramError for a name that cannot be a variable."""
    name, span = node.id, span_of(node)
    if function_named(name):
        example = FUNCTIONS[ALIASES.get(name, name)].example
        raise ProgramError(f"{name} is a function, such as {example}; choose another name for a value.", span)
    if name in RESERVED:
        raise ProgramError(f"{name} is a module of Python's; choose another name for a value.", span)
    if not name.isascii():
        raise ProgramError(f"Names are made of the letters a–z; {name} is not.", span)
    if name.startswith("_"):
        raise ProgramError("A name starts with a letter here.", span)
    if len(name) > MAX_NAME:
        raise ProgramError(f"A name may have at most {MAX_NAME} letters here.", span)
