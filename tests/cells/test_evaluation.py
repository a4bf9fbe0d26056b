"""What our own text comes to, in numbers."""

from __future__ import annotations

import math
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradwalk.cells import evaluate


def test_the_numbers_of_the_last_expression() -> None:
    assert evaluate("import torch\ntorch.tensor([[1.0, 2.0], [3.0, 4.0]]) * 2") == (2.0, 4.0, 6.0, 8.0)
    assert evaluate("import math\nmath.sin(16)") == (math.sin(16),)
    assert evaluate("x = 3") == ()
    assert evaluate("'text'") == ()


@given(st.floats(-10, 10))
def test_it_is_float64_where_the_program_is(x: float) -> None:
    (found,) = evaluate(f"import torch\nx = torch.tensor({x!r}, dtype=torch.float64)\nx * x")
    assert found == x * x


def test_it_raises_what_python_raises() -> None:
    with pytest.raises(ZeroDivisionError):
        evaluate("1 / 0")


def test_warnings_are_left_to_the_recording_and_the_filters_as_they_were() -> None:
    before = list(warnings.filters)
    torch = "import torch, torch.nn.functional as F\n"
    assert evaluate(f"{torch}F.mse_loss(torch.ones(2), torch.zeros(1))") == (1.0,)
    assert list(warnings.filters) == before
