"""Check my derivation: what is right is found right, every slip of the lesson is recognised, and luck is no proof."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradwalk.perceptron.chain.factors import Factors
from gradwalk.perceptron.derivation.derivation import Answer, Derivation, check, questions
from gradwalk.perceptron.derivation.mutations import mutations
from gradwalk.perceptron.derivation.points import Point, points
from gradwalk.perceptron.settings.model import ACTIVATIONS, LOSSES, Layer, Perceptron
from gradwalk.perceptron.settings.presets import BY_SLUG, PRESETS
from gradwalk.perceptron.settings.reading import Network, read
from tests.perceptrons import perceptrons

SHORT_CUT = {"dL_dw": "(y_pred - y) * x", "dL_db": "y_pred - y"}
FACTORS = {
    "dL_dy_pred": "(y_pred - y) / (y_pred * (1 - y_pred))",
    "dy_pred_dz": "y_pred * (1 - y_pred)",
    "dz_dw": "x",
    "dz_db": "1",
}


def checked(slug: str, leaf: str = "", **answers: str) -> Derivation:
    return check(read(BY_SLUG[slug].perceptron), leaf, answers)


def one(slug: str, key: str, text: str, leaf: str = "") -> Answer:
    return next(answer for answer in checked(slug, leaf, **{key: text}).answers if answer.key == key)


def test_the_lessons_neuron_asks_for_four_factors_and_two_gradients() -> None:
    found = questions(read(Perceptron()), "w")
    assert [each.key for each in found] == ["dL_dy_pred", "dy_pred_dz", "dz_dw", "dz_db", "dL_dw", "dL_db"]
    assert [each.is_gradient for each in found] == [False] * 4 + [True] * 2
    assert found[0].latex == r"\frac{\partial L}{\partial \hat{y}}"


def test_the_lessons_derivation_is_right() -> None:
    found = checked("lesson", "w", **FACTORS, **SHORT_CUT)
    assert [answer.verdict for answer in found.answers] == ["right"] * 6
    assert found.first_wrong is None
    assert found.summary == "All of it is right."


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("dL_dy_pred", "-y/y_pred + (1 - y)/(1 - y_pred)"),
        ("dL_dy_pred", "(y_pred - y)/(y_pred*(1 - y_pred) + 1e-8)"),  # an epsilon with the right sign
        ("dL_dy_pred", "dL_dy_pred = (y_hat - y)/(y_hat*(1 - y_hat))"),
        ("dy_pred_dz", "exp(-z)/(1 + exp(-z))**2"),
        ("dy_pred_dz", "sigmoid(z)*(1 - sigmoid(z))"),
        ("dL_dw", "dL_dy_pred * dy_pred_dz * dz_dw"),
        ("dL_dw", "dloss_dy_pred * dy_pred_dz * dz_dw"),
        ("dL_dw", "x*(sigmoid(w*x + b) − y)"),
        ("dL_dw", "dL/dw = dL/dŷ · dŷ/dz · dz/dw"),
        ("dL_db", "ŷ − y"),
        ("dy_pred_dz", "y_pred(1-y_pred)"),
        ("dy_pred_dz", "ŷ(1 − ŷ)"),
        ("dy_pred_dz", "y_hat - y_hat^2"),
        ("dL_dy_pred", "(y_pred - y)/(y_pred(1 - y_pred))"),
        ("dL_dw", "x(ŷ − y)"),
    ],
)
def test_other_forms_of_the_same_are_right(key: str, text: str) -> None:
    assert one("lesson", key, text).verdict == "right"


SLIPS = [
    # lesson 2 and 7.10: the factor ŷ is missing
    ("lesson", "dL_dy_pred", "(y_pred - y)/(1 - y_pred)", "missing factor", "The factor ŷ is missing below the line."),
    ("lesson", "dL_dy_pred", "(y_pred - y)/y_pred", "missing factor", "The factor 1 − ŷ is missing below the line."),
    ("lesson", "dL_dy_pred", "y_pred - y", "wrong thing", "This is dL/dz: the factor dŷ/dz is in it already."),
    # + where the chain rule multiplies
    ("lesson", "dL_dw", "dL_dy_pred + dy_pred_dz + dz_dw", "plus for times", "a + where the chain rule multiplies"),
    ("lesson", "dL_dw", "dL_dy_pred * dy_pred_dz + x", "plus for times", "dL/dŷ · dŷ/dz · dz/dw"),
    # printing dz/dw for dL/dw
    ("lesson", "dL_dw", "x", "wrong thing", "This is dz/dw, only one factor of the chain, and not dL/dw."),
    ("lesson", "dL_dw", "y_pred - y", "wrong thing", "This is dL/db: the derivative with respect to b."),
    ("lesson", "dL_db", "(y_pred - y)*x", "wrong thing", "This is dL/dw: the derivative with respect to w."),
    ("lesson", "dz_dw", "w", "wrong thing", "with respect to w it is x."),
    ("lesson", "dz_db", "b", "value", "This is b, the value"),
    ("lesson", "dz_db", "0", "zero", "It is not 0: z changes with b."),
    # an epsilon with the wrong sign
    ("lesson", "dL_dy_pred", "(y_pred - y)/(y_pred*(1 - y_pred) - 1e-8)", "epsilon", "The epsilon has the wrong sign"),
    ("lesson", "dL_dy_pred", "(y_pred - y)/(y_pred*(1 - y_pred - 1e-8))", "epsilon", "It is added there."),
    (
        "lesson",
        "dL_dy_pred",
        "(y_pred - y)/(clamp(y_pred, 1e-8, 1 + 1e-8)*(1 - y_pred))",
        "epsilon",
        "clamp up to 1 + 10⁻⁸ lets a 1 through",
    ),
    # signs
    ("lesson", "dL_dy_pred", "(y - y_pred)/(y_pred*(1 - y_pred))", "sign", "The sign is wrong."),
    ("lesson", "dy_pred_dz", "y_pred*(1 + y_pred)", "sign", "There is a + where 1 − ŷ has a −."),
    ("lesson", "dL_dw", "(y - y_pred)*x", "sign", "The sign is wrong."),
    ("lesson", "dL_dw", "dL_dy_pred * dz_dw", "missing factor", "The factor dŷ/dz is missing."),
    ("lesson", "dL_dw", "(y_pred - y)/(1 - y_pred)*y_pred*(1 - y_pred)*x", "missing factor", "In dL/dŷ: the factor ŷ"),
    # a factor 2, and 1/N
    ("regression", "dL_dy_pred", "y_pred - y", "factor 2", "The factor 2 is missing"),
    ("regression", "dL_dw", "(y_pred - y)*x", "factor 2", "The factor 2 is missing"),
    ("points", "dL_dy_pred", "2*(y_pred - y)", "1/N", "The 1/N is missing: the loss is a mean over 4."),
    ("points", "dL_dw", "sum(2*(y_pred - y)*x)", "1/N", "The 1/N is missing"),
    ("points", "dL_dw", "mean(2*(y_pred - y)*x)/N", "1/N", "There is one 1/N too many."),
    ("points", "dL_dw", "2*(y_pred - y)*x/N", "sum", "This gives 4 numbers, one a row; the gradient is one: their sum"),
    # other activations and losses, more inputs, networks
    ("two_layers", "dh1_1_dz1_1", "1 - h1_1", "power", "The power is missing: it is h₁⁽¹⁾²."),
    ("two_layers", "dL_dw1_11", "(y_pred - y)*w2_1*(1 - h1_1**2)*x2", "wrong thing", "This is dL/dw₁₂⁽¹⁾"),
    ("two_layers", "dL_dw1_11", "(y_pred - y)*(1 - h1_1**2)*x1", "missing factor", "The factor dz/dh₁⁽¹⁾ is missing."),
    ("classes", "dL_db1", "y_pred1", "missing term", "[y = 0] is missing"),
    ("hinge", "dL_dw1", "-y*x2*(y*y_pred < 1)", "wrong thing", "This is dL/dw₂"),
    ("step", "dL_dw1", "2*(y_pred - y)*x1", "missing factor", "The factor dŷ/dz is missing."),
]


@pytest.mark.parametrize(("slug", "key", "text", "kind", "sentence"), SLIPS)
def test_slips_are_recognised(slug: str, key: str, text: str, kind: str, sentence: str) -> None:
    found = one(slug, key, text)
    assert (found.verdict, found.slip) == ("wrong", kind)
    assert sentence in found.sentence


def test_a_wrong_answer_says_what_it_should_have_been_here() -> None:
    found = one("lesson", "dL_dy_pred", "(y_pred - y)/(1 - y_pred)")
    assert found.sentence == "The factor ŷ is missing below the line. Here it is 813.4; yours gives 812.4."
    assert found.right == pytest.approx(813.4057, rel=1e-6)
    assert found.yours == pytest.approx(812.4057, rel=1e-6)


def test_the_first_wrong_factor_is_named_and_the_gradients_follow_from_it() -> None:
    wrong = "(y_pred - y)/(1 - y_pred)"
    found = checked("lesson", "w", **{**FACTORS, "dL_dy_pred": wrong, "dL_dw": f"{wrong}*y_pred*(1 - y_pred)*x"})
    assert found.first_wrong == "dL_dy_pred"
    assert found.summary == "The first slip is in dL/dŷ; 3 of 5 are right."
    gradient = next(answer for answer in found.answers if answer.key == "dL_dw")
    assert gradient.slip == "carried on"
    assert "This is the product of your factors; the slip is in dL/dŷ." in gradient.sentence


def test_logits_have_a_prediction_too() -> None:
    """It is no value of the program, but of every derivation: sigmoid(z), or softmax(z)."""
    assert one("logits", "dL_dz", "y_pred - y").verdict == "right"
    assert one("logits", "dL_dz", "sigmoid(z) - y").verdict == "right"
    assert one("classes", "dL_dz1", "y_pred1 - 1").verdict == "right"


def test_of_several_rows_the_first_wrong_one_is_named() -> None:
    found = one("points", "dz_dw", "x*x*x")
    assert "In row 3 it is 2; yours gives 8." in found.sentence


def test_a_factor_may_be_used_by_name_though_the_learners_own_was_wrong() -> None:
    found = checked("lesson", "w", dL_dy_pred="y", dL_dw="dL_dy_pred*dy_pred_dz*dz_dw")
    assert [answer.verdict for answer in found.answers if answer.verdict != "empty"] == ["wrong", "right"]


@pytest.mark.parametrize(
    ("slug", "key", "text", "sentence"),
    [
        ("lesson", "dL_dw", "6.69176", "Right here, but by accident: at x = "),
        ("lesson", "dL_db", "y_pred", "Right only while y = 0: with another target it gives"),
        ("lesson", "dL_dy_pred", "1/(1 - y_pred)", "The − y is missing in ŷ − y."),
        ("lesson", "dL_dy_pred", "1/(1 - y_pred) + 3*y", "The target belongs in it."),
        ("lesson", "dL_dy_pred", "y_pred/(y_pred*(1 - y_pred))", "The − y is missing in ŷ − y."),
        ("lesson", "dL_dw", "(y_pred + y)*x", "In dL/dŷ: there is a + where ŷ − y has a −."),
        ("regression", "dL_db", "2*(y_pred - y)*x", "This is dL/dw: the derivative with respect to w."),  # x is 1 here
        ("regression", "dL_dw", "-2", "by accident"),
        ("dead", "dL_dw", "0", "by accident"),  # a relu that lets nothing through here
        ("regression", "dy_pred_dz", "x", "by accident"),
        (
            "hinge",
            "dL_dy_pred",
            "-y",
            "It is −y only where y · ŷ < 1; elsewhere it is 0.",
        ),  # right on this side of the margin
    ],
)
def test_right_by_accident_is_caught_elsewhere(slug: str, key: str, text: str, sentence: str) -> None:
    found = one(slug, key, text)
    assert found.verdict == "accident"
    assert sentence in found.sentence


@pytest.mark.parametrize("slug", ["lesson", "regression", "dead", "two_layers", "points"])
def test_no_slip_of_the_pen_passes_for_right(slug: str) -> None:
    """Each formula that one slip makes of a right one is wrong, or right by accident, and the slip is recognised."""
    network = read(BY_SLUG[slug].perceptron)
    factors = Factors(network)
    for factor in factors.behind(factors.leaves[0])[:2]:
        for slip in mutations(factor.code):
            found = one(slug, factor.key, slip.code)
            assert found.verdict in ("wrong", "accident"), slip
            assert found.slip is not None, slip


@pytest.mark.parametrize(
    ("text", "sentence", "columns"),
    [
        ("foo * x", "foo is no value of this neuron; x, y, w, b, z, y_pred, L, N are.", (1, 4)),
        ("x * y_perd", "did you mean y_pred?", (5, 11)),
        ("y_pred -", "Something is missing after -", (8, 9)),
        ("x if w else b", "There is no if here", (3, 5)),
        ("__import__('os')", "", None),
        ("x.__class__", "", None),
        ("x" * 300, "at most 200 fit here", None),
        ("x\nw", "One formula, on one line, works here.", None),
        ("sum([1, 2])", "This has none of the names in it", None),
        ("dL_dw / 1", "dL_dw is what is asked for; write it with the other names.", (1, 6)),
        ("ŷ * ŷ * foo", "foo is no value of this neuron", (9, 12)),
        ("dL/dfoo", "", (1, 3)),
    ],
)
def test_refusals_have_their_place(text: str, sentence: str, columns: tuple[int, int] | None) -> None:
    found = one("lesson", "dL_dw", text)
    assert found.verdict == "refused"
    assert sentence in found.sentence
    if columns is not None:
        assert found.span is not None
        assert (found.span.column, found.span.end_column) == columns


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=30) | st.text("xyw b()+-*/.1_pred", max_size=20))
def test_any_text_is_judged_or_refused(text: str) -> None:
    assert one("lesson", "dL_dw", text).verdict in ("right", "accident", "wrong", "refused", "empty")


def test_where_clamp_holds_the_prediction_the_formula_is_still_right() -> None:
    network = read(Perceptron(x="20", dtype="float64"))
    assert {answer.verdict for answer in check(network, "w", {**FACTORS, **SHORT_CUT}).answers} == {"right"}
    trap = read(BY_SLUG["trap"].perceptron)
    assert {answer.verdict for answer in check(trap, "w", {**FACTORS, **SHORT_CUT}).answers} == {"right"}


def test_rounding_at_one_point_does_not_make_a_formula_wrong() -> None:
    network = read(Perceptron(x="800", dtype="float64", loss="squared_error"))
    found = check(network, "w", {"dy_pred_dz": "exp(z)/(1 + exp(z))**2"}).answers[1]
    assert found.verdict == "right"
    assert "At this point rounding costs it its digits" in found.sentence


@pytest.mark.parametrize(
    ("loss", "activation"),
    [*((loss, "tanh") for loss in LOSSES), *(("squared_error", name) for name in ACTIVATIONS)],
)
def test_the_textbooks_formulas_are_right_for_every_loss_and_activation(loss: str, activation: str) -> None:
    perceptron = _fitting(loss, activation)
    network = read(perceptron)
    factors = Factors(network)
    answers = {factor.key: factor.code for factor in factors.behind(factors.leaves[0])}
    found = check(network, factors.leaves[0].name, answers)
    assert {answer.verdict for answer in found.answers} <= {"right", "empty"}, found


def _fitting(loss: str, activation: str) -> Perceptron:
    """A hidden layer with the activation, and an output that the loss takes."""
    if loss == "cross_entropy":
        output, target = Layer("[[0.5, -0.4], [0.3, 0.6]]", "[0.1, -0.2]", "identity"), "1"
    elif loss == "hinge":
        output, target = Layer("[0.5, -0.4]", "0.1", "identity"), "-1"
    else:
        last = "sigmoid" if loss in ("bce", "binary_cross_entropy") else "identity"
        output, target = Layer("[0.5, -0.4]", "0.1", last), "1"
    hidden = Layer("[[0.4, 0.7], [-0.3, 0.5]]", "[0.2, 0.3]", activation)
    return Perceptron("[0.8, -0.6]", target, (hidden, output), loss)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.slug)
def test_points_lie_apart_and_on_both_sides_of_kinks(preset: object) -> None:
    network = read(preset.perceptron)  # type: ignore[attr-defined]
    leaf = Factors(network).leaves[0].name
    found = points(network, leaf)
    assert found[0].kind == "here"
    assert len({str(point.values) for point in found}) == len(found) == 6
    assert points(network, leaf) == found
    if preset.slug in ("dead", "step"):  # type: ignore[attr-defined]
        assert {_side(point, network) for point in found[1:]} == {True, False}


def _side(point: Point, network: Network) -> bool:
    return point.values[Factors(network).names.z(0, 0)][0] > 0


def test_where_no_formula_can_be_right_nothing_is_judged() -> None:
    """A step gives 0 or 1, and there binary cross-entropy has no slope."""
    network = read(Perceptron(layers=(Layer(activation="step"),)))
    found = check(network, "w", {"dL_dw": "0"}).answers[-2]
    assert found.verdict == "refused"
    assert "nothing to compare with" in found.sentence


def test_another_seed_gives_other_points_and_the_same_verdict() -> None:
    network = read(Perceptron())
    assert points(network, "w", 1) != points(network, "w", 2)
    for seed in range(3):
        assert check(network, "w", FACTORS, seed).first_wrong is None
        assert check(network, "w", {"dL_dy_pred": "y_pred - y"}, seed).first_wrong == "dL_dy_pred"


def test_a_network_with_many_factors_asks_for_gradients_alone() -> None:
    layer = Layer(str([[0.1, 0.2, 0.3]] * 3), "[0, 0, 0]", "tanh")
    perceptron = Perceptron("[1, 2, 3]", "1", (layer, layer, Layer("[1, -1, 1]")))
    assert [each.key for each in questions(read(perceptron), "w1_11")] == ["dL_dw1_11", "dL_db1_1"]
    found = check(read(perceptron), "w1_11", {"dL_dw1_11": "x1"})
    assert found.answers[0].verdict == "wrong"


@settings(max_examples=8, deadline=None)
@given(perceptrons(most=2))
def test_autograds_own_formula_is_right_for_random_neurons(perceptron: Perceptron) -> None:
    network = read(replace(perceptron, dtype="float64", layers=perceptron.layers[-1:], x=_one_row_each(perceptron)))
    factors = Factors(network)
    leaf = factors.leaves[0].name
    found = check(network, leaf, {factor.key: factor.code for factor in factors.behind(factors.leaves[0])})
    nowhere = [answer for answer in found.answers if "No points lie" in answer.sentence]
    assert found.first_wrong is None or (nowhere and network.loss == "bce"), found


def _one_row_each(perceptron: Perceptron) -> str:
    """Inputs for the last layer alone."""
    network = read(perceptron)
    return str([[0.5 - 0.3 * i + 0.2 * row for i in range(network.layers[-1].inputs)] for row in range(network.rows)])
