"""Settings in numbers: shapes as people type them, and a sentence with its field for everything else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradwalk.perceptron.chain.evaluation import in_float64
from gradwalk.perceptron.settings.model import Layer, Perceptron, SettingError
from gradwalk.perceptron.settings.presets import PRESETS
from gradwalk.perceptron.settings.reading import read

PLAIN = Perceptron()
TWO = Perceptron("[1, 2]", "0", (Layer("[[1, 2], [3, 4]]", "[0, 0]", "tanh"), Layer("[1, 1]")))


def neuron(**changed: str) -> Perceptron:
    """The default neuron with other weights, bias or activation."""
    return Perceptron(layers=(replace(Layer(), **changed),))


def classes(weights: str = "[[1], [2]]", bias: str = "[0, 0]", activation: str = "identity") -> tuple[Layer, ...]:
    return (Layer(weights, bias, activation),)


@pytest.mark.parametrize(
    ("x", "weights", "rows"),
    [
        ("6.7", "1", ((6.7,),)),
        ("1/3", "1", ((1 / 3,),)),
        ("−2", "1", ((-2.0,),)),
        ("[1, 2]", "1", ((1.0,), (2.0,))),  # one input: several rows
        ("[1, 2]", "[3, 4]", ((1.0, 2.0),)),  # two inputs: one row
        ("[[1, 2], [3, 4]]", "[3, 4]", ((1.0, 2.0), (3.0, 4.0))),
        ("[[1], [2]]", "1", ((1.0,), (2.0,))),
    ],
)
def test_rows_of_inputs(x: str, weights: str, rows: tuple[tuple[float, ...], ...]) -> None:
    target = "0" if len(rows) == 1 else str([0] * len(rows))
    assert read(Perceptron(x, target, (Layer(weights),))).x == rows


def test_one_list_of_weights_belongs_to_one_unit_and_a_list_of_lists_to_several() -> None:
    assert read(Perceptron("[1, 2]", layers=(Layer("[3, 4]"),))).outputs == 1
    several = read(Perceptron("1", "[0, 1]", (Layer("[[3], [4]]", "[0, 0]"),)))
    assert (several.inputs, several.outputs, several.targets) == (1, 2, ((0.0, 1.0),))


def test_the_class_of_cross_entropy_is_one_number_a_row() -> None:
    network = read(Perceptron("[1, 2]", "[0, 1]", classes(), "cross_entropy"))
    assert network.targets == ((0.0,), (1.0,))


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.slug)
def test_every_preset_can_be_read(preset: object) -> None:
    assert read(preset.perceptron).rows  # type: ignore[attr-defined]


REFUSALS = {
    "an empty x": (replace(PLAIN, x=""), "x", "x is empty; a number such as 2.0"),
    "a word": (replace(PLAIN, x="five"), "x", "x may contain numbers, pi and e"),
    "nan": (replace(PLAIN, x="nan"), "x", "x is nan; a finite number works."),
    "infinity": (neuron(weights="-inf"), "w", "w is −inf; a finite number works."),
    "a huge number": (neuron(bias="1e30"), "b", "b has 1e+30; numbers between −1,000,000 and 1,000,000 work."),
    "division by zero": (neuron(bias="1/0"), "b", "In b: Python cannot divide"),
    "a comma for a point": (replace(PLAIN, x="6,7"), "x", "In x: a comma stands between elements"),
    "rows of different lengths": (replace(PLAIN, x="[[1, 2], [3]]"), "x", "In x: its rows have different lengths"),
    "more inputs than weights": (
        Perceptron("[[1, 2]]"),
        "x",
        "x has 2 numbers a row, but the first layer has 1 weight a unit; both numbers must be the same.",
    ),
    "nine rows": (replace(PLAIN, x=str([1] * 9)), "x", "x has 9 rows; at most 8 fit here."),
    "nine weights": (neuron(weights=str([1] * 9)), "w", "w has 9 weights a unit; at most 8 inputs fit here."),
    "nine units": (neuron(weights=str([[1]] * 9)), "w", "w has 9 rows, one a unit; at most 8 units fit here."),
    "a cube of weights": (neuron(weights="[[[1]]]"), "w", "w is nested 3 deep"),
    "two biases": (neuron(bias="[1, 2]"), "b", "b has the shape 2; one number works."),
    "one bias for two units": (
        replace(TWO, layers=(replace(TWO.layers[0], bias="0"), TWO.layers[1])),
        "b1",
        "b1 has the shape of one number; a list of 2 numbers, one a unit, works.",
    ),
    "layers that do not meet": (
        replace(TWO, layers=(TWO.layers[0], Layer("[1, 1, 1]"))),
        "w2",
        "w2 has 3 weights a unit, but the layer before has 2 units; both numbers must be the same.",
    ),
    "no layers": (replace(PLAIN, layers=()), "layers", "A network has 1 to 4 layers here; this one has 0."),
    "five layers": (replace(PLAIN, layers=(Layer(),) * 5), "layers", "this one has 5."),
    "an unknown activation": (neuron(activation="swish"), "activation", "'swish' is no activation here; identity,"),
    "an unknown loss": (replace(PLAIN, loss="mae"), "loss", "'mae' is no loss here; squared_error,"),
    "an unknown dtype": (replace(PLAIN, dtype="float16"), "dtype", "float32, float64 are."),
    "an unknown style": (replace(PLAIN, style="numpy"), "style", "scalar, tensor, linear are."),
    "a target too many": (replace(PLAIN, target="[0, 1]"), "y", "y has the shape 2; one number works."),
    "a target for each row": (
        replace(PLAIN, x="[1, 2]", target="0"),
        "y",
        "y has the shape of one number; a list of 2 numbers, one a row of x, works.",
    ),
    "a target of 2 for BCE": (replace(PLAIN, target="2"), "y", "takes targets between 0 and 1."),
    "a target of 0 for hinge": (replace(PLAIN, loss="hinge"), "y", "the hinge loss takes the targets −1 and 1."),
    "half a class": (Perceptron("1", "0.5", classes(), "cross_entropy"), "y", "it is a class: 0 to 1."),
    "a class too many": (Perceptron("1", "2", classes(), "cross_entropy"), "y", "it is a class: 0 to 1."),
    "one output for classes": (
        Perceptron("1", "0", (Layer(activation="identity"),), "cross_entropy"),
        "loss",
        "it needs at least two outputs.",
    ),
    "sigmoid before logits": (
        replace(PLAIN, loss="binary_cross_entropy_with_logits"),
        "activation",
        "This loss has its own sigmoid and takes z as it is",
    ),
    "softmax twice": (
        Perceptron("1", "0", classes(activation="tanh"), "cross_entropy"),
        "activation",
        "its own softmax",
    ),
    "a prediction that is no probability": (
        Perceptron(layers=(Layer(activation="tanh"),), loss="binary_cross_entropy"),
        "activation",
        "takes predictions between 0 and 1; tanh gives others, sigmoid works.",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refusals_name_the_field_and_what_would_work(name: str) -> None:
    perceptron, field, sentence = REFUSALS[name]
    with pytest.raises(SettingError) as refusal:
        read(perceptron)
    assert refusal.value.field == field
    assert sentence in refusal.value.message


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_in_a_sentence(text: str) -> None:
    for perceptron in (replace(PLAIN, x=text), replace(PLAIN, target=text), neuron(weights=text), neuron(bias=text)):
        assert refused(perceptron) in (None, ".")


def refused(perceptron: Perceptron) -> str | None:
    """The end of the sentence with which settings are refused; None for those that can be read."""
    try:
        read(perceptron)
    except SettingError as refusal:
        return refusal.message[-1]
    return None


def test_in_float64_the_numbers_are_those_that_float32_held() -> None:
    network = in_float64(read(PLAIN))
    assert network.x == ((6.699999809265137,),)
    assert in_float64(network) is network
