"""The sentences: each is read aloud here, with the numbers that PyTorch gives."""

from __future__ import annotations

from collections.abc import Callable
from string import Formatter
from typing import Any

import pytest
import torch

from gradwalk import explain, record
from gradwalk.analysis import analyse
from gradwalk.analysis.index import Index
from gradwalk.explain import wording
from gradwalk.explain.learn import question
from gradwalk.failures import wording as failure_wording
from gradwalk.program import Span
from gradwalk.recording import Accumulate, Backward, BackwardCall, Binding, Forward, Free, LocalGradient, Statement
from gradwalk.story.player_data import player_data

X = "import torch\nx = torch.tensor({x}, requires_grad=True)\n"
Told = tuple[str, str]


TELL: dict[type, Callable[[Index, Any], explain.Account]] = {
    Forward: explain.forward,
    LocalGradient: explain.local,
    BackwardCall: explain.seed,
    Backward: explain.backward,
    Accumulate: explain.accumulate,
}


def told(source: str, kind: type) -> list[Told]:
    """Title and sentence of every event of one kind."""
    index = Index(record(source))
    accounts = [TELL[kind](index, event) for event in index.recording.events if isinstance(event, kind)]
    return [(account.title, account.sentence) for account in accounts]


def forward(code: str, x: str = "4.0") -> str:
    return told(X.format(x=x) + code, Forward)[-1][1]


def local(code: str, x: str = "4.0", other: str = "") -> str:
    first = told(f"{X.format(x=x)}{other}\nz = {code}\nz.sum().backward()", LocalGradient)[0][1]
    return first.removesuffix(" " + wording.LOCAL["not stored"])


def back(code: str, x: str = "4.0", other: str = "") -> str:
    """What is said at the first operation, through which the gradient goes last."""
    return told(f"{X.format(x=x)}{other}\nz = {code}\nz.backward()", Backward)[-1][1]


def test_the_start_says_what_is_known_and_what_to_press() -> None:
    index = Index(record(X.format(x="4.0") + "z = torch.sin(x**2)"))
    account = explain.start(index, [index.values[0]], index.operations[0])
    assert account.title == "Start"
    assert account.sentence == (
        "In the computation graph each box holds a value; an arrow leads to the operation that uses it. So far only "
        "x = 4 is known. Press → to compute v₁ = x²."
    )


@pytest.mark.parametrize(
    ("code", "x", "sentence"),
    [
        ("x**2", "4.0", "v₁ = x² = 16. PyTorch notes PowBackward0 for the way back and keeps x = 4 for it."),
        ("-x", "4.0", "v₁ = −x = −4. PyTorch notes NegBackward0 for the way back; this one needs no values for it."),
        (
            "torch.sigmoid(x)",
            "[0.0, 0.0]",
            "v₁ is sigmoid(x), element by element: [0.5, 0.5]. PyTorch notes SigmoidBackward0 for the "
            "way back and keeps v₁ = [0.5, 0.5] for it.",
        ),
        (
            "x.detach()",
            "4.0",
            "v₁ = detach(x) = 4. The number goes on, but the way back is cut: no gradient flows through detach().",
        ),
        (
            "torch.tensor(2.0) * 3",
            "4.0",
            "v₁ = 3 · 2 = 6. Nothing in it requires a gradient, so PyTorch notes nothing for the way back.",
        ),
        (
            "with torch.no_grad():\n    y = x * 3",
            "4.0",
            "y = 3 · x = 12. PyTorch does not record this operation here, so no gradient can flow back through it.",
        ),
        (
            "y = x.clone()\ny += 1",
            "4.0",
            "y′ = y + 1 = 5. The change is in place: y now holds the new value. PyTorch notes "
            "AddBackward0 for the way back.",
        ),
    ],
)
def test_forward(code: str, x: str, sentence: str) -> None:
    assert forward(code, x) == sentence


def test_what_is_too_large_to_read_goes_by_its_shape() -> None:
    assert forward("y = torch.ones(20, 30) @ torch.ones(30, 5)").startswith("y is c₁ @ c₂, with shape 20×5.")


@pytest.mark.parametrize(
    ("code", "x", "sentence"),
    [
        (
            "x**2",
            "4.0",
            "If x grows a little, z grows 8 times as much. The power rule: the exponent times one power less.",
        ),
        ("torch.sin(x)", "16.0", "If x grows a little, z falls 0.9577 times as much. The slope of sin is cos."),
        ("x + 1", "4.0", "If x grows a little, z grows just as much."),
        ("1 - x", "4.0", "If x grows a little, z falls just as much."),
        ("x * 3", "4.0", "If x grows a little, z grows 3 times as much. The slope is the constant factor."),
        (
            "torch.sigmoid(x)",
            "6.7",
            "If x grows a little, z grows 0.001228 times as much. Sigmoid is nearly flat this far from 0.",
        ),
        (
            "torch.relu(x)",
            "0.0",
            "relu has a corner at 0, where any slope from 0 to 1 would do; PyTorch takes 0.",
        ),
        (
            "x**2",
            "[1.0, 2.0]",
            "Each element of z depends only on the same element of x, so the Jacobian, the table of all slopes, is "
            "diagonal: [2, 4].",
        ),
        ("x.mean()", "[1.0, 2.0]", "One number for each element of x: how much z grows with it."),
        (
            "torch.softmax(x, 0)",
            "[1.0, 2.0]",
            "Row i of this Jacobian says how element i of z grows with each element of x.",
        ),
        (
            "torch.cat([x, x])",
            "[1.0, 2.0, 3.0]",
            "The Jacobian has 6 rows, one for each element of z, and 3 columns, one for each element of "
            "the first x. x stands at 2 places, and each place has a local gradient of its own.",
        ),
    ],
)
def test_local_gradient(code: str, x: str, sentence: str) -> None:
    assert local(code, x) == sentence


def test_a_value_used_twice_has_a_local_gradient_for_each_place() -> None:
    first, second = told(X.format(x="3.0") + "z = x * x\nz.backward()", LocalGradient)
    assert first[0] == "Local gradient ∂z/∂x⁽¹⁾"
    assert second[0] == "Local gradient ∂z/∂x⁽²⁾"
    assert first[1].startswith("If the first x grows a little, z grows 3 times as much. x stands at 2 places")


def test_a_large_jacobian_goes_by_its_size() -> None:
    sentence = local("x @ torch.ones(30, 5)", "[[1.0] * 30] * 20")
    assert sentence == (
        "The Jacobian would be 100×600. Nobody builds it: backward needs only its product with the "
        "upstream gradient, vᵀJ."
    )


@pytest.mark.parametrize(
    ("code", "x", "title", "opening"),
    [
        (
            "z.backward()",
            "4.0",
            "Backward starts at z",
            "The gradient of a value says how many times",
        ),
        ("z.backward(torch.tensor(3.0))", "4.0", "Backward starts at z", "The seed is 3 instead of 1"),
        (
            "z.backward(torch.tensor(1.0))",
            "4.0",
            "Backward starts at z",
            "The gradient of a value says how many times",
        ),
        (
            "z.backward(torch.ones(2))",
            "[1.0, 2.0]",
            "Backward starts at z",
            "z has 2 elements, and a gradient needs one number. With ones as the seed v, that number, "
            "L, is the sum of the elements.",
        ),
        (
            "z.backward(torch.tensor([0.1, 1.0]))",
            "[1.0, 2.0]",
            "Backward starts at z",
            "z has 2 elements, and a gradient needs one number. The seed v says how much each element "
            "counts: L = Σ v · z.",
        ),
    ],
)
def test_seed(code: str, x: str, title: str, opening: str) -> None:
    [(found, sentence)] = told(f"{X.format(x=x)}z = x * 2\n{code}", BackwardCall)
    assert found == title
    assert sentence.startswith(opening)


def test_the_seed_says_that_the_graph_is_kept() -> None:
    [(_, sentence)] = told(X.format(x="4.0") + "z = x**2\nz.backward(retain_graph=True)", BackwardCall)
    assert sentence.endswith("retain_graph=True: what the nodes saved will be kept.")


Y = "y = torch.tensor({}, requires_grad=True)"


@pytest.mark.parametrize(
    ("code", "x", "y", "sentence"),
    [
        ("torch.sin(x**2)", "4.0", "", "At x = 4 the slope of the square is 8, so x gets −7.6613."),
        ("x + 1", "4.0", "", "Adding something to x passes the gradient on unchanged."),
        ("(x + y) * 3", "4.0", "5.0", "A sum passes it on unchanged to x and y."),
        ("(x - y) * 3", "4.0", "5.0", "A difference passes it on unchanged to x and with the opposite sign to y."),
        ("(1 - x) * 3", "4.0", "", "The minus sign turns it around: x gets −3."),
        ("x * 3 + 1", "4.0", "", "The constant factor 3 multiplies it: x gets 3."),
        ("x * torch.tensor(6.7) + 1", "4.0", "", "x gets it times the other factor, 6.7: 6.7."),
        ("x * y + 1", "4.0", "5.0", "Each factor gets it times the other one: x gets 5, y gets 4."),
        (
            "x / y + 1",
            "4.0",
            "2.0",
            "x gets it divided by y = 2. A larger y would make the quotient smaller: it gets −1.",
        ),
        ("torch.exp(x) * 2", "0.0", "", "exp is its own slope, so x gets it times v₁ = 1."),
        ("torch.log(x) * 2", "4.0", "", "The slope of log at 4 is 1 / x = 0.25, so x gets 0.5."),
        (
            "torch.sigmoid(x) * 3",
            "6.7",
            "",
            "Sigmoid is nearly flat at x = 6.7, so it passes on only 0.001228 of that.",
        ),
        ("torch.relu(x) * 3", "2.0", "", "The gate of relu is open at x = 2, above 0: everything gets through."),
        ("torch.relu(x) * 3", "-2.0", "", "The gate of relu is closed at x = −2, below 0: nothing gets through."),
        ("torch.relu(x).sum()", "[1.0, -1.0]", "", "The gate of relu is open at 1 of 2 elements; the others get 0."),
        ("torch.abs(x) * 3", "-2.0", "", "x = −2 is negative, so abs turns the gradient around."),
        ("torch.maximum(x, y) * 3", "2.0", "5.0", "y was taken, so it gets everything and x gets 0."),
        ("torch.maximum(x, y) * 3", "2.0", "2.0", "x and y are equal, and PyTorch gives each of them half."),
        (
            "x.max() * 3",
            "[1.0, 5.0]",
            "",
            "Everything goes to the element that was taken, number 1 (counting from 0); the others get 0.",
        ),
        ("x.max() * 3", "[5.0, 5.0]", "", "2 elements tie, and PyTorch gives each of them 1/2 of it."),
        ("x.mean() * 3", "[1.0, 5.0]", "", "The mean shares it evenly: each of the 2 elements gets 1/2 of it."),
        ("x.sum() * 3", "[1.0, 5.0]", "", "A sum passes it on unchanged to each of its 2 elements."),
        (
            "torch.where(x > 1, x, y) * 3",
            "2.0",
            "5.0",
            "The condition chose x, so the gradient goes on to it unchanged. The condition did not "
            "choose y, so it gets 0.",
        ),
        (
            "(x + y).sum()",
            "[1.0, 2.0]",
            "5.0",
            "A sum passes it on unchanged to x and y. y was copied to 2 places, so it gets the sum over its copies: 2.",
        ),
        ("(x + x) * 3", "2.0", "", "x is used 2 times, and its contributions add up: 6."),
        (
            "torch.floor(x) * 3",
            "0.0",
            "",
            "Floor jumps at x = 0 and has no slope there; PyTorch takes 0, so nothing gets through.",
        ),
        (
            "torch.sum(x / y)",
            "[1.0, 2.0]",
            "2.0",
            "Element by element, the upstream gradient is multiplied by the local one. "
            "y was copied to 2 places, so it gets the sum over its copies: −0.75.",
        ),
        ("x.round() * 3", "2.2", "", "Round is flat at x = 2.2, so nothing gets through."),
        ("torch.relu(x * 0 - 1)", "2.0", "", "The gradient arriving at v₁ is 0, so nothing is passed on."),
        (
            "x * x + x",
            "3.0",
            "",
            "x is both factors, so it gets 3 times that through each of them. x is used 3 times, and its "
            "contributions add up: 7.",
        ),
        ("x.clamp(0, 1) * 3", "2.0", "", "x = 2 was clamped: a small change does nothing, so it gets 0."),
        ("x.dot(y) * 3", "[1.0, 2.0]", "[3.0, 4.0]", "Each vector gets the other one, times 3."),
        (
            "x.reshape(1, 2).sum()",
            "[1.0, 2.0]",
            "",
            "The gradient of z arrives at v₁, one number for each of its 2 elements. No number is "
            "computed here: the gradient goes back to the shape of x, its elements in their order.",
        ),
        (
            "torch.softmax(x, 0)[0]",
            "[1.0, 1.0]",
            "",
            "The results share a total of 1, so the gradients of x add up to 0.",
        ),
    ],
)
def test_what_each_operation_does_with_the_gradient(code: str, x: str, y: str, sentence: str) -> None:
    assert back(code, x, Y.format(y) if y else "").endswith(sentence)


def test_the_gradient_that_arrives_comes_first() -> None:
    through_the_sum, through_the_square = told(X.format(x="4.0") + "z = x**2 + 1\nz.backward()", Backward)
    assert through_the_sum[1].startswith("The gradient starts at z as 1.")
    assert through_the_square == (
        "Backward through the square",
        "The gradient arriving at v₁ is 1. At x = 4 the slope of the square is 8, so x gets 8.",
    )


def test_contributions_say_that_more_will_come() -> None:
    first, last = told(X.format(x="3.0") + "z = x**2 + x\nz.backward()", Backward)
    assert first[1].endswith("x is used 2 times: this is contribution 1 of 2, and they will be added.")
    assert last[1].endswith("x is used 2 times, and its contributions add up: 7.")


@pytest.mark.parametrize(
    ("code", "sentences"),
    [
        ("x.backward()", ["The derivative of a value by itself is 1. x.grad was None; now it holds 1."]),
        (
            "(x**2).backward()\n(x**2).backward()",
            [
                "x.grad was None; now it holds 4.",
                "x.grad already held 4. PyTorch never replaces it, it adds: now it holds 8.",
            ],
        ),
        (
            "y = x * 3\ny.retain_grad()\n(y * 2).backward()",
            [
                "y is no leaf; it keeps its gradient because the program called retain_grad(). y.grad was "
                "None; now it holds 2.",
                "x.grad was None; now it holds 6.",
            ],
        ),
    ],
)
def test_accumulate(code: str, sentences: list[str]) -> None:
    assert [sentence for _, sentence in told(X.format(x="2.0") + code, Accumulate)] == sentences


def test_what_is_released_can_no_longer_be_used() -> None:
    recording = record(X.format(x="2.0") + "z = torch.sin(x**2)\nz.backward()")
    event = next(event for event in recording.events if isinstance(event, Free))
    said = explain.free(Index(recording), event)
    assert said.sentence.startswith("The pass is done. The 2 nodes drop their saved tensors")
    assert said.learn == "Move x by 0.01, and z moves by about −0.02615."


def test_pytorchs_own_rule_stands_with_what_it_uses() -> None:
    index = Index(record(X.format(x="4.0") + "z = torch.sigmoid(x)\nz.backward()"))
    event = next(event for event in index.recording.events if isinstance(event, LocalGradient))
    rule = ("SigmoidBackward0", "sigmoid_backward(grad, result)", "result = 0.9820", "grad * result * (1 - result)")
    assert explain.local(index, event).rule == rule


@pytest.mark.parametrize(
    ("code", "x", "sentence"),
    [
        ("torch.log(x)", "0.0", "log(0) = −inf: as x goes to 0, log x falls without bound."),
        (
            "torch.log(x)",
            "-1.0",
            "The logarithm of a negative number such as −1 is not defined: PyTorch gives nan, not a number.",
        ),
        (
            "torch.sqrt(x)",
            "-1.0",
            "The square root of a negative number such as −1 is not a real number: PyTorch gives nan.",
        ),
        (
            "torch.sqrt(x)",
            "[4.0, -9.0]",
            "The square root of a negative number such as −9 is not a real number: PyTorch gives nan.",
        ),
        ("1 / x", "0.0", "An infinity went in with v₁, and inf comes out."),
        ("x / 0", "3.0", "3 / 0 = inf: for a tensor this is no error; the result is inf."),
        ("x / 0", "0.0", "0 / 0 has no value: PyTorch gives nan, not a number."),
        ("x**-1.0", "0.0", "0 to a negative power divides by 0: inf."),
        ("x**0.5", "-4.0", "A negative number to a broken power such as 0.5 is not a real number: PyTorch gives nan."),
        ("x.masked_fill(x > 0, float('-inf'))", "1.0", "−inf is what the program put there."),
        ("x * 0 / (x * 0).norm()", "[1.0, 2.0]", "0 / 0 has no value: PyTorch gives nan, not a number."),
        ("x.var()", "[1.0]", "var is taken over one number here, and divides by N − 1, which is 0: 0 / 0 is nan."),
        ("x @ x", "[1e20, 1e20]", "so it overflows to inf."),
        ("torch.exp(x)", "100.0", "The result is beyond the largest float32, 3.403·10³⁸, so it overflows to inf."),
        ("torch.asin(x)", "2.0", "asin is defined only from −1 to 1, and 2 lies outside: PyTorch gives nan."),
        ("torch.log(x) * x", "0.0", "0 · inf = nan: zero times infinity is undefined."),
        ("torch.log(x) - torch.log(x)", "0.0", "inf − inf = nan: a difference of infinities has no value."),
        ("torch.sin(torch.log(x))", "0.0", "An infinity went in with v₁, and nan comes out: not a number."),
        ("torch.sqrt(x) + 1", "-1.0", "nan went in with v₁, and nan comes out."),
    ],
)
def test_inf_and_nan_are_explained_in_the_forward_pass(code: str, x: str, sentence: str) -> None:
    assert sentence in forward(code, x)


@pytest.mark.parametrize(
    ("code", "x", "sentence"),
    [
        ("torch.sqrt(x)", "0.0", "The slope is infinite at this point: inf."),
        ("torch.log(x)", "0.0", "The slope is infinite at this point: inf."),
        ("torch.exp(x)", "100.0", "The value here is already inf, so its slope says nothing useful."),
    ],
)
def test_inf_and_nan_are_explained_in_the_local_gradient(code: str, x: str, sentence: str) -> None:
    assert local(code, x) == sentence


@pytest.mark.parametrize(
    ("code", "x", "sentence"),
    [
        ("torch.where(x > 0, torch.sqrt(x), x)", "0.0", "0 · inf = nan: zero times infinity is undefined."),
        ("torch.sqrt(x) * 2", "0.0", "The slope is infinite here, and so is what it passes on."),
        ("torch.sqrt(x * 2)", "0.0", "An infinite gradient arrives, and it stays infinite."),
        ("torch.sqrt(x * 2)", "-1.0", "nan arrives, and whatever is multiplied by nan is nan."),
    ],
)
def test_inf_and_nan_are_explained_in_the_backward_pass(code: str, x: str, sentence: str) -> None:
    assert sentence in back(code, x)


def sentences() -> list[str]:
    named = [*vars(wording).items(), *vars(failure_wording).items()]
    tables = [table for name, table in named if name.isupper()]
    values = [value for table in tables for value in (table.values() if isinstance(table, dict) else [table])]
    return [text for value in values for text in ([value] if isinstance(value, str) else value)]


def test_every_sentence_is_a_template_with_named_pieces() -> None:
    fields = [field for text in sentences() for _, field, _, _ in Formatter().parse(text) if field is not None]
    assert fields
    assert all(field.isidentifier() for field in fields)


def test_no_sentence_is_long() -> None:
    lines = [line for text in sentences() for line in text.split("\n")]  # each way out has a line of its own
    assert max(map(len, lines)) <= 240


def test_the_number_in_a_sentence_is_pytorchs() -> None:
    x = torch.tensor(6.7, requires_grad=True)
    (slope,) = torch.autograd.grad(torch.sigmoid(x), x)
    assert f"grows {slope.item():.4g} times" in local("torch.sigmoid(x)", "6.7")


def test_a_staircase_is_not_flat_at_its_step() -> None:
    assert local("torch.floor(x)", "0.0") == (
        "z jumps at this x and has no slope here; PyTorch takes 0, as on the flat pieces beside it."
    )
    assert local("torch.floor(x)", "0.5") == (
        "The slope is 0: if x changes a little, z changes by far less. "
        "The function is a staircase: flat between its steps."
    )


def test_at_a_corner_no_slope_is_told_as_a_movement() -> None:
    """Of a corner PyTorch gives one number, and either side moves otherwise."""
    assert local("torch.abs(x)", "0.0").startswith("The absolute value has a corner at 0")
    assert local("torch.clamp(x, 0, 1)", "1.0") == (
        "clamp has a corner at its bound: on one side of it the slope is 0, on the other 1."
    )
    assert local("torch.clamp(x, False, True)", "1.0").startswith("clamp has a corner")
    assert local("torch.clamp(x, 0, 1)", "0.5") == "If x grows a little, z grows just as much."
    assert local("torch.maximum(x, torch.tensor(0.0))", "0.0").startswith("Both are equal here")


def test_nothing_over_nothing_has_no_slope() -> None:
    assert "says nothing useful" in local("x / x", "0.0")
    assert "z has no value here, so no slope either" in back("x / x", "0.0")


def test_a_sigmoid_that_float32_rounds_to_one() -> None:
    """σ(17) = 0.99999996, and float32's neighbour below 1 is 0.99999994."""
    rounded = "Exactly it is 0.99999996; float32 has no number so close to 1 and rounds it to 1."
    assert rounded in forward("z = torch.sigmoid(x)", "17.0")
    assert "rounds it" not in forward("z = torch.sigmoid(x)", "16.0")
    assert "rounds it" not in forward("z = torch.tanh(x)", "0.0")


def test_a_number_beyond_float32_is_inf_and_the_start_says_why() -> None:
    index = Index(record(X.format(x="1e39") + "z = x * 2"))
    said = explain.start(index, [index.values[0]], index.operations[0]).sentence
    assert "x is inf: any number beyond 3.403·10³⁸ is that in float32." in said


MATRICES = "import torch\nA = torch.ones(2, 3, requires_grad=True)\nB = torch.ones(3, 2, requires_grad=True)\n"


def test_a_matrix_product_says_which_factor_is_transposed_on_which_side() -> None:
    product = told(MATRICES + "C = A @ B\nz = C.sum()\nz.backward()", Backward)[-1][1]
    assert product.endswith("A gets G Bᵀ and B gets Aᵀ G, with G the gradient at C.")
    vector = told(MATRICES + "v = torch.ones(3, requires_grad=True)\nc = A @ v\nz = c.sum()\nz.backward()", Backward)[
        -1
    ][1]
    assert vector.endswith("A gets G vᵀ and v gets Aᵀ G, with G the gradient at c.")


def test_only_the_first_local_gradient_says_that_none_is_stored() -> None:
    said = [sentence for _, sentence in told(X.format(x="2.0") + "z = torch.sin(x**2)\nz.backward()", LocalGradient)]
    stored = "PyTorch stores none of these local gradients; it multiplies them in during backward."
    assert [sentence.endswith(stored) for sentence in said] == [True, False]


def test_a_constant_factor_is_kept_too() -> None:
    kept = "PyTorch notes MulBackward0 for the way back and keeps other = 2 for it."
    assert forward("z = x * 2") == f"z = 2 · x = 8. {kept}"


def test_a_function_of_the_program_is_called_so() -> None:
    index = Index(record("def dy_dx(x):\n    return 2 * x\n"))
    account = explain.bound(index, Statement(0, Span(1, 1, 2, 17), (Binding("dy_dx", None, "function"),)))
    assert (account.title, account.sentence) == ("dy_dx", "dy_dx is a function.")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("z = 1 / x", "PyTorch computes 1 / x in two operations: the reciprocal, 1 / x, and then its product with 1."),
        ("z = -2 / x", "PyTorch computes −2 / x in two operations"),
        ("z = torch.reciprocal(x) * 2", ""),
        ("z = x / 2", ""),
    ],
)
def test_a_number_over_a_tensor_is_told_as_pytorchs_two_operations(code: str, said: str) -> None:
    sentences = [sentence for _, sentence in told(f"{X.format(x='4.0')}{code}\nz.backward()", Forward)]
    assert any("two operations" in sentence for sentence in sentences) == bool(said)
    assert not said or said in sentences[-1]


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ("z = (x * 2).sum()\nz.backward()", "How does z change when x changes?"),
        ("z = x * 2\nz.backward(torch.ones(2))", "How does L, the sum of the elements of z, change when x changes?"),
        ("z = x * 2\nz.backward(torch.tensor([1.0, 2.0]))", "How does L = Σ v · z change when x changes?"),
        ("z = x.sum()\nz.backward(torch.tensor(3.0))", "How does L = v · z change when x changes?"),
    ],
)
def test_the_question_says_what_a_name_stands_for_that_the_program_does_not_have(code: str, asked: str) -> None:
    analysis = analyse(record(f"{X.format(x='[1.0, 2.0]')}{code}"))
    assert question(analysis.episodes[0].index) == asked


def test_of_a_tuple_of_tensors_it_is_not_said_that_autograd_knows_nothing() -> None:
    program = "import torch\nx = torch.ones(3)\ny = x * 2\nstate = (y.sum(), y)\n"
    story = player_data(analyse(record(program)), statements=True).story
    assert "state is a tuple of 2 tensors: one number, 3." in [step["sentence"] for step in story["steps"]]
