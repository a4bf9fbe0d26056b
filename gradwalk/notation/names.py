"""The names of values: plain ones for each, and how they look on the screen."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from itertools import count
from unicodedata import normalize

from gradwalk.notation.numbers import MINUS, short
from gradwalk.recording import Recording, Value

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eps": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "kappa": "κ", "lambda_": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "rho": "ρ", "sigma": "σ", "tau": "τ",
    "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
}  # fmt: skip
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_INDEXED = re.compile(r"(.*?[A-Za-z])_?(\d{1,4})\Z")
_NUMBER = re.compile(r"-?\d+(\.\d+)?\Z")
_PLAIN_TYPES = frozenset(("float32", "float64", "int64"))
_OF_A_LAYER = re.compile(r"([wbzh])(\d)_(\d{1,2})\Z")


def value_names(recording: Recording) -> dict[int, str]:
    """A short ASCII name for each value, by its id; no two tensors share one, nor does a name with a number look like
    another on the screen, as ``c2`` and ``c_2`` would.

    A tensor is called by its first variable name that no other tensor had, else by its first one with a number
    (``y``, ``y_2``, ``y_3`` in a loop). What the program left unnamed is ``v1``, ``v2``, … when an operation made it
    and ``c1``, ``c2``, … otherwise; a single number that stays what it is goes by itself, the ``0`` of ``max(x, 0)``.
    A later state of a tensor keeps its name.
    """
    variables: dict[int, list[str]] = {}
    for value in recording.values:
        variables.setdefault(value.tensor, []).extend(value.names)
    owners: dict[str, set[int]] = {}
    for tensor, bound in variables.items():
        for name in bound:
            owners.setdefault(name, set()).add(tensor)
    taken = {*map(pretty, owners)} | _words(recording.source)
    results, constants, numbered = count(1), count(1), {name: count(2) for name in owners}
    names: dict[int, str] = {}
    used: set[str] = set()
    states = Counter(value.tensor for value in recording.values)
    for value in recording.values:
        if value.tensor in names:
            continue
        bound = variables[value.tensor]
        name = next((name for name in bound if len(owners[name]) == 1), bound[0] if bound else "")
        if not name and states[value.tensor] == 1 and (number := _written(value)):
            names[value.tensor] = number
            continue
        if not name:
            prefix, numbers = ("v", results) if value.operation is not None else ("c", constants)
            name = _free(prefix, numbers, taken)
        elif name in used:
            name = _free(name + "_", numbered[name], taken)
        names[value.tensor] = name
        used.add(name)
        taken.add(pretty(name))
    return {value.id: names[value.tensor] for value in recording.values}


def _written(value: Value) -> str:
    """A constant that is one number, as it is written where it is written whole; empty for others."""
    given = value.operation is None and not value.requires_grad and value.grad_of is None
    if not given or value.shape or not value.numbers or value.dtype not in _PLAIN_TYPES:
        return ""
    text = short(value.numbers[0]).replace(MINUS, "-")
    return text if is_number_name(text) and float(text) == float(f"{value.numbers[0]:.7g}") else ""


def is_number_name(name: str) -> bool:
    """Whether a value goes by its number."""
    return _NUMBER.match(name) is not None


@lru_cache(maxsize=4)
def _words(source: str) -> frozenset[str]:
    """As they are shown. Asked for once an episode, and there may be a thousand."""
    return frozenset(map(pretty, re.findall(r"[A-Za-z_]\w*", source)))


def _free(prefix: str, numbers: count[int], taken: set[str]) -> str:
    return next(name for number in numbers if pretty(name := f"{prefix}{number}") not in taken)


def pretty(name: str) -> str:
    """A variable's name as text for the screen: ``v1`` → ``v₁``, ``x_12`` → ``x₁₂``, ``alpha`` → ``α``.

    A network's numbers say their layer above: ``w2_11`` → ``w₁₁⁽²⁾``.

    A name that ends in ``'`` belongs to a later state of a tensor: ``y'`` → ``y′``. A number is one: ``-1`` → ``−1``.
    """
    if is_number_name(name):
        return name.replace("-", MINUS)
    if name.endswith("'"):
        return pretty(name.rstrip("'")) + "′" * (len(name) - len(name.rstrip("'")))
    of_a_layer = layer_parts(name)
    if of_a_layer is not None:
        return layer_name(*of_a_layer)
    indexed = index_parts(name)
    if indexed is None:
        stem, _, rest = name.partition("_")
        return normalize("NFC", GREEK.get(stem, stem) + "\u0302") if rest == "hat" and stem else GREEK.get(name, name)
    stem, index = indexed
    return GREEK.get(stem, stem) + index.translate(_SUBSCRIPTS)


def index_parts(name: str) -> tuple[str, str] | None:
    """Stem and index of ``v1`` and ``x_12``. A module's parameter is called as PyTorch calls it: ``lstm.weight_ih_l0``;
    there only a number of its own (``fc.weight_2``, the second of that name) is an index."""
    found = _INDEXED.match(name)
    if found is None or ("." in name and name[found.end(1)] != "_"):
        return None
    return found[1], found[2]


def layer_parts(name: str) -> tuple[str, str, str] | None:
    """Letter, layer and index of a number of a network with several layers."""
    found = _OF_A_LAYER.match(name)
    return None if found is None else (found[1], found[2], found[3])


def layer_name(letter: str, layer: str, index: str) -> str:
    """A number of a network with several layers: ``w₁₁⁽²⁾`` leads from unit 1 of layer 1 to unit 1 of layer 2."""
    return f"{letter}{index.translate(_SUBSCRIPTS)}⁽{layer.translate(_SUPERSCRIPTS)}⁾"
