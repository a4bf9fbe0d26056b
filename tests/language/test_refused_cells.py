"""In a notebook a refusal ends one cell, and a module that is not here fails where it is used."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gradwalk import ProgramError
from gradwalk.program.limits import LIMITS
from gradwalk.recorder import record
from gradwalk.recording import Output


def cells(*sources: str) -> list[tuple[str, str | None]]:
    """What each cell showed, and what it failed with."""
    found = record("\n# %%\n".join(sources)).cells
    return [(cell.shown, cell.failure.type if cell.failure else None) for cell in found]


@pytest.mark.parametrize(
    "refused",
    [
        "open('data.csv')",
        "torch.compile(x)",
        "async def f():\n    pass",
        "x.storage()",
        "torch.ones(10**9)",
        "f'{x:999999}'",
        "import torch.compile",
        "import numpy as np\nnp.einsum('a,b,c,d->abcd', *[np.ones(1000)] * 4)",
        "import numpy as np\nlist(np.ndindex(10**5, 10**5))",
        "import numpy as np\nnp.nditer(np.ones(2), flags=['external_loop'])",
    ],
)
def test_the_other_cells_go_on(refused: str) -> None:
    first, second, third = cells("import torch\nx = torch.ones(1)", refused, "x + 1")
    assert first == ("", None)
    assert second[1] in ("Refused", None)
    assert third == ("tensor([2.])", None)


def test_one_cell_alone_is_refused_as_a_whole() -> None:
    with pytest.raises(ProgramError, match="open is not part"):
        record("x = 1\nopen('data.csv')")


def test_a_module_that_is_not_here_fails_where_it_is_used() -> None:
    found = record("import torch, pandas as pd\nfrom sklearn.datasets import make_moons\n# %%\n1\n# %%\npd.DataFrame()")
    notices = [event.text for event in found.events if isinstance(event, Output) and event.stream == "notice"]
    assert [cell.failure.type if cell.failure else None for cell in found.cells] == [None, None, "ModuleNotFoundError"]
    assert notices == [
        "pandas is not available here: what uses it fails.",
        "sklearn.datasets.make_moons is not available here: what uses it fails.",
    ]


def test_a_budget_that_is_spent_stays_spent() -> None:
    found = cells("print('first')", "while True:\n    pass", "print('last')")
    assert found == [("first", None), ("", "Refused"), ("", "Refused")]


def test_a_closure_that_does_nothing_cannot_be_called_without_end() -> None:
    endless = "import torch\nw = torch.ones(1, requires_grad=True)\nw.grad = torch.ones(1)\nloss = torch.ones(())\n"
    optimizer = "torch.optim.LBFGS([w], max_iter=10**9, tolerance_grad=-1., tolerance_change=-1.)"
    with pytest.raises(ProgramError, match="seconds and was stopped"):
        record(f"{endless}{optimizer}.step(lambda: loss)", limits=replace(LIMITS, seconds=0.3))


def test_a_star_brings_what_is_listed() -> None:
    assert cells("from math import *", "round(sin(pi / 2) + sqrt(4), 6)") == [("", None), ("3.0", None)]
