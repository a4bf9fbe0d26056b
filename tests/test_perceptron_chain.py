"""The chain of a perceptron: the lesson's numbers by hand, autograd's for every factor, and slopes of the loss."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gradwalk import record
from gradwalk.cells import evaluate
from gradwalk.formula import template
from gradwalk.formula.mathml import TAGS, Tree
from gradwalk.perceptron.chain.by_hand import by_hand_program
from gradwalk.perceptron.chain.chain import MAX_PATHS, Chain, chain, gradient, leaves
from gradwalk.perceptron.programs.program import program
from gradwalk.perceptron.settings.editing import with_layer
from gradwalk.perceptron.settings.model import ACTIVATIONS, STYLES, Layer, Perceptron
from gradwalk.perceptron.settings.presets import BY_SLUG, PRESETS
from gradwalk.perceptron.settings.reading import Network, read
from gradwalk.recording import Backward, LocalGradient
from tests.perceptrons import perceptrons
from tests.plain_torch import run


def of(slug: str, leaf: str = "", **changed: str) -> Chain:
    return chain(read(replace(BY_SLUG[slug].perceptron, **changed)), leaf)  # type: ignore[arg-type]


def test_the_lessons_numbers_by_hand() -> None:
    """Lesson 2: dL/dw = 6.691762447357178 and dL/db = 0.998770534992218 by hand, 6.6918 and 0.9988 by autograd."""
    w, b = of("lesson", "w").gradient, of("lesson", "b").gradient
    assert (w.hand, b.hand) == (6.691762447357178, 0.998770534992218)
    assert f"{w.autograd:.4f} {b.autograd:.4f}" == "6.6918 0.9988"
    assert w.difference == pytest.approx(w.exact, rel=1e-7)
    assert w.remark is None


def test_the_lessons_other_numbers() -> None:
    """b = 1: 6.6970 and 0.9995; float64 at x = 2.3: 2.0904 and 0.9089; lesson 6: −2."""
    found = [of(slug, leaf).gradient for slug in ("bias", "float64", "regression") for leaf in ("w", "b")]
    assert [f"{each.autograd:.4f}" for each in found] == ["6.6970", "0.9995", "2.0904", "0.9089", "-2.0000", "-2.0000"]
    assert [f"{each.hand:.4f}" for each in found] == ["6.6970", "0.9995", "2.0904", "0.9089", "-2.0000", "-2.0000"]


def test_the_lessons_factors() -> None:
    found = of("lesson")
    assert [(row.key, row.code) for row in found.factors] == [
        ("dL_dy_pred", "(y_pred - y) / (y_pred * (1 - y_pred))"),
        ("dy_pred_dz", "y_pred * (1 - y_pred)"),
        ("dz_dw", "x"),
    ]
    assert found.factors[1].left == r"\frac{\partial \hat{y}}{\partial z}"
    assert found.factors[1].right == r"\hat{y} (1 - \hat{y})"
    assert found.factors[1].filled == "0.99877 (1 - 0.99877)"
    assert found.gradient.filled == r"813.3619 \cdot 0.001227953 \cdot 6.7"
    assert found.gradient.right == r" \cdot ".join(row.left for row in found.factors)


def test_the_factors_are_those_of_the_recording() -> None:
    """dL/dŷ is what reaches the sigmoid's node from above, dŷ/dz and dz/dw are the local gradients of the nodes."""
    network = read(Perceptron())
    recording = record(program(network))
    rows = {row.key: row.autograd[0] for row in chain(network).factors}
    kernels = {operation.id: operation for operation in recording.operations}
    local = {
        (kernels[event.operation].kernel, event.edge): event.numbers
        for event in recording.events
        if isinstance(event, LocalGradient)
    }
    nodes = {event.node: event for event in recording.events if isinstance(event, Backward)}
    sigmoid = next(each for each in recording.operations if each.kernel == "sigmoid")
    assert sigmoid.node is not None
    upstream = nodes[sigmoid.node].upstream[0]
    assert upstream is not None
    assert upstream.numbers == (rows["dL_dy_pred"],)
    assert local["sigmoid", 0] == (rows["dy_pred_dz"],)
    assert local["mul.Tensor", 0] == (rows["dz_dw"],)


def test_the_hand_program_is_the_lessons_and_runs_in_plain_pytorch() -> None:
    source = by_hand_program(read(Perceptron()), "w")
    assert source.endswith(
        "dL_dy_pred = (y_pred - y) / (y_pred * (1 - y_pred))\n"
        "dy_pred_dz = y_pred * (1 - y_pred)\n"
        "dz_dw = x\n"
        "dL_dw = dL_dy_pred * dy_pred_dz * dz_dw\n"
        "dL_dw\n"
    )
    _, shown = run(source)
    assert shown.item() == 6.691762447357178


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.slug)
def test_hand_programs_run_the_same_here_and_in_plain_pytorch(preset: object) -> None:
    network = read(preset.perceptron)  # type: ignore[attr-defined]
    for leaf in (leaves(network)[0], leaves(network)[-1]):
        source = by_hand_program(network, leaf)
        _, shown = run(source)
        assert evaluate(source) == pytest.approx((float(shown),), nan_ok=True, rel=0)


@settings(max_examples=40, deadline=None)
@given(perceptrons(), st.data())
def test_every_factor_by_formula_is_autograds(perceptron: Perceptron, data: st.DataObject) -> None:
    """In float64, away from the places where a kink leaves the choice to PyTorch."""
    network = read(replace(perceptron, dtype="float64"))
    found = chain(network, data.draw(st.sampled_from(leaves(network))))
    if not _is_smooth(network):
        return
    for row in found.factors:
        if all(map(math.isfinite, row.hand + row.autograd)) and not _saturated(network):
            assert row.hand == pytest.approx(row.autograd, rel=1e-6, abs=1e-9), row.key
    if found.gradient.autograd is not None and not _saturated(network):
        assert found.gradient.hand == pytest.approx(found.gradient.autograd, rel=1e-6, abs=1e-9)
        if found.path_count <= MAX_PATHS:
            total = math.fsum(path.product for path in found.paths)
            assert total == pytest.approx(found.gradient.autograd, rel=1e-6, abs=1e-9)


def _is_smooth(network: Network) -> bool:
    """No sum lies at a kink, and no hinge at its margin."""
    names, _ = run(program(replace(network, style="scalar")))
    sums = [value for name, value in names.items() if name[0] == "z" and isinstance(value, torch.Tensor)]
    if any((value.abs() < 1e-6).any() for value in sums):
        return False
    margins = 1 - names["y"] * names["y_pred"] if network.loss == "hinge" else torch.ones(1)
    return bool((margins.abs() > 1e-6).all())


def _saturated(network: Network) -> bool:
    """A prediction that clamp holds, or that is no probability: there the formula of BCE is another function."""
    if network.loss not in ("bce", "binary_cross_entropy"):
        return False
    names, _ = run(program(replace(network, style="scalar")))
    return not bool(((names["y_pred"] > 1e-6) & (names["y_pred"] < 1 - 1e-6)).all())


@pytest.mark.parametrize("activation", [name for name in ACTIVATIONS if name != "step"])
@pytest.mark.parametrize("leaf", ["w1", "b"])
def test_central_differences_agree_with_autograd(activation: str, leaf: str) -> None:
    layer = Layer("[0.7, -0.4]", "0.3", activation)
    found = gradient(read(Perceptron("[1.5, -2]", "0.5", (layer,), "squared_error", "float64")), leaf)
    assert found.difference == pytest.approx(found.autograd, rel=1e-6)
    assert found.exact == pytest.approx(found.autograd, rel=1e-12)
    assert found.remark is None


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("leaf", ["w1_12", "b1_2", "w2_2", "b2_1"])
def test_autograds_number_is_that_of_the_style_that_is_shown(style: str, leaf: str) -> None:
    network = read(replace(BY_SLUG["two_layers"].perceptron, style=style))
    scalar = read(BY_SLUG["two_layers"].perceptron)
    assert gradient(network, leaf).autograd == pytest.approx(gradient(scalar, leaf).autograd, rel=1e-5)


def test_a_mean_over_rows_puts_its_n_into_the_first_factor() -> None:
    """(1/4) Σ 2(ŷ − y)x = (2/4)(0·(−1) + 1·(−2) + 2·(−3) + 3·(−4)) = −10"""
    found = of("points", "w")
    assert found.factors[0].code == "(2 * (y_pred - y)) / 4"
    assert found.factors[0].hand == (-0.5, -1.0, -1.5, -2.0)
    assert found.factors[-1].hand == (0.0, 1.0, 2.0, 3.0)
    assert (found.gradient.hand, found.gradient.autograd) == (-10, -10)
    assert found.gradient.right.startswith(r"\sum_{i=1}^{4}")


def test_a_first_weight_is_reached_on_as_many_paths_as_units_follow() -> None:
    network = read(with_layer(with_layer(Perceptron("1", "1"), units=3), units=4))
    found = chain(network, "w1_1")
    assert (found.path_count, len(found.paths)) == (4, 4)
    assert found.gradient.right.endswith(r"+ \dots")
    total = math.fsum(path.product for path in found.paths)
    assert total == pytest.approx(found.gradient.autograd, rel=1e-4)


def test_kinks_and_clamps_and_lost_digits_are_said() -> None:
    corner = Perceptron("0", "1", (Layer(activation="relu"),), "squared_error")
    assert "A kink" in (gradient(read(corner), "b").remark or "")
    assert "float32 cannot hold this; in float64 autograd gives 17.0000." in (of("trap").gradient.remark or "")
    held = of("lesson", x="20", dtype="float64").gradient
    assert held.autograd == 0
    assert held.hand == pytest.approx(20)
    assert "clamp holds it" in (held.remark or "")


def test_the_short_cut_of_sigmoid_and_cross_entropy() -> None:
    cut = of("lesson").short_cut
    assert cut is not None
    assert (cut.right, cut.code) == (r"\hat{y} - y", "y_pred - y")
    assert cut.short == (0.998770534992218,)
    assert "cancels" in cut.why


def test_the_short_cut_is_there_where_the_long_way_is_lost() -> None:
    cut = of("trap").short_cut
    assert cut is not None
    assert cut.short == (1.0,)
    assert math.isnan(cut.long[0])
    assert cut.exact[0] == pytest.approx(1 / (1 + math.exp(-17)))
    assert "is nan here" in cut.why


def test_losses_with_logits_are_short_cuts_themselves() -> None:
    for slug in ("logits", "classes"):
        cut = of(slug).short_cut
        assert cut is not None
        assert cut.long == ()
    assert of("regression").short_cut is None
    assert of("saturated").short_cut is None


def test_the_gradient_of_softmax_is_the_probability_minus_one_at_the_right_class() -> None:
    row = of("classes", "w11").factors[0]
    z = torch.tensor([0.5, 0.1, 0.6])  # the sums of the preset
    assert row.hand[0] == pytest.approx(float(torch.softmax(z, 0)[0]) - 1, rel=1e-6)


def _tags(tree: Tree) -> set[str]:
    return {str(tree[0])} | {tag for child in tree[1:] if isinstance(child, list) for tag in _tags(child)}


@settings(max_examples=25, deadline=None)
@given(perceptrons(most=2))
def test_every_formula_becomes_mathml_of_the_closed_list(perceptron: Perceptron) -> None:
    found = chain(read(perceptron))
    texts = [text for row in found.factors for text in (row.left, row.right, row.filled) if text]
    texts += [found.gradient.left, found.gradient.right, found.gradient.filled or "0"]
    texts += [found.short_cut.right] if found.short_cut else []
    for text in texts:
        assert _tags(template(text).tree) <= TAGS


def test_negative_numbers_stand_in_brackets_where_they_need_them() -> None:
    rows = {row.key: row.filled for row in of("two_layers", "w1_21").factors}
    assert rows["dz_dh1_2"] == "{-0.6}"
    assert rows["dh1_2_dz1_2"] == "1 - {({-0.6044})}^2"
    assert of("dead").factors[1].filled == r"1 \text{ if } {-2} > 0 \text{ else } 0"
    assert of("hinge").factors[0].filled == r"-({-1}) \text{ if } ({-1}) \cdot 0.5 < 1 \text{ else } 0"
