"""What a gradient means is said only where it surely is the slope: nothing was hooked, cut, or has a kink."""

from __future__ import annotations

import pytest

from gradwalk import record
from gradwalk.analysis import analyse
from gradwalk.explain.learn import arrived, meaning

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
