"""A binary cross entropy that is written by hand is one box, and is called so only where it is one."""

from __future__ import annotations

import pytest
import torch

from gradwalk.analysis import analyse
from gradwalk.analysis.groups import Group, groups_of
from gradwalk.cells import record_plain
from gradwalk.expression.expression import program, read
from gradwalk.perceptron.programs.program import program as perceptron_program
from gradwalk.perceptron.settings.presets import BY_SLUG
from gradwalk.perceptron.settings.reading import read as read_perceptron

NEURON = "z = w*x + b\ny_hat = sigmoid(z)\n"
NUMBERS = {"x": "6.7", "w": "1", "b": "0", "y": "0"}


def _box(source: str) -> Group | None:
    [episode] = analyse(record_plain(source, pictures=False)).episodes
    items = groups_of(episode.index)
    found = [item for item in items if isinstance(item, Group)]
    assert len(found) <= 1
    return found[0] if found else None


WRITTEN = [
    (NEURON + "loss = -(y*log(y_hat) + (1 - y)*log(1 - y_hat))", "ŷ"),
    (NEURON + "loss = -y*log(y_hat) - (1 - y)*log(1 - y_hat)", "ŷ"),
    (NEURON + "loss = -(y*log(y_hat + 1e-8) + (1 - y)*log(1 - y_hat + 1e-8))", "ŷ"),
    (NEURON + "q = 1 - y_hat\na = log(y_hat)\nc = log(q)\nL = -(y*a + (1 - y)*c)", "ŷ"),
    ("p = clamp(sigmoid(w*x), 1e-7, 1 - 1e-7)\nL = -(y*log(p) + (1 - y)*log(1 - p))", "p"),
]


@pytest.mark.parametrize(("text", "probability"), WRITTEN)
def test_one_that_is_written_out_is_one_box(text: str, probability: str) -> None:
    box = _box(program(read(text, NUMBERS)))
    assert box is not None
    assert (box.kind, box.detail) == ("loss", "BCE")
    assert box.known_as == f"the binary cross entropy of {probability} and y"


@pytest.mark.parametrize("how", ["mean", "sum"])
def test_so_is_its_mean_and_its_sum(how: str) -> None:
    text = f"p = sigmoid(w*x)\nloss = {how}(-y*log(p) - (1 - y)*log(1 - p))"
    box = _box(program(read(text, {"x": "[1, 2, -1]", "y": "[1, 0, 1]"})))
    assert box is not None
    assert box.known_as == "the binary cross entropy of p and y"


OTHERS = [
    "loss = y*log(y_hat) + (1 - y)*log(1 - y_hat)",
    "loss = -(y*log(y_hat) + (1 + y)*log(1 - y_hat))",
    "loss = -2*(y*log(y_hat) + (1 - y)*log(1 - y_hat))",
    "loss = -(y*log(y_hat) + (1 - y)*log(y_hat))",
    "loss = -(y*log(1 - y_hat) + (1 - y)*log(y_hat)*y)",
    "loss = -log(y_hat)*log(1 - y_hat)",
]


@pytest.mark.parametrize("line", OTHERS)
def test_what_is_none_is_not_called_one(line: str) -> None:
    """With y = 0 some of them have the same value as the true one."""
    assert _box(program(read(NEURON + line, NUMBERS))) is None


@pytest.mark.parametrize("w", ["1", "100", "-100", "0"])
def test_no_number_changes_the_picture(w: str) -> None:
    box = _box(program(read(WRITTEN[0][0], NUMBERS | {"w": w})))
    assert box is not None
    assert len(box.items) == 8


@pytest.mark.parametrize("slug", ["lesson", "two_layers", "xor"])
def test_a_function_of_ones_own_is_named_too(slug: str) -> None:
    source = perceptron_program(read_perceptron(BY_SLUG[slug].perceptron))
    box = _box(source)
    assert box is not None
    assert (box.title, box.known_as) == ("loss", "the binary cross entropy of y_pred and y")
    names: dict[str, torch.Tensor] = {}
    exec(source, names)  # noqa: S102 - a program of our own
    loss = torch.nn.functional.binary_cross_entropy(names["y_pred"].detach(), names["y"].to(names["y_pred"].dtype))
    assert names["loss"].item() == pytest.approx(loss.item(), rel=1e-4)
