"""What a gradient means is said only where it surely is the slope: nothing was hooked, cut, or has a kink."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import torch

from gradwalk import record
from gradwalk.analysis import analyse
from gradwalk.explain.backward import free
from gradwalk.explain.learn import arrived, meaning
from gradwalk.explain.multiplying import why
from gradwalk.notation import short
from gradwalk.perceptron.programs.program import program
from gradwalk.perceptron.settings.presets import BY_SLUG
from gradwalk.perceptron.settings.reading import read
from gradwalk.recording import Backward, Free
from gradwalk.story.player_data import player_data

X = "import torch\nx = torch.tensor(3.0, requires_grad=True)\n"
HELD_BACK = {
    "a hook": "y = x ** 2\ny.register_hook(lambda g: g * 10)\nz = y + 1\nz.backward()\n",
    "a cut": "z = x * x.detach()\nz.backward()\n",
    "numbers taken out": "z = x * x.item()\nz.backward()\n",
    "no_grad": "with torch.no_grad():\n    c = x * 2\nz = x * c\nz.backward()\n",
    "a kink": "z = torch.relu(x - 3)\nz.backward()\n",
}


def _said(source: str) -> tuple[str, str]:
    index = analyse(record(X + source)).episodes[0].index
    [event] = index.accumulated
    return arrived(index, event), meaning(index, event.call)


@pytest.mark.parametrize("why", HELD_BACK)
def test_what_is_no_slope_is_not_said_to_be_one(why: str) -> None:
    said = " ".join(_said(HELD_BACK[why]))
    assert "little" not in said
    assert "Move x" not in said


def test_a_slope_is_said() -> None:
    assert _said("z = x ** 2 + 1\nz.backward()\n") == (
        "6 arrives at x, and that is its gradient. If x grows a little, z grows 6 times as much.",
        "Move x by 0.01, and z moves by about 0.06.",
    )


AT = "import torch\nx = torch.tensor({at}, requires_grad=True)\n"
CORNERS = ["torch.relu({0})", "torch.abs({0})", "torch.clamp({0}, min=-1, max=1)", "torch.maximum({0}, x * 0.2)"]


def _values(line: str, at: float) -> tuple[float, float]:
    """What PyTorch gives at a place and 0.01 further on."""
    found = []
    for place in (at, at + 0.01):
        names: dict[str, Any] = {}
        exec(f"{AT.format(at=place)}z = {line}\n", names)  # noqa: S102 - lines of our own
        found.append(names["z"].item())
    return found[0], found[1]


@pytest.mark.parametrize("line", CORNERS)
def test_beyond_a_corner_a_movement_is_told_and_comes_true(line: str) -> None:
    told = 0
    for tenths in range(-40, 41):
        at = tenths / 10 + 0.003
        index = (
            analyse(record(f"{AT.format(at=at)}z = {line.format('x * 1.5 - 0.5')}\nz.backward()\n")).episodes[0].index
        )
        said = meaning(index, next(iter(index.calls)))
        promise = re.search(r"z moves by about (\S+)\.$", said)
        if promise is None:  # near a corner: what holds at the point itself
            [number] = map(short, index.accumulated[0].added.numbers or ())
            assert said == f"If x changes little enough, z changes {number} times as much."
            continue
        told += 1
        before, after = _values(line.format("x * 1.5 - 0.5"), at)
        assert after - before == pytest.approx(float(promise[1].replace("−", "-")), abs=2e-6)
    assert told >= 70


@pytest.mark.parametrize("at", ["2.995", "3.0", "3.005", "2.985"])
def test_near_a_corner_nothing_is_promised(at: str) -> None:
    index = analyse(record(f"{AT.format(at=at)}z = torch.relu(x - 3)\nz.backward()\n")).episodes[0].index
    assert "Move" not in meaning(index, next(iter(index.calls)))


@pytest.mark.parametrize(
    ("at", "line", "says"),
    [
        ("0.0", "torch.log(x)", "so how far it moves cannot be told. The gradient of x is not finite"),
        ("0.0", "torch.log(x)", "It began at z. log(0) = −inf"),
        ("0.0", "torch.sqrt(x)", "It began with the local gradient ∂z/∂x."),
        ("-1.0", "torch.log(x) + 1", "z is nan, which is no finite number, so how far it moves cannot be told. It"),
        ("100.0", "torch.exp(x) - 1", "It began at v₁. The result is beyond the largest float32"),
        ("[0.0, 1.0]", "torch.log(x).sum()", "it is no slope, and after an update with it x would"),
    ],
)  # fmt: skip
def test_where_a_number_is_not_finite_the_end_says_so_and_where_it_began(at: str, line: str, says: str) -> None:
    source = f"{AT.format(at=at)}z = {line}\nz.backward()\n"
    index = analyse(record(source)).episodes[0].index
    assert says in meaning(index, next(iter(index.calls)))
    for event in index.accumulated:
        assert "times as much" not in arrived(index, event)
    names: dict[str, Any] = {}
    exec(f"{source}y = x.detach() - 0.1 * x.grad\n", names)  # noqa: S102 - lines of our own
    finite = bool(names["x"].grad.isfinite().all())
    assert finite == bool(names["y"].isfinite().all())
    assert finite == ("after an update" not in meaning(index, next(iter(index.calls))))


def test_the_lessons_neuron_says_what_its_gradients_mean() -> None:
    """The loss is clamped far from its corners; PyTorch's loss at w + 0.01 is by 0.0669 larger."""
    index = analyse(record(program(read(BY_SLUG["lesson"].perceptron)))).episodes[0].index
    said = meaning(index, next(iter(index.calls)))
    assert said == "Move w by 0.01, and loss moves by about 0.06692. Move b by 0.01, and loss moves by about 0.009988."


OF_ELEMENTS = [
    ("[1.0, 2.0, 3.0]", "torch.mean(x**2)", "[2]"),
    ("[1.0, -2.0, 0.5]", "torch.exp(x).sum()", "[0]"),
    ("[[1.0, 2.0], [-7.0, 3.0]]", "(x * x).sum()", "[1, 0]"),
    ("[2.0, 3.0]", "x.sum() * 3", ""),
    ("[1.0, 3.0]", "torch.relu(x).sum()", ""),
    ("[1.0, 3.0]", "torch.clamp(x * x, max=20.0).sum()", "[1]"),
    ("[1.0, 3.0]", "torch.clamp(x * x, max=9.01).sum()", None),
    ("[0.0, 0.0]", "(x**2).sum()", None),
    ("[3.0]", "(x**2).sum()", None),
    ("[0.0, 1.0]", "torch.sqrt(x).sum()", None),
]


@pytest.mark.parametrize(("at", "line", "place"), OF_ELEMENTS)
def test_of_a_vector_the_element_is_told_with_which_the_root_changes_fastest(
    at: str, line: str, place: str | None
) -> None:
    source = f"{AT.format(at=at)}z = {line}\nz.backward()\n"
    index = analyse(record(source)).episodes[0].index
    said = meaning(index, next(iter(index.calls)))
    promise = re.fullmatch(
        r"(?:Of the elements of x, z changes fastest with x|z changes equally fast with each element of x)"
        r"(\[.*\])?(?: = (\S+))?: move .* by 0\.01, and z moves by about (\S+)\.",
        said,
    )
    assert (promise is None) == (place is None), said
    if promise is None:
        return
    assert (promise[1] or "") == place
    x = torch.tensor(json.loads(at), dtype=torch.float64)
    moves = []
    for number in range(x.numel()):
        ways = [x.clone(), x.clone()]
        for way, step in zip(ways, (1e-4, -1e-4), strict=True):
            way.view(-1)[number] += step
        after, before = (eval(line, {"torch": torch, "x": way}).item() for way in ways)  # noqa: S307 - lines of our own
        moves.append((after - before) / 2e-4)
    fastest = max(range(len(moves)), key=lambda number: abs(moves[number]))
    assert 0.01 * moves[fastest] == pytest.approx(float(promise[3].replace("−", "-")), rel=1e-3)
    if place:
        assert eval(f"x{place}", {"x": x}) == x.flatten()[fastest]  # noqa: S307 - a place of our own
        assert float(promise[2].replace("−", "-")) == x.flatten()[fastest]
    else:
        assert moves == pytest.approx([moves[0]] * len(moves))


def test_of_two_vectors_each_has_its_own_fastest_element() -> None:
    source = f"{AT.format(at='[1.0, 2.0]')}w = torch.tensor([3.0, 5.0], requires_grad=True)\nz = x @ w\nz.backward()\n"
    index = analyse(record(source)).episodes[0].index
    said = meaning(index, next(iter(index.calls)))
    assert "Of the elements of x, z changes fastest with x[1] = 2: move it by 0.01, and z moves by about 0.05." in said
    assert "Of the elements of w, z changes fastest with w[1] = 5: move it by 0.01, and z moves by about 0.02." in said


def _meaning(source: str) -> str:
    index = analyse(record(source)).episodes[0].index
    return meaning(index, next(iter(index.calls)))


@pytest.mark.parametrize(
    ("at", "line", "says"),
    [
        ("[3.0]", "(x**2).sum()", "Move x by 0.01, and z moves by about 0.06."),
        ("[0.0, 0.0]", "(x**2).sum()", "The slope along each element of x is 0: if one changes a little"),
        ("[2.0, -2.0]", "(x**2).sum()", "With no element of x z changes faster than with x[0] = 2: move it by 0.01"),
        ("[1.0, 3.0]", "torch.clamp(x * x, max=9.01).sum()", "with x[1] = 3: 6 times as much, if it changes little"),
        ("0.0", "torch.relu(x)", "z stands at a corner of relu"),
        ("[2.0, 2.0]", "torch.max(x)", "z stands at a corner of max"),
        ("0.0", "x.abs() * 2", "v₁ stands at a corner of abs"),
    ],
)  # fmt: skip
def test_a_tie_a_flat_place_and_a_corner_are_told(at: str, line: str, says: str) -> None:
    assert says in _meaning(f"{AT.format(at=at)}z = {line}\nz.backward()\n")


FOUR = "import torch\n" + "".join(
    f"{name} = torch.tensor({number}.0, requires_grad=True)\n"
    for name, number in zip("abcd", (1, 2, 3, 4), strict=True)
)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("z = a * b * c * d", "Of all 4 numbers, z changes fastest with a = 1: move it by 0.01, and z"),
        ("z = a + b + c + d", "With none of the 4 numbers z changes faster than with a = 1: move it by 0.01"),
        ("z = 0 * (a + b + c + d)", "The slope along each of the 4 numbers is 0"),
        ("z = torch.relu(a * b * c * d - 23.99)", "with a = 1: 24 times as much, if it changes little enough."),
    ],
)  # fmt: skip
def test_of_many_variables_the_fastest_is_told(line: str, says: str) -> None:
    assert says in _meaning(f"{FOUR}{line}\nz.backward()\n")


MEETING: dict[str, tuple[str, Callable[[torch.Tensor], torch.Tensor], Callable[[torch.Tensor], torch.Tensor]]] = {
    "z = torch.sin(x ** 2)": ("x", lambda x: x**2, torch.sin),
    "z = torch.tanh(-0.4 * x) * 3": ("v₁", torch.tanh, lambda y: y * 3),
    "z = (torch.exp(x / 2) + 1) ** 2": ("v₁", torch.exp, lambda y: (y + 1) ** 2),
}
_WHY = re.compile(r"changes (\S+) times as much, and z (\S+) times as much as .* So (\S+) gets (\S+)\.$")


def _whys(source: str) -> list[str]:
    recording = record(source)
    index = analyse(recording).episodes[0].index
    passes = (event for event in recording.events if isinstance(event, Backward))
    return [said for event in passes if (said := why(index, event))]


@pytest.mark.parametrize("line", MEETING)
def test_why_slopes_multiply_is_said_once_and_is_what_small_changes_show(line: str) -> None:
    operand, inner, outer = MEETING[line]
    [said] = _whys(X.replace("3.0", "1.5") + line + "\nz.backward()")
    found = _WHY.search(said)
    assert found is not None
    assert found[3] == operand
    at = torch.tensor(1.5 if operand == "x" else 0.75 if "exp" in line else -0.6, dtype=torch.float64)
    first, second = inner(at), inner(at + 1e-6)
    local, upstream = (second - first) / 1e-6, (outer(second) - outer(first)) / (second - first)
    told = [float(number.replace("−", "-").strip(",")) for number in (found[1], found[2], found[4])]
    assert told == pytest.approx([float(local), float(upstream), float(local * upstream)], rel=2e-3)


@pytest.mark.parametrize("kind", HELD_BACK)
def test_why_slopes_multiply_is_not_said_of_what_is_no_slope(kind: str) -> None:
    assert _whys(X + HELD_BACK[kind].replace("z =", "z = 0.5 *", 1)) == []


def test_nor_where_there_is_a_second_way_or_nothing_to_multiply() -> None:
    assert _whys(X + "z = torch.sin(x ** 2) + x ** 2\nz.backward()") == []
    assert _whys(X + "y = x ** 2\nz = torch.sin(y) * y\nz.backward()") != []
    assert _whys(X + "z = x * 2\nz.backward()") == []
    assert _whys(X + "z = (x + 1) - 2\nz.backward()") == []


def test_the_player_says_why_slopes_multiply() -> None:
    data = player_data(analyse(record(X + "z = torch.sin(x ** 2)\nz.backward()")))
    said = [step["learn"][1] for step in data.story["steps"] if step["kind"] == "backward" and "learn" in step]
    assert said == [
        "The gradient arriving at v₁ is −0.9111. If x changes a little, v₁ changes 6 times as much, and z −0.9111 "
        "times as much as v₁: together −0.9111 · 6 times as much. So x gets −5.4668."
    ]


def test_two_contributions_are_both() -> None:
    source = f"{AT.format(at='3.0')}z = x * x\nz.backward()\n"
    index = analyse(record(source)).episodes[0].index
    (event,) = index.accumulated
    assert arrived(index, event).startswith("Both contributions have arrived at x: together they are its gradient, 6.")


@pytest.mark.parametrize(("line", "title"), [("z = x * x", "What it means"), ("z = x.floor()", "The end of the pass")])
def test_the_last_step_promises_no_meaning_where_it_has_none(line: str, title: str) -> None:
    index = analyse(record(f"{AT.format(at='3.0')}y = x * 2\n{line} * y\nz.backward()\n")).episodes[0].index
    event = next(event for event in index.recording.events if isinstance(event, Free))
    account = free(index, event)
    assert account.learn_title == title
    assert (account.learn == "The pass is done.") == (title == "The end of the pass")
