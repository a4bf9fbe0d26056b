"""The page's state in an address: there and back exactly, and a sentence for what cannot be read."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradwalk.address.perceptron import Document, from_query, to_query
from gradwalk.perceptron.settings.model import Layer, Perceptron
from gradwalk.perceptron.settings.presets import PRESETS
from tests.perceptrons import perceptrons


def opened(query: str) -> tuple[Document, tuple[str, ...]]:
    return from_query(dict(parse_qsl(query)))


def test_an_empty_address_is_the_lessons_neuron() -> None:
    assert to_query(Document()) == ""
    assert opened("") == (Document(), ())


def test_an_address_can_be_read_by_people() -> None:
    perceptron = Perceptron("[1, 2]", "1", (Layer("[0.5, -1]", "0.1", "tanh"),), "mse")
    assert to_query(Document(perceptron, 3, "w2")) == (
        "x=[1,+2]&w=[0.5,+-1]&b=0.1&activation=tanh&y=1&loss=mse&wrt=w2&step=3"
    )


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.slug)
def test_presets_are_named(preset: object) -> None:
    perceptron: Perceptron = preset.perceptron  # type: ignore[attr-defined]
    assert len(to_query(Document(perceptron))) < 30
    assert opened(to_query(Document(perceptron))) == (Document(perceptron), ())


_answers = st.dictionaries(
    st.sampled_from(("dL_dy_pred", "dy_pred_dz", "dL_dw", "dh1_2_dz1_2")),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=200),
    max_size=4,
)


@given(perceptrons(), st.integers(0, 100_000), st.sampled_from(("", "w", "b2", "w1_21")), _answers)
def test_there_and_back(perceptron: Perceptron, step: int, wrt: str, answers: dict[str, str]) -> None:
    document = Document(perceptron, step, wrt, answers)
    again, notices = opened(to_query(document))
    assert notices == ()
    assert again == document


def test_a_network_comes_from_numbered_layers_and_defaults() -> None:
    document, notices = opened("x=[1, 2]&w1=[[1, 2], [3, 4]]&w2=[1, 1]")
    assert notices == ()
    assert document.perceptron.layers == (Layer("[[1, 2], [3, 4]]", "[0, 0]", "tanh"), Layer("[1, 1]", "0", "sigmoid"))


@pytest.mark.parametrize(
    ("query", "notice"),
    [
        ("preset=nothing", "The address names no example that is here, so the lesson's neuron is shown."),
        ("loss=mae", "The loss in the address is none of squared_error"),
        ("dtype=int8", "The dtype in the address is none of float32, float64; it is float32 now."),
        ("activation=swish", "The activation in the address is none of identity"),
        ("step=-1", "The step in the address is no step number"),
        ("wrt=__class__", "The address names no weight under wrt"),
        ("x=five", "The settings in the address do not fit together; the form says where."),
        ("dL_dw=" + "x" * 300, "A formula in the address has more than 200 characters; it was left out."),
        ("x=" + "1" * 3000, "x in the address is too long or has invisible characters; it got its default."),
        ("x=" + "1" * 40_000, "The address is too long to be read, so the lesson's neuron is shown."),
    ],
)
def test_what_cannot_be_read_gets_a_sentence(query: str, notice: str) -> None:
    _, notices = opened(query)
    assert any(said.startswith(notice) for said in notices)


def test_numbers_that_cannot_be_read_are_opened_as_typed() -> None:
    assert opened("x=five")[0].perceptron.x == "five"


def test_parameters_of_other_sites_are_passed_over() -> None:
    assert opened("utm_source=mail&embed=true&theme=dark") == (Document(), ())


@given(st.dictionaries(st.sampled_from(("x", "y", "w", "b", "w1", "w3", "loss", "step", "wrt", "preset")), st.text()))
def test_any_address_opens(params: dict[str, str]) -> None:
    document, _ = from_query(params)
    assert 1 <= len(document.perceptron.layers) <= 4


def test_the_address_of_a_change_is_not_the_presets() -> None:
    preset = PRESETS[0].perceptron
    assert "x=1" in to_query(Document(replace(preset, x="1")))
