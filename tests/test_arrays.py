"""NumPy in a program: its numbers, and its bounds."""

from __future__ import annotations

import pytest

from gradwalk import ProgramError
from gradwalk.recorder import record


def shown(source: str) -> str:
    return record("import numpy as np\n" + source).cells[0].shown


def test_arrays_compute_as_numpy_does() -> None:
    assert shown("a = np.arange(4.0)\nprint(a * 2, a.mean())\n(a @ a).item()") == "[0. 2. 4. 6.] 1.5\n14.0"


@pytest.mark.parametrize(
    "line",
    [
        "np.zeros((10**5, 10**5))",
        "np.ones((10**4, 1)) * np.ones((1, 10**4))",
        "np.outer(np.ones(10**5), np.ones(10**5))",
        "np.repeat(np.ones(1000), 10**6)",
        "np.array([10**30]) ** np.array([10**9])",
        "np.zeros(1000, dtype='S1000000')",
        "np.random.permutation(10**9)",
        "np.random.randn(10**5, 10**5)",
        "np.linspace(0, 1, 10**9)",
        "np.load('x')",
        "np.ones(3).tofile('x')",
    ],
)
def test_what_would_grow_without_limit_is_refused(line: str) -> None:
    with pytest.raises(ProgramError):
        shown(line)
