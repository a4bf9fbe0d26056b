"""Settings as single fields and back: each input, weight, bias and target has a cell, such as ``w.1.0.2``.

Ids count from 0: ``x.row.input``, ``y.row.output``, ``w.layer.unit.input``, ``b.layer.unit``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gradwalk.perceptron.derivation.spoken import said
from gradwalk.perceptron.programs.names import Names
from gradwalk.perceptron.settings.editing import elements
from gradwalk.perceptron.settings.model import Layer, Perceptron, SettingError
from gradwalk.perceptron.settings.reading import Network, numbers

Cells = Mapping[str, str]


def cells(perceptron: Perceptron, network: Network) -> dict[str, str]:
    """Each number as it was typed. ``network`` is what these settings read as."""
    found = _split("x", perceptron.x, network.rows, network.inputs)
    for place, (layer, read) in enumerate(zip(perceptron.layers, network.layers, strict=True)):
        found |= _split(f"w.{place}", layer.weights, read.units, read.inputs)
        biases = _split(f"b.{place}", layer.bias, read.units, 1)
        found |= {cell.removesuffix(".0"): text for cell, text in biases.items()}
    return found | _split("y", perceptron.target, network.rows, len(network.targets[0]))


def _split(stem: str, text: str, rows: int, columns: int) -> dict[str, str]:
    """Elements stand in row-major order, however deep their brackets are."""
    texts = list(elements(text).values())
    places = [(row, column) for row in range(rows) for column in range(columns)]
    return {f"{stem}.{row}.{column}": text for (row, column), text in zip(places, texts, strict=True)}


def composed(found: Cells, before: Perceptron) -> Perceptron:
    """The settings that these cells are typed for; activations, loss, dtype and style as before."""
    layers = tuple(
        Layer(_matrix(found, f"w.{place}"), _list(_column(found, f"b.{place}")), layer.activation)
        for place, layer in enumerate(before.layers)
    )
    return replace(before, x=_inputs(found), target=_matrix(found, "y"), layers=layers)


def _inputs(found: Cells) -> str:
    """Several rows of one input stay a list of rows."""
    return _matrix(found, "x")


def _matrix(found: Cells, stem: str) -> str:
    rows = _rows(found, stem)
    if len(rows) == 1:
        return _list(rows[0])
    if stem == "y" and all(len(row) == 1 for row in rows):
        return _list([row[0] for row in rows], always=True)
    return _list([_list(row, always=True) for row in rows], always=True)


def _list(texts: Sequence[str], always: bool = False) -> str:
    return texts[0] if len(texts) == 1 and not always else f"[{', '.join(texts)}]"


def _rows(found: Cells, stem: str) -> list[list[str]]:
    rows: list[list[str]] = []
    while f"{stem}.{len(rows)}.0" in found:
        row = len(rows)
        rows.append(_column(found, f"{stem}.{row}"))
    return rows


def _column(found: Cells, stem: str) -> list[str]:
    texts: list[str] = []
    while f"{stem}.{len(texts)}" in found:
        texts.append(found[f"{stem}.{len(texts)}"])
    return texts


def refused_cell(found: Cells, network: Network | None) -> SettingError | None:
    """The first cell that holds no number, told by its own name; None where all do."""
    for cell, text in found.items():
        name = label(cell, network)
        if text.lstrip().startswith(("[", "(")):
            continue
        try:
            if isinstance(numbers(text, name), float | int):
                continue
        except SettingError as error:
            return SettingError(error.message, cell, error.span)
        return SettingError(f"{name} is one number; {text!r} has several.", cell)
    return None


def label(cell: str, network: Network | None) -> str:
    """The number's name as the picture writes it: x₁, w, b₂."""
    kind, *places = cell.split(".")
    if network is None:
        return kind
    at = [int(place) for place in places]
    try:
        name = _name(Names(network), kind, at)
    except IndexError:
        return kind
    several = f" of row {at[0] + 1}" if kind in "xy" and network.rows > 1 else ""
    return said(name) + several


def _name(names: Names, kind: str, at: Sequence[int]) -> str:
    if kind == "x":
        return names.x(at[1])
    if kind == "y":
        return names.y(at[1])
    return names.w(at[0], at[1], at[2]) if kind == "w" else names.b(at[0], at[1])
