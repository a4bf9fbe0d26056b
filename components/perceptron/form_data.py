"""What the form of a perceptron shows: its fields, its choices, and what was refused."""

from __future__ import annotations

from typing import Any

from components.perceptron.cells import label
from components.perceptron.document import OpenedPerceptron, shape
from components.perceptron.views import HAND, TRAIN
from components.shared.work import NoPictures
from gradwalk.graph.dot import LayoutError
from gradwalk.perceptron.settings.model import Perceptron, SettingError
from gradwalk.perceptron.settings.model import field as field_name
from gradwalk.perceptron.settings.presets import PRESETS
from gradwalk.perceptron.view.words import ACTIVATION_NAMES, LOSS_TITLES, STYLE_NAMES, limits
from gradwalk.program import ProgramError

Json = dict[str, Any]
_CHOICES = {
    "activations": list(ACTIVATION_NAMES.items()),
    "losses": list(LOSS_TITLES.items()),
    "styles": list(STYLE_NAMES.items()),
}


def asked(now: OpenedPerceptron, refused: Exception | None, view: str, query: str) -> Json:
    """The form's data, ready for JSON. ``query`` is for the address bar, where nothing else on the page writes it.

    For a training only the network's shape is asked for: its weights are drawn at random, its inputs are points.
    """
    train = view == TRAIN
    address = {"query": query, "step": now.document.step, "view": view, "always": view == HAND}
    network = shape(now)
    perceptron = now.perceptron
    preset = next((each for each in PRESETS if each.perceptron == perceptron), None)
    return {
        "opened": now.key,
        "filled": now.filled,
        "answered": now.answered,
        "train": train,
        "cells": bool(now.cells),
        "values": dict(now.cells) or whole(perceptron),
        "labels": {cell: label(cell, network) for cell in now.cells},
        "inputs": network.inputs if network else 0,
        "rows": network.rows if network else 0,
        "targets": len(network.targets[0]) if network else 0,
        "limits": limits(perceptron.loss, network.layers[-1].units) if network else None,
        "layers": _layers(now) if network else [],
        "loss": perceptron.loss,
        "dtype": perceptron.dtype,
        "style": perceptron.style,
        "choices": _CHOICES,
        "presets": [[each.slug, each.title] for each in PRESETS],
        "preset": preset.slug if preset else None,
        "summary": preset.summary if preset else "",
        "refusal": None if refused is None else refusal(refused),
        "address": None if train else address,
    }


def _layers(now: OpenedPerceptron) -> list[Json]:
    network = shape(now)
    found = zip(now.perceptron.layers, network.layers if network else (), strict=False)
    return [{"units": read.units, "inputs": read.inputs, "activation": layer.activation} for layer, read in found]


def whole(perceptron: Perceptron) -> dict[str, str]:
    """Each list as it was typed, by the name of its field."""
    texts = {"x": perceptron.x, "y": perceptron.target}
    count = len(perceptron.layers)
    for place, layer in enumerate(perceptron.layers):
        texts |= {field_name("w", place, count): layer.weights, field_name("b", place, count): layer.bias}
    return texts


def refusal(error: Exception) -> Json:
    """Which field it speaks of, and the sentence."""
    if isinstance(error, SettingError):
        return {"field": error.field, "message": error.message}
    if isinstance(error, LayoutError) and not isinstance(error, NoPictures):
        return {"field": "style", "message": f"{error} Vectors or nn.Linear draw the same network with fewer boxes."}
    return {"field": "", "message": error.message if isinstance(error, ProgramError) else str(error)}
