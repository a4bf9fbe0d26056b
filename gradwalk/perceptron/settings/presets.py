"""The lesson's classic settings, each one click away."""

from __future__ import annotations

from typing import NamedTuple

from gradwalk.perceptron.settings.model import Layer, Perceptron


class Preset(NamedTuple):
    slug: str
    title: str
    summary: str
    """What to watch for."""
    perceptron: Perceptron


PRESETS = (
    Preset("lesson", "The lesson's neuron", "x = 6.7, b = 0: a wrong and very sure prediction.", Perceptron()),
    Preset(
        "bias",
        "With a bias of 1",
        "Surer still: the gradients come closer to x and 1.",
        Perceptron(layers=(Layer(bias="1"),)),
    ),
    Preset(
        "float64",
        "x = 2.3 in float64",
        "The same formulas with twice the digits.",
        Perceptron(x="2.3", dtype="float64"),
    ),
    Preset(
        "regression",
        "Linear regression",
        "x = 1, y = 2, w = 1: the loss is 1, both gradients are −2.",
        Perceptron("1", "2", (Layer("1", "0", "identity"),), "squared_error"),
    ),
    Preset(
        "points",
        "A line through four points",
        "The mean over N = 4 rows: each gradient is an average.",
        Perceptron("[0, 1, 2, 3]", "[1, 3, 5, 7]", (Layer("1", "0", "identity"),), "mse"),
    ),
    Preset(
        "trap",
        "The float32 trap",
        "z = 17: ŷ rounds to 1, the loss is inf and the gradient nan.",
        Perceptron("17", "0"),
    ),
    Preset(
        "logits",
        "The same with logits",
        "z = 17 again: this loss never computes ŷ, and stays exact.",
        Perceptron("17", "0", (Layer(activation="identity"),), "binary_cross_entropy_with_logits"),
    ),
    Preset(
        "saturated",
        "A saturated sigmoid",
        "ŷ(1 − ŷ) is almost 0, and with it the gradient: the neuron is wrong and learns nothing.",
        Perceptron("8", "0", loss="squared_error"),
    ),
    Preset(
        "dead",
        "A dead relu",
        "z is negative, so relu passes 0 on and lets no gradient back.",
        Perceptron("2", "1", (Layer("-1", "0", "relu"),), "squared_error"),
    ),
    Preset(
        "step",
        "A step neuron",
        "The first perceptron: its step is flat, so every gradient is 0.",
        Perceptron("[1, 0]", "1", (Layer("[0.5, 0.5]", "-0.7", "step"),), "squared_error"),
    ),
    Preset(
        "hinge",
        "Hinge loss",
        "y is −1 or 1; a prediction beyond the margin has no gradient.",
        Perceptron("[1, 2]", "-1", (Layer("[0.5, -0.5]", "1", "identity"),), "hinge"),
    ),
    Preset(
        "classes",
        "Three classes",
        "Softmax and cross entropy in one: the gradient of z is softmax(z) minus 1 at the right class.",
        Perceptron(
            "[1, 2]", "0", (Layer("[[0.1, 0.2], [0.3, -0.1], [-0.2, 0.4]]", "[0, 0, 0]", "identity"),), "cross_entropy"
        ),
    ),
    Preset(
        "two_layers",
        "A net of two layers",
        "Two hidden neurons: the gradient of a first weight passes through one of them.",
        Perceptron(
            "[1, 2]",
            "1",
            (Layer("[[0.5, -0.1], [0.2, -0.4]]", "[0.1, -0.1]", "tanh"), Layer("[0.7, -0.6]", "0.2", "sigmoid")),
        ),
    ),
    Preset(
        "xor",
        "XOR, solved by hand",
        "One hidden neuron says or, one says and; four rows at once.",
        Perceptron(
            "[[0, 0], [0, 1], [1, 0], [1, 1]]",
            "[0, 1, 1, 0]",
            (Layer("[[6, 6], [6, 6]]", "[-3, -9]", "sigmoid"), Layer("[8, -8]", "-4", "sigmoid")),
            style="tensor",
        ),
    ),
)

COURSE = (
    ("One neuron", ("lesson", "bias", "float64")),
    ("A line", ("regression", "points")),
    ("What goes wrong", ("trap", "logits", "saturated", "dead", "step")),
    ("Other losses", ("hinge", "classes")),
    ("Networks", ("two_layers", "xor")),
)
"""The settings in the order of a course, by their slugs."""
BY_SLUG = {preset.slug: preset for preset in PRESETS}
