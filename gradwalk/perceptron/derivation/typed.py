"""A formula that a learner typed, in the language of expressions: checked, and computed by PyTorch at many points."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from gradwalk.expression.blackboard import reading
from gradwalk.expression.numbers import flat, is_numbers, literal, read_numbers
from gradwalk.expression.source import normal
from gradwalk.expression.spelling import span_of
from gradwalk.expression.statements import Translation, translate
from gradwalk.perceptron.chain.by_hand import translated
from gradwalk.perceptron.chain.evaluation import columns, evaluated
from gradwalk.perceptron.derivation.points import Point
from gradwalk.perceptron.settings.reading import Row
from gradwalk.program import ProgramError, Span

MAX_TYPED = 200
ALIASES: Mapping[str, str] = {
    "loss": "L",
    "y_hat": "y_pred",
    "yhat": "y_pred",
    "prediction": "y_pred",
    "p": "y_pred",
    "a": "y_pred",
    "target": "y",
    "n": "N",
}
"""Other names for the same values, and ``dloss_…`` for ``dL_…``, as the lesson writes it."""


class PerRowError(ProgramError):
    """A formula that gives one number a row, where one number is asked for; ``numbers`` are they."""

    def __init__(self, message: str, numbers: Row) -> None:
        super().__init__(message)
        self.numbers = numbers


class Typed(NamedTuple):
    """A formula that can be computed."""

    text: str
    translation: Translation | None
    """None for a plain number."""
    tree: ast.expr


def read_typed(text: str, key: str, names: Collection[str]) -> Typed:
    """Check a formula; ``key = …`` in front of it is passed over. Raises ProgramError with the place.

    ``names`` are those that it may use. It is read as on the blackboard: ``y_pred(1 - y_pred)``, ``2x^2``. ŷ is read
    as ``y_hat``, and dL/dw as ``dL_dw``, where that is a name.
    """
    if len(text) > MAX_TYPED:
        raise ProgramError(f"This has {len(text)} characters; at most {MAX_TYPED} fit here.")
    if "\n" in text.strip():
        raise ProgramError("One formula, on one line, works here.")
    try:
        return _read(_HAT.sub("y_hat", text), key, names)
    except ProgramError as error:
        raise ProgramError(error.message, _before_hats(text, error.span), error.suggestion) from None


def _read(text: str, key: str, names: Collection[str]) -> Typed:
    known = {*names, key}
    source = _FRACTION.sub(lambda match: _derivative(match[0], known), normal(text))
    lead = re.match(rf"\s*({key}|{key.replace('dL_', 'dloss_')})\s*=(?!=)", source)
    if lead is not None:
        source = " " * lead.end() + source[lead.end() :]
    read = reading(source.rstrip(), {*known, *ALIASES})
    try:
        return _checked(read.text, key, names)
    except ProgramError as error:
        span = None if error.span is None else read.place(error.span)
        raise ProgramError(error.message, span, error.suggestion) from None


def _checked(source: str, key: str, names: Collection[str]) -> Typed:
    if is_numbers(source) and "[" not in source:
        return Typed(source, None, _tree(source))
    translation = _translated(source)
    tree = _tree(source)
    for name in translation.variables:
        if canonical(name) == key:
            raise ProgramError(f"{name} is what is asked for; write it with the other names.", _place(name, tree))
        if canonical(name) not in names:
            raise _unknown(name, tree, names)
    return Typed(source, translation, tree)


_NAME = re.compile(r"[A-Za-z_]\w*")
_HAT = re.compile("ŷ|y\u0302")
_FRACTION = re.compile(r"\bd[A-Za-z_]\w*/d[A-Za-z_]\w*")


def _derivative(text: str, known: Collection[str]) -> str:
    """``dL/dw`` → ``dL_dw``, where that is a name; it has as many letters."""
    name = text.replace("/", "_")
    return name if canonical(name) in known else text


def _before_hats(text: str, span: Span | None) -> Span | None:
    """A place in the text with ŷ, from the place in the text with y_hat."""
    if span is None:
        return None
    columns = [place for place, sign in _spelled(text) for _ in sign]
    places = [columns[min(column - 1, len(columns) - 1)] if columns else 0 for column in span[1::2]]
    start, end = places[0] + 1, places[1] + 1 + (span.end_column - 1 >= len(columns))
    return span._replace(column=start, end_column=max(start + 1, end))


def _spelled(text: str) -> list[tuple[int, str]]:
    """Each sign of a text with its place, ŷ as the letters that stand for it."""
    found, end = [], 0
    for hat in _HAT.finditer(text):
        found += [(place, text[place]) for place in range(end, hat.start())] + [(hat.start(), "y_hat")]
        end = hat.end()
    return found + [(place, text[place]) for place in range(end, len(text))]


def _translated(source: str) -> Translation:
    start = "answer = "
    try:
        return translate(start + source.strip())
    except ProgramError as error:
        if error.message.startswith("Nothing varies"):
            raise ProgramError(
                "This has none of the names in it; a plain number such as 1 is written as one."
            ) from None
        shift = len(source) - len(source.lstrip()) - len(start)
        raise ProgramError(error.message, _shifted(error.span, shift), error.suggestion) from None


def _shifted(span: Span | None, by: int) -> Span | None:
    if span is None:
        return None
    return span._replace(column=max(1, span.column + by), end_column=max(2, span.end_column + by))


def canonical(name: str) -> str:
    """The name that a value has here: ``y_hat`` → ``y_pred``, ``dloss_dy_hat`` → ``dL_dy_pred``."""
    return ALIASES.get(name, re.sub(r"(?<=d)y_hat(?=_d|\Z)", "y_pred", re.sub(r"\Adloss_", "dL_", name)))


def _tree(source: str) -> ast.expr:
    try:
        tree = ast.parse(source.lstrip(), mode="eval").body
    except SyntaxError:
        raise ProgramError("This cannot be read as one formula; (y_pred - y) * x is one.") from None
    shift = len(source) - len(source.lstrip())
    for node in ast.walk(tree):
        if isinstance(node, ast.expr) and node.end_col_offset is not None:
            node.col_offset += shift
            node.end_col_offset += shift
    return tree


def _place(name: str, tree: ast.expr) -> Span | None:
    """Where a name stands first."""
    return next((span_of(node) for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name), None)


def _unknown(name: str, tree: ast.expr, names: Collection[str]) -> ProgramError:
    span = _place(name, tree)
    close = difflib.get_close_matches(name, [*names, *ALIASES], n=1, cutoff=0.6)
    shown = [each for each in names if not each.startswith("d")]
    listed = ", ".join(shown[:12]) + (" …" if len(shown) > 12 else "")
    if close:
        return ProgramError(f"{name} is no value of this neuron; did you mean {close[0]}?", span, close[0])
    return ProgramError(f"{name} is no value of this neuron; {listed} are.", span)


def computed(typed: Typed, point: Point, known: Mapping[str, Row], per_row: bool) -> Row:
    """The formula's numbers at one point, by PyTorch in float64; one a row, or one alone.

    ``known`` are values beyond those of the point: factors by their keys. Raises ProgramError where it gives another
    number of numbers, or where PyTorch refuses.
    """
    from gradwalk.cells import evaluate

    rows = len(next(iter(point.values.values())))
    if typed.translation is None:
        return (_number(typed.text),) * (rows if per_row else 1)
    values = {**point.values, **known}
    lines = [_assigned(name, values[canonical(name)]) for name in typed.translation.variables]
    imports = ["import torch", "import math", "import torch.nn.functional as F"]
    try:
        numbers = evaluate("\n".join([*imports, *lines, typed.translation.lines, "answer"]) + "\n")
    except ProgramError:
        raise
    except (RuntimeError, ArithmeticError, ValueError, TypeError, IndexError) as error:
        raise ProgramError(f"PyTorch cannot compute this here: {error}") from None
    return _fitted(numbers, rows, per_row)


def _fitted(numbers: Sequence[float], rows: int, per_row: bool) -> Row:
    wanted = rows if per_row else 1
    if len(numbers) == wanted:
        return tuple(numbers)
    if len(numbers) == 1:
        return tuple(numbers) * wanted
    if not per_row:
        sentence = f"This gives {len(numbers)} numbers, one a row; the gradient is one: their sum, such as sum(…)."
        raise PerRowError(sentence, tuple(numbers))
    raise ProgramError(f"This gives {len(numbers)} numbers; one for each of the {rows} rows works.")


def _number(text: str) -> float:
    return next(flat(read_numbers(text)))


def _assigned(name: str, row: Row) -> str:
    """A weight, a bias, the loss and N are one number for all rows."""
    shared = len(row) == 1 or (canonical(name)[0] in "wbLN" and name != "base")
    return f"{name} = torch.tensor({literal(row[0] if shared else row)}, dtype=torch.float64)"


def _line(name: str, code: str) -> list[str]:
    """A formula of our own as PyTorch code, after its imports; one that has no value is nan."""
    try:
        return translated([f"{name} = {code}"], "float64")
    except ProgramError:
        return ["import math", f"{name} = math.nan"]


def candidates(codes: Sequence[str], point: Point, known: Mapping[str, Row], per_row: bool) -> list[Row]:
    """The numbers of formulas of our own at one point, in one run; nan where one cannot be computed."""
    rows = len(next(iter(point.values.values())))
    width = rows if per_row else 1
    used = {name for code in codes for name in _NAME.findall(code)}
    values = {name: row for name, row in {**point.values, **known}.items() if name in used}
    lines = [line for place, code in enumerate(codes) for line in _line(f"c{place}", code)]
    imports = list(dict.fromkeys(line for line in lines if line.startswith("import ")))
    body = [line for line in lines if not line.startswith("import ")]
    base = _assigned("base", (0.0,) * width)
    total = "" if per_row else ".sum()"  # a factor that stands in for a gradient has one number a row
    spread = ", ".join(f"(c{place} + base){total}" for place in range(len(codes)))
    program = ["import torch", *imports, *(_assigned(name, row) for name, row in values.items()), base, *body]
    flat = evaluated("\n".join([*program, f"torch.stack([{spread}])"]) + "\n")
    return columns(flat, width) if flat else [(float("nan"),) * width for _ in codes]
