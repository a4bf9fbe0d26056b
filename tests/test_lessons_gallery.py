"""Every example program shows what plain PyTorch shows, with the numbers of the lesson, and fails where it should."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pytest

import gradwalk
from gradwalk.address.program import to_code
from gradwalk.lessons import BY_SLUG, GROUPS, LESSONS, Lesson, read_lesson
from gradwalk.notebook.programs import to_notebook, to_program
from gradwalk.recording import Failure, Output, Recording
from tests.plain_torch import run_cells

# Sources: the five lecture notebooks behind the lessons; what is marked "by hand" beside the program itself.
SHOWN: dict[str, list[str]] = {
    "1a_derivative": ["6", "tensor(9., grad_fn=<PowBackward0>)", "tensor(6.)"],
    "1b_chain_rule": ["-7.661275842587077", "-2.6145744834544478", "tensor(-7.6613)"],
    "1c_one_more": ["-5.744685762849454", "tensor(-5.7447)"],
    "1d_leaf": ["tensor(1.)"],
    "2a_by_hand": ["tensor(6.7000) tensor(0.9988) tensor(6.7012)", "6.691762447357178", "0.998770534992218"],
    "2b_autograd": ["tensor(6.7012, grad_fn=<NegBackward0>)", "tensor(6.6918)", "tensor(0.9988)"],
    "2c_other_numbers": ["(tensor(6.6970), tensor(0.9995))", "(tensor(2.0904, dtype=torch.float64), tensor(0.9089"],
    "2d_four_slips": ["autograd says tensor(6.6918)", "by hand tensor(6.6918)", "tensor(18.4207", "tensor(inf"],
    "2e_cycle": ["epoch 0: loss = 6.7012"],
    "3a_mean": ["tensor(4.6667", "tensor([0.6667, 1.3333, 2.0000])", "tensor([0.5000, 1.0000, 1.5000, 2.0000], dtype"],
    "3b_nodes": ["<AddBackward0>", "<MulBackward0>", "<MeanBackward0>"],
    "3c_vector_root": ["tensor([ 1.2000, 16.0000,  0.0200])"],
    "3d_seed_shape": ["tensor(True)"],
    "4a_adds_up": ["tensor(4.)", "tensor(8.)", "tensor(12.)", "tensor([1.3333, 2.6667, 4.0000])"],
    "4b_zero": ["tensor([9., 9., 9., 9.])", "tensor([3., 3., 3., 3.])"],
    "4c_why_it_adds": ["tensor(-60.)", "tensor(-10.)\ntensor(-60.)"],
    "4d_training_loop": ["epoch 0: loss = 30.0000, w = 0.3000", "epoch 4: loss = 8.1747"],
    "5a_requires_grad": ["tensor(2.)", "tensor(4.)"],
    "5b_detach": ["tensor(2.)", "tensor(4., grad_fn=<PowBackward0>)\ntensor(4.)", "tensor(4.)"],
    "5c_no_grad": ["tensor(4., grad_fn=<PowBackward0>)\ntensor(4.)", "tensor(4.)"],
    "5d_prediction": ["tensor(19.6667) False"],
    "5e_retain_grad": ["None", "tensor(2.) tensor(12.)"],
    "6a_three_steps": ["tensor(1., grad_fn=<MulBackward0>)", "tensor(-1., grad_fn=<SubBackward0>)", "tensor(-2.)"],
    "6b_update": ["tensor(1.0200, requires_grad=True)", "tensor(0.9604, grad_fn=<PowBackward0>) tensor(-1.9600)"],
    "6c_many_points": ["epoch 1: w = 0.300, loss = 30.00000000", "f(5) = 6.229"],
    "6d_optimizer": ["epoch 1: w = 0.300, loss = 30.0000"],
    "6e_network": ["epoch 0: loss = 0.7", "epoch 80: loss = 0.00", "[0.99"],
    "7a_replace": ["tensor(4.)\ntensor(8.)", "tensor(4.)"],
    "7b_every_tensor": ["True False False\ntensor(24.)\ntensor(12.)"],
    "7c_twice": ["tensor(4.)"],
    "7d_in_place": ["tensor(3.)"],
    "7e_detach_no_grad": ["tensor(3.)"],
    "7f_retain_graph": ["tensor(6.)\ntensor(12.)"],
    "7g_integers": ["tensor(4., dtype=torch.float64)"],
    "7h_no_argument": ["tensor([2., 4., 6.])"],
    "7i_two_paths": ["tensor(7.)"],
    "7j_bce": ["tensor(2.6487)", "mistake: tensor(1.6487)"],
    "7k_rebinding": ["tensor(0.6000, grad_fn=<SubBackward0>) False"],
    "7l_argmax": ["tensor([0., 0.])", "tensor(1) False"],
    "7m_none": ["tensor(4.)\nNone\ntensor(0.)"],
    "7n_where": ["tensor(nan)", "tensor(0.)"],
    "7o_sharing": [
        "tensor([0.2500, 0.2500, 0.2500, 0.2500])",
        "tensor(3.)",
        "tensor([0.0000, 0.5000, 0.0000, 0.5000])",
    ],
}

NO_WAY_BACK = "element 0 of tensors does not require grad and does not have a grad_fn"
NO_SCALAR = "grad can be implicitly created only for scalar outputs"
FAILURES: dict[str, list[str]] = {
    "3c_vector_root": [NO_SCALAR],
    "3d_seed_shape": [
        "Mismatch in shape: grad_output[0] has a shape of torch.Size([3]) and output[0] has a shape of torch.Size([2])."
    ],
    "5a_requires_grad": [NO_WAY_BACK],
    "5b_detach": [NO_WAY_BACK],
    "5c_no_grad": [NO_WAY_BACK],
    "7c_twice": ["Trying to backward through the graph a second time"],
    "7d_in_place": [
        "one of the variables needed for gradient computation has been modified by an inplace operation",
        "a leaf Variable that requires grad is being used in an in-place operation.",
    ],
    "7e_detach_no_grad": [NO_WAY_BACK],
    "7g_integers": ["Only Tensors of floating point and complex dtype can require gradients"],
    "7h_no_argument": [NO_SCALAR],
    "7k_rebinding": ["unsupported operand type(s) for *: 'float' and 'NoneType'"],
    "7l_argmax": [NO_WAY_BACK],
}
"""How the messages of the cells that fail begin, in order."""


@pytest.fixture(scope="module")
def recordings() -> dict[str, Recording]:
    return {lesson.slug: gradwalk.record(lesson.source) for lesson in LESSONS}


def shown_without_warnings(recording: Recording) -> list[str]:
    shown = [""] * len(recording.cells)
    for event in recording.events:
        if isinstance(event, Output) and event.stream in ("print", "result"):
            shown[event.cell] += event.text if event.stream == "print" else event.text + "\n"
    return [text.removesuffix("\n") for text in shown]


def test_every_lesson_and_every_mistake_has_its_programs() -> None:
    assert list(dict.fromkeys(lesson.group for lesson in LESSONS)) == list(GROUPS.values())
    assert len([lesson for lesson in LESSONS if lesson.slug.startswith("7")]) == 15
    assert set(SHOWN) == set(BY_SLUG)
    assert len({lesson.title for lesson in LESSONS}) == len(LESSONS)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)
def test_it_shows_what_pytorch_shows(lesson: Lesson, recordings: dict[str, Recording]) -> None:
    recording = recordings[lesson.slug]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain = run_cells(lesson.source)
    assert shown_without_warnings(recording) == list(plain.shown)
    failures = [event for event in recording.events if isinstance(event, Failure)]
    assert [(failure.type, failure.message) for failure in failures] == [failed for failed in plain.failures if failed]
    for failure, start in zip(failures, FAILURES.get(lesson.slug, []), strict=True):
        assert failure.message.startswith(start)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)
def test_it_shows_the_numbers_of_the_lesson(lesson: Lesson, recordings: dict[str, Recording]) -> None:
    shown = "\n".join(cell.shown for cell in recordings[lesson.slug].cells)
    for piece in SHOWN[lesson.slug]:
        assert piece in shown


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)
def test_it_is_short_and_can_be_shared(lesson: Lesson) -> None:
    assert lesson.summary.endswith((".", "?"))
    assert len(lesson.title) <= 50
    assert 20 <= len(lesson.summary) <= 80
    assert all(len(line) <= 84 for line in lesson.source.split("\n"))
    assert re.fullmatch(r"[a-z0-9_]+", lesson.slug)
    assert to_code(lesson.source) is not None
    assert run_cells(to_program(to_notebook(lesson.source))).shown is not None


def test_a_program_without_a_title_is_no_lesson(tmp_path: Path) -> None:
    path = tmp_path / "1z_untitled.py"
    path.write_text("import torch\nx = torch.ones(1)\n", encoding="utf-8")
    with pytest.raises(ValueError, match="has to start with a text cell"):
        read_lesson(path)
