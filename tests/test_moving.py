"""At the end of a pass one number is moved, and what PyTorch really computes then stands beside the gradient."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import torch

from components.player.curves import learn_of
from gradwalk import record
from gradwalk.analysis import Analysis, analyse
from gradwalk.explain.learn import meaning
from gradwalk.expression.expression import program, read
from gradwalk.lessons.gallery import EXAMPLES
from gradwalk.perceptron.programs.program import program as perceptron_program
from gradwalk.perceptron.settings.presets import BY_SLUG, PRESETS
from gradwalk.perceptron.settings.reading import read as read_perceptron
from gradwalk.recorder.nudged import nudged
from gradwalk.recording import BackwardCall, Recording
from gradwalk.recording.parts import Constant

STYLES = ("scalar", "tensor", "linear")


def _analysis(slug: str, style: str) -> Analysis:
    settings = replace(BY_SLUG[slug].perceptron, style=style)
    return analyse(record(perceptron_program(read_perceptron(settings))))


def _number(text: str) -> float:
    base, _, power = text.replace("−", "-").partition("·10")
    return float(f"{base}e{power.translate(str.maketrans('⁰¹²³⁴⁵⁶⁷⁸⁹⁻', '0123456789-')) or 0}")


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.slug)
def test_each_perceptron_ends_with_what_it_means(preset: object, style: str) -> None:
    found = _analysis(preset.slug, style)  # type: ignore[attr-defined]
    [episode] = found.episodes
    assert episode.call is not None
    assert meaning(episode.index, episode.call) != "The pass is done."


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_each_expression_ends_with_what_it_means(example: object) -> None:
    text = program(read(example.text, example.given))  # type: ignore[attr-defined]
    for episode in analyse(record(text)).episodes:
        if episode.call is not None:
            assert meaning(episode.index, episode.call) != "The pass is done."


MOVED = re.compile(
    r"(?P<leaf>[^\[ ]+)(?P<element>\[.*?\])? = \S+ gives loss = (?P<loss>\S+): it moved by (?P<moved>[^ ,]+)"
    r"(?:, and 0\.01 times the gradient of .* is about (?P<promise>\S+))?\."
)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("slug", ["xor", "classes", "two_layers", "hinge", "regression"])
def test_one_press_moves_a_weight_and_the_promise_comes_true(slug: str, style: str) -> None:
    shown = learn_of(_analysis(slug, style))
    curves = shown["curves"][0].values() if shown["curves"] else ()
    along = [curve["moved"] for curve in curves if curve.get("moved")]
    texts = [*along, *(move["said"] for move in shown.get("moves", [[]])[0])]
    assert 1 <= len(texts) <= 3
    for said in texts:
        found = MOVED.fullmatch(said)
        assert found is not None, said
        if found["promise"]:
            assert _number(found["promise"]) == pytest.approx(_number(found["moved"]), rel=0.02, abs=1e-7)


@pytest.mark.parametrize("slug", ["xor", "classes", "two_layers", "hinge", "regression"])
def test_the_loss_after_the_move_is_pytorchs(slug: str) -> None:
    text = perceptron_program(read_perceptron(replace(BY_SLUG[slug].perceptron, style="tensor")))
    for move in learn_of(_analysis(slug, "tensor"))["moves"][0]:
        found = MOVED.fullmatch(move["said"])
        assert found is not None
        name = found["leaf"].translate(str.maketrans("₁₂", "12"))
        line = next(line for line in text.splitlines() if re.match(rf"{name[0]}_?{name[1:]} = ", line))
        element = found["element"] or "[...]"
        after: dict[str, torch.Tensor] = {}
        moved = f"{line}\nwith torch.no_grad():\n    {line.partition(' ')[0]}{element} += 0.01\n"
        exec(text.replace(line, moved), after)  # noqa: S102 - a program of our own with one number moved
        assert _number(found["loss"]) == pytest.approx(after["loss"].item(), rel=1e-3)


PRODUCT = "import torch\nx = torch.tensor([1.0, 2.0], requires_grad=True)\nz = (x * x).sum()\nz.backward()\n"


def _nudged(recording: Recording, element: int = 1) -> float | None:
    [call] = (event for event in recording.events if isinstance(event, BackwardCall))
    leaf = next(value.id for value in recording.values if value.names == ("x",))
    return nudged(recording, call, leaf, element)


def test_a_root_is_computed_again_with_one_number_moved() -> None:
    assert _nudged(record(PRODUCT)) == pytest.approx(1 + 2.01**2)


def _with_constant(recording: Recording, name: str, text: str) -> Recording:
    """As if the last operation had been called with something else."""
    *others, last = recording.operations
    kept = tuple(constant for constant in last.constants if constant.name != name)
    forged = last._replace(constants=(*kept, Constant(name, text)))
    return replace(recording, operations=(*others, forged))


def test_a_recording_that_lies_runs_nothing_else() -> None:
    true = record(PRODUCT)
    *others, last = true.operations
    forged = [
        last._replace(kernel="zeros"),
        last._replace(kernel="mm"),
        last._replace(kernel="__class__"),
        last._replace(kernel="sum.out"),
        last._replace(in_place=True),
        last._replace(edges=last.edges * 100),
    ]
    for each in forged:
        assert _nudged(replace(true, operations=(*others, each))) is None
    for name, text in (("dim", "[7]"), ("dim", "[" + "0, " * 40 + "0]"), ("dim", "__import__('os')"), ("size", "9")):
        assert _nudged(_with_constant(true, name, text)) is None
    assert _nudged(true, element=5) is None
    large = [value._replace(shape=(10**9,)) if value.names == ("x",) else value for value in true.values]
    assert _nudged(replace(true, values=tuple(large))) is None
    other = [value._replace(numbers=(8.0,)) if value.names == ("z",) else value for value in true.values]
    assert _nudged(replace(true, values=tuple(other))) is None


def test_of_several_passes_each_has_its_own_moves() -> None:
    turn = "z = (x * x).sum()\nz.backward()\n"
    found = analyse(record(PRODUCT + turn + turn))
    assert len(found.episodes) == 3
    assert [len(moves) for moves in learn_of(found)["moves"]] == [1, 1, 1]
