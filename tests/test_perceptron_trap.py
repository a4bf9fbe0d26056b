"""The float32 trap at a large z and the step that cannot learn, in PyTorch's own numbers and words."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from gradwalk.perceptron.chain.trap import LossTrap, loss_trap, step_at, step_facts, trap_at
from gradwalk.perceptron.settings.presets import BY_SLUG, PRESETS
from gradwalk.perceptron.settings.reading import read


def at(z: float, y: float = 0.0, dtype: str = "float32") -> LossTrap:
    found = trap_at(z, y, dtype)
    assert found is not None
    return found


def test_the_lessons_trap() -> None:
    """z = 17: the loss by hand is inf, its gradient nan; PyTorch's function gives 100 and 0, with logits 17 and 1."""
    found = loss_trap(read(BY_SLUG["trap"].perceptron))
    assert found is not None
    hand, function, logits = found.rows
    assert (found.z, found.y_pred, found.upper) == (17, 1, 1)
    assert hand.loss == math.inf
    assert math.isnan(hand.gradient)
    assert (function.loss, function.gradient) == (100, 0)
    assert (logits.loss, logits.gradient) == (17, 1)
    assert [row.holds for row in found.rows] == [False, False, True]
    assert found.sprung
    for said in (
        "1 − 1e-8 is 1 there",
        "log(0): it is inf, and its gradient 0 · inf = nan",
        "are 100 and 0",
        "17 and 1",
    ):
        assert said in found.sentence


def test_where_the_trap_springs() -> None:
    """float32 rounds 1 / (1 + e⁻ᶻ) to 1 once e⁻ᶻ ≤ 2⁻²⁴, from z = 24 log 2 = 16.64 on."""
    edge = 24 * math.log(2)
    assert at(edge - 0.01).y_pred < 1
    assert at(edge + 0.01).y_pred == 1
    assert math.isnan(at(edge + 0.01).rows[0].gradient)


def test_float64_has_another_edge() -> None:
    """There 1 − 1e-8 is less than 1, and clamp holds ŷ once e⁻ᶻ < 1e-8, from z = 8 log 10 = 18.42 on."""
    edge = 8 * math.log(10)
    assert not at(edge - 0.01, dtype="float64").sprung
    held = at(edge + 0.01, dtype="float64")
    assert (held.upper, held.rows[0].gradient) == (1 - 1e-8, 0)
    assert "clamp holds ŷ" in held.sentence
    assert held.rows[1].holds


def test_the_lessons_neuron_is_not_trapped() -> None:
    found = loss_trap(read(BY_SLUG["lesson"].perceptron))
    assert found is not None
    assert not found.sprung
    assert "All three agree here." in found.sentence


@settings(max_examples=30, deadline=None)
@given(st.floats(-120, 120, width=32), st.sampled_from((0.0, 1.0, 0.25)), st.sampled_from(("float32", "float64")))
def test_the_numbers_are_pytorchs(z: float, y: float, dtype: str) -> None:
    found = at(z, y, dtype)
    leaf = torch.tensor(z, dtype=getattr(torch, dtype), requires_grad=True)
    loss = F.binary_cross_entropy(torch.sigmoid(leaf), torch.tensor(y, dtype=leaf.dtype))
    loss.backward()  # type: ignore[no-untyped-call]
    assert leaf.grad is not None
    assert found.rows[1][2:4] == (loss.item(), leaf.grad.item())
    exact = F.binary_cross_entropy_with_logits(torch.tensor(z, dtype=torch.float64), torch.tensor(y).double())
    assert found.exact[0] == pytest.approx(exact.item())
    assert found.sprung == (not all(row.holds for row in found.rows))
    assert found.sentence.endswith(".")


def test_other_losses_and_networks_without_a_step_have_no_trap() -> None:
    assert loss_trap(read(BY_SLUG["regression"].perceptron)) is None
    assert step_facts(read(BY_SLUG["lesson"].perceptron)) is None


def test_a_step_has_no_slope_and_a_comparison_no_edge() -> None:
    facts = step_facts(read(BY_SLUG["step"].perceptron))
    assert facts is not None
    assert facts.gradient == 0
    assert facts.error == "element 0 of tensors does not require grad and does not have a grad_fn"
    assert "multiplied by it" in facts.sentence


@pytest.mark.parametrize("z", [-3.0, 0.0, 0.001, 40.0])
def test_a_step_is_flat_everywhere(z: float) -> None:
    assert step_at(z).gradient == 0


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.slug)
def test_every_style_meets_the_same_trap(preset: object) -> None:
    network = read(preset.perceptron)  # type: ignore[attr-defined]
    assert repr(loss_trap(replace(network, style="linear"))) == repr(loss_trap(network))  # nan is not nan
