"""The fields, the setting that they mean, and the address that carries them."""

from __future__ import annotations

from dataclasses import asdict, replace
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradwalk.address.training import Place, from_query, to_query
from gradwalk.perceptron.settings.model import Perceptron
from gradwalk.perceptron.settings.presets import BY_SLUG
from gradwalk.perceptron.settings.reading import read as read_perceptron
from gradwalk.training.data import TITLES, Data
from gradwalk.training.entry import MOST_STEPS, Entry, EntryError, read
from gradwalk.training.network import Hidden, Network, network_of
from gradwalk.training.setting import FAULTS, OPTIMIZERS, Optimizer, Setting

TANH = Network((Hidden(4),))
typed = st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), max_size=12)
entries = st.builds(
    Entry,
    data=st.sampled_from([kind for kind in TITLES if kind != "own"]),
    count=st.integers(2, 500).map(str),
    noise=st.sampled_from(["", "0", "0.25"]),
    optimizer=st.sampled_from(list(OPTIMIZERS)),
    lr=st.one_of(st.just(""), st.floats(0, 1000).map(str)),
    momentum=st.floats(0.01, 1).map(str),
    nesterov=st.booleans(),
    decay=st.floats(0, 1).map(str),
    batch=st.one_of(st.just(""), st.integers(1, 500).map(str)),
    seed=st.integers(0, 2**31 - 1).map(str),
    epochs=st.integers(1, 200).map(str),
    fault=st.sampled_from(["", *FAULTS]),
)


def tried(entry: Entry) -> tuple[Setting | None, EntryError | None]:
    try:
        return read(entry, TANH), None
    except EntryError as refused:
        return None, refused


def test_the_defaults_are_xor_in_one_batch() -> None:
    assert read(Entry(), TANH) == Setting(TANH, Data("xor"), Optimizer("sgd", 0.5, 0.9), epochs=300)


def test_a_perceptron_gives_its_layers_and_its_loss() -> None:
    assert network_of(read_perceptron(Perceptron())) == Network()
    two = network_of(read_perceptron(BY_SLUG["two_layers"].perceptron))
    assert two == Network((Hidden(2, "tanh"),), "sigmoid", "bce")
    assert two.title(2) == "2-2-1"


@given(entries)
def test_every_good_entry_is_a_setting_within_its_bounds(entry: Entry) -> None:
    setting, refused = tried(entry)
    if refused is not None:
        assert refused.field == "epochs"
        assert f"{MOST_STEPS:,} steps" in refused.message
    if setting is not None:
        assert setting.epochs * setting.batches <= MOST_STEPS
        assert setting.trained.title(setting.data.inputs) in ("2-4-1", "1-4-1")


@given(st.sampled_from(["lr", "momentum", "decay", "count", "noise", "batch", "seed", "epochs"]), typed)
def test_whatever_is_typed_is_read_or_refused_at_its_field(field: str, text: str) -> None:
    entry = replace(Entry(data="moons"), **{field: text})  # type: ignore[arg-type]
    _, refused = tried(entry)
    if refused is not None:
        assert refused.field == field or (field == "batch" and refused.field == "epochs")
        assert refused.message.endswith(".")


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"lr": "nan"}, "lr", "The learning rate cannot be nan. Write a number, such as 0.1."),
        ({"lr": "inf"}, "lr", "The learning rate cannot be inf. Write a number, such as 0.1."),
        ({"momentum": ""}, "momentum", "The momentum is empty. Write one, such as 0.9."),
        ({"lr": "fast"}, "lr", "The learning rate is no number: “fast”. Write one, such as 0.1."),
        ({"lr": "-1"}, "lr", "The learning rate is −1; it goes from 0 to 1000000. 0.1 would work."),
        ({"momentum": "2"}, "momentum", "The momentum is 2; it goes from 0 to 1. 0.9 would work."),
        ({"momentum": "0", "nesterov": True}, "momentum", "Nesterov looks ahead along the momentum, which is 0 here."),
        ({"batch": "0"}, "batch", "The batch size is 0; it goes from 1 to 500."),
        ({"batch": "1.5"}, "batch", "The batch size is no whole number: “1.5”. Write one, such as 16."),
        ({"seed": "9" * 40}, "seed", "The seed is too large; it goes from 0 to"),
        ({"epochs": "0"}, "epochs", "The number of epochs is 0; it goes from 1 to 5,000."),
        (
            {"data": "moons", "batch": "1", "epochs": "5000"},
            "epochs",
            "5,000 epochs of 200 steps are more than 100,000",
        ),
        ({"data": "moons", "count": "1"}, "count", "The number of points is 1; it goes from 2 to 500."),
        ({"data": "moons", "noise": "nan"}, "noise", "The noise cannot be nan."),
        ({"data": "own"}, "points", "There are no points yet."),
        ({"data": "own", "points": "1, two, 0"}, "points", "Row 1, column 2: “two” is no number."),
        ({"data": "mnist"}, "data", "“mnist” is not offered here. There are and, or, xor,"),
        ({"fault": "bug"}, "fault", "“bug” is not offered here."),
    ],
)
def test_a_refusal_names_the_field_and_what_would_work(change: dict[str, str], field: str, says: str) -> None:
    with pytest.raises(EntryError) as refused:
        read(replace(Entry(), **change), TANH)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert refused.value.message.startswith(says)


@pytest.mark.parametrize("fault", ["saturated", "dead"])
def test_what_takes_a_hidden_layer_says_so(fault: str) -> None:
    with pytest.raises(EntryError, match="Add one to see it"):
        read(Entry(fault=fault), Network())
    assert read(Entry(fault=fault), TANH).trained.hidden[0].activation == FAULTS[fault].hidden


def test_a_line_is_fitted_with_a_squared_error() -> None:
    line = read(Entry(data="line"), TANH).trained
    assert (line.output, line.loss) == ("identity", "mse")
    assert read(Entry(data="own", points="1, 2\n2, 3"), Network(loss="squared_error")).trained.loss == "squared_error"


@given(entries, st.one_of(st.none(), st.integers(0, 5000)), st.one_of(st.none(), st.integers(0, 500)))
def test_an_address_carries_everything(entry: Entry, epoch: int | None, batch: int | None) -> None:
    place = Place(epoch, None if epoch is None else batch)
    assert from_query(dict(parse_qsl(to_query(entry, place), keep_blank_values=True))) == (entry, place, ())


def test_an_address_carries_points_and_what_cannot_be_read() -> None:
    entry = Entry(data="own", points="0.5, 1, 0\n1, two, 1", lr="nan")
    assert from_query(dict(parse_qsl(to_query(entry)))) == (entry, Place(), ())


def test_what_is_as_usual_needs_no_address() -> None:
    assert to_query(Entry()) == "data=xor"  # which data are usual depends on the network


@given(st.dictionaries(st.sampled_from([*asdict(Entry()), "epoch", "inside", "w", "view"]), st.text(max_size=60)))
def test_any_address_opens_something(params: dict[str, str]) -> None:
    entry, place, notices = from_query(params)
    assert entry.data in TITLES
    assert place.epoch is None or place.epoch >= 0
    assert all(notice.endswith(".") for notice in notices)
