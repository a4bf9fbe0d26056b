"""What a reader is asked to predict is PyTorch's own number, and a wrong answer is told what it surely is."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from playwright.sync_api import Browser

from gradwalk import record
from gradwalk.player import FOLDER
from gradwalk.story.timeline import timeline
from tests.claims.corpus import EXPRESSIONS, START

WALK = """\
import torch
x = torch.tensor(3.0, requires_grad=True)
y = torch.tensor(-0.8, requires_grad=True)
z = torch.sin(x ** 2) * y + x * 1.5
z.backward()
"""
STEPS = """\
import torch
w = torch.tensor(1.5, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.1)
for turn in range(2):
    loss = (w * 2 - 1) ** 2
    loss.backward()
    optimizer.step()
"""

Ask = dict[str, Any]


def _asks(source: str) -> list[Ask]:
    return [step["ask"] for step in timeline(record(source))["steps"] if "ask" in step]


def _by_name(source: str) -> dict[tuple[str, ...], Ask]:
    return {(ask["kind"], *ask["of"][:2]): ask for ask in _asks(source)}


def _numbers(ask: Ask, role: str) -> list[float]:
    return [number for of, _, number, _ in ask["parts"] if of == role]


@pytest.fixture(scope="module")
def run(browser: Browser) -> Iterator[Callable[[str, Any], Any]]:
    """Call a function of the module that looks at answers, in a browser."""
    page = browser.new_page()
    scripts = [(FOLDER / name).read_text(encoding="utf-8") for name in ("typed.js", "prediction.js")]
    page.evaluate(
        """async ([typed, text]) => {
          const address = (script) => URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
          const numbers = address(typed);
          window.own = { ...await import(numbers), ...await import(address(text.replace("./typed.js", numbers))) };
        }""",
        scripts,
    )
    yield lambda body, given: page.evaluate(
        f"(given) => {{ const {{ readNumber, readShape, judge, hints, manner, question }} = window.own; {body} }}",
        given,
    )
    page.close()


def test_what_is_asked_is_what_pytorch_computes() -> None:
    x, y = torch.tensor(3.0, requires_grad=True), torch.tensor(-0.8, requires_grad=True)
    square = x**2
    sine = torch.sin(square)
    product = sine * y
    z = product + x * 1.5
    (by_square,) = torch.autograd.grad(z, square, retain_graph=True)
    (by_sine,) = torch.autograd.grad(z, sine, retain_graph=True)
    (sine_by_square,) = torch.autograd.grad(sine, square, retain_graph=True)
    z.backward()  # type: ignore[no-untyped-call]
    assert x.grad is not None
    asks = _by_name(WALK)
    answers = {key: asks[key]["answer"] for key in asks}
    expected = {
        ("value", "v₁", "x²"): square,
        ("value", "v₂", "sin(v₁)"): sine,
        ("value", "z", "v₃ + v₄"): z,
        ("local", "v₂", "v₁"): sine_by_square,
        ("contribution", "v₂", "v₃"): by_sine,
        ("contribution", "v₁", "v₂"): by_square,
        ("sum", "x", "v₁"): x.grad,
    }
    for key, tensor in expected.items():
        assert answers[key] == pytest.approx(tensor.item(), rel=1e-8), key


@pytest.mark.parametrize(
    "expression", [text for line in EXPRESSIONS.split("\n") for text in line.split("|") if re.search(r"\bs\b", text)]
)
def test_what_is_asked_is_a_product_a_sum_or_the_number_that_the_step_then_shows(expression: str) -> None:
    for step in timeline(record(f"{START}out = {expression}\nout.sum().backward()\n"))["steps"]:
        ask = step.get("ask")
        if ask is None or ask["kind"] in ("shape", "next"):
            continue
        assert math.isfinite(ask["answer"])
        if ask["kind"] in ("contribution", "sum"):
            [upstream], [along] = _numbers(ask, "upstream"), _numbers(ask, "local")
            arrived = ask["answer"] if ask["kind"] == "contribution" else _numbers(ask, "contribution")[-1]
            assert upstream * along == pytest.approx(arrived, rel=1e-4)
        if ask["kind"] == "sum":
            assert sum(_numbers(ask, "contribution")) == pytest.approx(ask["answer"], rel=1e-3, abs=1e-4)


def test_a_step_is_asked_with_the_rate_and_what_a_grad_held() -> None:
    asks = _asks(STEPS)
    [held] = [ask for ask in asks if ask["kind"] == "grad"]
    assert [*_numbers(held, "before"), *_numbers(held, "added"), held["answer"]] == pytest.approx([8, 1.6, 9.6])
    first, second = (ask for ask in asks if ask["kind"] == "update")
    assert first["answer"] == pytest.approx(1.5 - 0.1 * 8)
    assert second["answer"] == pytest.approx(0.7 - 0.1 * 9.6)
    assert not [
        ask
        for ask in _asks(STEPS.replace("lr=0.1", "lr=0.1, momentum=0.9"))
        if ask["text"] != "0.7" and ask["kind"] == "update"
    ]


def test_of_tensors_a_shape_or_the_first_number_is_asked() -> None:
    weights = "W = torch.tensor([[1.0, 2], [3, 4], [0.5, -1]], requires_grad=True)\nx = torch.tensor([0.2, 0.3])\n"
    asks = _by_name(f"import torch\n{weights}h = torch.tanh(W @ x)\nh.sum().backward()\n")
    assert asks["shape", "v₁", "W @ x"]["answer"] == [3]
    value = asks["value", "h", "tanh(v₁)"]
    assert value["first"]
    assert value["answer"] == pytest.approx(math.tanh(0.8), rel=1e-6)


def test_where_several_boxes_have_a_gradient_the_next_one_is_asked() -> None:
    vector = "import torch\nx = torch.tensor([1.0, 2.0], requires_grad=True)\n"
    branches = "a = x.flip(0)\nb = a.cumsum(0)\nz = (a + b).sum()\nz.backward()\n"
    [ask] = [ask for ask in _asks(vector + branches) if ask["kind"] == "next"]
    assert ask["text"] == "b"
    assert ask["parts"] == [["o0", "a", "b"], ["o1", "b", ""]]  # a still waits for b


READ = {
    "-0.9577": -0.9577, "−0,29": -0.29, ".5": 0.5, "5.": 5, "1/4": 0.25, "-1/3": -1 / 3, " 2e-3 ": 0.002,
    "1e3": 1000, "+7": 7, "4^2": 16, "4**2": 16, "4²": 16, "-2^2": -4, "2^-1": 0.5, "2·3,5": 7, "(1+2)/4": 0.75,
    "-1/(1-0.8)": -5, "2(3)": 6, "2 * cos(16)": 2 * math.cos(16), "sqrt(2)": math.sqrt(2), "2π": 2 * math.pi,
    "e^2": math.exp(2), "1-2-3": -4, "8/4/2": 1, "3·−2": -6, "2^3^2": 512, "σ(0)": 0.5, "ln(e)": 1, "√16": 4,
    "sin 16": math.sin(16), "2 cos 16": 2 * math.cos(16), "-sin -2": math.sin(2), "sin 2^2": math.sin(4),
    "sin 2 cos 3 + 1": math.sin(2) * math.cos(3) + 1, "exp(sin 2)": math.exp(math.sin(2)),
}  # fmt: skip


@pytest.mark.browser
def test_numbers_and_shapes_are_read_as_people_write_them(run: Callable[[str, Any], Any]) -> None:
    read = run("return given.map((text) => readNumber(text).value);", list(READ))
    assert read == pytest.approx(list(READ.values()))
    none = ["", "x", "1/0", "--1", "1.2.3", "e5", "/", "(2", "2)", "sin", "2**", "()", "sin 2*3", "sin 2/3", "sin 2(3)"]
    assert run("return given.map(readNumber);", none) == [None] * len(none)
    shapes = run("return given.map(readShape);", ["2×3", "(2, 3)", "torch.Size([2, 3])", "2 3", "[4]", "x", "(-1, 2)"])
    assert shapes == [[2, 3]] * 4 + [[4], None, None]


@pytest.mark.browser
@pytest.mark.parametrize("answer", [16, 1 / 3, 32, -0.7, math.sqrt(7), math.sin(16), 0])
def test_no_example_of_how_to_answer_is_the_answer(answer: float, run: Callable[[str, Any], Any]) -> None:
    said = run(
        "const ask = { kind: 'value', of: ['a', 'b'], answer: given, parts: [] };"
        "return [manner(ask), judge(ask, 'nine').said];",
        answer,
    )
    written = [re.findall(r"−0\.7|1/3|\d\^\d|\w+\(\d+\)", text) for text in said]
    assert [len(found) for found in written] == [2, 3]
    read = run("return given.map((text) => readNumber(text).value);", [text for found in written for text in found])
    assert not [value for value in read if value == pytest.approx(answer, rel=0.01)]


JUDGED: dict[tuple[str, ...], list[tuple[str, str, str]]] = {
    # (kind, of …): typed → verdict, and a piece of what is said
    ("value", "v₁", "x²"): [
        ("9", "right", ""), ("9.02", "right", ""), ("9.2", "wrong", ""), ("6", "wrong", "base times the exponent"),
        ("-9", "wrong", "sign"), ("3", "wrong", "value of x"), ("nine", "unread", "no number"),
    ],
    ("value", "v₂", "sin(v₁)"): [
        ("0.41", "right", ""), ("0.4121", "right", ""), ("0.4", "close", "two digits"), ("0.1564", "wrong", "degrees"),
    ],
    ("value", "v₃", "v₂ · y"): [("-0.3879", "wrong", "That is the sum")],
    ("local", "v₁", "x"): [
        ("6", "right", ""), ("9", "wrong", "value of v₁"), ("18", "wrong", "one less"), ("3", "wrong", "comes down"),
        ("1/6", "wrong", "upside down"),
    ],
    ("local", "v₃", "v₂"): [("-0.8", "right", ""), ("0.8", "wrong", "sign"), ("0.4121", "wrong", "other operand, y")],
    ("contribution", "v₁", "v₂"): [
        ("0.7289", "right", ""), ("-0.7289", "wrong", "sign"), ("-0.9111", "wrong", "local gradient alone"),
        ("-0.8", "wrong", "what arrives, alone"), ("-1.7111", "wrong", "two were added"), ("0.878", "wrong", "divided"),
        ("9", "wrong", "That is the value of v₁."), ("77", "wrong", ""),
    ],
    ("sum", "x", "v₁"): [
        ("5.8734", "right", ""), ("1.5", "wrong", "What comes from v₁ is left out"),
        ("4.3734", "wrong", "What comes from v₄ is left out"), ("6.5601", "wrong", "were multiplied"),
        ("7.5", "wrong", "In what comes from v₁: that is the local gradient alone"),
        ("8.2289", "wrong", "two were added"),
    ],
}  # fmt: skip


@pytest.mark.browser
@pytest.mark.parametrize("key", JUDGED, ids=" ".join)
def test_a_wrong_answer_is_told_what_it_is(key: tuple[str, ...], run: Callable[[str, Any], Any]) -> None:
    asks = _asks(WALK)
    place = next(number for number, ask in enumerate(asks) if (ask["kind"], *ask["of"][:2]) == key)
    for typed, verdict, piece in JUDGED[key]:
        said = run(
            "return judge(given.ask, given.typed, given.past);",
            {"ask": asks[place], "typed": typed, "past": asks[:place]},
        )
        assert said["verdict"] == verdict, (typed, said)
        assert piece in said["said"], (typed, said)
        assert bool(piece) == bool(said["said"]), (typed, said)


@pytest.mark.browser
def test_what_says_two_things_is_not_said(run: Callable[[str, Any], Any]) -> None:
    parts = [["upstream", "v", 3, "3"], ["local", "x", 2, "2"], ["other", "y", 3, "3"]]
    two = {"kind": "contribution", "of": ["x", "v", "z"], "answer": 6, "parts": parts}
    assert run('return judge(given, "3");', two) == {"verdict": "wrong", "said": ""}
    assert "local gradient alone" in run('return judge(given, "2").said;', two)
    same = two | {"answer": 2, "parts": [["upstream", "v", 1, "1"], ["local", "x", 2, "2"]]}
    assert run('return judge(given, "2").verdict;', same) == "right"


@pytest.mark.browser
def test_optimizers_steps_and_gradients_that_accumulate(run: Callable[[str, Any], Any]) -> None:
    asks = _asks(STEPS)
    [held] = [ask for ask in asks if ask["kind"] == "grad"]
    update = [ask for ask in asks if ask["kind"] == "update"][1]
    for ask, typed, piece in [
        (held, "1.6", "what this pass brings"), (held, "8", "held before"), (held, "12.8", "multiplied"),
        (update, "1.66", "goes along"), (update, "-8.9", "learning rate is left out"), (update, "0.96", "by so much"),
        (update, "-0.96", "change alone"), (update, "0.7", "before the step"), (update, "0.26", "sign"),
    ]:  # fmt: skip
        assert piece in run("return judge(given[0], given[1]).said;", [ask, typed]), typed


@pytest.mark.browser
def test_shapes_and_boxes(run: Callable[[str, Any], Any]) -> None:
    operands = [["operand", "A", [2, 4], "2×4"], ["operand", "B", [4, 3], "4×3"]]
    shape = {"kind": "shape", "of": ["v", "A @ B"], "answer": [2, 3], "parts": operands}
    said = {
        typed: run("return judge(given[0], given[1]).said;", [shape, typed])
        for typed in ("2,3", "3,2", "2×4", "6", "5")
    }
    assert [said["2,3"], said["5"]] == ["", ""]
    assert "other way round" in said["3,2"]
    assert said["2×4"] == "That is the shape of A."
    assert "as many numbers" in said["6"]
    boxes = {"kind": "next", "of": [], "answer": "o2", "parts": [["o1", "a", "b"], ["o2", "b", ""], ["o3", "c", ""]]}
    verdicts = [run("return judge(given[0], given[1]);", [boxes, box]) for box in ("o2", "o1", "o3", "v0")]
    assert [each["verdict"] for each in verdicts] == ["right", "wrong", "close", "wrong"]
    assert verdicts[1]["said"] == "a still waits for the gradient from b."


@pytest.mark.browser
def test_no_hint_gives_the_number_away(run: Callable[[str, Any], Any]) -> None:
    for source in (WALK, STEPS):
        for ask in _asks(source):
            texts = [run("return question(given);", ask), *run("return hints(given);", ask)]
            shown = {text for _, _, _, text in ask["parts"]}
            assert ask["text"] in shown or not any(ask["text"] in text for text in texts), json.dumps([ask, texts])
            assert len(texts) == 3


SLOPES: dict[str, tuple[str, Callable[[float], float]]] = {
    "add": ("x + 4", lambda _: 1), "cos": ("x.cos()", lambda x: -math.sin(x)), "exp": ("x.exp()", math.exp),
    "log": ("x.log()", lambda x: 1 / x), "mul": ("x * 4", lambda _: 4), "neg": ("-x", lambda _: -1),
    "pow": ("x ** 3", lambda x: 3 * x**2), "reciprocal": ("x.reciprocal()", lambda x: -1 / x**2),
    "relu": ("x.relu()", lambda x: float(x > 0)), "sin": ("x.sin()", math.cos),
    "sqrt": ("x.sqrt()", lambda x: 1 / (2 * math.sqrt(x))), "tanh": ("x.tanh()", lambda x: 1 - math.tanh(x) ** 2),
    "sigmoid": ("x.sigmoid()", lambda x: math.exp(-x) / (1 + math.exp(-x)) ** 2),
}  # fmt: skip


@pytest.mark.browser
def test_slopes_in_words_are_pytorch_s(run: Callable[[str, Any], Any]) -> None:
    for name, (expression, slope) in SLOPES.items():
        source = f"import torch\nx = torch.tensor(0.8, requires_grad=True)\nz = {expression}\nz.backward()\n"
        [ask] = [ask for ask in _asks(source) if ask["kind"] == "local"]
        assert ask["how"] == name
        assert ask["answer"] == pytest.approx(slope(0.8), rel=1e-6)
        assert "move a little" not in run("return hints(given)[0];", ask), name
    scaled = "import torch\nx = torch.tensor(0.8, requires_grad=True)\nz = torch.add(x, x, alpha=3)\nz.backward()\n"
    exponent = "import torch\nx = torch.tensor(0.8, requires_grad=True)\nz = torch.tensor(2.0) ** x\nz.backward()\n"
    for source in (scaled, exponent):
        for ask in _asks(source):
            if ask["kind"] == "local":
                assert "move a little" in run("return hints(given)[0];", ask)
