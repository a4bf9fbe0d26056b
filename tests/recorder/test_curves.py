"""Curves around a recording's numbers, against PyTorch itself."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest
import torch

from gradwalk import record
from gradwalk.analysis import analyse
from gradwalk.notation import Form
from gradwalk.notation.kernels import KERNELS
from gradwalk.recorder.curves import curves
from gradwalk.recording import Constant, Operation
from gradwalk.recording.curve import NUDGE
from gradwalk.story.curves import drawn

X = "import torch\nx = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)\n"


def test_a_curve_has_pytorchs_values_and_goes_through_the_recorded_one() -> None:
    found = curves(record(X + "z = x**2 + torch.sin(x)*x\nz.backward()"))
    whole = found["v0"]
    row = torch.linspace(whole.first, whole.last, len(whole.values), dtype=torch.float64)
    assert torch.allclose(torch.tensor(whole.values, dtype=torch.float64), row**2 + row.sin() * row)
    moved = torch.tensor(2.0 + NUDGE, dtype=torch.float64)
    assert whole.nudged == pytest.approx(float(moved**2 + moved.sin() * moved))
    held = found["e2.1"]  # ∂(v₂·x)/∂x: the other factor stays
    assert held.values[0] == pytest.approx(held.first * float(torch.sin(torch.tensor(2.0))))
    assert found.keys() == {"v0", "e0.0", "e1.0", "e2.0", "e2.1", "e3.0", "e3.1"}


@pytest.mark.parametrize("line", ["y = torch.sin(x**2)", "y = torch.sin(20 * x)", "y = torch.relu(x - 2.1) * x"])
def test_straight_lines_between_the_points_are_true_to_the_function(line: str) -> None:
    curve = curves(record(X.replace("2.0", "4.0") + line + "\ny.backward()"))["v0"]
    fine = torch.linspace(curve.first, curve.last, 2001, dtype=torch.float64)
    known: dict[str, Any] = {"x": fine, "torch": torch}
    exec(line, known)  # noqa: S102 (a line from above)
    values = np.array(curve.values, dtype=float)
    between = np.interp(fine.numpy(), np.linspace(curve.first, curve.last, len(values)), values)
    off = np.abs(between - known["y"].numpy())
    assert off.max() <= 0.04 * np.ptp(known["y"].numpy())


def test_what_bends_too_often_has_no_curve() -> None:
    assert "v0" not in curves(record(X + "y = torch.sin(5000 * x)\ny.backward()"))


def test_where_there_is_no_value_there_is_no_point() -> None:
    found = curves(record(X.replace("2.0", "0.5") + "torch.log(x).backward()"))
    assert found["v0"].values[0] is None
    assert found["v0"].values[-1] is not None


@pytest.mark.parametrize(
    "line",
    ["y = (x * torch.ones(3)).sum()", "y = torch.nn.functional.dropout(x, 0.5)", "y = x.clone(); y += 1"],
)
def test_of_what_is_no_function_of_one_number_there_is_no_curve(line: str) -> None:
    assert "v0" not in curves(record(f"{X}{line}\ny.backward()"))


def test_the_player_gets_slopes_that_autograd_found_and_what_arrived_so_far() -> None:
    recording = record(X + "z = x**2 + torch.sin(x)*x\nz.backward()")
    found = drawn(analyse(recording).episodes[0].index, curves(recording))
    x = torch.tensor(2.0, dtype=torch.float64)
    whole = float(2 * x + x.cos() * x + x.sin())
    assert found["v0"]["slope"] == pytest.approx(whole, rel=1e-3)
    assert [edge for edge, _, _ in found["v0"]["arrivals"]] == ["e2.1", "e1.0", "e0.0"]
    assert found["v0"]["arrivals"][-1][1] == found["v0"]["slope"]
    assert found["e1.0"]["slope"] == pytest.approx(float(x.cos()), rel=1e-3)
    assert found["v0"]["moved"] == "x = 2.01 gives z = 5.8593: it moved by 0.04074."


@pytest.mark.parametrize(
    ("line", "dtype", "coarse"),
    [
        ("p = torch.sigmoid(w * 6.7)\nloss = -torch.log(1 - p)", "float32", True),
        ("p = torch.sigmoid(w * 6.7)\nloss = -torch.log(1 - p)", "float64", False),
        ("loss = torch.sin(w**2)", "float32", False),
        ("loss = torch.sigmoid(w + 30)", "float32", False),
    ],
)
def test_where_float32_rounds_so_that_it_is_seen_that_is_said(line: str, dtype: str, coarse: bool) -> None:
    """Beside 1 float32 has a number each 2⁻²⁴, and the logarithm of 1 − p goes down in steps."""
    given = f"import torch\nw = torch.tensor(1.0, dtype=torch.{dtype}, requires_grad=True)\n"
    recording = record(f"{given}{line}\nloss.backward()")
    found = curves(recording)
    assert found["v0"].coarse is coarse
    assert ("coarse" in drawn(analyse(recording).episodes[0].index, found)["v0"]) is coarse


def test_where_nothing_was_promised_the_gradient_stands_beside_what_really_moved() -> None:
    recording = record(X + "z = torch.clamp(x, 0, 2.005)**2\nz.backward()")  # its corner is nearer than the step
    found = drawn(analyse(recording).episodes[0].index, curves(recording))
    said = "x = 2.01 gives z = 4.0200: it moved by 0.02002, and 0.01 times the gradient of x is about 0.04."
    assert found["v0"]["moved"] == said


@pytest.mark.parametrize(
    "line", ["x.sqrt()", "x**0.5", "x ** (1/3)", "torch.sqrt(x) * 2 + x", "torch.asin(x + 1)", "x.log()"]
)
def test_a_slope_that_is_not_finite_has_no_picture(line: str) -> None:
    """No browser could read the number, and nobody could draw the tangent."""
    recording = record(f"import torch\nx = torch.tensor(0.0, requires_grad=True)\nz = {line}\nz.backward()")
    found = drawn(analyse(recording).episodes[0].index, curves(recording))
    json.dumps(found, allow_nan=False)
    assert "v0" not in found


@pytest.mark.parametrize(
    ("line", "x"), [("x + 10000", 4.0), ("x**2 + 100000", 4.0), ("x**2", 1000.0), ("x * 1e-6", 2.0)]
)
def test_a_picture_is_as_exact_as_it_is_high(line: str, x: float) -> None:
    """However large its numbers are beside what they differ by."""
    recording = record(f"import torch\nx = torch.tensor({x}, requires_grad=True)\nz = {line}\nz.backward()")
    whole = curves(recording)["v0"]
    shown = drawn(analyse(recording).episodes[0].index, curves(recording))["v0"]
    heights = [value for value in whole.values if value is not None]
    assert len(heights) == len(whole.values)
    assert shown["values"] == pytest.approx(heights, rel=0, abs=1e-4 * (max(heights) - min(heights)))
    assert shown["at"] == pytest.approx(whole.at, rel=0, abs=1e-4 * (max(heights) - min(heights) + whole.last))


LIES = X.replace("2.0", "-9.3e18") + "b = torch.tensor(True)\ny = torch.where(b, x, x * 2)\nz = y / 2.0\nz.backward()"


def test_a_recording_that_lies_divides_no_whole_numbers() -> None:
    """The smallest one by −1 ends the process."""
    recording = record(X.replace("2.0", "-9.3e18") + "y = x * 1.0\nz = y / 2.0\nz.backward()")
    first, last = recording.operations
    whole = first._replace(kernel="_to_copy", constants=(Constant("dtype", "4"),))
    mode = (Constant("other", "-1"), Constant("rounding_mode", "'trunc'"))
    divided = last._replace(kernel="div.Scalar_mode", constants=mode)
    assert "v0" not in curves(replace(recording, operations=(whole, divided)))


CONSTANTS = (
    "-1 0 1 -9223372036854775808 9223372036854775807 1e300 nan True None 'trunc' 4 () [1] 2**70 0.5 ((((1 1e999 1j"
).split()


@pytest.mark.parametrize("seed", range(40))
def test_whatever_a_recording_says_of_its_kernels_is_borne(seed: int) -> None:
    recording, random = record(LIES), Random(seed)
    names = sorted(name for name, known in KERNELS.items() if known.form is Form.ELEMENTWISE)

    def other(operation: Operation) -> Operation:
        name = random.choice(names)
        overload = random.choice(getattr(torch.ops.aten, name).overloads())
        arguments = [a.name for a in getattr(getattr(torch.ops.aten, name), overload)._schema.arguments]
        edges = tuple(edge._replace(name=random.choice(arguments)) for edge in operation.edges)
        constants = [Constant(random.choice(arguments), random.choice(CONSTANTS)) for _ in range(random.randint(0, 3))]
        return operation._replace(kernel=f"{name}.{overload}", constants=tuple(constants), edges=edges)

    for _ in range(10):
        curves(replace(recording, operations=tuple(map(other, recording.operations))))
