"""What is known of an exception while it is there: names that are near a missing one, and what it speaks of."""

from __future__ import annotations

from types import FrameType
from typing import Any

import pytest
import torch

from gradwalk.recorder.errors import facts

_NAME = "<a program>"


def known(program: str, name: str) -> list[str]:
    """The facts of one name about the exception that a program raises."""
    names: dict[str, Any] = {"torch": torch, "nn": torch.nn}
    with pytest.raises(Exception) as caught:  # noqa: PT011 – whatever it is
        exec(compile(program, _NAME, "exec"), names)  # noqa: S102
    return [fact.text for fact in facts(caught.value, _is_programs) if fact.name == name]


def _is_programs(frame: FrameType) -> bool:
    return frame.f_code.co_filename == _NAME


@pytest.mark.parametrize(
    ("program", "near"),
    [
        ("loss = 1\nlss", ["loss"]),
        ("true", ["True"]),
        ("toch", ["torch"]),
        ("def f(alpha):\n    return alhpa\nf(1)", ["alpha"]),
        ("loss1 = 1\nloss2", []),  # two names on purpose
        ("x_train = 1\ny_train", []),
        ("frobnicate", []),
        ("torch.ones(1).bacward()", ["backward"]),
        ("nn.Lineer", ["Linear"]),
        ("nn.Linear(1, 1).wieght", ["weight"]),
        ("torch.tensor(2.0, requires_gard=True)", ["requires_grad"]),
        ("nn.Linear(2, 1, bais=False)", ["bias"]),
        ("def f(alpha):\n    pass\nf(alhpa=1)", ["alpha"]),
        ("torch.optim.SGD([torch.ones(1)], learning_rate=0.1)", []),
    ],
)
def test_names_that_are_near_are_names_that_are_there(program: str, near: list[str]) -> None:
    assert known(program, "near") == near


def test_the_library_function_that_raised_it() -> None:
    assert known("nn.BatchNorm1d(2)(torch.ones(1, 2))", "inside")[-1] == "torch.nn.functional._verify_batch_size"
    assert known("1 / 0", "inside") == []


def test_the_variables_that_hold_the_object() -> None:
    assert known("z = torch.ones(2).mean\nz.backward()", "object") == ["z"]
    assert known("z = torch.ones(2).mean\nz.backward()", "method") == ["mean"]
    assert known("def f():\n    out = None\n    out.sum()\nf()", "object") == ["out"]


def test_a_module_that_stands_where_its_parameters_should() -> None:
    assert known("torch.optim.SGD(nn.Linear(1, 1), lr=0.1)", "module") == ["Linear"]
    assert known("torch.optim.SGD(nn.Linear(1, 1).parameters, lr=0.1)", "method") == ["parameters"]


def test_an_attribute_that_was_meant_as_the_flag() -> None:
    assert known("x = torch.ones(1)\nx.requires_gard = True\nx.sum().backward()", "attribute") == ["x.requires_gard"]


def test_an_object_that_fails_when_it_is_asked_gives_no_facts() -> None:
    program = "class C:\n    def __dir__(self):\n        raise RuntimeError\nC().a"
    assert known(program, "near") == []
