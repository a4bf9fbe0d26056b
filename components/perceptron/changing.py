"""What is pressed in the form, done to the settings: another loss, a layer more, a row less."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from components.perceptron.entry import Action
from gradwalk.perceptron.settings.editing import (
    with_inputs,
    with_layer,
    with_loss,
    with_rows,
    with_units,
    without_layer,
)
from gradwalk.perceptron.settings.model import Perceptron, SettingError

_Change = Callable[[Perceptron, tuple[str, ...]], Perceptron]


def changed(perceptron: Perceptron, actions: Iterable[Action]) -> Perceptron:
    """The settings after these actions; one that makes no sense, or does not fit what is typed, changes nothing."""
    for name, *words in actions:
        change = _CHANGES.get(name)
        if change is None:
            continue
        try:
            perceptron = change(perceptron, tuple(words))
        except (SettingError, ValueError, IndexError):
            continue
    return perceptron


def _loss(perceptron: Perceptron, words: tuple[str, ...]) -> Perceptron:
    """With what the loss needs around it, where the settings can be read; else only its name."""
    try:
        return with_loss(perceptron, words[0])
    except SettingError:
        return replace(perceptron, loss=words[0])


def _activation(perceptron: Perceptron, words: tuple[str, ...]) -> Perceptron:
    place, layers = int(words[0]), list(perceptron.layers)
    if not 0 <= place < len(layers):
        return perceptron
    layers[place] = replace(layers[place], activation=words[1])
    return replace(perceptron, layers=tuple(layers))


def _add(perceptron: Perceptron, _words: tuple[str, ...]) -> Perceptron:
    return with_layer(perceptron)


_CHANGES: Mapping[str, _Change] = {
    "inputs": lambda perceptron, words: with_inputs(perceptron, int(words[0])),
    "rows": lambda perceptron, words: with_rows(perceptron, int(words[0])),
    "units": lambda perceptron, words: with_units(perceptron, int(words[0]), int(words[1])),
    "add": _add,
    "remove": lambda perceptron, words: without_layer(perceptron, int(words[0])),
    "loss": _loss,
    "activation": _activation,
    "dtype": lambda perceptron, words: replace(perceptron, dtype=words[0]),
    "style": lambda perceptron, words: replace(perceptron, style=words[0]),
}
